import { z } from 'zod';
import { plausibleTime } from '../plausible-time.ts';

/**
 * The types of what Graph sends. A value that is not of its field's type, or cannot be used, is taken for one that was
 * not given: what one field says wrongly must not cost the mail, and one mail never its page.
 */

/** Names, subjects, header values: nobody reads more, and a mail is not refused for it. */
const longestText = 65_536;
/** Ids and addresses are keys of the database, whose indexes take 2,704 bytes (PostgreSQL). A part of one is another one. */
const longestId = 650;

export const body = z.string().transform(usable).nullish().catch(null);
export const text = z
  .string()
  .transform((written) => usable(written.length > longestText ? written.slice(0, longestText) : written))
  .nullish()
  .catch(null);
export const idText = z.string().max(longestId).transform(usable).nullish().catch(null);
/** The id by which a thing is asked for. */
export const handle = z.string().min(1);
export const flag = z.boolean().nullish().catch(null);
/** Where nothing said differs from no. */
export const toldFlag = z.boolean().nullish().catch(undefined);
export const byteCount = z.int().nonnegative().nullish().catch(null);

/** A list of things; what is no such thing is nothing, with its place kept. */
export function listOf<T extends z.ZodType>(item: T, nothing: z.output<T>) {
  return z.array(item.catch(nothing)).nullish().catch(null);
}

/** Neither PostgreSQL nor UTF-8 can hold a NUL or half a surrogate pair; in mail neither is ever meant. */
function usable(written: string): string {
  const wellFormed = written.isWellFormed() ? written : written.toWellFormed();
  return wellFormed.includes('\0') ? wellFormed.replaceAll('\0', '\ufffd') : wellFormed;
}

const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;

/** Epoch milliseconds; null where it is no time. */
export function timeOf(written: unknown): number | null {
  return typeof written === 'string' && instant.test(written) ? plausibleTime(Date.parse(written)) : null;
}
