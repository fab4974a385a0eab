import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAudit } from '../../src/store/audit.ts';
import { findTicket, ticketContacts } from '../../src/store/tickets.ts';
import { openStore } from '../../src/store/store.ts';
import type { Store } from '../../src/store/store.ts';
import { changeClient, newClient, requireClient } from '../../src/tickets/local/edit-client.ts';
import { changeContact, newContact, requireContact } from '../../src/tickets/local/edit-contact.ts';
import { changeTicket, newTicket, requireTicket } from '../../src/tickets/local/edit-ticket.ts';
import type { TicketFields } from '../../src/tickets/local/edit-ticket.ts';
import { ticketTypeFor } from '../../src/tickets/local/ticket-types.ts';
import { edit, ticketTypes } from './editing.ts';

const person = (address: string) => ({ name: '', address });

describe('editing', () => {
  let stateDir: string;
  let store: Store;
  beforeEach(async () => {
    stateDir = mkdtempSync(join(tmpdir(), 'integrator-edit-'));
    store = await openStore({ stateDir, url: 'sqlite' });
  });
  afterEach(async () => {
    await store.close();
    rmSync(stateDir, { recursive: true });
  });

  const open = (fields: TicketFields = {}) =>
    edit(store, (e) => newTicket(e, 'opportunity', { summary: 'Offer', ...fields }));
  const change = (id: string, fields: TicketFields) =>
    edit(store, async (e) => changeTicket(e, await requireTicket(e.trx, id), fields));
  const addresses = async (id: string) => (await ticketContacts(store.db, id)).map((contact) => contact.address);

  describe('a ticket', () => {
    it('is changed in what is asked for and nothing else', async () => {
      const { id } = await open({ reference: 'R', details: 'D', addContacts: [person('ann@acme.example')] });
      const edited = await change(id, { summary: ' New  summary ', status: 'closed' });
      expect(edited).toEqual({
        id: 'OPP-1',
        outcome: 'updated',
        changes: [
          { field: 'summary', before: 'Offer', after: 'New summary' },
          { field: 'status', before: 'open', after: 'closed' },
        ],
      });
      expect(await findTicket(store.db, 'R')).toMatchObject({ details: 'D', summary_base: 'new summary', open: 0 });
      expect(await addresses(id)).toEqual(['ann@acme.example']);
    });

    it('that is told what it knows stays as it is, and nothing is logged', async () => {
      const { id } = await open({ reference: 'R' });
      const logged = await readAudit(store.db, { limit: 10 });
      expect(await change(id, { summary: 'Offer', reference: 'R', status: 'open', type: 'OPPORTUNITY' })).toEqual({
        id,
        outcome: 'unchanged',
        changes: [],
      });
      expect(await readAudit(store.db, { limit: 10 })).toEqual(logged);
    });

    it('logs which fields were changed, by whom, and not what they hold', async () => {
      const { id } = await open();
      await change(id, { details: 'secret', summary: 'also secret' });
      const [line] = await readAudit(store.db, { limit: 1 });
      expect(line).toMatchObject({
        verb: 'ticket.set',
        object: id,
        who: 'operator',
        unixUser: 'root',
        outcome: 'done',
      });
      expect(line?.detail).toBe('{"fields":["summary","details"]}');
    });

    it('gains and loses contacts one by one, named by address or number', async () => {
      const { id } = await open({ contacts: [person('ann@acme.example'), person('bob@acme.example')] });
      await change(id, { addContacts: [person('carol@acme.example')], removeContacts: ['BOB@acme.example', '1'] });
      expect(await addresses(id)).toEqual(['carol@acme.example']);
      await expect(change(id, { removeContacts: ['nobody@acme.example'] })).rejects.toMatchObject({
        kind: 'not_found',
      });
    });

    it('gives its reference away and takes another, but never one that is in use', async () => {
      const { id } = await open({ reference: 'R' });
      await expect(open({ reference: 'R' })).rejects.toMatchObject({
        kind: 'usage',
        message: /already is that of OPP-1/,
      });
      await change(id, { reference: null });
      expect((await open({ reference: 'R' })).id).toBe('OPP-2');
      await expect(change(id, { reference: 'R' })).rejects.toThrow(/already is that of OPP-2/);
    });

    it('takes a contact without a client for its own client, and no one of another', async () => {
      await edit(store, (e) => newContact(e, { addresses: ['ann@acme.example'] }));
      await edit(store, (e) => newClient(e, 'Acme', {}));
      await edit(store, (e) => newClient(e, 'Globex', {}));
      await open({ clientId: 1, contacts: [person('ann@acme.example')] });
      expect(await requireContact(store.db, 'ann@acme.example')).toMatchObject({ client_id: 1 });
      await expect(open({ clientId: 2, contacts: [person('ann@acme.example')] })).rejects.toThrow(
        'ann@acme.example is a contact of Acme, not of Globex',
      );
      await open({ contacts: [person('ann@acme.example')] });
    });
  });

  describe('a ticket type', () => {
    it('is the first of its use that takes part in matching, unless it is named', () => {
      expect(ticketTypeFor(ticketTypes, 'opportunity', undefined)).toBe('Opportunity');
      expect(ticketTypeFor(ticketTypes.slice(0, 1), 'opportunity', undefined)).toBe('Renewal');
      expect(ticketTypeFor(ticketTypes, 'opportunity', ' renewal')).toBe('Renewal');
    });

    it('of the same name may serve several uses', () => {
      const types = [...ticketTypes, { name: 'Renewal', use: 'project', exclude_from_matching: false }] as const;
      expect(ticketTypeFor(types, 'project', 'Renewal')).toBe('Renewal');
    });

    it('that is missing says what there is', () => {
      expect(() => ticketTypeFor([], 'project', undefined)).toThrow(expect.objectContaining({ kind: 'usage' }));
      expect(() => ticketTypeFor(ticketTypes, 'opportunity', 'Deal')).toThrow(
        expect.objectContaining({ kind: 'usage', hint: 'it can be Renewal or Opportunity' }),
      );
    });
  });

  describe('a client', () => {
    it('has a name of its own, in whatever case', async () => {
      await edit(store, (e) => newClient(e, 'Acme', { domains: ['acme.example'] }));
      await expect(edit(store, (e) => newClient(e, 'ACME', {}))).rejects.toMatchObject({
        kind: 'usage',
        message: 'there is a client "Acme" already, number 1',
      });
      const edited = await edit(store, async (e) =>
        changeClient(e, await requireClient(e.trx, '1'), {
          name: 'ACME',
          addDomains: ['acme.test'],
          removeDomains: ['acme.example'],
        }),
      );
      expect(edited.changes).toEqual([
        { field: 'name', before: 'Acme', after: 'ACME' },
        { field: 'domains', before: ['acme.example'], after: ['acme.test'] },
      ]);
    });
  });

  describe('a contact', () => {
    it('shares no address with another, and never loses the last one', async () => {
      await edit(store, (e) => newContact(e, { addresses: ['ann@acme.example'], name: 'Ann Archer' }));
      await edit(store, (e) => newContact(e, { addresses: ['bob@acme.example'] }));
      const set = (fields: Parameters<typeof changeContact>[2]) =>
        edit(store, async (e) => changeContact(e, await requireContact(e.trx, 'bob@acme.example'), fields));
      await expect(set({ addAddresses: ['ann@acme.example'] })).rejects.toThrow(
        /is an address of Ann Archer, contact 1/,
      );
      await expect(set({ removeAddresses: ['bob@acme.example'] })).rejects.toThrow(/needs an address/);
      expect(
        (await set({ addAddresses: ['bob@home.example'], removeAddresses: ['bob@acme.example'] })).changes,
      ).toEqual([{ field: 'addresses', before: ['bob@acme.example'], after: ['bob@home.example'] }]);
    });
  });
});
