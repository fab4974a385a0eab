import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OutgoingDeps } from '../../src/outgoing/deps.ts';
import { dropRow, listOutbox, requireRow, retryPlan } from '../../src/outgoing/outbox.ts';
import { addMail, planSend, queueMail, type SendPlan } from '../../src/outgoing/send-mail.ts';
import { addOutboxRow } from '../../src/store/outbox.ts';
import { ann, type Office, openOffice } from '../importer/office.ts';

let office: Office;
let deps: OutgoingDeps;
let plan: SendPlan;

beforeAll(async () => {
  office = await openOffice();
  const { store, config, now, sender } = office.app;
  deps = { store, config, now, sender, actor: { kind: 'operator', unixUser: 'tester' } };
  const actor = { kind: 'agent', unixUser: 'tester', id: 'ann', role: 'agent', mailboxes: [ann] } as const;
  const ticket = await office.ticket({ summary: 'Offer', contacts: ['bob@acme.example'] });
  const request = { ticket, action: 'email_customer', quotation: false, to: ['bob@acme.example'], cc: [], bcc: [] };
  const body = { kind: 'text', content: 'Dear Bob' } as const;
  plan = await planSend({ ...deps, actor }, { ...request, subject: 'Offer', from: ann, body, files: [] });
});
afterAll(() => office.close());

const written = (payload: unknown) =>
  deps.store.write((trx) => addOutboxRow(trx, { key: randomUUID(), kind: 'mail', payload, atMs: 1 }));

test('an entry that this version cannot read is listed as such, and hides no other', async () => {
  const good = await written(plan.job);
  const strange = await written({ ...plan.job, step: 'from another version' });
  expect(await listOutbox(deps, { done: true })).toMatchObject([
    { id: String(strange), error: { message: 'this version cannot read the entry' } },
    { id: String(good), subject: 'Offer', error: null },
  ]);
  expect(retryPlan(await requireRow(deps, String(strange)))).toBe('nothing');
});

test('a long outbox is listed whole, each entry once', async () => {
  const before = (await listOutbox(deps, { done: true })).length;
  for (let number = 0; number < 205; number += 1) await written(plan.job);
  const ids = (await listOutbox(deps, { done: true })).map(({ id }) => Number(id));
  expect(ids).toHaveLength(before + 205);
  expect(ids).toEqual([...new Set(ids)].toSorted((one, other) => other - one));
});

test('what is gone from the outbox cannot be dropped again, and nothing is written down of it', async () => {
  const row = await requireRow(deps, String(await written(plan.job)));
  const drop = () => dropRow(deps, row, { leaseMs: 0, dryRun: false });
  await drop();
  await expect(drop()).rejects.toMatchObject({ kind: 'not_found' });
  const log = await deps.store.db.selectFrom('audit_log').selectAll().where('verb', '=', 'outbox.drop').execute();
  expect(log.filter(({ object }) => object === String(row.id))).toHaveLength(1);
});

const many = Array.from({ length: 501 }, (_, number) => ({ name: '', address: `p${number}@acme.example` }));
async function* nothing() {
  yield Buffer.from('');
}
const badName = { name: 'a\r\nBcc: x.txt', contentType: 'text/plain' };

test('no mail is queued to more people than Exchange takes, or with a file name that could become two headers', async () => {
  await expect(queueMail(deps, { ...plan, job: { ...plan.job, cc: many } })).rejects.toMatchObject({ kind: 'usage' });
  const files = [{ ...badName, bytes: nothing }];
  await expect(queueMail(deps, { ...plan, files })).rejects.toMatchObject({ kind: 'usage' });
  const job = { ...plan.job, files: [{ ...badName, sha256: '0', size: 1 }] };
  await expect(deps.store.write((trx) => addMail(trx, deps, job, randomUUID()))).rejects.toMatchObject({
    kind: 'usage',
  });
});
