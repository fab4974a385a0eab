import { afterEach, describe, expect, test } from 'vitest';
import { openApp } from '../../src/app.ts';
import { readStatus } from '../../src/daemon/status.ts';
import { auditMailboxes } from '../../src/importer/audit-mailboxes.ts';
import { mailboxJobs } from '../../src/importer/run-once.ts';
import { mailboxesToTest, testMailboxes } from '../../src/importer/test-mailboxes.ts';
import type { MailboxReader } from '../../src/mail/provider.ts';
import type { FolderPath } from '../../src/sandbox/world/folders.ts';
import { readCursor } from '../../src/store/mailboxes.ts';
import { passOn } from './between.ts';
import { ann, openOffice } from './office.ts';
import type { Office } from './office.ts';

let office: Office;
afterEach(() => office.close());

const exchange = { type: 'ews', server: 'mail.contoso.test', auth: 'application' };
const oneName = String.raw`A\/B`;
const signal = new AbortController().signal;

const put = (subject: string, folder: FolderPath) =>
  office.sandbox.world.addMessage(ann, folder, { from: 'bob@acme.example', to: ann, subject });

async function audit({ provider } = office.app) {
  const { store, now } = office.app;
  const jobs = mailboxJobs(office.config);
  const [found] = await auditMailboxes(
    jobs,
    { store, now, provider, sinceMs: null, whole: true },
    { concurrency: 1, signal },
  );
  if (found === undefined) throw new Error('no audit');
  return found;
}

/** The program as it is after a restart, without what the one before it remembers. */
const restarted = () => openApp({ config: office.config, env: office.env });

/** Notes with which cursor each folder is followed. */
function cursorsGiven() {
  const given: Record<string, string | null> = {};
  const between = (reader: MailboxReader) =>
    Object.assign(passOn(reader), {
      changes: (...[folder, cursor, options]: Parameters<MailboxReader['changes']>) => {
        given[folder.path] = cursor;
        return reader.changes(folder, cursor, options);
      },
    });
  return { given, between };
}

const placed = () =>
  office.app.store.db
    .selectFrom('placement')
    .innerJoin('message', 'message.id', 'placement.message_id')
    .select(['subject', 'folder', 'folder_id'])
    .orderBy('subject')
    .execute();

