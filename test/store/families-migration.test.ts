import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Kysely, sql } from 'kysely';
import { afterEach, expect, it } from 'vitest';
import { familyOf } from '../../src/domain/identity.ts';
import { loadFamilies } from '../../src/store/families.ts';
import type { Database } from '../../src/store/schema.ts';
import { sqliteDialect } from '../../src/store/sqlite-dialect.ts';
import { openSqliteFile } from '../../src/store/sqlite.ts';
import { openStore } from '../../src/store/store.ts';
import type { Store } from '../../src/store/store.ts';
import { currentVersion } from '../../src/store/version.ts';
import { deskOn, mail } from '../inbox/fixtures.ts';
import { onBothStores } from './both-stores.ts';
import { newMessage } from './messages.ts';
import { addRows, oldStore } from './old-stores.ts';

const family = (of: Parameters<typeof familyOf>[0]) => createHash('sha256').update(familyOf(of)).digest('hex');
const known = mail({ id: 'known@acme.example', subject: 'Known', text: 'Text of then' });
const deleted = mail({ id: 'deleted@acme.example', subject: 'Deleted' });

/** A message as 0.1.0 wrote it. */
function oldMessage(id: number, identity: string, more: Readonly<Record<string, unknown>> = {}) {
  const { family: _f, variant: _v, trust: _t, ...row } = newMessage(identity).row;
  return { id, ...row, ...more };
}

async function fill(db: Kysely<Database>): Promise<void> {
  await addRows(db, 'client', [
    { id: 3, remote_id: null, name: 'Acme', name_key: 'acme', created_at: 1, updated_at: 1 },
    { id: 9, remote_id: null, name: 'Gone', name_key: 'gone', created_at: 1, updated_at: 1 },
  ]);
  await sql`delete from client where id = 9`.execute(db);
  await addRows(db, 'client_domain', [{ client_id: 3, domain: 'acme.example' }]);
  await addRows(db, 'contact', [{ id: 4, client_id: 3, name: 'Carla' }]);
  await addRows(db, 'contact_address', [{ address: 'carla@acme.example', domain: 'acme.example', contact_id: 4 }]);
  const times = { created_at: 1, updated_at: 1 };
  const ticket = { id: 'OPP-1', reference: 'R-1', use: 'opportunity', type: 'Opportunity', summary: 'Offer' };
  const subject = { summary_exact: 'offer', summary_base: 'offer', details: '' };
  await addRows(db, 'ticket', [
    { ...ticket, ...subject, status: 'open', open: 1, excluded: 0, client_id: 3, ...times },
  ]);
  await addRows(db, 'ticket_contact', [{ ticket_id: 'OPP-1', contact_id: 4 }]);
  await addRows(db, 'ticket_participant', [{ ticket_id: 'OPP-1', address: 'carla@acme.example' }]);
  const copy = 'c'.repeat(64);
  const messages = [
    oldMessage(1, family(known), { verified: 'none' }),
    oldMessage(2, copy, { verified: 'none' }),
    oldMessage(3, `${copy}:before:3`, { verified: 'fail' }),
    oldMessage(4, 'outgoing:mark'),
  ];
  await addRows(db, 'message', messages);
  for (const { id } of messages) {
    const body = id === 1 ? 'Text of then' : 'Hello';
    await addRows(db, 'message_content', [{ message_id: id, body_kind: 'text', body, headers_json: '[]' }]);
  }
  const item = {
    connection: 'contoso',
    mailbox: 'ann@contoso.test',
    decision_json: '{}',
    decided_at: 1,
    received_at: 1,
  };
  await addRows(db, 'item', [
    { id: 1, message_id: 1, sent: 0, state: 'filed', ticket_id: 'OPP-1', filed_by: 'rule', ...item },
    { id: 2, message_id: 2, sent: 1, state: 'kept', reason: 'unmatched', ...item },
  ]);
  const place = { mailbox: 'ann@contoso.test', folder: 'Inbox', duplicate: 0, seen_at: 1 };
  await addRows(db, 'placement', [{ id: 1, item_id: 1, message_id: 1, provider_id: 'p1', ...place }]);
  const action = { kind: 'email', opening: 0, at: 1, chain_hidden: 0, filed_by: 'rule', filed_at: 1 };
  await addRows(db, 'action', [{ id: 1, ticket_id: 'OPP-1', message_id: 1, direction: 'in', ...action }]);
  await addRows(db, 'crm_note', [{ id: 1, client_id: 3, message_id: 2, at: 1, filed_by: 'ann', filed_at: 1 }]);
  await addRows(db, 'deleted_message', [{ identity: family(deleted), at: 1 }]);
}

