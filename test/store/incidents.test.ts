import { expect, it } from 'vitest';
import { candidatesById, loadCandidates } from '../../src/store/candidates.ts';
import { referencesOf, saveReference } from '../../src/store/incident-references.ts';
import { addOutboxRow, outboxRowOf } from '../../src/store/outbox.ts';
import type { Store } from '../../src/store/store.ts';
import { createTicket } from '../../src/store/tickets.ts';
import { onBothStores } from './both-stores.ts';

const finance = { name: 'Finance', addresses: ['cfo@contoso.test'], domains: ['finance.contoso.test'] };
const context = { excludedTypes: new Set<string>(), units: [finance] };
const noKeys = { addresses: [], domains: [], subjects: [], messageKeys: [], ourReferences: [], units: [] };

const incident = (store: Store, summary: string, open = true): Promise<string> =>
  store.write((trx) =>
    createTicket(trx, {
      use: 'incident',
      type: 'Incident',
      summary,
      open,
      clientId: null,
      contactIds: [],
      units: ['Finance'],
      atMs: 1,
    }),
  );

await onBothStores('what incidents need', (stores) => {
  it('keeps the first reference that a unit was given, and leads back to incident and unit', async () => {
    const store = await stores.open();
    const id = await incident(store, 'Payroll');
    for (const reference of ['INC-1.first', 'INC-1.second']) {
      await store.write((trx) => saveReference(trx, { ticket_id: id, unit: 'Finance', reference, at: 1 }));
    }
    expect(await referencesOf(store.db, id)).toEqual(new Map([['Finance', 'INC-1.first']]));
    const ourReferences = ['INC-1.first', 'INC-1.second'];
    const found = await loadCandidates(store.db, { ...noKeys, ourReferences }, context);
    expect(found.given).toEqual(new Map([['INC-1.first', { ticketId: id, unit: finance }]]));
    expect(found.candidates.map(({ ticketId }) => ticketId)).toEqual([id]);
    const renamed = await loadCandidates(store.db, { ...noKeys, ourReferences }, { ...context, units: [] });
    expect(renamed.given.size).toBe(0);
  });

  it("finds the open incidents of a unit, and the closed ones that have the mail's subject", async () => {
    const store = await stores.open();
    const open = await incident(store, 'Payroll');
    const closed = await incident(store, 'Phishing', false);
    await incident(store, 'Old', false);
    const keys = { ...noKeys, units: ['Finance'], subjects: ['phishing'] };
    const { candidates } = await loadCandidates(store.db, keys, context);
    expect(candidates.map(({ ticketId }) => ticketId).toSorted()).toEqual([open, closed].toSorted());
    expect(await candidatesById(store.db, [open], context)).toMatchObject([
      { addresses: finance.addresses, domains: finance.domains },
    ]);
  });

  it('has one outbox row for each effect, found by its key', async () => {
    const store = await stores.open();
    const key = 'notify:["INC-1","Finance: \\"A\\"","alert"]';
    const row = { key, kind: 'mail', payload: {}, atMs: 1 };
    const id = await store.write((trx) => addOutboxRow(trx, row));
    expect(await store.write((trx) => addOutboxRow(trx, row))).toBeNull();
    expect(await outboxRowOf(store.db, key)).toMatchObject({ id, state: 'pending' });
    expect(await outboxRowOf(store.db, 'notify:[]')).toBeUndefined();
  });
});
