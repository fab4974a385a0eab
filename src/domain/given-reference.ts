import type { HeaderIndex } from './headers.ts';
import { headerValues } from './headers.ts';
import type { UnitKeys } from './unit.ts';

/** The header in which mail about an incident tells its business unit our reference. */
export const referenceHeader = 'X-Integrator-Reference';

const headerKey = referenceHeader.toLowerCase();

/** What a reference of ours was given for: mail of one incident to one business unit. */
export interface GivenReference {
  readonly ticketId: string;
  /** As configured today. */
  readonly unit: UnitKeys;
}

/** Anything else is none of ours and is not looked up. */
const form = /^[A-Za-z0-9][A-Za-z0-9._-]{20,120}$/u;
const most = 5;

/** What looks like references of ours in a mail's headers, each once. */
export function givenReferencesIn(headers: HeaderIndex): readonly string[] {
  if (!headers.has(headerKey)) return [];
  const written = headerValues(headers, headerKey).filter((value) => form.test(value));
  return [...new Set(written)].slice(0, most);
}
