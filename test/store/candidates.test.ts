import { expect, it } from 'vitest';
import { loadCandidates } from '../../src/store/candidates.ts';
import { ensureContact } from '../../src/store/contacts.ts';
import { createTicket } from '../../src/store/tickets.ts';
import { onBothStores } from './both-stores.ts';

const context = { excludedTypes: new Set(['Renewal']), units: [] };
const noKeys = { addresses: [], domains: [], subjects: [], messageKeys: [], ourReferences: [], units: [] };

await onBothStores('candidates by domain', (stores) => {
  it('has the one that is eligible, however many newer tickets of other uses and types the domain has', async () => {
    const store = await stores.open();
    const wanted = await store.write(async (trx) => {
      const contactId = await ensureContact(trx, { address: 'bob@acme.example', name: '', clientId: null });
      const ticket = (use: 'opportunity' | 'project', type: string, atMs: number) =>
        createTicket(trx, { use, type, summary: type, open: true, clientId: null, contactIds: [contactId], atMs });
      const first = await ticket('opportunity', 'Opportunity', 1);
      for (let at = 2; at < 62; at += 1) await ticket('project', 'Implementation', at);
      for (let at = 62; at < 122; at += 1) await ticket('opportunity', 'Renewal', at);
      return first;
    });
    const { candidates } = await loadCandidates(store.db, { ...noKeys, domains: ['acme.example'] }, context);
    expect(candidates.map(({ ticketId }) => ticketId)).toContain(wanted);
  });
});
