import { foldAccents } from './search-words.ts';
import { foldText } from './subject.ts';

/**
 * What a person looks for: every part must occur somewhere, at the beginning of a word. Blanks separate parts, quotes
 * hold one together. All but blanks and quotes is meant as it is, also "%", "_" and "-".
 */
export function searchParts(query: string): string[] {
  const parts = [...query.matchAll(/"([^"]*)"?|([^\s"]+)/gu)].map(
    ([, quoted, plain = '']) => quoted ?? unlisted(plain),
  );
  return [...new Set(parts.map(searchable).filter((part) => part !== ''))];
}

/** "Archer, Ann" is two names. */
function unlisted(word: string): string {
  return word.replace(/[,;]$/u, '');
}

/** Without case, accents and what nobody sees. */
function searchable(text: string): string {
  return foldAccents(foldText(text));
}

/** Those of the parts that occur in none of these texts. */
export function missingParts(parts: readonly string[], texts: readonly string[]): string[] {
  const folded = texts.map(searchable);
  return parts.filter((part) => !folded.some((text) => occurs(text, part)));
}

function occurs(text: string, part: string): boolean {
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + 1)) {
    if (beginsThere(text, at)) return true;
  }
  return false;
}

const letterFirst = /^[\p{L}\p{N}\p{M}]/u;
const letterLast = /[\p{L}\p{N}\p{M}]$/u;
/** Scripts that are written without blanks between words: beside them a word may begin anywhere. */
const unspaced = '[\\p{scx=Han}\\p{scx=Hira}\\p{scx=Kana}\\p{scx=Thai}\\p{scx=Laoo}\\p{scx=Khmr}\\p{scx=Mymr}]';
const unspacedFirst = new RegExp(`^${unspaced}`, 'u');
const unspacedLast = new RegExp(`${unspaced}$`, 'u');

function beginsThere(text: string, at: number): boolean {
  const [before, after] = [text.slice(Math.max(0, at - 2), at), text.slice(at, at + 2)];
  if (!letterFirst.test(after) || !letterLast.test(before)) return true;
  return unspacedLast.test(before) || unspacedFirst.test(after);
}
