/**
 * The numbers in what a person typed or pasted: AADSTS50011, aadsts50011:, a bare 50011, a whole page. Where AADSTS
 * stands anywhere, a number without it counts only as a word of its own: a page also names ids and times.
 */
export function readCodes(words: readonly string[]): readonly number[] {
  const text = words.join(' ');
  const named = /AADSTS[\s:#-]*0*(\d{4,8})(?!\d)/gi;
  if (!named.test(text)) return numbersIn(text, /(?<![\w.-])0*(\d{4,8})(?![\w-])/g);
  const alone = words.filter((word) => /^\d{4,8}[:.,;]?$/.test(word));
  return numbersIn(words.length === 1 ? text : `${text} ${alone.map((word) => `AADSTS${word}`).join(' ')}`, named);
}

function numbersIn(text: string, pattern: RegExp): readonly number[] {
  return [...new Set([...text.matchAll(new RegExp(pattern))].map(([, digits]) => Number(digits)))];
}
