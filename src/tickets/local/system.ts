import type { Config } from '../../config/schema.ts';
import type { Store } from '../../store/store.ts';
import { typesAndUnitsInUse } from '../../store/ticket-list.ts';
import { findTicketById } from '../../store/tickets.ts';
import type { Finding, TicketSystem } from '../system.ts';

/** The ticket system that is built in: the store's own tables. */
export function createLocalSystem(store: Store, config: Pick<Config, 'ticket_types' | 'business_units'>): TicketSystem {
  return {
    type: 'local',
    delivery: 'commit',
    check: () => checkNames(store, config),
    ticket: async (id) => {
      const row = await findTicketById(store.db, id);
      if (row === undefined) return null;
      const { use, type, summary, updated_at: updatedAtMs } = row;
      return { id: row.id, use, type, summary, open: row.open === 1, updatedAtMs };
    },
  };
}

/** Open tickets may hold names that a changed configuration does not know any more. */
async function checkNames(
  store: Store,
  { ticket_types, business_units }: Pick<Config, 'ticket_types' | 'business_units'>,
): Promise<Finding[]> {
  const inUse = await typesAndUnitsInUse(store.db);
  const types = inUse.types.filter(
    ({ name, use }) => !ticket_types.some((type) => type.name === name && type.use === use),
  );
  const units = inUse.units.filter(({ name }) => !business_units.some((unit) => unit.name === name));
  return [
    ...types.map(({ name, use, tickets }) => ({
      message: `${tickets} open tickets are of the type "${name}" (${use}), which is not configured`,
      hint: 'add it under ticket_types, or give them another: integrator ticket set … --type …',
    })),
    ...units.map(({ name, tickets }) => ({
      message: `${tickets} open incidents name the business unit "${name}", which is not configured`,
      hint: 'add it under business_units, or take it off: integrator ticket set … --unit …',
    })),
  ];
}
