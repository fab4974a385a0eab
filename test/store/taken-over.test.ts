import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { openApp } from '../../src/app.ts';
import type { App } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import { storePages } from '../../src/importer/page-writer.ts';
import { mailboxJobs, runOnce } from '../../src/importer/run-once.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { onBothStores } from './both-stores.ts';
import { moveToPostgres } from './old-stores.ts';

/** Where stores lie that version 0.1.0 made, each with configuration and state; see scripts/ci/old-stores.mjs. */
const given = process.env['INTEGRATOR_OLD_STORES'];
const names = given === undefined ? [] : readdirSync(given).filter((name) => existsSync(join(given, name, 'state')));

const configSchema = z.looseObject({ connections: z.array(z.looseObject({})) });

/** All that people see of a store, without what the new version adds. */
async function contents({ store: { db } }: App) {
  const messages = await db
    .selectFrom('message')
    .innerJoin('message_content', 'message_content.message_id', 'message.id')
    .select(['id', 'identity', 'family', 'subject', 'people_json', 'sent_at', 'received_at', 'original_sha256'])
    .select(['body_kind', 'body', 'headers_json'])
    .orderBy('id')
    .execute();
  return {
    messages,
    attachments: await db.selectFrom('attachment').selectAll().orderBy('id').execute(),
    items: await db.selectFrom('item').selectAll().orderBy('id').execute(),
    actions: await db.selectFrom('action').selectAll().orderBy('id').execute(),
    notes: await db.selectFrom('crm_note').selectAll().orderBy('id').execute(),
    tickets: await db.selectFrom('ticket').selectAll().orderBy('id').execute(),
    contacts: await db.selectFrom('ticket_contact').selectAll().orderBy('ticket_id').orderBy('contact_id').execute(),
    participants: await db
      .selectFrom('ticket_participant')
      .selectAll()
      .orderBy('ticket_id')
      .orderBy('address')
      .execute(),
    addresses: await db.selectFrom('contact_address').selectAll().orderBy('address').execute(),
    takenAway: await db.selectFrom('taken_away').selectAll().execute(),
    deleted: await db.selectFrom('deleted_copy').selectAll().execute(),
    outbox: await db.selectFrom('outbox').selectAll().orderBy('id').execute(),
    audit: await db.selectFrom('audit_log').selectAll().orderBy('id').execute(),
  };
}

await onBothStores('a store of version 0.1.0', (stores) => {
  let sandbox: Sandbox;
  let directory: string;
  let app: App | undefined;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'integrator-old-'));
  });
  afterEach(async () => {
    await app?.close();
    await sandbox.close();
    rmSync(directory, { recursive: true, force: true });
  });

  /** The sample world as it was when the store was made; the sign-in of an application is the same for every sandbox. */
  async function open(atMs: number): Promise<App> {
    sandbox = await startSandbox({ world: 'sample', now: () => atMs });
    const file = join(directory, 'integrator.yaml');
    const { connections, ...config } = configSchema.parse(parse(readFileSync(file, 'utf8')));
    writeFileSync(join(directory, 'sandbox-ca.pem'), sandbox.caPem);
    const { authority, graph, ews, tenantId: tenant_id, clientId: client_id } = sandbox;
    const endpoints = { authority, graph, ews, ca_file: './sandbox-ca.pem' };
    const signIn = {
      auth: 'application',
      service_account: undefined,
      tenant_id,
      client_id,
      client_secret: { env: 'SECRET' },
      endpoints,
    };
    const { url } = await stores.place();
    if (stores.dialect === 'postgres') await moveToPostgres(join(directory, 'state'), url);
    const ours = connections.map((connection) => ({ ...connection, ...signIn }));
    writeFileSync(file, stringify({ ...config, store: url, connections: ours }));
    const env = { SECRET: sandbox.clientSecret };
    const loaded = await loadConfig({ path: file, env, cwd: directory });
    return openApp({ config: loaded.config, env, now: () => atMs });
  }

  const run = (opened: App) =>
    runOnce(
      mailboxJobs(opened.config),
      { pages: storePages(opened.store), provider: opened.provider, now: opened.now, sinceMs: null, retryAll: true },
      { concurrency: 4, signal: new AbortController().signal },
    );

  test.skipIf(names.length === 0).each(names.length === 0 ? ['none'] : names)(
    'is taken over whole, and a run afterwards imports nothing twice: %s',
    async (name) => {
      cpSync(join(given ?? '', name), directory, { recursive: true });
      const made = await madeAt(join(directory, 'state'));
      app = await open(made);
      const before = await contents(app);
      expect(before.messages.length).toBeGreaterThan(5);
      expect(before.actions.length).toBeGreaterThan(5);

      const { totals, mailboxes } = await run(app);
      expect(mailboxes.map(({ error }) => error)).toEqual(mailboxes.map(() => null));
      expect(totals).toMatchObject({ imported: 0, failed: 0 });
      expect(await contents(app)).toEqual(before);

      // Ids that the server gave before are not known any more, as after a move of the mailbox: every copy is found anew.
      await sql`update placement set provider_id = 'moved ' || provider_id`.execute(app.store.db);
      await app.store.db.updateTable('folder_state').set({ cursor: null }).execute();
      const again = await run(app);
      expect(again.totals).toMatchObject({ imported: 0, failed: 0 });
      expect(again.totals.duplicates).toBeGreaterThanOrEqual(3);
      expect(await contents(app)).toEqual(before);
      if (stores.dialect === 'sqlite')
        expect(readdirSync(join(directory, 'state'))).toContain('integrator.db.before-0008');
    },
  );
});

/** The sandbox's times are relative to its start, and the stories begin with mail. */
async function madeAt(stateDir: string): Promise<number> {
  const { openSqliteFile, sqlitePath } = await import('../../src/store/sqlite.ts');
  const database = openSqliteFile(sqlitePath(stateDir), { create: false });
  const row = database.prepare('select min(imported_at) as at from message').get();
  database.close();
  return z.object({ at: z.number() }).parse(row).at;
}
