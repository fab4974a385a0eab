import type { TicketSummary } from '../../tickets/ticket-view.ts';
import { formatTime } from '../format.ts';
import type { Page } from '../output.ts';
import { table } from '../table.ts';

export function ticketTable(tickets: readonly TicketSummary[], { width, style }: Page, timezone: string): string[] {
  return table(
    [
      { title: 'TICKET', value: (ticket) => ticket.id },
      { title: 'STATUS', value: (ticket) => (ticket.open ? 'open' : 'closed') },
      { title: 'TYPE', value: (ticket) => ticket.type },
      { title: 'CLIENT', value: (ticket) => ticket.client?.name ?? '', shrinks: true },
      { title: 'AGENT', value: (ticket) => ticket.agent ?? '' },
      { title: 'SUMMARY', value: (ticket) => ticket.summary, shrinks: true },
      { title: 'UPDATED', value: (ticket) => formatTime(Date.parse(ticket.updated_at), timezone) },
    ],
    tickets,
    { width, paintTitle: style.dim },
  );
}
