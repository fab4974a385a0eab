import { domainOf } from './address.ts';

/** A business unit as matching sees it: its addresses are its recipients and members. */
export interface UnitKeys {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly domains: readonly string[];
}

/** Why one of these people is of the unit, as a sentence; null where none is. */
export function ofUnitBecause(parties: readonly string[], unit: UnitKeys): string | null {
  for (const party of parties) {
    if (unit.addresses.includes(party)) return `${party} is of ${unit.name}`;
    const domain = domainOf(party);
    if (domain !== '' && unit.domains.includes(domain)) return `${domain} is of ${unit.name}`;
  }
  return null;
}

/** Names of the units that these people are of; those that name an address come before those that name its domain. */
export function unitsOf(parties: readonly string[], units: readonly UnitKeys[]): readonly string[] {
  const named = units.filter((unit) => parties.some((party) => unit.addresses.includes(party)));
  const others = units.filter((unit) => !named.includes(unit) && ofUnitBecause(parties, unit) !== null);
  return [...named, ...others].map((unit) => unit.name);
}
