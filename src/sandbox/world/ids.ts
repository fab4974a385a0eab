import { createHash } from 'node:crypto';

/**
 * Ids as Exchange makes them: long, URL-safe, case-sensitive. Serial numbers are written in 52 letters, so that two
 * items 26 apart have ids that differ in nothing but upper and lower case.
 */
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const serialLength = 7;

export type IdKind = 'item' | 'immutable' | 'folder' | 'attachment';

/** Total lengths seen in the field: about 70 for immutable ids, 140 and more for the others. */
const shapes: Readonly<Record<IdKind, { start: string; middle: number }>> = {
  item: { start: 'AAMkA', middle: 128 },
  immutable: { start: 'AAkAL', middle: 48 },
  folder: { start: 'AQMkA', middle: 96 },
  attachment: { start: 'AAMkB', middle: 160 },
};

/** Makes and reads the ids of one mailbox. */
export class IdMaker {
  readonly #prefixes: ReadonlyMap<IdKind, string>;

  constructor(mailboxKey: string) {
    this.#prefixes = new Map(
      (['item', 'immutable', 'folder', 'attachment'] as const).map((kind) => [
        kind,
        shapes[kind].start + filler(`${kind}:${mailboxKey}`, shapes[kind].middle),
      ]),
    );
  }

  make(kind: IdKind, serial: number): string {
    return `${this.#prefixes.get(kind) ?? ''}${writeSerial(serial)}=`;
  }

  /** The serial number of an id of this kind and mailbox; null for any other text. */
  read(kind: IdKind, id: string): number | null {
    const prefix = this.#prefixes.get(kind) ?? '';
    if (!id.startsWith(prefix) || !id.endsWith('=') || id.length !== prefix.length + serialLength + 1) return null;
    return readSerial(id.slice(prefix.length, -1));
  }
}

/**
 * As in Microsoft's own examples: the mailbox's GUID, then that of the conversation, so that all ids of a mailbox begin
 * alike and the same thread ends alike in every mailbox.
 */
export function conversationId(mailboxGuid: string, conversation: string): string {
  const thread = createHash('sha256').update(conversation).digest().subarray(0, 16);
  return `AAQkAD${Buffer.from(mailboxGuid).toString('base64url')}AQA${thread.toString('base64url')}=`;
}

/** True for text that could be an id of some mailbox; anything else is "Id is malformed". */
export function looksLikeId(id: string): boolean {
  return /^A[AQ][A-Za-z0-9_-]{40,}=$/.test(id);
}

function filler(text: string, length: number): string {
  let out = '';
  for (let round = 0; out.length < length; round += 1) {
    out += createHash('sha256').update(`${round}:${text}`).digest('base64url');
  }
  return out.slice(0, length);
}

function writeSerial(serial: number): string {
  let rest = serial;
  let out = '';
  for (let place = 0; place < serialLength; place += 1) {
    out = (letters[rest % letters.length] ?? 'A') + out;
    rest = Math.floor(rest / letters.length);
  }
  return out;
}

function readSerial(text: string): number | null {
  let serial = 0;
  for (const letter of text) {
    const digit = letters.indexOf(letter);
    if (digit < 0) return null;
    serial = serial * letters.length + digit;
  }
  return serial;
}
