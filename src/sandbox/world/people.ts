import type { Person, PersonSpec } from './types.ts';

/** Reads `Name <a@b>`, `"Name, X" <a@b>` or a bare address. */
export function person(spec: PersonSpec): Person {
  if (typeof spec !== 'string') return spec;
  const match = /^\s*(?:"([^"]*)"|([^<]*?))\s*<([^>]*)>\s*$/.exec(spec);
  if (match === null) return { name: spec.trim(), address: spec.trim() };
  const address = match[3]?.trim() ?? '';
  const name = match[1] ?? match[2] ?? '';
  return { name: name === '' ? address : name, address };
}

export function people(spec: PersonSpec | readonly PersonSpec[] | undefined): readonly Person[] {
  if (spec === undefined) return none;
  return typeof spec === 'string' || !isList(spec) ? [person(spec)] : spec.map(person);
}

/** One shared empty list: a world of 20,000 mails has 60,000 of them. */
const none: readonly Person[] = [];

function isList(spec: Person | readonly PersonSpec[]): spec is readonly PersonSpec[] {
  return Array.isArray(spec);
}

export function sameAddress(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
