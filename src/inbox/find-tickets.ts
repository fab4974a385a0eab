import { IntegratorError } from '../domain/errors.ts';
import { searchParts } from '../domain/ticket-search.ts';
import { teamMailboxes } from '../filing/organisation.ts';
import { listTickets, searchTickets } from '../store/ticket-list.ts';
import type { ListedTicket, TicketFilter } from '../store/ticket-list.ts';
import type { InboxDeps } from './deps.ts';
import { readableTickets } from './readable-tickets.ts';

/**
 * Tickets, touched last first; with `search` those in which all its words occur. Everybody may list and search them all,
 * but whose contacts are looked at is for the actor to read: else one could ask for them letter by letter. Throws
 * `usage` where there is nothing to look for.
 */
export async function findTickets(
  { store, config, actor }: InboxDeps,
  filter: TicketFilter & { readonly search?: string },
): Promise<ListedTicket[]> {
  const { search, ...rest } = filter;
  if (search === undefined) return listTickets(store.db, rest);
  const parts = searchParts(search);
  if (parts.length === 0) throw new IntegratorError('usage', `there is nothing to look for in "${search}"`);
  const reads = { actor, teamMailboxes: teamMailboxes(config) };
  return searchTickets(store.db, rest, {
    parts,
    contactsMayBeRead: (ticketIds) => readableTickets(store.db, reads, ticketIds),
  });
}
