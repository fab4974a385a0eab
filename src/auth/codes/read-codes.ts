/**
 * The numbers in what a person typed or pasted: AADSTS50011, aadsts50011:, a bare 50011, a whole page. Where AADSTS
 * stands anywhere, only numbers that follow it count: a page also names ids and times.
 */
export function readCodes(words: readonly string[]): readonly number[] {
  const text = words.join(' ');
  const named = numbersOf(text, /AADSTS[\s:#-]*0*(\d{4,8})(?!\d)/gi);
  return named.length > 0 ? named : numbersOf(text, /(?<![\w.-])0*(\d{4,8})(?![\w-])/g);
}

function numbersOf(text: string, pattern: RegExp): readonly number[] {
  return [...new Set([...text.matchAll(pattern)].map(([, digits]) => Number(digits)))];
}
