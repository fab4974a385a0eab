import { createHash } from 'node:crypto';
import { z } from 'zod';

/** What `manifest.json` of an exported incident holds; also read back by `--verify`. */
const person = z.object({ name: z.string(), address: z.string() });
const exportedFile = z.object({ path: z.string(), size: z.number(), sha256: z.string().regex(/^[0-9a-f]{64}$/) });

const exportedAttachment = z.object({
  /** As the sender called it. */
  name: z.string(),
  /** null where there is no content, for the reason in `note`. */
  file: z.string().nullable(),
  content_type: z.string(),
  inline: z.boolean(),
  note: z.string().nullable(),
});

const exportedMail = z.object({
  number: z.number(),
  direction: z.enum(['in', 'out']),
  units: z.array(z.string()),
  at: z.string(),
  sent_at: z.string().nullable(),
  received_at: z.string(),
  from: person.nullable(),
  to: z.array(person),
  cc: z.array(person),
  bcc: z.array(person),
  subject: z.string(),
  internet_message_id: z.string().nullable(),
  verified: z.enum(['pass', 'fail', 'none']),
  verified_because: z.string(),
  filed_by: z.string(),
  bounced_at: z.string().nullable(),
  mailboxes: z.array(z.object({ mailbox: z.string(), id: z.string(), folders: z.array(z.string()) })),
  file: z.string(),
  /** true: the bytes as the server gave them · false: rebuilt from what is stored, for the reason in `rebuilt_because`. */
  original: z.boolean(),
  rebuilt_because: z.string().nullable(),
  attachments: z.array(exportedAttachment),
});

const exportedEntry = z.object({ kind: z.string(), at: z.string(), by: z.string(), text: z.string() });

export const exportFormat = 'integrator-incident-export/1';

const headSchema = z.object({
  format: z.literal(exportFormat),
  /** SHA-256 over incident, mails, entries and files: the same where the same was exported. */
  content_sha256: z.string(),
  exported_at: z.string(),
  exported_by: z.object({ unix_user: z.string(), agent: z.string().nullable(), name: z.string().nullable() }),
});

const contentSchema = z.object({
  incident: z.object({
    id: z.string(),
    reference: z.string().nullable(),
    type: z.string(),
    summary: z.string(),
    status: z.string(),
    details: z.string(),
    units: z.array(z.string()),
    created_at: z.string(),
    updated_at: z.string(),
  }),
  mails: z.array(exportedMail),
  /** Notes and the system's own entries. */
  entries: z.array(exportedEntry),
  /** All files but this one and the list of sums. */
  files: z.array(exportedFile),
});

export const manifestSchema = headSchema.extend(contentSchema.shape);

type Content = z.infer<typeof contentSchema>;
export type Manifest = z.infer<typeof manifestSchema>;
export type ExportedFile = z.infer<typeof exportedFile>;
export type ExportedMail = z.infer<typeof exportedMail>;
export type ExportedAttachment = z.infer<typeof exportedAttachment>;

/** Does not depend on the order in which somebody wrote the keys. */
export function contentHash(content: Content): string {
  return createHash('sha256')
    .update(JSON.stringify(contentSchema.parse(content)))
    .digest('hex');
}

export const manifestName = 'manifest.json';
export const sumsName = 'SHA256SUMS';

/** What `sha256sum -c` reads. Our own names hold neither a line break nor a backslash. */
export function sumsText(files: readonly ExportedFile[]): string {
  return files.map(({ sha256, path }) => `${sha256}  ${path}\n`).join('');
}