await onBothStores('a store of the schema before families', (stores) => {
  let store: Store | undefined;
  afterEach(() => store?.close());

  async function takenOver(): Promise<{ readonly store: Store; readonly stateDir: string; readonly said: string[] }> {
    const place = await stores.place();
    const db = await oldStore(place);
    await fill(db);
    if (stores.dialect === 'postgres') {
      for (const table of ['client', 'contact', 'message', 'item', 'placement', 'action', 'crm_note']) {
        await sql`select setval(pg_get_serial_sequence(${table}, 'id'), 50)`.execute(db);
      }
    }
    await db.destroy();
    const said: string[] = [];
    store = await openStore({ ...place, say: (text) => said.push(text) });
    return { store, stateDir: place.stateDir, said };
  }

  it('keeps tickets, clients, contacts and what refers to them, as those of the local system', async () => {
    const { db } = (await takenOver()).store;
    expect(await db.selectFrom('ticket').select(['id', 'system', 'reference', 'client_id']).execute()).toEqual([
      { id: 'OPP-1', system: 'local', reference: 'R-1', client_id: 3 },
    ]);
    expect(await db.selectFrom('client').select(['id', 'system', 'name_key']).execute()).toEqual([
      { id: 3, system: 'local', name_key: 'acme' },
    ]);
    for (const table of [
      'client_domain',
      'contact',
      'contact_address',
      'ticket_contact',
      'ticket_participant',
    ] as const) {
      expect(await db.selectFrom(table).selectAll().execute()).toHaveLength(1);
    }
    for (const table of ['action', 'crm_note', 'placement'] as const) {
      expect(await db.selectFrom(table).selectAll().execute()).toHaveLength(1);
    }
  });

  it('has one name and reference for each local row, and any number for those of other systems', async () => {
    const { db } = (await takenOver()).store;
    const client = { name: 'Acme', name_key: 'acme', created_at: 1, updated_at: 1 };
    await expect(db.insertInto('client').values(client).execute()).rejects.toThrow(/unique/iu);
    for (const remote_id of ['1', '2']) {
      await db
        .insertInto('client')
        .values({ ...client, system: 'halo', remote_id })
        .execute();
    }
    await expect(
      db
        .insertInto('client')
        .values({ ...client, system: 'halo', remote_id: '1' })
        .execute(),
    ).rejects.toThrow(/unique/iu);
    const [made] = await db
      .insertInto('client')
      .values({ ...client, name_key: 'new' })
      .returning('id')
      .execute();
    expect(made?.id).toBeGreaterThan(9);
    const address = { address: 'carla@acme.example', domain: 'acme.example' };
    const contact = async (system: string) => {
      const row = await db.insertInto('contact').values({ name: '', system }).returning('id').executeTakeFirstOrThrow();
      return db
        .insertInto('contact_address')
        .values({ ...address, system, contact_id: row.id })
        .execute();
    };
    await contact('halo');
    await contact('halo');
    await expect(contact('local')).rejects.toThrow(/unique/iu);
  });

  it('still deletes with a ticket, client or contact what belongs to it', async () => {
    const { db } = (await takenOver()).store;
    await db.deleteFrom('ticket').execute();
    expect(await db.selectFrom('action').select('id').execute()).toEqual([]);
    await db.deleteFrom('client').execute();
    expect(await db.selectFrom('crm_note').select('id').execute()).toEqual([]);
    expect(await db.selectFrom('contact').select('client_id').execute()).toEqual([{ client_id: null }]);
    await db.deleteFrom('contact').execute();
    expect(await db.selectFrom('contact_address').select('address').execute()).toEqual([]);
  });

  it('has each mail as the one of its family, with what is known of its sender', async () => {
    const { db } = (await takenOver()).store;
    const rows = await db.selectFrom('message').select(['id', 'family', 'variant', 'trust']).orderBy('id').execute();
    expect(rows).toEqual([
      { id: 1, family: family(known), variant: 1, trust: 'unknown' },
      { id: 2, family: 'c'.repeat(64), variant: 1, trust: 'trusted' },
      { id: 3, family: 'c'.repeat(64), variant: 4, trust: 'failed' },
      { id: 4, family: 'outgoing:mark', variant: 1, trust: 'trusted' },
    ]);
    const { deleted: kept } = await loadFamilies(db, [family(deleted)]);
    expect(kept.get(family(deleted))).toMatchObject([{ kind: 'family' }]);
  });

  it('takes further copies of its mail for that, unless exactly one is found forged, and keeps out what was deleted', async () => {
    const desk = await deskOn((await takenOver()).store);
    const forged = {
      ...known,
      headers: [{ name: 'Authentication-Results', value: 'dmarc=fail header.from=acme.example' }],
    };
    const other = { body: { kind: 'text', content: 'Quite another text' } } as const;
    expect(await desk.bring([{ ...known, ...other }])).toMatchObject({ imported: 0, duplicates: 1 });
    expect(await desk.bring([{ ...forged, body: { kind: 'text', content: 'Pay here' } }])).toMatchObject({
      imported: 1,
      duplicates: 0,
    });
    expect(await desk.bring([deleted, { ...deleted, ...other }])).toMatchObject({ imported: 0, skipped: 2 });
  });

  if (stores.dialect === 'postgres') return;

  it('is copied before, once, for its owner only, and where is said', async () => {
    const { stateDir, said } = await takenOver();
    const copy = join(stateDir, 'integrator.db.before-0008');
    expect(statSync(copy).mode & 0o777).toBe(0o600);
    expect(said).toEqual([expect.stringContaining(copy)]);
    const kept = new Kysely<Database>({ dialect: sqliteDialect(openSqliteFile(copy, { create: false })) });
    expect(await currentVersion(kept, 'sqlite')).toBe('0007-send-rights');
    expect((await sql`select * from message`.execute(kept)).rows).toHaveLength(4);
    await kept.destroy();
    await store?.close();
    store = await openStore({ stateDir, url: 'sqlite', say: (text) => said.push(text) });
    expect([said.length, readdirSync(stateDir).filter((name) => name.includes('before')).length]).toEqual([1, 1]);
  });

  it('is not copied over what has that name, and a new store is not copied at all', async () => {
    const { stateDir } = await stores.place();
    const db = await oldStore({ stateDir, url: 'sqlite' });
    await db.destroy();
    mkdirSync(join(stateDir, 'integrator.db.before-0008'));
    store = await openStore({ stateDir, url: 'sqlite' });
    expect(statSync(join(stateDir, 'integrator.db.before-0008.2')).isFile()).toBe(true);
    await store.close();
    const fresh = await stores.place();
    store = await openStore(fresh);
    expect(readdirSync(fresh.stateDir).filter((name) => name.includes('before'))).toEqual([]);
  });

  it('stays as it is where the copy cannot be written, and says why', async () => {
    const { stateDir } = await stores.place();
    const db = await oldStore({ stateDir, url: 'sqlite' });
    await db.destroy();
    mkdirSync(join(stateDir, 'integrator.db.before-0008.part', 'x'), { recursive: true });
    chmodSync(join(stateDir, 'integrator.db.before-0008.part'), 0o500);
    await expect(openStore({ stateDir, url: 'sqlite' })).rejects.toMatchObject({ kind: 'store' });
    const same = new Kysely<Database>({
      dialect: sqliteDialect(openSqliteFile(join(stateDir, 'integrator.db'), { create: false })),
    });
    expect(await currentVersion(same, 'sqlite')).toBe('0007-send-rights');
    await same.destroy();
  });
});
