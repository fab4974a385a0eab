import { expect, it } from 'vitest';
import { createTicket, findTicket } from '../../src/store/tickets.ts';
import { onBothStores } from './both-stores.ts';

await onBothStores('tickets', (stores) => {
  it('numbers tickets by use', async () => {
    const store = await stores.open();
    const make = (use: 'opportunity' | 'project') =>
      store.write((trx) =>
        createTicket(trx, { use, type: 'T', summary: 'Re: Offer', clientId: null, contactIds: [], atMs: 1000 }),
      );
    expect([await make('opportunity'), await make('project'), await make('opportunity')]).toEqual([
      'OPP-1',
      'PRJ-1',
      'OPP-2',
    ]);
    expect(await findTicket(store.db, 'opp-2')).toMatchObject({
      id: 'OPP-2',
      summary_exact: 're: offer',
      summary_base: 'offer',
    });
  });
});
