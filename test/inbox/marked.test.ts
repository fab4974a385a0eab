import { afterEach, expect, test } from 'vitest';
import { explanationLines } from '../../src/cli/inbox/explain-lines.ts';
import { inboxTable } from '../../src/cli/inbox/list-table.ts';
import { mailLines } from '../../src/cli/inbox/mail-lines.ts';
import { createStyle } from '../../src/cli/style.ts';
import { ticketLines } from '../../src/cli/ticketing/ticket-show.ts';
import { assignMails } from '../../src/inbox/assign.ts';
import { explainMail } from '../../src/inbox/explain.ts';
import { listInbox } from '../../src/inbox/list.ts';
import { showMail } from '../../src/inbox/show.ts';
import { findTicket } from '../../src/store/tickets.ts';
import * as bodies from '../../src/tickets/shown-body.ts';
import { viewTicket } from '../../src/tickets/ticket-view.ts';
import { mail, openDesk } from './fixtures.ts';
import type { Desk } from './fixtures.ts';

let desk: Desk;
afterEach(() => desk.close());

const page = { style: createStyle(false), width: 200 };

test('mail whose sender is not verified is marked wherever it is shown, also once a person filed it', async () => {
  desk = await openDesk();
  const headers = [['Authentication-Results', 'dmarc=fail header.from=acme.example']] as const;
  await desk.bring([mail({ subject: 'Forged', headers }), mail({ subject: 'Usual' })]);
  const ticket = await desk.ticket({ summary: 'Order' });
  await assignMails(desk.deps(), { ids: ['m1'], ticket, conversation: false, reopen: false, dryRun: false });

  const marks = /not verified|may not be who it says/u;
  const row = await findTicket(desk.store.db, ticket);
  if (row === undefined) throw new Error('no ticket');
  const view = await viewTicket(desk.store.db, row, { bodies, chain: true });
  const listed = await listInbox(desk.deps(), { limit: 9, filed: true });
  const shown = await showMail(desk.deps(), 'm1', { chain: true, headers: false, raw: false });
  for (const lines of [
    ticketLines(view, page, 'UTC'),
    inboxTable(listed, page, 'UTC'),
    mailLines({ mail: shown, saved: [] }, page, 'UTC'),
    explanationLines(await explainMail(desk.deps(), 'm1'), page, 'UTC'),
  ]) {
    expect(lines.join('\n')).toMatch(marks);
  }
  const usual = await showMail(desk.deps(), 'm2', { chain: true, headers: false, raw: false });
  expect(mailLines({ mail: usual, saved: [] }, page, 'UTC').join('\n')).not.toMatch(marks);
});
