import type { Person } from '../domain/message.ts';
import { terminalText } from './terminal.ts';

/**
 * A person for people, safe to print: `Ann Archer <ann@contoso.test>`. A sender chooses the name and may write the
 * address of somebody else into it, so that a name that holds another address comes second and in quotation marks.
 */
export function personText(person: Person): string {
  const { name, address } = person;
  if (holdsAddress(person)) return disguised(person);
  if (address === '') return terminalText(name);
  return terminalText(name === '' || name === address ? address : `${name} <${address}>`);
}

/** The same where there is room for the name only; the address where the name would mislead. */
export function personName(person: Person): string {
  if (holdsAddress(person)) return disguised(person);
  return terminalText(person.name === '' ? person.address : person.name);
}

export function peopleText(people: readonly Person[]): string {
  return people.map(personText).join(', ');
}

function disguised({ name, address }: Person): string {
  return terminalText(`${address === '' ? 'no address' : address} (named “${name}”)`);
}

/** "@" in any of its forms, also in words, with what looks like a domain behind it. */
const atSigns = /@|%40|[([{<] *at *[)\]}>]| at +[\p{L}\p{N}-]+ *(?:\.|[([{<]? *dot\b)/u;
const invisible = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

/** Whether the name would be taken for another address than the person has. */
export function holdsAddress({ name, address }: Person): boolean {
  const text = name.normalize('NFKC').replace(invisible, '').replace(/\s+/gu, ' ').toLowerCase();
  return atSigns.test(address === '' ? text : text.replaceAll(address, ''));
}
