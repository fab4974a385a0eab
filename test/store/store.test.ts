import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { audit, readAudit } from '../../src/store/audit.ts';
import { addToCounter, readCounter } from '../../src/store/counters.ts';
import { acquireRunLock } from '../../src/store/run-lock.ts';
import { openStore } from '../../src/store/store.ts';
import { onBothStores } from './both-stores.ts';

const operator = { kind: 'operator', unixUser: 'root' } as const;

await onBothStores('the store', (stores) => {
  it('keeps nothing of a transaction that fails, and says so in its own words', async () => {
    const store = await stores.open();
    const failing = store.write(async (trx) => {
      await addToCounter(trx, 'n', 1);
      await sql`select * from no_such_table`.execute(trx);
    });
    await expect(failing).rejects.toMatchObject({ name: 'IntegratorError', kind: 'store' });
    expect(await readCounter(store.db, 'n')).toBe(0);
  });

  it('lets writers take turns, so that none works on what another is changing', async () => {
    const store = await stores.open();
    await Promise.all(
      Array.from({ length: 10 }, () =>
        store.write(async (trx) => {
          const before = await readCounter(trx, 'n');
          await sql`select 1`.execute(trx);
          await addToCounter(trx, 'n', before + 1 - (await readCounter(trx, 'n')));
        }),
      ),
    );
    expect(await readCounter(store.db, 'n')).toBe(10);
  });

  it('gives numbers back as numbers, however large', async () => {
    const store = await stores.open();
    const large = 2 ** 53 - 2;
    expect(await store.write((trx) => addToCounter(trx, 'n', large))).toBe(large);
    expect(await readCounter(store.db, 'n')).toBe(large);
  });

  it.each([1, 3, 4, 700, 9_000])('finds what is in a list of %i values, and nothing else', async (length) => {
    const store = await stores.open();
    await store.write(async (trx) => {
      for (const name of ['v0', 'v2', 'v8999', 'elsewhere']) await addToCounter(trx, name, 1);
    });
    const names = Array.from({ length }, (_, index) => `v${index}`);
    const rows = await store.db.selectFrom('counter').select('name').where('name', 'in', names).execute();
    expect(rows.map((row) => row.name).toSorted()).toEqual(
      ['v0', 'v2', 'v8999'].filter((name) => names.includes(name)).toSorted(),
    );
  });

  it('never changes nor removes a line of the audit log', async () => {
    const store = await stores.open();
    const write = (verb: string) => store.write((trx) => audit(trx, operator, 1_000, { verb, object: 'OPP-1' }));
    await write('ticket.new');
    const appendOnly = { kind: 'store', message: expect.stringContaining('append-only') };
    const columns = sql.raw('(id, at, unix_user, agent, verb, object, outcome, detail_json)');
    const forged = sql.raw("values (1, 0, 'x', null, 'nothing', '', 'done', '{}')");
    const everywhere = [
      sql`update audit_log set verb = 'nothing'`,
      sql`delete from audit_log`,
      sql`insert into audit_log ${columns} ${forged} on conflict (id) do update set verb = excluded.verb`,
      sql`insert into audit_log ${columns} select * from audit_log where true on conflict (id) do update set verb = 'x'`,
    ];
    const ofSqlite = [
      sql`insert or replace into audit_log ${columns} ${forged}`,
      sql`replace into audit_log ${columns} ${forged}`,
      sql`replace into audit_log (rowid, at, unix_user, verb, object, outcome, detail_json) values (1, 0, 'x', 'v', '', 'done', '')`,
      sql`replace into audit_log ${columns} select id, 0, 'x', null, 'nothing', '', 'done', '' from audit_log`,
      sql`update or replace audit_log set id = 2`,
      // An id that the database would take for "none given" in the trigger that looks for it.
      sql`insert into audit_log ${columns} values (-1, 0, 'x', null, 'v', '', 'done', '')`,
    ];
    const ofPostgres = [
      sql`truncate audit_log`,
      sql`merge into audit_log using (select 1 as id) as other on audit_log.id = other.id when matched then delete`,
      sql`do $$ begin set local session_replication_role = replica; delete from audit_log; end $$`,
    ];
    const tampering = [...everywhere, ...(stores.dialect === 'postgres' ? ofPostgres : ofSqlite)];
    for (const statement of tampering) {
      await expect(store.write((trx) => statement.execute(trx))).rejects.toMatchObject(appendOnly);
    }
    await write('ticket.set');
    expect((await readAudit(store.db, { limit: 10 })).map((line) => line.verb)).toEqual(['ticket.set', 'ticket.new']);
  });

  it('holds every text that a mail can hold', async () => {
    const store = await stores.open();
    const texts = ['😀 \u202e \u0001 \u001b[31m', "'; drop table ticket; --", '%_\\', '', '\r\n\t'];
    await store.write(async (trx) => {
      for (const [at, object] of texts.entries()) await audit(trx, operator, at, { verb: 'v', object });
    });
    const kept = await readAudit(store.db, { limit: 10 });
    expect(kept.map((line) => line.object).toReversed()).toEqual(texts);
  });
});