describe.each([
  ['Graph', {}],
  ['Exchange', exchange],
])('over %s', (_name, connection) => {
  const open = async (folders: readonly string[] | 'all') => {
    office = await openOffice({ connection, mailboxes: [{ address: ann, agent: 'ann', folders }] });
  };
  const imported = async () => {
    const [report] = (await office.run()).mailboxes;
    expect(report?.error).toBeNull();
    return report?.imported;
  };
  const idOf = (path: FolderPath) => office.sandbox.world.addFolder(ann, path);
  const cursorOf = (folderId: string) =>
    readCursor(office.app.store.db, { connection: 'contoso', mailbox: ann }, folderId);

  test.each([
    ['named in the configuration', [oneName, 'A/B']],
    ['of the whole mailbox', 'all'],
  ] as const)('a folder "A/B" and a folder B in A, %s, share nothing', async (_which, folders) => {
    await open(folders);
    const ids = [idOf(['A/B']), idOf(['A', 'B'])] as const;
    put('one name', ['A/B']);
    const moved = put('two names', ['A', 'B']);
    office.sandbox.world.addMessage(ann, ['A/B'], { from: 'x@y.example', to: ann, subject: 'broken', damaged: true });
    await office.run();
    expect(await placed()).toEqual([
      { subject: 'one name', folder: oneName, folder_id: ids[0] },
      { subject: 'two names', folder: 'A/B', folder_id: ids[1] },
    ]);
    const cursors = [await cursorOf(ids[0]), await cursorOf(ids[1])];
    expect(new Set(cursors).size).toBe(2);
    expect(cursors).not.toContain(null);

    office.sandbox.world.deleteMessage(ann, moved);
    expect(await audit()).toMatchObject({
      folders: expect.arrayContaining([
        expect.objectContaining({ folder: oneName, extra: 0 }),
        expect.objectContaining({ folder: 'A/B', listed: 0, missing: 0, extra: 1 }),
      ]),
      extra: [{ folder: 'A/B', subject: 'two names' }],
      moved_away: [],
      error: null,
    });

    put('one name, later', ['A/B']);
    put('two names, later', ['A', 'B']);
    expect(await imported()).toBe(2);
    const { config, app } = office;
    const status = await readStatus({ config, store: app.store, isSignedIn: () => true, nowMs: app.now() });
    expect(status.set_aside.map(({ folder }) => folder)).toEqual([oneName]);
  });

  test('a folder of the whole mailbox that is renamed or moved keeps its cursor, and is compared by its id', async () => {
    await open('all');
    const id = idOf('Deals');
    const gone = put('gone', 'Deals');
    put('stays', 'Deals');
    await office.run();
    const first = await cursorOf(id);
    office.sandbox.world.deleteMessage(ann, gone);
    office.sandbox.world.moveFolder(ann, 'Deals', ['Archive', 'Deals/2025']);
    const path = String.raw`Archive/Deals\/2025`;
    put('another folder', 'Deals');

    const afresh = await restarted();
    expect((await audit(afresh)).extra).toMatchObject([{ folder: path, subject: 'gone' }]);
    put('after', path);
    const firstRounds = cursorsGiven();
    const report = await office.run({ reader: firstRounds.between, provider: afresh.provider });
    expect(report.totals).toMatchObject({ imported: 2, duplicates: 0 });
    expect(firstRounds.given).toMatchObject({ [path]: first, Deals: null });
    await afresh.close();
  });

  test('a path that leads to another folder now starts anew, and brings nothing twice', async () => {
    await open(['Deals']);
    put('before', 'Deals');
    await office.run();
    const old = idOf('Deals');
    const cursor = await cursorOf(old);
    office.sandbox.world.moveFolder(ann, 'Deals', 'Old deals');
    put('copied over', 'Deals');
    put('fresh', 'Deals');

    const afresh = await restarted();
    const rounds = cursorsGiven();
    const report = await office.run({ reader: rounds.between, provider: afresh.provider });
    expect(report.mailboxes[0]).toMatchObject({ imported: 2, error: null });
    expect(rounds.given).toEqual({ Deals: null });
    expect(await cursorOf(idOf('Deals'))).not.toBeNull();
    expect(await cursorOf(old)).toBe(cursor);

    // Back under its path, it goes on from where it was.
    office.sandbox.world.removeFolder(ann, 'Deals');
    office.sandbox.world.moveFolder(ann, 'Old deals', 'Deals');
    put('after', 'Deals');
    const again = await restarted();
    const last = cursorsGiven();
    const { totals } = await office.run({ reader: last.between, provider: again.provider });
    expect(totals).toMatchObject({ imported: 1, duplicates: 0 });
    expect(last.given).toEqual({ Deals: cursor });
    await afresh.close();
    await again.close();
  });

  test('a folder that is made anew while it is followed is kept under its new id', async () => {
    await open(['Deals']);
    put('before', 'Deals');
    await office.run();
    const before = idOf('Deals');
    office.sandbox.world.removeFolder(ann, 'Deals');
    put('fresh', 'Deals');
    expect(await imported()).toBe(1);
    const after = idOf('Deals');
    expect(after).not.toBe(before);
    expect(await placed()).toMatchObject([{ folder_id: before }, { subject: 'fresh', folder_id: after }]);
    put('later', 'Deals');
    const rounds = cursorsGiven();
    await office.run({ reader: rounds.between });
    expect(rounds.given['Deals']).toContain(after);
  });

  test('the Inbox keeps its cursor whatever it is called', async () => {
    await open(['Inbox']);
    put('before', 'Inbox');
    await office.run();
    const inbox = office.sandbox.world.mailbox(ann).folder('inbox');
    inbox.displayName = 'Posteingang';
    put('after', 'Inbox');
    const afresh = await restarted();
    const rounds = cursorsGiven();
    const { totals } = await office.run({ reader: rounds.between, provider: afresh.provider });
    expect(totals).toMatchObject({ imported: 1, duplicates: 0 });
    expect(rounds.given['Inbox']).not.toBeNull();
    await afresh.close();
  });

  test('run and test-mailboxes say how a name with a slash is written', async () => {
    await open(['Kunden/Alt']);
    idOf(['Kunden/Alt']);
    const hint = expect.stringContaining(String.raw`Is it 'Kunden\/Alt'?`);
    expect((await office.run()).mailboxes[0]?.error).toMatchObject({ kind: 'not_found', hint });
    const { app, config } = office;
    const [verdict] = await testMailboxes(mailboxesToTest(config, {}), app, { concurrency: 1, signal });
    expect(verdict).toMatchObject({ folders: [{ folder: 'Kunden/Alt', ok: false }], verdict: 'failed', advice: hint });
  });
});
