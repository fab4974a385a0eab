import { describe, expect, it } from 'vitest';
import type { CsvSource } from '../../src/content/csv-source.ts';
import { csvCell } from '../../src/content/csv.ts';
import { readAudit } from '../../src/store/audit.ts';
import { listClients, listContacts } from '../../src/store/client-list.ts';
import { listTickets } from '../../src/store/ticket-list.ts';
import { findTicket, ticketContacts, ticketUnits } from '../../src/store/tickets.ts';
import type { Store } from '../../src/store/store.ts';
import { clientRows } from '../../src/tickets/local/import/client-rows.ts';
import { contactRows } from '../../src/tickets/local/import/contact-rows.ts';
import { importCsv } from '../../src/tickets/local/import/import-csv.ts';
import type { RowImporter, RowReport } from '../../src/tickets/local/import/import-csv.ts';
import { ticketRows } from '../../src/tickets/local/import/ticket-rows.ts';
import { onBothStores } from '../store/both-stores.ts';
import { basis } from './editing.ts';

function sourceOf(text: string): CsvSource {
  return {
    name: 'in.csv',
    async *open(fromByte) {
      yield Buffer.from(text).subarray(fromByte);
    },
  };
}

interface Imported {
  readonly rows: readonly RowReport[];
  readonly totals: {
    readonly created: number;
    readonly updated: number;
    readonly unchanged: number;
    readonly failed: number;
  };
  readonly ignoredColumns: readonly string[];
  /** `row outcome id`, or `row failed message`. */
  readonly lines: readonly string[];
}

async function importText(store: Store, importer: RowImporter, text: string, dryRun = false): Promise<Imported> {
  const rows: RowReport[] = [];
  const onRow = (row: RowReport): void => void rows.push(row);
  const done = await importCsv({ store, source: sourceOf(text), importer, edit: basis, dryRun, onRow });
  const lines = rows.map(({ row, outcome, id, error }) => `${row} ${outcome} ${id ?? error?.message}`);
  return { rows, lines, ...done };
}

const tickets = (store: Store, ...rows: string[]): Promise<Imported> =>
  importText(
    store,
    ticketRows,
    ['reference,use,type,summary,status,client,contacts,opening_subject,details', ...rows].join('\n'),
  );

const big = 'x'.repeat(2 ** 20);

/** A NUL early in the file would be taken for UTF-16, so the file starts with a long harmless row. */
const harmless = `FIRST,project,,${'First '.repeat(160)},,,,,`;

const hostileRows: readonly (readonly [what: string, row: string, message: RegExp])[] = [
  ['an unknown use', 'X,sale,,S,,,,,', /"sale" is not a use/],
  ['no use', 'X,,,S,,,,,', /use is empty/],
  ['no reference', ',project,,S,,,,,', /reference is empty/],
  ['no summary', 'X,project,,,,,,,', /summary is empty/],
  ['a summary of blanks', 'X,project,,"\u00a0\u3000",,,,,', /summary is empty/],
  ['an unknown type', 'X,project,Nonsense,S,,,,,', /no ticket type "Nonsense"/],
  ['a type of another use', 'X,project,Renewal,S,,,,,', /Renewal is for the use opportunity/],
  ['an unknown status', 'X,project,,S,won,,,,', /"won" is not a status/],
  ['a reference that looks like our own number', 'opp-12,project,,S,,,,,', /looks like one of our own/],
  ['a reference that is in the file already', 'FIRST,project,,S,,,,,', /"FIRST" is in row 2 already/],
  ['a reference of 1,000 characters', `${'r'.repeat(1000)},project,,S,,,,,`, /reference has 1000 characters/],
  ['an address without an @', 'X,project,,S,,,ann.acme.example,,', /not an e-mail address/],
  ['an address with a path', 'X,project,,S,,,ann@acme/x.example,,', /not an e-mail address/],
  ['an address with a line break', 'X,project,,S,,,"ann@acme\n.example",,', /not an e-mail address/],
  ['two addresses in one', 'X,project,,S,,,ann@acme.example bob@acme.example,,', /not an e-mail address/],
  ['an endless address', `X,project,,S,,,${'a'.repeat(1000)}@acme.example,,`, /address has \d+ characters/],
  ['501 addresses', `X,project,,S,,,${'a@b.example;'.repeat(501)},,`, /501 values; 500 are the most/],
  ['a contact of another client', 'X,project,,S,,Globex,ann@acme.example,,', /is a contact of Acme, not of Globex/],
  ['another use for a known reference', 'KNOWN,opportunity,,S,,,,,', /PRJ-1, of the use project/],
  ['a summary of 1 MB', `X,project,,${big},,,,,`, /summary has 1048576 characters/],
  ['a type of 1 MB', `X,project,${big},S,,,,,`, /there is no ticket type "x{200}"/],
  ['a terminal escape', 'X,project,,\u001b]0;owned\u0007,,,,,', /control character U\+001B/],
  ['a NUL', 'X,project,,S,,,,,\u0001\u0000', /control character U\+0001/],
  ['a C1 control', 'X,project,,S,,\u009b31m,,,', /control character U\+009B/],
];

