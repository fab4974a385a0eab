import { describe, expect, it } from 'vitest';
import { addMailAction, listActions, removeMailAction } from '../../src/store/actions.ts';
import { ensureClient, findClient } from '../../src/store/clients.ts';
import { contactAddresses, ensureContact, findContactByAddress } from '../../src/store/contacts.ts';
import { insertMessages } from '../../src/store/messages.ts';
import { attempt, rehearse } from '../../src/store/rehearse.ts';
import { IntegratorError } from '../../src/domain/errors.ts';
import { listTickets, searchTickets } from '../../src/store/ticket-list.ts';
import { searchParts } from '../../src/domain/ticket-search.ts';
import {
  addTicketContacts,
  closeTicket,
  createTicket,
  findTicket,
  removeTicketContacts,
  reopenTicket,
  setTicket,
  setTicketUnits,
  ticketContacts,
  ticketUnits,
  touchTicket,
} from '../../src/store/tickets.ts';
import type { NewTicket } from '../../src/store/tickets.ts';
import type { Store } from '../../src/store/store.ts';
import { onBothStores } from './both-stores.ts';
import { newMessage } from './messages.ts';

const offer: NewTicket = {
  use: 'opportunity',
  type: 'Opportunity',
  summary: 'Offer',
  clientId: null,
  contactIds: [],
  atMs: 1_000,
};

const newTicket = (store: Store, ticket: Partial<NewTicket> = {}): Promise<string> =>
  store.write((trx) => createTicket(trx, { ...offer, ...ticket }));

const newMail = async (store: Store, name: string, people: Parameters<typeof newMessage>[1] = {}): Promise<number> => {
  const ids = await store.write((trx) => insertMessages(trx, [newMessage(name, people)]));
  return ids.get(name) ?? -1;
};

