import type { HttpReply } from '../../http/transport.ts';
/** What an answer says of itself, read from its XML before the library sees it. Mail cannot forge it: texts are escaped. */
export interface Spoken {
  /** One per thing asked, in their order; of a fault, its one code. */
  readonly codes: readonly string[];
  readonly message: string;
  /** How long to stay away. */
  readonly backOffMs: number | null;
}

const longestQuote = 300;

export function spokenBy(xml: string): Spoken {
  const codes = codesIn(xml);
  if (codes.length > 0 && codes.every((code) => code === 'NoError')) return { codes, message: '', backOffMs: null };
  const message = /<(?:[\w.-]+:)?(?:MessageText|faultstring)[^>]*>([^<]*)</.exec(xml)?.[1] ?? '';
  const wait = /<(?:[\w.-]+:)?Value Name="BackOffMilliseconds"[^>]*>\s*(\d+)/.exec(xml)?.[1];
  return { codes, message: printable(message), backOffMs: wait === undefined ? null : Number(wait) };
}

/** Found by a plain search: a pattern that begins with any tag is tried at each of the thousands of a page of mail. */
function codesIn(xml: string): readonly string[] {
  const codes: string[] = [];
  for (let at = xml.indexOf(codeTag); at >= 0; at = xml.indexOf(codeTag, at + codeTag.length)) {
    const begun = /<(?:[\w.-]+:)?$/.test(xml.slice(Math.max(0, at - longestPrefix), at));
    const code = begun ? /^[^>]*>(\w+)</.exec(xml.slice(at + codeTag.length, at + longestCode)) : null;
    if (code !== null) codes.push(code[1] ?? '');
  }
  return codes;
}

const codeTag = 'ResponseCode';
const longestPrefix = 40;
const longestCode = 400;

export function isFault(xml: string): boolean {
  return /^Fault\b/.test(openingOf(xml));
}

/** The operation of a request: the first element of its body. */
export function operationOf(xml: string): string {
  return /^\w+/.exec(openingOf(xml))?.[0] ?? '';
}

/** That element as it is written, with its attributes: `SendItem SaveItemToFolder="true"`. */
export function openingOf(xml: string): string {
  return /<(?:[\w.-]+:)?Body[^>]*>\s*<(?:[\w.-]+:)?(\w[^>]*)>/.exec(xml)?.[1] ?? '';
}

/** The other side's words end up in logs and terminals. */
function printable(text: string): string {
  return text
    .replace(/[^\x20-\x7e\u00a1-\u024f]+/g, ' ')
    .trim()
    .slice(0, longestQuote);
}

/** Whether the body of an answer can be read as it is. */
export function isUtf8Xml(reply: HttpReply): boolean {
  const type = reply.header('content-type') ?? '';
  return /xml/i.test(type) && !/charset\s*=\s*["']?(?!utf-?8)/i.test(type);
}
