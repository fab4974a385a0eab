import type { Person } from '../domain/message.ts';
import { mailId } from '../inbox/mail-id.ts';
import { attachmentsOf } from '../store/attachments.ts';
import type { IncidentDeps } from './deps.ts';
import { requireIncident } from './find-incident.ts';
import { readableMailboxes, requireInvolved } from './team.ts';
import { isReadable, mailboxesOf, trackedMails } from './tracked-mails.ts';
import type { TrackedMail } from './tracked-mails.ts';

/** A line of `incident mails`; the names are those of the JSON. */
export interface IncidentMail {
  /** By which it is answered and shown; null where no mailbox has it any more. */
  readonly id: string | null;
  /** The unit of the other side; null where it is of none. */
  readonly unit: string | null;
  readonly units: readonly string[];
  readonly direction: 'in' | 'out';
  /** When it was received; of mail that went out, when it was sent. */
  readonly at: string;
  /** The Date that the sender gave it. */
  readonly sent_at: string | null;
  readonly from: Person | null;
  readonly to: readonly Person[];
  readonly cc: readonly Person[];
  readonly subject: string;
  /** What the receiving server says of the sender; null for mail that went out. */
  readonly verified: 'pass' | 'fail' | 'none' | null;
  readonly verified_because: string | null;
  /** rule, thread, an agent or operator. */
  readonly filed_by: string;
  readonly mailboxes: readonly string[];
  readonly attachments: number;
  readonly original_kept: boolean;
  readonly internet_message_id: string | null;
  /** When it came back undelivered. */
  readonly bounced_at: string | null;
}

export interface IncidentMails {
  readonly incident: string;
  readonly mails: readonly IncidentMail[];
  /** On the incident too, in mailboxes that are not this agent's. */
  readonly hidden: number;
}

/** Mail on an incident, oldest first. Throws `not_found`, `usage`, `not_allowed` (written down). */
export async function incidentMails(deps: IncidentDeps, name: string): Promise<IncidentMails> {
  const incident = await requireIncident(deps.store.db, name);
  const tracked = await trackedMails(deps, incident.id);
  const mailboxes = mailboxesOf(tracked);
  await requireInvolved(deps, { command: 'incident.mails', incident: incident.id, mailboxes });
  const readable = readableMailboxes(deps, mailboxes);
  const shown = tracked.filter((each) => isReadable(each, readable));
  const mails: IncidentMail[] = [];
  for (const each of shown) mails.push(await lineOf(deps, each, readable));
  return { incident: incident.id, mails, hidden: tracked.length - shown.length };
}

async function lineOf(
  { store }: IncidentDeps,
  { action, atMs, mail, items, units, bouncedAtMs }: TrackedMail,
  readable: ReadonlySet<string>,
): Promise<IncidentMail> {
  const item = items.find(({ mailbox }) => readable.has(mailbox));
  const incoming = action.direction !== 'out';
  const attachments = mail.hasAttachments ? await attachmentsOf(store.db, mail.id) : [];
  return {
    id: item === undefined ? null : mailId(item.id),
    unit: units[0] ?? null,
    units,
    direction: incoming ? 'in' : 'out',
    at: new Date(atMs).toISOString(),
    sent_at: mail.sentAtMs === null ? null : new Date(mail.sentAtMs).toISOString(),
    from: mail.from,
    to: mail.to,
    cc: mail.cc,
    subject: mail.subject,
    verified: incoming ? mail.verified : null,
    verified_because: incoming ? mail.verifiedDetail : null,
    filed_by: action.filedBy,
    mailboxes: items.map(({ mailbox }) => mailbox),
    attachments: attachments.filter(({ inline }) => !inline).length,
    original_kept: mail.originalSha256 !== null,
    internet_message_id: mail.internetMessageId,
    bounced_at: bouncedAtMs === null ? null : new Date(bouncedAtMs).toISOString(),
  };
}
