import { safeFileName, uniqueFileName } from '../../content/file-name.ts';
import type { FileStore } from '../../store/file-store.ts';
import { IntegratorError } from '../../domain/errors.ts';
import type { StoredAttachment } from '../../store/attachments.ts';
import type { StoredMail } from '../../store/stored-mails.ts';
import type { ExportedAttachment, ExportedFile } from './manifest.ts';
import type { NewDirectory } from './new-directory.ts';
import { rebuiltMail } from './rebuilt-mail.ts';

export interface MailToWrite {
  /** 1 for the oldest. */
  readonly number: number;
  readonly direction: 'in' | 'out';
  readonly atMs: number;
  readonly mail: StoredMail;
  readonly attachments: readonly StoredAttachment[];
}

export interface WrittenMail {
  readonly file: string;
  readonly original: boolean;
  readonly rebuiltBecause: string | null;
  readonly attachments: readonly ExportedAttachment[];
  readonly files: readonly ExportedFile[];
  /** What is amiss in the store, for people. */
  readonly problems: readonly string[];
}

/** Writes one mail with its attachments; what the store has lost or damaged is said, and the rest is written. */
export async function writeMail(to: NewDirectory, store: FileStore, each: MailToWrite): Promise<WrittenMail> {
  const writer = new MailWriter(to, store);
  const attachments: ExportedAttachment[] = [];
  const taken = new Set<string>();
  for (const attachment of each.attachments) {
    attachments.push(await writer.attachment(`attachments/${ordinal(each)}`, attachment, taken));
  }
  const path = `mails/${mailName(each)}`;
  const lost = await writer.original(path, each.mail.originalSha256);
  if (lost !== null) await writer.rebuilt(path, each, lost, attachments);
  const { files, problems } = writer;
  return { file: path, original: lost === null, rebuiltBecause: lost, attachments, files, problems };
}

class MailWriter {
  readonly files: ExportedFile[] = [];
  readonly problems: string[] = [];
  readonly #to: NewDirectory;
  readonly #store: FileStore;

  constructor(to: NewDirectory, store: FileStore) {
    this.#to = to;
    this.#store = store;
  }

  async attachment(folder: string, attachment: StoredAttachment, taken: Set<string>): Promise<ExportedAttachment> {
    const { name, contentType, inline, sha256, note } = attachment;
    const about = { name, content_type: contentType, inline };
    if (sha256 === null) return { ...about, file: null, note: note ?? 'no content' };
    const path = `${folder}/${uniqueFileName(name, taken)}`;
    const problem = await this.#copy(path, sha256);
    if (problem === null) return { ...about, file: path, note };
    this.problems.push(`the attachment ${JSON.stringify(name)} ${problem}`);
    return { ...about, file: null, note: problem };
  }

  /** null where the original was written; else why not. */
  async original(path: string, sha256: string | null): Promise<string | null> {
    if (sha256 === null) return 'the original was not kept';
    const problem = await this.#copy(path, sha256);
    if (problem === null) return null;
    this.problems.push(`the original of ${path} ${problem}`);
    return `the original ${problem}`;
  }

  async rebuilt(
    path: string,
    { mail, attachments }: MailToWrite,
    because: string,
    written: readonly ExportedAttachment[],
  ): Promise<void> {
    const whole = attachments.flatMap((attachment, at) => {
      const { sha256 } = attachment;
      if (sha256 === null || written[at]?.file === null) return [];
      return { ...attachment, bytes: () => this.#store.read(sha256) };
    });
    this.files.push(await this.#to.write(path, rebuiltMail(mail, whole, because)));
  }

  /** null where the file is there as it was stored; else what is amiss, and it is not written. */
  async #copy(path: string, sha256: string): Promise<string | null> {
    const read = (): AsyncIterable<Uint8Array> | null => {
      try {
        return this.#store.read(sha256);
      } catch (thrown) {
        if (thrown instanceof IntegratorError && thrown.kind === 'store') return null;
        throw thrown;
      }
    };
    const bytes = read();
    if (bytes === null) return 'is missing in the store';
    const file = await this.#to.write(path, bytes);
    if (file.sha256 === sha256) {
      this.files.push(file);
      return null;
    }
    await this.#to.remove(path);
    return 'is damaged in the store';
  }
}

/** 0012-20261101T090000Z-in-Payroll.eml: sorts by number, says enough, and holds nothing of the sender's that is not safe. */
function mailName(each: MailToWrite): string {
  const time = `${new Date(each.atMs).toISOString().slice(0, 19).replace(/[-:]/gu, '')}Z`;
  const subject = safeFileName(each.mail.subject, { fallback: 'no subject', maxBytes: 80 });
  return `${ordinal(each)}-${time}-${each.direction}-${subject}.eml`;
}

function ordinal({ number }: MailToWrite): string {
  return String(number).padStart(4, '0');
}