describe('a store on disk', () => {
  let stateDir: string;
  let umask: number;
  beforeEach(() => {
    umask = process.umask(0o022);
    stateDir = join(mkdtempSync(join(tmpdir(), 'integrator-store-')), 'state');
  });
  afterEach(() => {
    process.umask(umask);
    rmSync(join(stateDir, '..'), { recursive: true, force: true });
  });
  const open = () => openStore({ stateDir, url: 'sqlite' });
  const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

  it('can be read by its owner only, whatever the umask', async () => {
    const store = await open();
    await store.write((trx) => addToCounter(trx, 'n', 1));
    expect(modeOf(stateDir)).toBe('700');
    const files = readdirSync(stateDir).filter((name) => name.startsWith('integrator.db'));
    expect(files.sort()).toEqual(['integrator.db', 'integrator.db-shm', 'integrator.db-wal']);
    expect(files.map((name) => modeOf(join(stateDir, name)))).toEqual(['600', '600', '600']);
    await store.close();
  });

  it.each(['640', '604', '660'])('is refused when others can read it (mode %s)', async (mode) => {
    await (await open()).close();
    chmodSync(join(stateDir, 'integrator.db'), Number.parseInt(mode, 8));
    await expect(open()).rejects.toMatchObject({ kind: 'not_allowed', hint: expect.stringContaining('chmod 600') });
  });

  it('waits for the disk at each commit, also when it is opened again', async () => {
    for (const time of ['new', 'again']) {
      const store = await open();
      const [synchronous] = (await sql<{ synchronous: number }>`pragma synchronous`.execute(store.db)).rows;
      const [journal] = (await sql<{ journal_mode: string }>`pragma journal_mode`.execute(store.db)).rows;
      const [secure] = (await sql<{ secure_delete: number }>`pragma secure_delete`.execute(store.db)).rows;
      expect({ ...synchronous, ...journal, ...secure }, time).toEqual({
        synchronous: 2,
        journal_mode: 'wal',
        secure_delete: 1,
      });
      await store.close();
    }
  });

  it('that is not there is an error where none may be made', async () => {
    const missing = openStore({ stateDir, url: 'sqlite', create: false });
    await expect(missing).rejects.toMatchObject({ kind: 'store', message: expect.stringContaining(stateDir) });
  });

  it('that is no database is said to be none', async () => {
    await (await open()).close();
    writeFileSync(join(stateDir, 'integrator.db'), 'this is a text file, and a long enough one at that\n'.repeat(100));
    await expect(open()).rejects.toMatchObject({ kind: 'store', message: expect.stringContaining('not a store') });
  });

  it('is a configuration error where the URL is neither sqlite nor PostgreSQL', async () => {
    const wrong = openStore({ stateDir, url: 'mysql://localhost/x' });
    await expect(wrong).rejects.toMatchObject({ kind: 'config' });
  });

  it('says in plain words that no PostgreSQL answers', async () => {
    const nobody = openStore({ stateDir, url: 'postgres://postgres@127.0.0.1:1/none' });
    await expect(nobody).rejects.toMatchObject({ kind: 'store', code: 'ECONNREFUSED', hint: expect.any(String) });
  });

  it('is run by one process at a time; the second is told who the first is', () => {
    const first = { pid: 4711, host: 'mail1', since: '2026-11-22T08:00:00.000Z' };
    const lock = acquireRunLock(stateDir, first);
    const second = () => acquireRunLock(stateDir, { pid: 4712, host: 'mail2', since: '2026-11-22T09:00:00.000Z' });
    expect(second).toThrow(
      expect.objectContaining({ kind: 'busy', message: expect.stringMatching(/4711.*mail1.*08:00/) }),
    );
    expect(second).toThrow(/4711/);
    lock.release();
    second().release();
  });

  it('can be read and written by commands while one process runs on it', async () => {
    const lock = acquireRunLock(stateDir, { pid: 1, host: 'h', since: 's' });
    const store = await open();
    expect(await store.write((trx) => addToCounter(trx, 'n', 1))).toBe(1);
    await store.close();
    lock.release();
  });
});
