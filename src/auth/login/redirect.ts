import { createHash, timingSafeEqual } from 'node:crypto';
import { codeIn } from '../network.ts';
import type { Refusal } from '../network.ts';

/** What Entra sent the browser back with. */
export type RedirectAnswer =
  { readonly kind: 'code'; readonly code: string } | { readonly kind: 'refused'; readonly refusal: Refusal };

export const callbackPath = '/authcallback';

/**
 * Reads the query of a redirect. Undefined unless it carries the state of this very sign-in and one code or error:
 * whatever else comes is somebody else's and does not count.
 */
export function readRedirect(query: URLSearchParams, state: string): RedirectAnswer | undefined {
  if (!sameText(only(query, 'state') ?? '', state)) return undefined;
  const error = only(query, 'error');
  if (error !== undefined) return { kind: 'refused', refusal: refusalOf(error, query) };
  const code = only(query, 'code');
  return code === undefined || code === '' ? undefined : { kind: 'code', code };
}

/** Reads what a person copied from the address bar: the whole URL, or the part from the question mark on. */
export function readPasted(pasted: string, state: string): RedirectAnswer | undefined {
  const text = pasted.trim().replace(/^["'<]|["'>]$/g, '');
  const from = text.indexOf('?');
  return readRedirect(new URLSearchParams(text.slice(from + 1).split('#')[0]), state);
}

function only(query: URLSearchParams, name: string): string | undefined {
  const values = query.getAll(name);
  return values.length === 1 ? values[0] : undefined;
}

function refusalOf(error: string, query: URLSearchParams): Refusal {
  const description = only(query, 'error_description') ?? '';
  return {
    status: 400,
    error,
    suberror: only(query, 'error_subcode') ?? '',
    code: codeIn(description),
    description,
    correlationId: /Correlation ID: ([0-9a-f-]{36})/.exec(description)?.[1],
    claims: undefined,
    retryAfterMs: undefined,
    clockAheadMs: null,
  };
}

/** In a time that does not depend on how much of it is right. */
function sameText(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
