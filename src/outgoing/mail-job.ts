import { z } from 'zod';
import type { Person } from '../domain/message.ts';
import { outboxRow } from '../store/outbox.ts';
import type { StoreReader } from '../store/store.ts';

const person = z.object({ name: z.string(), address: z.string() });
const draft = z.object({
  id: z.string(),
  internetMessageId: z.string().nullable(),
  conversationId: z.string().nullable(),
  subject: z.string(),
  to: z.array(z.string()),
  cc: z.array(z.string()),
});

/** A mail of the outbox: all that is needed to send it, and how far it came. */
export const mailJobSchema = z.object({
  connection: z.string(),
  mailbox: z.string(),
  user: z.string().nullable(),
  /** The ticket it becomes an action of; null: of none. */
  ticketId: z.string().nullable(),
  action: z.string(),
  /** Who completes the action. */
  agent: z.string(),
  unixUser: z.string(),
  mark: z.string(),
  from: person,
  to: z.array(person),
  cc: z.array(person),
  bcc: z.array(person),
  subject: z.string(),
  body: z.object({ kind: z.enum(['html', 'text']), content: z.string() }),
  /** Headers of our own beside the mark. */
  headers: z.array(z.object({ name: z.string(), value: z.string() })).exactOptional(),
  files: z.array(z.object({ name: z.string(), contentType: z.string(), sha256: z.string(), size: z.number() })),
  reply: z
    .object({
      /** The handle of the mail answered, in the same mailbox; null where it is not where it was. */
      to: z.string().nullable(),
      /** Its own message id, to find it by where the handle is no longer good. */
      internetMessageId: z.string().nullable().exactOptional(),
      all: z.boolean(),
      /** Nobody else may be written to, whomever the server addresses. */
      only: z.array(z.string()).exactOptional(),
    })
    .nullable(),
  /** Only from `submitting` on can it have been sent. */
  step: z.enum(['new', 'submitting']),
  draft: draft.nullable(),
});
export type MailJob = z.infer<typeof mailJobSchema>;

export const mailKind = 'mail';

export interface Envelope {
  readonly to: readonly Person[];
  readonly cc: readonly Person[];
  readonly subject: string;
}

/**
 * Whom a mail goes to, under which subject. A reply is addressed by the server, and its draft tells how; before there is
 * one, `to` and `subject` are what was planned.
 */
export function envelopeOf({ reply, draft: made, to, cc, subject }: MailJob): Envelope {
  if (reply === null || made === null) return { to, cc, subject };
  const named = new Map([...to, ...cc].map((one) => [one.address, one]));
  const people = (list: readonly string[]) => list.map((address) => named.get(address) ?? { name: '', address });
  return { to: people(made.to), cc: people(made.cc), subject: made.subject };
}

/** The same of an outbox row, once its draft is made; null before. */
export async function draftedEnvelope(db: StoreReader, outboxId: number): Promise<Envelope | null> {
  const row = await outboxRow(db, outboxId);
  if (row === undefined) return null;
  const job = mailJobSchema.parse(JSON.parse(row.payload_json));
  return job.draft === null ? null : envelopeOf(job);
}
