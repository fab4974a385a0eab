import { z } from 'zod';

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
  /** The ticket it becomes an action of; null for campaigns. */
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
  /** The mail answered, in the same mailbox. */
  reply: z.object({ to: z.string(), all: z.boolean() }).nullable(),
  /** Only from `submitting` on can it have been sent. */
  step: z.enum(['new', 'submitting']),
  draft: draft.nullable(),
});
export type MailJob = z.infer<typeof mailJobSchema>;

export const mailKind = 'mail';
