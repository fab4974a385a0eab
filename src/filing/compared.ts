import { isMoreTrusted, isShownBefore } from '../domain/copies.ts';
import type { Copy } from '../domain/copies.ts';
import { isIdentical } from './copies.ts';
import type { Content } from './copies.ts';

const known = new WeakMap<Content, Copy>();

/** The copy with the texts it is compared by. The parser of HTML loads when the first two copies differ. */
export async function comparedCopy(content: Content): Promise<Copy> {
  const before = known.get(content);
  if (before !== undefined) return before;
  const { comparable } = await import('./comparable.ts');
  const copy = comparable(content);
  known.set(content, copy);
  return copy;
}

/** Whether a copy is shown before the other: the more trusted, then the shorter. */
export async function isBetter(content: Content, other: Content): Promise<boolean> {
  if (content.trust !== other.trust) return isMoreTrusted(content.trust, other.trust);
  if (isIdentical(content, other)) return false;
  return isShownBefore(await comparedCopy(content), await comparedCopy(other));
}
