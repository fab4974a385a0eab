import { Buffer } from 'node:buffer';

export interface FileNameOptions {
  /** Used where nothing of the name is left; our own word. */
  readonly fallback?: string;
  /** UTF-8 bytes, extension included; 255 is what common file systems take. */
  readonly maxBytes?: number;
}

const defaultMaxBytes = 200;
const extensionMaxBytes = 24;
/** Longer names are cut before anything else, so that no name costs more than a short one. */
const headLength = 700;
const tailLength = 100;

const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/gu;
/** Separators of paths, drives and streams, what Windows forbids in names, and letters that look like one of them. */
const forbidden = /[/\\:*?"<>|\u01c0\u2044\u2215\u2216\u2236\u27cb\u27cd\u29f5\u29f8\u29f9\u2571\u2572\ua789]/gu;
const leading = /^[.\s]+/u;
const trailing = /[.\s]+$/u;
/** Would be read as an option, a home folder or a hidden lock by the tools people use on the folder. */
const leadingSign = /^[-~]/u;
/** Names Windows gives to devices, with any extension; NFKC has made COM¹ into COM1 before. */
const device = /^(?:con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$|clock\$)\s*(?:\.|$)/iu;

/**
 * A name from a mail made into one plain file name: no separator, no leading dot, nothing invisible, no device name,
 * at most `maxBytes` bytes with the extension kept. Normalises first and checks last (a check before the zero-width
 * characters are gone was CVE-2026-28289). Applying it twice changes nothing.
 */
export function safeFileName(name: string, options: FileNameOptions = {}): string {
  const maxBytes = options.maxBytes ?? defaultMaxBytes;
  const plain = normalised(bounded(name));
  const named = plain === '' ? (options.fallback ?? 'attachment') : plain;
  const kept = limited(guarded(limited(named, maxBytes)), maxBytes);
  return kept === '' ? (options.fallback ?? 'attachment') : kept;
}

/**
 * A safe name that is not in `taken` yet, numbered where needed ("offer (2).pdf"), and remembers it there. Names that a
 * case-insensitive file system takes for the same are the same.
 */
export function uniqueFileName(name: string, taken: Set<string>, options: FileNameOptions = {}): string {
  const safe = safeFileName(name, options);
  const maxBytes = options.maxBytes ?? defaultMaxBytes;
  const [stem, extension] = splitExtension(safe);
  let candidate = safe;
  for (let number = 2; taken.has(collisionKey(candidate)); number += 1) {
    const ending = ` (${number})${extension}`;
    candidate = cutToBytes(stem, maxBytes - Buffer.byteLength(ending)).replace(trailing, '') + ending;
  }
  taken.add(collisionKey(candidate));
  return candidate;
}

function bounded(name: string): string {
  return name.length <= headLength + tailLength ? name : name.slice(0, headLength) + name.slice(-tailLength);
}

/** To the fixed point: taking a character out can bring two together that compose, or lay a dot bare. */
function normalised(name: string): string {
  let before = '';
  let after = name;
  while (after !== before) {
    before = after;
    after = before
      .replace(/\s/gu, ' ')
      .replace(unseen, '')
      .normalize('NFKC')
      .replace(forbidden, '_')
      .replace(/ {2,}/gu, ' ')
      .replace(leading, '')
      .replace(trailing, '');
  }
  return after;
}

function guarded(name: string): string {
  return leadingSign.test(name) || device.test(name) ? `_${name}` : name;
}

function limited(name: string, maxBytes: number): string {
  if (Buffer.byteLength(name) <= maxBytes) return name;
  const [stem, extension] = splitExtension(name);
  const room = maxBytes - Buffer.byteLength(extension);
  if (room < 1) return cutToBytes(name, maxBytes).replace(trailing, '');
  return cutToBytes(stem, room).replace(trailing, '') + extension;
}

function splitExtension(name: string): [stem: string, extension: string] {
  const dot = name.lastIndexOf('.');
  const extension = dot < 1 ? '' : name.slice(dot);
  if (extension.length < 2 || Buffer.byteLength(extension) > extensionMaxBytes) return [name, ''];
  return [name.slice(0, dot), extension];
}

function cutToBytes(text: string, maxBytes: number): string {
  let bytes = 0;
  let end = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > maxBytes) break;
    end += character.length;
  }
  return text.slice(0, end);
}

function collisionKey(name: string): string {
  return name.normalize('NFKC').toLowerCase().normalize('NFKC');
}