await onBothStores('the ticket tables', (stores) => {
  describe('a ticket', () => {
    it('is numbered by its use, each use from 1', async () => {
      const store = await stores.open();
      const ids = [];
      for (const use of ['opportunity', 'project', 'incident', 'opportunity'] as const) {
        ids.push(await newTicket(store, { use }));
      }
      expect(ids).toEqual(['OPP-1', 'PRJ-1', 'INC-1', 'OPP-2']);
    });

    it('gets a number of its own also when many are made at once', async () => {
      const store = await stores.open();
      const ids = await Promise.all(Array.from({ length: 20 }, () => newTicket(store)));
      expect(new Set(ids).size).toBe(20);
    });

    it('does not use up a number when its transaction fails', async () => {
      const store = await stores.open();
      const failing = store.write(async (trx) => {
        await createTicket(trx, offer);
        throw new IntegratorError('bug', 'no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await newTicket(store)).toBe('OPP-1');
    });

    it('keeps the keys that matching compares: summary and opening subject, each with and without prefixes', async () => {
      const store = await stores.open();
      const id = await newTicket(store, { summary: 'Ｏffer  2', openingSubject: 'AW: Angebot' });
      expect(await findTicket(store.db, id)).toMatchObject({
        summary: 'Ｏffer  2',
        summary_exact: 'offer 2',
        summary_base: 'offer 2',
        opening_subject: 'AW: Angebot',
        opening_exact: 'aw: angebot',
        opening_base: 'angebot',
      });
      await store.write((trx) => setTicket(trx, id, { summary: 'Re: New', openingSubject: 'Re:' }));
      expect(await findTicket(store.db, id)).toMatchObject({
        summary_exact: 're: new',
        summary_base: 'new',
        opening_exact: 're:',
        opening_base: '',
      });
    });

    it('is found by its number in any case, and by its reference', async () => {
      const store = await stores.open();
      const id = await newTicket(store, { reference: 'CRM/7' });
      for (const name of ['OPP-1', 'opp-1', ' OPP-1 ', 'CRM/7']) {
        expect(await findTicket(store.db, name), name).toMatchObject({ id });
      }
      for (const name of ['OPP-2', 'crm/7', 'CRM', '']) expect(await findTicket(store.db, name), name).toBeUndefined();
    });

    it('shares its reference with no other', async () => {
      const store = await stores.open();
      await newTicket(store, { reference: 'CRM-7' });
      await expect(newTicket(store, { reference: 'CRM-7' })).rejects.toMatchObject({ kind: 'store' });
      expect(await listTickets(store.db, {})).toHaveLength(1);
    });

    it('is closed and opened again', async () => {
      const store = await stores.open();
      const id = await newTicket(store);
      await store.write((trx) => closeTicket(trx, id));
      expect(await findTicket(store.db, id)).toMatchObject({ status: 'closed', open: 0 });
      await store.write((trx) => reopenTicket(trx, id));
      expect(await findTicket(store.db, id)).toMatchObject({ status: 'open', open: 1 });
    });

    it('never moves back in time when something older is filed on it', async () => {
      const store = await stores.open();
      const id = await newTicket(store, { atMs: 5_000 });
      await store.write((trx) => touchTicket(trx, id, 4_000));
      expect(await findTicket(store.db, id)).toMatchObject({ updated_at: 5_000 });
      await store.write((trx) => touchTicket(trx, id, 6_000));
      expect(await findTicket(store.db, id)).toMatchObject({ updated_at: 6_000 });
    });

    it('has contacts and business units, each once', async () => {
      const store = await stores.open();
      const [ann, bob] = await store.write(async (trx) => [
        await ensureContact(trx, { address: 'ann@acme.example', name: 'Ann', clientId: null }),
        await ensureContact(trx, { address: 'bob@acme.example', name: 'Bob', clientId: null }),
      ]);
      const id = await newTicket(store, { use: 'incident', contactIds: [ann ?? 0], units: ['HR', 'Finance', 'HR'] });
      await store.write((trx) => addTicketContacts(trx, id, [ann ?? 0, bob ?? 0]));
      expect(await ticketUnits(store.db, id)).toEqual(['Finance', 'HR']);
      expect((await ticketContacts(store.db, id)).map((contact) => contact.address)).toEqual([
        'ann@acme.example',
        'bob@acme.example',
      ]);
      await store.write((trx) => removeTicketContacts(trx, id, [ann ?? 0]));
      await store.write((trx) => setTicketUnits(trx, id, []));
      expect((await ticketContacts(store.db, id)).map((contact) => contact.name)).toEqual(['Bob']);
      expect(await ticketUnits(store.db, id)).toEqual([]);
    });

    it('is listed newest first, and found by any of its names', async () => {
      const store = await stores.open();
      const clientId = await store.write((trx) => ensureClient(trx, { name: 'Ærø & Söhne', domains: [], atMs: 1 }));
      const ann = await store.write((trx) => ensureContact(trx, { address: 'ann@aeroe.example', name: '', clientId }));
      await newTicket(store, { summary: 'GRÖSSE 100%', clientId, contactIds: [ann], reference: 'R_1' });
      await newTicket(store, { summary: 'Grosse 100', use: 'project', atMs: 2_000 });
      await newTicket(store, { summary: 'Closed', status: 'closed', atMs: 3_000 });
      const found = async (filter: Parameters<typeof listTickets>[1]): Promise<string[]> =>
        (await listTickets(store.db, filter)).map((ticket) => ticket.id);
      expect(await found({})).toEqual(['OPP-2', 'PRJ-1', 'OPP-1']);
      expect(await found({ limit: 1 })).toEqual(['OPP-2']);
      expect(await found({ open: true })).toEqual(['PRJ-1', 'OPP-1']);
      expect(await found({ open: false })).toEqual(['OPP-2']);
      expect(await found({ use: 'project' })).toEqual(['PRJ-1']);
      expect(await found({ clientId })).toEqual(['OPP-1']);
      expect(await found({ contactId: ann })).toEqual(['OPP-1']);
      const everyones = () => Promise.resolve(null);
      const searched = async (words: string): Promise<string[]> => {
        const search = { parts: searchParts(words), contactsMayBeRead: everyones };
        return (await searchTickets(store.db, {}, search)).map((ticket) => ticket.id);
      };
      for (const words of ['größe'.toUpperCase(), 'grösse', 'GROSSE']) {
        expect(await searched(words), words).toEqual(['PRJ-1', 'OPP-1']);
      }
      for (const words of ['größe 100%', '100%', 'r_1', 'sÖHNE', 'sohne', 'ANN@', 'opp-1']) {
        expect(await searched(words), words).toEqual(['OPP-1']);
      }
      for (const words of ['_____________________________', 'x%x', '\\', '%', 'rosse', 'grosse ann@ closed']) {
        expect(await searched(words), words).toEqual(words === '%' ? ['OPP-1'] : []);
      }
    });
  });

  describe('a client', () => {
    it('is one, however its name is written, and gathers its domains', async () => {
      const store = await stores.open();
      const ids = [];
      for (const [name, domain] of [
        ['Acme  Ltd', 'acme.example'],
        [' ACME LTD', 'acme.test'],
        ['ａcme ltd', 'acme.example'],
      ] as const) {
        ids.push(await store.write((trx) => ensureClient(trx, { name, domains: [domain], atMs: 1 })));
      }
      expect(new Set(ids).size).toBe(1);
      expect(await findClient(store.db, 'acme ltd')).toMatchObject({ id: ids[0], name: 'Acme  Ltd' });
      expect(await findClient(store.db, String(ids[0]))).toMatchObject({ id: ids[0] });
      expect(await findClient(store.db, '999999999999999999999')).toBeUndefined();
    });
  });

  describe('a contact', () => {
    it('owns its addresses: a known one keeps its name and client, and only learns what it lacks', async () => {
      const store = await stores.open();
      const client = (name: string) => store.write((trx) => ensureClient(trx, { name, domains: [], atMs: 1 }));
      const [acme, globex] = [await client('Acme'), await client('Globex')];
      const contact = (name: string, clientId: number | null) =>
        store.write((trx) => ensureContact(trx, { address: 'ann@acme.example', name, clientId }));
      const id = await contact('', null);
      expect(await contact('Ann', null)).toBe(id);
      expect(await contact('Other', acme)).toBe(id);
      expect(await contact('Third', globex)).toBe(id);
      expect(await findContactByAddress(store.db, 'ann@acme.example')).toMatchObject({
        id,
        name: 'Ann',
        client_id: acme,
        system: 'local',
      });
      expect((await contactAddresses(store.db, [id])).get(id)).toEqual(['ann@acme.example']);
    });
  });

  describe('an action', () => {
    const action = (ticketId: string, messageId: number) => ({
      ticketId,
      messageId,
      opening: false,
      direction: 'in' as const,
      atMs: 2_000,
      chainHidden: true,
      filedBy: 'rule',
      filedAtMs: 9_000,
      participants: ['ann@acme.example', 'carol@acme.example'],
    });

    it('is made once for a mail on a ticket, whoever files it again', async () => {
      const store = await stores.open();
      const [one, two] = [await newTicket(store), await newTicket(store)];
      const mail = await newMail(store, 'm1');
      expect(await store.write((trx) => addMailAction(trx, action(one, mail)))).toBe(true);
      expect(await store.write((trx) => addMailAction(trx, { ...action(one, mail), filedBy: 'ann' }))).toBe(false);
      expect(await store.write((trx) => addMailAction(trx, action(two, mail)))).toBe(true);
      expect(await listActions(store.db, one)).toMatchObject([
        { messageId: mail, kind: 'email', filedBy: 'rule', chainHidden: true, opening: false, atMs: 2_000 },
      ]);
      expect(await findTicket(store.db, one)).toMatchObject({ updated_at: 9_000 });
    });

    it('is listed in the order things happened', async () => {
      const store = await stores.open();
      const id = await newTicket(store);
      const mails = [await newMail(store, 'm1'), await newMail(store, 'm2'), await newMail(store, 'm3')];
      const [first = 0, second = 0, third = 0] = mails;
      await store.write(async (trx) => {
        await addMailAction(trx, { ...action(id, first), atMs: 3_000 });
        await addMailAction(trx, { ...action(id, second), atMs: 1_000 });
        await addMailAction(trx, { ...action(id, third), atMs: 1_000, opening: true });
      });
      expect((await listActions(store.db, id)).map((one) => one.messageId)).toEqual([third, second, first]);
    });

    it('takes participants with it who came by this mail alone', async () => {
      const store = await stores.open();
      const id = await newTicket(store);
      const person = (address: string) => ({ name: '', address });
      const stays = await newMail(store, 'm1', { from: 'ann@acme.example', to: [person('dora@acme.example')] });
      const goes = await newMail(store, 'm2', { from: 'ann@acme.example', cc: [person('carol@acme.example')] });
      await store.write(async (trx) => {
        await addMailAction(trx, { ...action(id, stays), participants: ['ann@acme.example', 'dora@acme.example'] });
        await addMailAction(trx, { ...action(id, goes), participants: ['ann@acme.example', 'carol@acme.example'] });
      });
      expect(await store.write((trx) => removeMailAction(trx, id, goes))).toBe(true);
      expect(await store.write((trx) => removeMailAction(trx, id, goes))).toBe(false);
      const left = await store.db.selectFrom('ticket_participant').select('address').orderBy('address').execute();
      expect(left.map((row) => row.address)).toEqual(['ann@acme.example', 'dora@acme.example']);
      expect(await store.write((trx) => addMailAction(trx, action(id, goes)))).toBe(true);
    });
  });

  describe('a transaction', () => {
    it('can be rehearsed: it returns what it would do, and nothing stays', async () => {
      const store = await stores.open();
      expect(await rehearse(store, (trx) => createTicket(trx, offer))).toBe('OPP-1');
      expect(await listTickets(store.db, {})).toEqual([]);
      expect(await newTicket(store)).toBe('OPP-1');
    });

    it('goes on after a part of it was taken back', async () => {
      const store = await stores.open();
      const result = await store.write(async (trx) => {
        await createTicket(trx, { ...offer, summary: 'before' });
        const failed = await attempt(trx, async () => {
          await createTicket(trx, { ...offer, summary: 'taken back' });
          throw new IntegratorError('usage', 'no');
        });
        await attempt(trx, () => createTicket(trx, { ...offer, summary: 'after' }));
        return failed;
      });
      expect(result).toMatchObject({ error: { message: 'no' } });
      expect((await listTickets(store.db, {})).map((ticket) => ticket.summary).sort()).toEqual(['after', 'before']);
    });
  });
});
