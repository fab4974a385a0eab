import { colonTags, externalTags, replyPrefixes } from './subject-prefixes.ts';
import type { SubjectKeys } from './ticket.ts';

/**
 * Longer keys are cut and marked with their length: a store can index them, and two subjects that agree in this many
 * characters and in length are the same for people. Exchange itself keeps 255 characters.
 */
const longestKey = 500;
const cutAt = 470;

/** What nobody sees: soft hyphen, zero-width and bidi marks, byte order mark. Hebrew and Arabic prefixes carry them. */
const invisible = /[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]+/gu;
const loneSurrogate = /\p{Cs}/gu;
/** Unicode's own bound for streams (UAX 15): ordering marks takes time in the square of their number. */
const tooManyMarks = /(\p{M}{30})\p{M}+/gu;
/** Printable ASCII with single blanks within. */
const plainAscii = /^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/u;
const blanks = /[\s\p{Cc}]+/gu;

/** Both normal forms of a subject; '' never matches. Time is linear in the length of the subject. */
export function subjectKeys(subject: string): SubjectKeys {
  const folded = foldText(subject);
  return { exact: cut(folded), base: cut(folded.slice(endOfPrefixes(folded))) };
}

/**
 * NFKC, blanks folded and trimmed, lower case of no locale. A final sigma is a sigma, and a dotted i is an i
 * (otherwise "İhale" and "ihale" would differ, which to the Turkish reader are one word in two cases).
 */
export function foldText(text: string): string {
  // Of this there is nothing to fold but the case, and most subjects are so.
  if (plainAscii.test(text)) return text.toLowerCase();
  const visible = text
    .replace(loneSurrogate, '\ufffd')
    .replace(invisible, '')
    .replace(tooManyMarks, '$1')
    .normalize('NFKC');
  const lower = visible
    .toLowerCase()
    .replaceAll('ς', 'σ')
    .replace(/i\u0307+/gu, 'i')
    .normalize('NFKC');
  return lower.replace(blanks, ' ').trim();
}

function cut(key: string): string {
  return key.length <= longestKey ? key : `${key.slice(0, cutAt).replace(loneSurrogate, '')} [${key.length}]`;
}

const prefixes = new Set(replyPrefixes.map(foldText));
const tags = new Set(externalTags.map(foldText));
const beforeColon = new Set([...prefixes, ...colonTags.map(foldText)]);

/** No prefix or tag, with its counter and blanks, is longer. */
const longestPrefix = 48;
const closing: Readonly<Record<string, string>> = { '[': ']', '(': ')', '{': '}', '<': '>', '【': '】', '«': '»' };

/** The folded subject without the tags that mail gateways put before it. */
export function withoutTags(subject: string): string {
  const text = foldText(subject.slice(0, longestKey));
  let at = 0;
  for (let next = endOfTag(text, at); next !== null; next = endOfTag(text, at)) {
    at = next;
    while (text[at] === ' ') at += 1;
  }
  return text.slice(at);
}

/** It begins as an answer or a forwarded mail does, in any language; tags of mail gateways may stand before that. */
export function hasReplyPrefix(subject: string): boolean {
  const text = foldText(subject.slice(0, longestKey));
  for (let at = 0; ;) {
    if (isReplyPrefix(text, at)) return true;
    const next = endOfTag(text, at) ?? endOfPrefix(text, at);
    if (next === null) return false;
    at = next;
    while (text[at] === ' ') at += 1;
  }
}

function isReplyPrefix(text: string, start: number): boolean {
  const colon = indexWithin(text, ':', start);
  return colon !== null && prefixes.has(withoutCounter(text.slice(start, colon).trimEnd()));
}

function endOfPrefixes(text: string): number {
  let at = 0;
  for (;;) {
    const next = endOfTag(text, at) ?? endOfPrefix(text, at);
    if (next === null) return at;
    at = next;
    while (text[at] === ' ') at += 1;
  }
}

/** "re:", "re[2] :", "antw.:", "external:" */
function endOfPrefix(text: string, start: number): number | null {
  const colon = indexWithin(text, ':', start);
  if (colon === null) return null;
  const word = text.slice(start, colon).trimEnd();
  return beforeColon.has(word) || prefixes.has(withoutCounter(word)) ? colon + 1 : null;
}

/** "re[2]", "re(3)", "re^2" and "re*2" count replies. */
function withoutCounter(word: string): string {
  return word.replace(/ ?(?:\[\d{1,4}\]|\(\d{1,4}\)|[\^*]\d{1,4})$/u, '').replace(/\.$/u, '');
}

/** "[external]", "(ext)", "**external**", also with a colon after it. */
function endOfTag(text: string, start: number): number | null {
  const end = endOfBrackets(text, start) ?? endOfStars(text, start);
  if (end === null) return null;
  return text[end] === ':' ? end + 1 : end;
}

function endOfBrackets(text: string, start: number): number | null {
  const close = closing[text[start] ?? ''];
  const end = close === undefined ? null : indexWithin(text, close, start);
  if (end === null) return null;
  return isTag(text.slice(start + 1, end)) ? end + 1 : null;
}

function endOfStars(text: string, start: number): number | null {
  const stars = /^(\*{1,5})([^*]{1,40})\*{1,5}/u.exec(text.slice(start, start + longestPrefix));
  return stars?.[2] !== undefined && isTag(stars[2]) ? start + stars[0].length : null;
}

function isTag(text: string): boolean {
  return tags.has(text.trim().replace(/[:!]$/u, ''));
}

function indexWithin(text: string, wanted: string, start: number): number | null {
  const at = text.slice(start, start + longestPrefix).indexOf(wanted);
  return at < 0 ? null : start + at;
}
