import type { BusinessUnitConfig, Config } from '../config/schema.ts';
import { IntegratorError } from '../domain/errors.ts';
import type { UnitKeys } from '../domain/unit.ts';
import { unitNamed } from '../tickets/local/edit-ticket.ts';

/** A unit as matching sees it. */
export function unitKeys({ name, recipients, members, domains }: BusinessUnitConfig): UnitKeys {
  return { name, addresses: [...recipients, ...members], domains };
}

/** These units, each once, in the order of the configuration. Throws `usage`, with the units there are, for an unknown one. */
export function requireUnits({ business_units: units }: Config, names: readonly string[]): BusinessUnitConfig[] {
  if (units.length === 0) {
    throw new IntegratorError('usage', 'no business unit is configured', {
      hint: 'add business_units to the configuration: a name and recipients each',
    });
  }
  const known = units.map(({ name }) => name);
  const wanted = new Set(names.map((name) => unitNamed(known, name)));
  return units.filter(({ name }) => wanted.has(name));
}
