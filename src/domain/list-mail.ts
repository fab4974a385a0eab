import { headerValue, headerValues } from './headers.ts';
import type { HeaderIndex } from './headers.ts';

/**
 * The header by which newsletters and mailing lists are known: List-Id (RFC 2919), List-Unsubscribe (RFC 2369), or
 * Precedence: bulk or list. null where there is none. People write to customers through lists too, so this alone says
 * nothing against matching.
 */
export function listHeader(headers: HeaderIndex): string | null {
  for (const name of ['List-Id', 'List-Unsubscribe']) {
    const value = headerValue(headers, name.toLowerCase());
    if (value !== null && value !== '') return name;
  }
  const precedence = headerValues(headers, 'precedence').map((value) => value.toLowerCase());
  const found = precedence.find((value) => value === 'bulk' || value === 'list');
  return found === undefined ? null : `Precedence: ${found}`;
}
