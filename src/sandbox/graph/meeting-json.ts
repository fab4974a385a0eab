import type { Item, Meeting } from '../world/types.ts';

const types = {
  request: '#microsoft.graph.eventMessageRequest',
  accepted: '#microsoft.graph.eventMessageResponse',
  tentative: '#microsoft.graph.eventMessageResponse',
  declined: '#microsoft.graph.eventMessageResponse',
  cancelled: '#microsoft.graph.eventMessage',
} as const;

/** The third one is spelled like this in the service's own metadata. */
const messageTypes = {
  request: 'meetingRequest',
  accepted: 'meetingAccepted',
  tentative: 'meetingTenativelyAccepted',
  declined: 'meetingDeclined',
  cancelled: 'meetingCancelled',
} as const;

/** Null for ordinary mail. */
export function odataTypeOf(item: Item): string | null {
  return item.meeting === null ? null : types[item.meeting.kind];
}

export function meetingFields(meeting: Meeting): Readonly<Record<string, unknown>> {
  return {
    meetingMessageType: messageTypes[meeting.kind],
    startDateTime: dateTime(meeting.startsAt),
    endDateTime: dateTime(meeting.endsAt),
    location: { displayName: meeting.location },
    isAllDay: false,
    isOutOfDate: false,
    isDelegated: false,
    type: 'singleInstance',
  };
}

function dateTime(at: number): { dateTime: string; timeZone: string } {
  return { dateTime: `${new Date(at).toISOString().slice(0, 19)}.0000000`, timeZone: 'UTC' };
}
