import { storeError } from '../store/store-error.ts';
import type { ImportedMessage } from '../domain/message.ts';
import type { PreparedMail } from '../filing/prepared-mail.ts';
import type { Folder, PresentEntry, ReadOptions, ReadResult } from '../mail/provider.ts';
import type { SetAside } from '../store/set-aside.ts';
import { damaged } from './damaged.ts';
import type { ImportMailboxDeps, MailboxJob } from './mailbox-job.ts';
import { ownTrouble } from './own-trouble.ts';
import { prepareRead } from './prepare-read.ts';

/** A page is committed in parts when the texts of its mails are longer than so many letters together. */
const mostHeld = 8 * 1024 * 1024;

export interface Reading {
  readonly folder: Folder;
  readonly job: MailboxJob;
  readonly deps: ImportMailboxDeps;
  /** Mail received before it is passed over. */
  readonly floorMs: number;
  readonly options: ReadOptions;
}

/** Mails that were read, ready to be committed. */
export interface ReadPart {
  readonly mails: readonly PreparedMail[];
  /** These cannot be read or prepared. */
  readonly setAside: readonly SetAside[];
  /** Provider ids of all others: they came, are gone, or are not wanted. */
  readonly settled: readonly string[];
  readonly skipped: number;
}

/** Reads these mails; parts that fill the memory are given to `onPart` on the way, and the last one is returned. */
export async function readMails(
  entries: readonly PresentEntry[],
  reading: Reading,
  onPart: (part: ReadPart) => Promise<void>,
): Promise<ReadPart> {
  let part = new PartOfPage(reading);
  for await (const result of readEach(entries, reading)) {
    await part.add(result);
    if (part.held < mostHeld) continue;
    await onPart(part);
    part = new PartOfPage(reading);
  }
  return part;
}

/** What became of one mail that was read, alone. */
export async function partOf(result: ReadResult, reading: Reading): Promise<ReadPart> {
  const part = new PartOfPage(reading);
  await part.add(result);
  return part;
}

/** When a fault of ours ends the reading of all, those that are left are read one by one: only the bad one is lost. */
async function* readEach(entries: readonly PresentEntry[], reading: Reading): AsyncGenerator<ReadResult> {
  if (entries.length === 0) return;
  const left = new Map(entries.map((entry) => [entry.providerId, entry]));
  try {
    for await (const result of reading.deps.reader.read(entries, reading.options)) {
      left.delete(idOf(result));
      yield result;
    }
    return;
  } catch (thrown) {
    ownFault(thrown, reading);
  }
  for (const entry of left.values()) yield await readAlone(entry, reading);
}

async function readAlone(entry: PresentEntry, reading: Reading): Promise<ReadResult> {
  const { providerId } = entry;
  try {
    for await (const result of reading.deps.reader.read([entry], reading.options)) {
      if (idOf(result) === providerId) return result;
    }
    return { kind: 'gone', providerId };
  } catch (thrown) {
    return { kind: 'damaged', providerId, error: ownFault(thrown, reading) };
  }
}

/** Readers throw what meets every mail, and it goes on; what they never throw is a fault in reading one of them. */
function ownFault(thrown: unknown, { options }: Reading) {
  const error = storeError(thrown);
  if (options.signal.aborted || error.kind !== 'bug') throw error;
  return error;
}

function idOf(result: ReadResult): string {
  return result.kind === 'message' ? result.message.providerId : result.providerId;
}

class PartOfPage implements ReadPart {
  readonly mails: PreparedMail[] = [];
  readonly setAside: SetAside[] = [];
  readonly settled: string[] = [];
  skipped = 0;
  /** How many letters the texts have that are in memory. */
  held = 0;
  readonly #reading: Reading;

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  async add(result: ReadResult): Promise<void> {
    if (result.kind === 'message') await this.#addMessage(result.message);
    else if (result.kind === 'damaged') this.#putAside(result.providerId, null, result.error);
    else this.settled.push(result.providerId);
  }

  async #addMessage(message: ImportedMessage): Promise<void> {
    const { job, deps, floorMs, options } = this.#reading;
    const { providerId } = message;
    let subject: string | null = null;
    try {
      subject = message.subject;
      if (message.isDraft) this.settled.push(providerId);
      else if (message.receivedAtMs < floorMs) {
        this.skipped += 1;
        this.settled.push(providerId);
      } else {
        const letters = lettersOf(message);
        this.mails.push(await prepareRead(message, job, deps));
        this.settled.push(providerId);
        this.held += letters;
      }
    } catch (thrown) {
      this.#putAside(providerId, subject, ownTrouble(thrown, options.signal));
    }
  }

  #putAside(providerId: string, subject: string | null, error: unknown): void {
    const { folder, floorMs } = this.#reading;
    this.setAside.push(damaged({ folder, floorMs, providerId, subject, error }));
  }
}

function lettersOf({ body, uniqueBody, headers }: ImportedMessage): number {
  let letters = body.content.length + (uniqueBody?.content.length ?? 0);
  for (const { name, value } of headers) letters += name.length + value.length;
  return letters;
}
