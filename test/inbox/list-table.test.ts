import { expect, test } from 'vitest';
import { inboxTable } from '../../src/cli/inbox/list-table.ts';
import { createStyle } from '../../src/cli/style.ts';
import { displayWidth } from '../../src/content/terminal.ts';
import type { InboxEntry } from '../../src/inbox/list.ts';

const entry = (n: number, mailbox: string): InboxEntry => ({
  id: `m${n}`,
  mailbox,
  agents: ['ann'],
  received_at: '2026-11-03T10:00:00.000Z',
  from: { name: 'Alexandra Constantinopolous', address: 'alexandra@acme.example' },
  to: [],
  subject: 'Quotation for the conveyor sensors of hall three',
  has_attachments: true,
  conversation_id: null,
  internet_message_id: null,
  sent: false,
  verified: 'pass',
  state: 'inbox',
  reason: 'unmatched',
  ticket: null,
  filed_by: null,
  suggested_client: null,
  candidates: [{ ticket: 'OPP-12', summary: 'Conveyor sensors', reason: 'subject', score: 1 }],
});

const tableAt = (width: number, mailboxes: readonly string[]) =>
  inboxTable(
    mailboxes.map((mailbox, index) => entry(index + 1, mailbox)),
    { width, style: createStyle(false) },
    'UTC',
  );

test.each([
  [80, 20],
  [100, 25],
  [120, 40],
])('at %i columns the subject keeps at least %i, and other columns give way', (width, least) => {
  const [head = '', ...rows] = tableAt(width, ['ann.archer@contoso.test', 'ben.okafor@contoso.test']);
  const room = head.indexOf('WHY') - head.indexOf('SUBJECT') - 2;
  expect(room).toBeGreaterThanOrEqual(least);
  for (const row of [head, ...rows]) expect(displayWidth(row)).toBeLessThanOrEqual(width);
});

test('on a narrow terminal a mailbox is told without its domain only where all have the same', () => {
  const oneDomain = tableAt(80, ['ann@contoso.test', 'ben@contoso.test']).join('\n');
  expect(oneDomain).toMatch(/ ann /);
  expect(oneDomain).toContain('11-03 10:00');
  expect(tableAt(80, ['ann@contoso.test', 'ann@other.test']).join('\n')).toContain('ann@con');
});
