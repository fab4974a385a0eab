import { expect, it } from 'vitest';
import { closeTicket, createTicket } from '../../src/store/tickets.ts';
import { createLocalSystem } from '../../src/tickets/local/system.ts';
import { onBothStores } from '../store/both-stores.ts';
import { ticketTypes } from './editing.ts';
import { ticketSystemContract } from './ticket-system-contract.ts';

const offer = { use: 'opportunity', type: 'Opportunity', clientId: null, contactIds: [], atMs: 1_000 } as const;
const config = {
  ticket_types: [...ticketTypes],
  business_units: [{ name: 'Finance', recipients: ['cfo@contoso.test'], members: [], domains: [] }],
};

await onBothStores('the local ticket system', (stores) => {
  ticketSystemContract('it', async () => {
    const store = await stores.open();
    return {
      system: createLocalSystem(store, config),
      openTicket: (summary) => store.write((trx) => createTicket(trx, { ...offer, summary })),
      close: (id) => store.write((trx) => closeTicket(trx, id)),
    };
  });

  it('says which open tickets hold names that the configuration does not know', async () => {
    const store = await stores.open();
    await store.write(async (trx) => {
      await createTicket(trx, { ...offer, summary: 'Old', type: 'Lead' });
      await createTicket(trx, { ...offer, summary: 'Old and closed', type: 'Prospect', status: 'closed' });
      await createTicket(trx, { ...offer, use: 'incident', type: 'Security Incident', summary: 'I', units: ['Sales'] });
      await createTicket(trx, { ...offer, use: 'project', type: 'Opportunity', summary: 'Of another use' });
    });
    const findings = await createLocalSystem(store, config).check(new AbortController().signal);
    expect(findings.map((finding) => finding.message)).toEqual([
      expect.stringMatching(/1 open tickets are of the type "Lead" \(opportunity\)/),
      expect.stringMatching(/1 open tickets are of the type "Opportunity" \(project\)/),
      expect.stringMatching(/1 open incidents name the business unit "Sales"/),
    ]);
  });
});
