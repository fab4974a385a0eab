import { bodyText } from '../content/text.ts';
import { bareText, foldedText } from '../domain/copies.ts';
import type { Copy } from '../domain/copies.ts';
import type { Content } from './copies.ts';

const whole = { maxBytes: Number.POSITIVE_INFINITY };

/** A copy whose body is made text only when that is asked for, and once. */
export function comparable({ trust, body, attachments }: Content): Copy {
  return {
    trust,
    attachments,
    text: once(() => bareText(bodyText(body, { ...whole, links: 'none' }))),
    linked: once(() => foldedText(bodyText(body, { ...whole, links: 'all' }))),
  };
}

function once(make: () => string): () => string {
  let made: string | undefined;
  return () => (made ??= make());
}
