import { IntegratorError } from '../domain/errors.ts';
import type { StoreReader } from '../store/store.ts';
import type { TicketRow } from '../store/tickets.ts';
import { requireTicket } from '../tickets/local/edit-ticket.ts';

/** Throws `not_found` for an unknown ticket, `usage` for one of another use. */
export async function requireIncident(db: StoreReader, name: string): Promise<TicketRow> {
  const ticket = await requireTicket(db, name);
  if (ticket.use === 'incident') return ticket;
  const what = ticket.use === 'opportunity' ? 'an opportunity' : 'a project';
  throw new IntegratorError('usage', `${ticket.id} is ${what}, not an incident`, {
    hint: 'integrator ticket list --use incident',
  });
}

/** The same for what will be answered. Throws `usage` where it is closed: no rule files mail on it then. */
export async function requireOpenIncident(db: StoreReader, name: string): Promise<TicketRow> {
  const incident = await requireIncident(db, name);
  if (incident.open === 1) return incident;
  throw new IntegratorError('usage', `${incident.id} is closed: answers would not be tracked`, {
    hint: `integrator ticket reopen ${incident.id}`,
  });
}
