/** Nobody looks for what stands further down, and PostgreSQL counts positions no further. */
const mostWords = 16_000;
/** Longer runs of letters and digits are no words. */
const longestWord = 64;

const plain = /^\p{ASCII}*$/u;
const asciiWord = /[a-z0-9]+/gu;
/** Scripts that are written without blanks between words: each character is a word, so that parts of a text are found. */
const unspaced =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}';
const word = new RegExp(`[${unspaced}]\\p{M}*|(?:(?![${unspaced}])[\\p{L}\\p{N}\\p{M}])+`, 'gu');
/** Accents, Hebrew points and Arabic vowel signs, which people leave out when they look for something. */
const accents = /[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]/gu;

/** The words of a text in the form in which they are looked for: lower-case, without accents. Time is linear. */
export function searchWords(text: string): string[] {
  const words = foldAccents(text).match(plain.test(text) ? asciiWord : word);
  return (words ?? []).slice(0, mostWords).map((each) => each.slice(0, longestWord));
}

/** Lower case, without accents. */
export function foldAccents(text: string): string {
  if (plain.test(text)) return text.toLowerCase();
  const lower = text.normalize('NFKD').replace(accents, '').toLowerCase().normalize('NFKC');
  return lower.replaceAll('ß', 'ss').replaceAll('ı', 'i');
}

/** Words that must follow one another, the last of which may be the beginning of a word. */
export type SearchTerm = readonly string[];

/**
 * What a person looks for: every term must occur. Blanks separate terms, quotes hold one together, and what has several
 * words in it ("carla@acme.example") is one term too. Empty where there is nothing to look for.
 */
export function searchTerms(query: string): SearchTerm[] {
  const parts = [...query.matchAll(/"([^"]*)"?|(\S+)/gu)].map((match) => match[1] ?? match[2] ?? '');
  return parts.map(searchWords).filter((words) => words.length > 0);
}
