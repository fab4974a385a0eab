import { planIncidentReply } from '../../incidents/reply.ts';
import type { CommandContext } from '../context.ts';
import { bodyOf } from '../outgoing/mail-content.ts';
import { filesToSend, sendPlan } from '../outgoing/send-plan.ts';
import type { SendingFlags } from '../outgoing/send-plan.ts';
import { withOutgoing } from '../outgoing/with-outgoing.ts';
import { withKey } from './with-key.ts';

export interface ReplyFlags extends SendingFlags {
  readonly to?: string;
  readonly body: string;
  readonly all?: boolean;
  readonly toReplyAddress?: boolean;
  readonly cc?: readonly string[];
  readonly attach?: readonly string[];
}

export async function reply(context: CommandContext, incident: string, flags: ReplyFlags): Promise<void> {
  const body = await bodyOf(context, flags.body);
  const files = await filesToSend(context, flags.attach ?? []);
  await withOutgoing(context, async (outgoing) => {
    const { to = null, all = false, cc = [], toReplyAddress = false } = flags;
    const deps = withKey(context, outgoing);
    const request = { incident, to, all, cc, body, files, toReplyAddress };
    const { plan, answered, unit } = await planIncidentReply(deps, request);
    const { from, subject, verified } = answered.mail;
    const who = `${from?.address ?? 'nobody'}${unit === null ? '' : ` (${unit})`}`;
    context.output.say(`answering ${who}: ${subject === '' ? '(no subject)' : subject}`);
    if (verified === 'fail') context.output.warn(`the sender of this mail is not verified: is ${who} who it says?`);
    await sendPlan(context, outgoing, plan, flags);
  });
}
