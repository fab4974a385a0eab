import { randomUUID } from 'node:crypto';
import { headerText, subjectLine } from '../content/header-line.ts';
import { IntegratorError } from '../domain/errors.ts';
import { largestFile } from '../mail/sender.ts';
import { audit } from '../store/audit.ts';
import { clientName } from '../store/clients.ts';
import { addOutboxRow } from '../store/outbox.ts';
import type { StoreWriter } from '../store/store.ts';
import { findTicket } from '../store/tickets.ts';
import type { Addressing } from './addressing.ts';
import { mostRecipients, recipientsOf } from './compose.ts';
import type { OutgoingDeps } from './deps.ts';
import { type ChosenFrom, completingAgent, decideFrom, type SendingMailbox, sendingMailbox } from './from.ts';
import { type MailJob, mailKind } from './mail-job.ts';

export interface SendRequest {
  readonly ticket: string;
  readonly action: string;
  readonly quotation: boolean;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly bcc: readonly string[];
  readonly subject: string;
  readonly from: string | null;
  readonly body: MailJob['body'];
  readonly files: readonly FileToSend[];
}

export interface FileToSend {
  readonly name: string;
  readonly contentType: string;
  bytes(): AsyncIterable<Uint8Array>;
}

export interface SendPlan {
  readonly from: ChosenFrom;
  readonly job: MailJob;
  readonly files: readonly FileToSend[];
  /** Of a reply: whom the server will address it to. */
  readonly addressing?: Addressing;
}

/** Decides everything and changes nothing. Throws `usage`, `not_found`, `not_allowed`. */
export async function planSend(deps: OutgoingDeps, request: SendRequest): Promise<SendPlan> {
  const agent = completingAgent(deps);
  const ticket = await findTicket(deps.store.db, request.ticket);
  if (ticket === undefined) throw new IntegratorError('not_found', `there is no ticket ${request.ticket}`);
  const client = await clientName(deps.store.db, ticket.client_id);
  const { action, quotation } = request;
  const chosen = request.from === null ? null : (recipientsOf([request.from])[0]?.address ?? null);
  const from = await decideFrom(deps, { action, quotation, client, chosen });
  const mailbox = sendingMailbox(deps.config, from.address);
  const [to, cc, bcc] = [recipientsOf(request.to), recipientsOf(request.cc), recipientsOf(request.bcc)];
  if (to.length + cc.length + bcc.length === 0) throw new IntegratorError('usage', 'nobody to send to: add --to');
  mustBeSendable({ to, cc, bcc }, request.files);
  const blank = blankJob(deps, { mailbox, agent: agent.id, action, ticketId: ticket.id });
  const job = { ...blank, to, cc, bcc, subject: subjectLine(request.subject), body: request.body };
  return { from, job, files: request.files };
}

/** Throws `usage` for what no mail can be: too many recipients, a file name that could become two headers. */
function mustBeSendable(
  { to, cc, bcc }: Pick<MailJob, 'to' | 'cc' | 'bcc'>,
  files: readonly { readonly name: string }[],
): void {
  const recipients = to.length + cc.length + bcc.length;
  if (recipients > mostRecipients) {
    throw new IntegratorError('usage', `${recipients} recipients are more than the ${mostRecipients} Exchange takes`);
  }
  for (const { name } of files) headerText(name, `the file name ${JSON.stringify(name)}`);
}

export interface JobBasis {
  readonly mailbox: SendingMailbox;
  readonly agent: string;
  readonly action: string;
  /** null: the mail becomes an action of no ticket. */
  readonly ticketId: string | null;
}

/** A mail of its own mark, from that mailbox, to nobody yet. */
export function blankJob(deps: OutgoingDeps, { mailbox, agent, action, ticketId }: JobBasis): MailJob {
  return {
    connection: mailbox.connection,
    mailbox: mailbox.address,
    user: mailbox.user ?? null,
    ticketId,
    action,
    agent,
    unixUser: deps.actor.unixUser,
    mark: randomUUID(),
    from: { name: senderName(deps, mailbox.address, agent), address: mailbox.address },
    to: [],
    cc: [],
    bcc: [],
    subject: '',
    body: { kind: 'text', content: '' },
    files: [],
    reply: null,
    step: 'new',
    draft: null,
  };
}

/** The same for another recipient: a mark belongs to one mail. */
export function markedAnew(job: MailJob): MailJob {
  return { ...job, mark: randomUUID() };
}

/** The agent's name on the agent's own mailbox; a shared one has the name its directory entry gives it. */
function senderName({ config }: OutgoingDeps, address: string, agent: string): string {
  const own = config.connections.some(({ mailboxes }) =>
    mailboxes.some((mailbox) => mailbox.address === address && mailbox.agents.includes(agent)),
  );
  return own ? (config.agents.find(({ id }) => id === agent)?.name ?? '') : '';
}

/** Puts the files into the store, then the row: from here on it is sent, or said why not. Gives the row's number. */
export async function queueMail(deps: OutgoingDeps, { job, files }: SendPlan): Promise<number> {
  mustBeSendable(job, files);
  const payload: MailJob = { ...job, files: await storeFiles(deps, files) };
  const id = await deps.store.write((trx) => addMail(trx, deps, payload, `mail:${job.mark}`));
  if (id === null) throw new IntegratorError('bug', 'a mail was put into the outbox twice');
  return id;
}

export async function storeFiles({ store }: OutgoingDeps, files: readonly FileToSend[]): Promise<MailJob['files']> {
  const stored: MailJob['files'] = [];
  for (const file of files) {
    const kept = await store.files.put(file.bytes(), largestFile);
    stored.push({ name: file.name, contentType: file.contentType, ...kept });
  }
  return stored;
}

/** The outbox row of a mail whose files are stored; null where that key has one already. Throws `usage`. */
export async function addMail(
  trx: StoreWriter,
  { actor, now, presence }: OutgoingDeps,
  job: MailJob,
  key: string,
): Promise<number | null> {
  mustBeSendable(job, job.files);
  const id = await addOutboxRow(trx, { key, kind: mailKind, payload: job, atMs: now(), heldBy: presence?.name() });
  if (id === null) return null;
  const recipients = job.to.map(({ address }) => address);
  const detail = { mailbox: job.mailbox, action: job.action, recipients, outbox: id };
  await audit(trx, actor, now(), { verb: 'mail.send', object: job.ticketId ?? job.action, detail });
  return id;
}
