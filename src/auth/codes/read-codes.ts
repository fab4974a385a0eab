/**
 * The numbers in what a person typed or pasted: AADSTS50011, aadsts50011:, a bare 50011, a whole page. Where AADSTS
 * stands anywhere, a number without it counts only as a word of its own: a page also names ids and times.
 */
export function readCodes(words: readonly string[]): readonly number[] {
  const text = words.join(' ');
  if (!/AADSTS[\s:#-]*\d/i.test(text)) return numbersOf(text.matchAll(/(?<![\w.-])0*(\d{4,8})(?![\w-])/g));
  const alone = words.length === 1 ? [] : words.filter((word) => /^\d{4,8}[:.,;]?$/.test(word));
  const named = [text, ...alone.map((word) => `AADSTS${word}`)].join(' ');
  return numbersOf(named.matchAll(/AADSTS[\s:#-]*0*(\d{4,8})(?!\d)/gi));
}

function numbersOf(found: Iterable<RegExpExecArray>): readonly number[] {
  return [...new Set(Array.from(found, ([, digits]) => Number(digits)))];
}
