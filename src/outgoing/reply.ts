import { htmlFromText } from '../content/html-text.ts';
import { IntegratorError } from '../domain/errors.ts';
import { mayUse } from '../domain/from-policy.ts';
import { actorName, decideAccess } from '../domain/policy.ts';
import { audit } from '../store/audit.ts';
import type { Item } from '../store/items.ts';
import { currentHandle } from '../store/outgoing-mail.ts';
import { storedEnvelopes } from '../store/stored-mails.ts';
import type { StoredEnvelope } from '../store/stored-mails.ts';
import { type Addressing, addressingOf } from './addressing.ts';
import { recipientsOf } from './compose.ts';
import type { OutgoingDeps } from './deps.ts';
import { completingAgent, sendingMailbox } from './from.ts';
import type { MailJob } from './mail-job.ts';
import { blankJob, type FileToSend, type SendPlan } from './send-mail.ts';

export interface ReplyRequest {
  readonly item: Item;
  /** How the mail is named: "m12". */
  readonly name: string;
  readonly all: boolean;
  readonly cc: readonly string[];
  readonly body: MailJob['body'];
  readonly files: readonly FileToSend[];
  /** Mailboxes it may go out from beside the agent's own: a team's, for its administrator. */
  readonly alsoFrom?: readonly string[];
}

export type ReplyPlan = SendPlan & { readonly addressing: Addressing };

/**
 * An answer in the thread goes out from the mailbox that has the mail, and is on the ticket that the mail is on. Throws
 * `not_allowed` (written down) where that mailbox is not the agent's to use, or its mail not the agent's to read.
 */
export async function planReply(deps: OutgoingDeps, request: ReplyRequest): Promise<ReplyPlan> {
  const { item, name, alsoFrom = [] } = request;
  const agent = completingAgent(deps);
  const refusal = whyRefused(deps, item, [...mayUse(agent), ...alsoFrom]);
  if (refusal !== null) {
    const entry = { verb: 'mail.reply', object: name, outcome: 'refused', detail: { because: refusal } } as const;
    await deps.store.write((trx) => audit(trx, deps.actor, deps.now(), entry));
    throw new IntegratorError('not_allowed', `${name}: ${refusal}`);
  }
  const mailbox = sendingMailbox(deps.config, item.mailbox);
  const cc = recipientsOf(request.cc);
  const mail = await answeredMail(deps, item);
  const handle = await currentHandle(deps.store.db, item.id);
  if (handle === null && mail.internetMessageId === null) {
    throw new IntegratorError('not_found', `${name} is no longer in ${item.mailbox}, so it cannot be answered there`, {
      hint: 'write a new mail: integrator mail send',
    });
  }
  const addressing = addressingOf(mail, { mailbox: mailbox.address, all: request.all, cc });
  if (addressing.to.length + addressing.cc.length === 0) {
    throw new IntegratorError('usage', `${name} has no sender, so there is nobody to answer`, {
      hint: 'write a new mail: integrator mail send',
    });
  }
  return {
    addressing,
    from: { address: mailbox.address, rule: 'chosen', because: 'it has the mail that is answered' },
    files: request.files,
    job: {
      ...blankJob(deps, { mailbox, agent: agent.id, action: 'reply', ticketId: item.ticket_id }),
      to: [...addressing.to],
      // The server adds the others itself.
      cc,
      subject: addressing.subject,
      body: { kind: 'html', content: htmlOf(request.body) },
      reply: { to: handle, internetMessageId: mail.internetMessageId, all: request.all },
    },
  };
}

async function answeredMail({ store }: OutgoingDeps, item: Item): Promise<StoredEnvelope> {
  const mail = (await storedEnvelopes(store.db, [item.message_id])).get(item.message_id);
  if (mail === undefined) throw new IntegratorError('store', 'the mail that is answered is not in the store');
  return mail;
}

/** An answer quotes the mail: to send from a mailbox, as outgoing.mailboxes lets agents, is not to read what is in it. */
function whyRefused({ actor }: OutgoingDeps, { mailbox }: Item, usable: readonly string[]): string | null {
  if (!usable.includes(mailbox)) return `${actorName(actor)} may not send from ${mailbox}`;
  const reading = decideAccess(actor, 'mail.read', mailbox);
  return reading.allowed ? null : `an answer quotes the mail, and ${reading.because}`;
}

function htmlOf({ kind, content }: MailJob['body']): string {
  return kind === 'html' ? content : htmlFromText(content);
}