async function everything(store: Store): Promise<unknown> {
  return {
    tickets: await listTickets(store.db, {}),
    clients: await listClients(store.db, {}),
    contacts: await listContacts(store.db, {}),
    log: await readAudit(store.db, { limit: 100 }),
    counters: await store.db.selectFrom('counter').selectAll().execute(),
  };
}

await onBothStores('ticket import', (stores) => {
  it('creates tickets with clients and contacts, and updates them by reference when it is run again', async () => {
    const store = await stores.open();
    const file = [
      'CRM-1,opportunity,,"Offer, 20 seats",,Acme,ann@ACME.example; Bob Baker <bob@acme.example>,Request,"line 1\nline 2"',
      'CRM-2,Project,implementation,Roll-out,closed,acme,,,',
    ];
    expect((await tickets(store, ...file)).lines).toEqual(['2 created OPP-1', '3 created PRJ-1']);
    expect(await findTicket(store.db, 'CRM-1')).toMatchObject({
      type: 'Opportunity',
      summary: 'Offer, 20 seats',
      summary_base: 'offer, 20 seats',
      opening_base: 'request',
      details: 'line 1\nline 2',
      open: 1,
      updated_at: 10_000,
    });
    expect(await findTicket(store.db, 'CRM-2')).toMatchObject({ type: 'Implementation', status: 'closed', open: 0 });
    expect(await listClients(store.db, {})).toMatchObject([{ name: 'Acme' }]);
    expect(await ticketContacts(store.db, 'OPP-1')).toMatchObject([
      { address: 'ann@acme.example', name: '' },
      { address: 'bob@acme.example', name: 'Bob Baker' },
    ]);

    expect((await tickets(store, ...file)).lines).toEqual(['2 unchanged OPP-1', '3 unchanged PRJ-1']);
    const changed = await tickets(
      store,
      'CRM-1,opportunity,,Offer 30,,,ann@acme.example,,',
      'CRM-2,project,,Roll-out,open,,,,',
    );
    expect(changed.rows.map((row) => row.changes)).toEqual([
      [
        { field: 'summary', before: 'Offer, 20 seats', after: 'Offer 30' },
        { field: 'contacts', before: ['ann@acme.example', 'bob@acme.example'], after: ['ann@acme.example'] },
      ],
      [{ field: 'status', before: 'closed', after: 'open' }],
    ]);
    expect(await findTicket(store.db, 'CRM-1')).toMatchObject({
      opening_subject: 'Request',
      details: 'line 1\nline 2',
    });
    expect((await readAudit(store.db, { limit: 3 })).map(({ verb, object }) => `${verb} ${object}`)).toEqual([
      'ticket.set PRJ-1',
      'ticket.set OPP-1',
      'ticket.new PRJ-1',
    ]);
  });

  it('reports the same with --dry-run and writes nothing', async () => {
    const store = await stores.open();
    await tickets(store, 'CRM-1,opportunity,,Offer,,Acme,ann@acme.example,,');
    const text = [
      'reference,use,summary,client,contacts',
      'CRM-1,opportunity,Changed,,',
      'CRM-2,project,New,Globex,bob@globex.example',
      'CRM-3,project,Client made one row above,globex,bob@globex.example',
      'CRM-3,project,Twice,,',
      'CRM-4,nonsense,Bad,Initech,',
    ].join('\n');
    const before = await everything(store);
    const rehearsed = await importText(store, ticketRows, text, true);
    expect(await everything(store)).toEqual(before);
    expect(await importText(store, ticketRows, text)).toEqual(rehearsed);
    expect(rehearsed.totals).toEqual({ created: 2, updated: 1, unchanged: 0, failed: 2 });
  });

  it('leaves nothing of a failed row in the store: no client, no contact, no number used up', async () => {
    const store = await stores.open();
    const before = await everything(store);
    const { lines } = await tickets(
      store,
      'CRM-1,opportunity,,Offer,won,Initech,bill@initech.example,,',
      'CRM-2,opportunity,,Offer,,Initech,bill@initech.example; not an address,,',
      'CRM-3,opportunity,Nonsense,Offer,,Initech,bill@initech.example,,',
    );
    expect(lines.map((line) => line.split(' ')[1])).toEqual(['failed', 'failed', 'failed']);
    expect(await everything(store)).toEqual(before);
  });

  describe('takes no harm from hostile cells:', () => {
    // One file with all of them, on both databases; each by itself where a new store costs nothing.
    it('each fails its row alone, all in one file', async () => {
      const store = await stores.open();
      await tickets(store, 'KNOWN,project,,Known,,Acme,ann@acme.example,,');
      const between = hostileRows.flatMap(([, row], index) => [row, `OK-${index},project,,S,,,,,`]);
      const { rows, totals } = await tickets(store, harmless, ...between);
      expect(totals).toEqual({ created: hostileRows.length + 1, updated: 0, unchanged: 0, failed: hostileRows.length });
      for (const [index, [what, , message]] of hostileRows.entries()) {
        expect(rows[index * 2 + 1]?.error?.message, what).toMatch(message);
      }
    });

    if (stores.dialect === 'sqlite') {
      it.each(hostileRows)('%s fails its row alone', async (_what, row, message) => {
        const store = await stores.open();
        await tickets(store, 'KNOWN,project,,Known,,Acme,ann@acme.example,,');
        const { rows } = await tickets(store, harmless, row, 'LAST,project,,Last,,,,,');
        expect(rows.map((one) => one.outcome)).toEqual(['created', 'failed', 'created']);
        expect(rows[1]?.error).toMatchObject({ kind: 'usage', message: expect.stringMatching(message) });
        expect(rows[1]?.error?.message.length).toBeLessThan(500);
        expect(await listTickets(store.db, {})).toHaveLength(3);
      });
    }

    it('a formula is kept as it is written, and is harmless when it leaves as CSV again', async () => {
      const store = await stores.open();
      const formula = '=HYPERLINK("http://evil.example","Offer")';
      await tickets(store, `X,project,,"${formula.replaceAll('"', '""')}",,,,,`);
      const [ticket] = await listTickets(store.db, {});
      expect(ticket?.summary).toBe(formula);
      expect(csvCell(ticket?.summary)).toMatch(/^"'=/);
    });

    it('1 MB of details is kept whole, and reported in short', async () => {
      const store = await stores.open();
      const { rows } = await tickets(store, `X,project,,S,,,,,${big}`);
      expect((await findTicket(store.db, 'X'))?.details).toBe(big);
      expect(JSON.stringify(rows).length).toBeLessThan(2_000);
    });

    it('line breaks in a summary become blanks, so that it stays a subject', async () => {
      const store = await stores.open();
      await tickets(store, 'X,project,,"Offer\r\nBcc: all@acme.example",,,,,');
      expect((await findTicket(store.db, 'X'))?.summary).toBe('Offer Bcc: all@acme.example');
    });
  });

  it('imports the row a failed row had the reference of', async () => {
    const store = await stores.open();
    const { lines } = await tickets(store, 'X,nonsense,,S,,,,,', 'X,project,,S,,,,,');
    expect(lines[1]).toBe('3 created PRJ-1');
  });

  it('knows the business units of incidents', async () => {
    const store = await stores.open();
    const text =
      'reference,use,summary,units\nA,incident,Ransom,finance; Human resources\nB,incident,X,Finanz\nC,project,X,Finance\n';
    const { lines } = await importText(store, ticketRows, text);
    expect(lines).toEqual([
      '2 created INC-1',
      expect.stringMatching(/^3 failed there is no business unit "Finanz".*Finance/),
      '4 failed only incidents have business units, this is a project',
    ]);
    expect(await ticketUnits(store.db, 'INC-1')).toEqual(['Finance', 'Human Resources']);
  });

  it('warns of columns it does not know, and imports the rest', async () => {
    const store = await stores.open();
    const { lines, ignoredColumns } = await importText(
      store,
      ticketRows,
      'summary,use,reference,contact\nS,project,X,a@b.example\n',
    );
    expect([lines, ignoredColumns]).toEqual([['2 created PRJ-1'], ['contact']]);
  });

  it('settles rows while the file is still being read', async () => {
    const store = await stores.open();
    let settled = 0;
    const settledAtPiece: number[] = [];
    const source: CsvSource = {
      name: 'endless.csv',
      async *open() {
        yield Buffer.from('reference,use,summary\n');
        for (let piece = 0; piece < 4; piece += 1) {
          settledAtPiece.push(settled);
          const row = (n: number): string => `R-${piece}-${n},project,Summary ${n}\n`;
          yield Buffer.from(Array.from({ length: 100 }, (_, n) => row(n)).join(''));
        }
      },
    };
    const onRow = (): void => void (settled += 1);
    const { totals } = await importCsv({ store, source, importer: ticketRows, edit: basis, dryRun: false, onRow });
    expect(totals.created).toBe(400);
    expect(settledAtPiece.at(-1)).toBeGreaterThanOrEqual(200);
  });
});

await onBothStores('client and contact import', (stores) => {
  it('makes clients with domains and contacts, known again by name in any case', async () => {
    const store = await stores.open();
    const first = 'name,domains,contacts\nAcme,ACME.example; münchen.example,Ann Archer <ann@acme.example>\n';
    expect((await importText(store, clientRows, first)).lines).toEqual(['2 created 1']);
    expect((await importText(store, clientRows, first)).lines).toEqual(['2 unchanged 1']);
    const second = 'name,domains,contacts\nACME,acme.test,bob@acme.example\n';
    expect((await importText(store, clientRows, second)).rows[0]?.changes).toEqual([
      { field: 'name', before: 'Acme', after: 'ACME' },
      { field: 'domains', before: ['acme.example', 'xn--mnchen-3ya.example'], after: ['acme.test'] },
      { field: 'contacts', before: [], after: ['bob@acme.example'] },
    ]);
    expect(await listContacts(store.db, {})).toMatchObject([
      { name: '', client_name: 'ACME', addresses: ['bob@acme.example'] },
      { name: 'Ann Archer', client_name: 'ACME', addresses: ['ann@acme.example'] },
    ]);
  });

  it('makes contacts with several addresses, known again by any of them', async () => {
    const store = await stores.open();
    const first = 'client,name,addresses\nAcme,Ann Archer,ann@acme.example; ann@home.example\n,Bob,bob@b.example\n';
    expect((await importText(store, contactRows, first)).lines).toEqual(['2 created 1', '3 created 2']);
    const second =
      'client,name,addresses\nGlobex,,ann@home.example; ann@globex.example\n,,bob@b.example; ann@globex.example\n';
    const { rows, lines } = await importText(store, contactRows, second);
    expect(rows[0]?.changes).toEqual([
      { field: 'client', before: 'Acme', after: 'Globex' },
      {
        field: 'addresses',
        before: ['ann@acme.example', 'ann@home.example'],
        after: ['ann@globex.example', 'ann@home.example'],
      },
    ]);
    expect(lines[1]).toBe('3 failed "ann@globex.example" is in row 2 already');
  });

  if (stores.dialect === 'sqlite') {
    it.each<[what: string, importer: RowImporter, text: string, message: RegExp]>([
      ['a client without a name', clientRows, 'name,domains\n,acme.example\n', /name is empty/],
      ['a client twice', clientRows, 'name,domains\nGood,\nGOOD ,x.example\n', /"good" is in row 2 already/],
      ['a domain that is none', clientRows, 'name,domains\nX,acme\\example\n', /not a domain/],
      ['an address for a domain', clientRows, 'name,domains\nX,ann@acme.example\n', /not a domain/],
      ['another client’s contact', clientRows, 'name,contacts\nX,known@acme.example\n', /is a contact of Known/],
      ['a contact without an address', contactRows, 'name,addresses\nX,;\n', /addresses is empty/],
      [
        'addresses of two people',
        contactRows,
        'addresses\nknown@acme.example; other@acme.example\n',
        /belong to 2 contacts/,
      ],
      ['a bad address', contactRows, 'addresses\nX <x>\n', /not an e-mail address/],
    ])('fails the row of %s, and changes nothing', async (_what, importer, text, message) => {
      const store = await stores.open();
      await importText(store, contactRows, 'client,addresses\nKnown,known@acme.example\nKnown,other@acme.example\n');
      await importText(store, clientRows, 'name\nGood\n');
      const before = await everything(store);
      const { rows } = await importText(store, importer, text);
      expect(rows.at(-1)?.error).toMatchObject({ kind: 'usage', message: expect.stringMatching(message) });
      expect(await everything(store)).toEqual(before);
    });
  }
});
