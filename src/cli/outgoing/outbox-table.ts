import type { OutboxLine } from '../../outgoing/outbox.ts';
import { terminalText } from '../../content/terminal.ts';
import { responseText } from '../../tickets/response-view.ts';
import type { Page } from '../output.ts';
import { type Column, table } from '../table.ts';

export function outboxTable(lines: readonly OutboxLine[], page: Page): string[] {
  const columns: Column<OutboxLine>[] = [
    { title: 'ID', value: ({ id }) => id },
    { title: 'STATE', value: ({ state, bounced_at: bouncedAt }) => (bouncedAt === null ? state : 'bounced') },
    { title: 'TICKET', value: ({ ticket }) => ticket ?? '' },
    { title: 'FROM', value: ({ from }) => from ?? '' },
    { title: 'TO', value: ({ to }) => to.join(', '), shrinks: true },
    { title: 'SUBJECT', value: ({ subject }) => subject, shrinks: true },
  ];
  const shown = table(columns, lines, { width: page.width, paintTitle: (title) => page.style.dim(title) });
  for (const { id, error, responses } of lines) {
    for (const response of responses) shown.push(terminalText(`${id}: ${responseText(response)}`));
    if (error !== null)
      shown.push(terminalText(`${id}: ${error.message}${error.hint === null ? '' : `; ${error.hint}`}`));
  }
  return shown;
}
