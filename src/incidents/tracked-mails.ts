import { unitsOf } from '../domain/unit.ts';
import { listActions } from '../store/actions.ts';
import type { ActionRow } from '../store/actions.ts';
import { itemsOnTicket } from '../store/incident-mails.ts';
import type { Item } from '../store/items.ts';
import { bouncedAt, responsesTo } from '../store/mail-responses.ts';
import { storedEnvelopes } from '../store/stored-mails.ts';
import type { StoredEnvelope } from '../store/stored-mails.ts';
import { ticketUnits } from '../store/tickets.ts';
import type { IncidentDeps } from './deps.ts';
import { unitKeys } from './units.ts';

/** A mail on an incident. */
export interface TrackedMail {
  readonly action: ActionRow;
  /** When it was received, by the server's clock, which no sender can set; of mail that went out, when it was sent. */
  readonly atMs: number;
  readonly mail: StoredEnvelope;
  /** How mailboxes see it; empty where it was filed by what is no mailbox any more. */
  readonly items: readonly Item[];
  /** The units that the other side is of, those of the incident first; empty for mail of nobody's unit. */
  readonly units: readonly string[];
  /** When a mail that we sent came back undelivered. */
  readonly bouncedAtMs: number | null;
}

/** All mail on an incident, in the order of its time. */
export async function trackedMails({ store, config }: IncidentDeps, incident: string): Promise<TrackedMail[]> {
  const actions = (await listActions(store.db, incident)).filter(({ messageId }) => messageId !== null);
  const ids = actions.flatMap(({ messageId }) => messageId ?? []);
  const mails = await storedEnvelopes(store.db, ids);
  const items = await itemsOnTicket(store.db, incident, ids);
  const responses = await responsesTo(store.db, ids);
  const hit = await ticketUnits(store.db, incident);
  const units = config.business_units.map(unitKeys);
  const sorted = [
    ...units.filter(({ name }) => hit.includes(name)),
    ...units.filter(({ name }) => !hit.includes(name)),
  ];
  const tracked = actions.flatMap((action): TrackedMail[] => {
    const mail = mails.get(action.messageId ?? 0);
    if (mail === undefined) return [];
    const atMs = action.direction === 'out' ? (mail.sentAtMs ?? action.atMs) : mail.receivedAtMs;
    return [
      {
        action,
        atMs,
        mail,
        items: items.get(mail.id) ?? [],
        units: unitsOf(otherSide(action, mail), sorted),
        bouncedAtMs: action.direction === 'out' ? bouncedAt(responses.get(mail.id) ?? []) : null,
      },
    ];
  });
  return tracked.sort(byTime);
}

/** Servers tell whole seconds: within one, what we sent comes first, since nobody answers so quickly. */
function byTime(one: TrackedMail, other: TrackedMail): number {
  const second = ({ atMs }: TrackedMail) => Math.floor(atMs / 1000);
  const incoming = ({ action }: TrackedMail) => (action.direction === 'out' ? 0 : 1);
  return second(one) - second(other) || incoming(one) - incoming(other) || one.action.id - other.action.id;
}

function otherSide({ direction }: ActionRow, { from, to, cc, bcc }: StoredEnvelope): readonly string[] {
  if (direction === 'out') return [...to, ...cc, ...bcc].map(({ address }) => address);
  return from === null ? [] : [from.address];
}

/** The mailboxes in which mail of the incident lies, each once. */
export function mailboxesOf(mails: readonly TrackedMail[]): readonly string[] {
  return [...new Set(mails.flatMap(({ items }) => items.map(({ mailbox }) => mailbox)))];
}

/** Whether one of the mailboxes that have the mail is in the set; what no mailbox has any more is everybody's. */
export function isReadable({ items }: TrackedMail, readable: ReadonlySet<string>): boolean {
  return items.length === 0 || items.some(({ mailbox }) => readable.has(mailbox));
}
