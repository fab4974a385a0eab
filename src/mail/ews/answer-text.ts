import { escapeXml } from './library.ts';

/**
 * The XML of an answer as text of one kind, whatever kind the server writes: in the charset it names, and without CDATA,
 * of which the library makes nothing. What stands in it is escaped, so that no text of a mail passes for an element.
 */
export function answerText(body: Buffer, contentType: string): string {
  const text = decoded(body, contentType);
  if (!text.includes('<![CDATA[')) return text;
  return text.replace(/<!\[CDATA\[([^]*?)\]\]>/g, (_whole, inner: string) => escapeXml(inner));
}

/** A byte order mark decides, then the header, then the XML declaration; UTF-8 where nothing or nonsense is named. */
function decoded(body: Buffer, contentType: string): string {
  const charset = markOf(body) ?? named(/charset\s*=\s*["']?([\w.:-]+)/i, contentType) ?? declared(body);
  if (charset === undefined || /^utf-?8$/i.test(charset)) return body.toString('utf8');
  try {
    return new TextDecoder(charset).decode(body);
  } catch {
    return body.toString('utf8');
  }
}

function markOf(body: Buffer): string | undefined {
  if (body[0] === 0xff && body[1] === 0xfe) return 'utf-16le';
  if (body[0] === 0xfe && body[1] === 0xff) return 'utf-16be';
  return body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? 'utf-8' : undefined;
}

/** Longer than any XML declaration. */
const declarationBytes = 200;

function declared(body: Buffer): string | undefined {
  return named(/^\s*<\?xml[^>]*\sencoding\s*=\s*["']([\w.:-]+)/, body.toString('latin1', 0, declarationBytes));
}

function named(pattern: RegExp, text: string): string | undefined {
  return pattern.exec(text)?.[1];
}
