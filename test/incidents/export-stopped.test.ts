import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exportIncident, planExport } from '../../src/incidents/export/export-incident.ts';
import { verifyExport } from '../../src/incidents/export/verify.ts';
import { queueNotifications } from '../../src/incidents/queue-notifications.ts';
import { outboxRow } from '../../src/store/outbox.ts';
import { openPresence } from '../../src/store/presence.ts';
import { openSoc } from './soc.ts';
import type { Soc } from './soc.ts';

let of: Soc;
beforeAll(async () => {
  of = await openSoc();
  await of.ticket({ use: 'incident', summary: 'Payroll mail', contacts: [], units: [] });
  await of.app.store.db.updateTable('ticket').set({ details: 'Do not open it.' }).execute();
  expect(await of.notify()).toEqual({ Finance: 'done', 'Plant Operations': 'done' });
  await of.run();
});
afterAll(() => of.close());

const places = () => readdirSync(of.directory).toSorted();
const request = (name: string) => ({ incident: 'INC-1', directory: join(of.directory, name) });

test('a dry run says what would be exported and leaves no trace', async () => {
  const before = places();
  const plan = await planExport(of.deps('ann'), request('evidence'));
  expect(plan).toMatchObject({ dry_run: true, outcome: 'would_write', mails: 2, originals: 2, unfinished: [] });
  expect(places()).toEqual(before);
  const log = await of.app.store.db.selectFrom('audit_log').selectAll().where('verb', '=', 'incident.export').execute();
  expect(log).toEqual([]);
  await expect(planExport(of.deps('carl'), request('evidence'))).rejects.toMatchObject({ kind: 'not_allowed' });
});

test('an export that is stopped ends at once and leaves nothing behind', async () => {
  const before = places();
  const stop = new AbortController();
  const written: number[] = [];
  const onMail = (number: number) => {
    written.push(number);
    stop.abort(new Error('stopped by SIGINT'));
  };
  const exporting = exportIncident(of.deps('ann'), { ...request('stopped'), signal: stop.signal, onMail });
  await expect(exporting).rejects.toThrow('stopped by SIGINT');
  expect(written).toEqual([1]);
  expect(places()).toEqual(before);
});

test('what a killed export left beside the target is named by the next one, and is not taken away', async () => {
  const left = join(of.directory, '.evidence-Ab3xY9');
  for (const path of [left, join(of.directory, '.evidence-of-others'), join(of.directory, '.other-Ab3xY9')]) {
    mkdirSync(path);
  }
  writeFileSync(join(left, 'mail.eml'), 'x');
  expect(await exportIncident(of.deps('ann'), request('evidence'))).toMatchObject({
    outcome: 'written',
    unfinished: [left],
  });
  expect(readdirSync(left)).toEqual(['mail.eml']);
  const again = await planExport(of.deps('ann'), request('evidence'));
  expect(again).toMatchObject({ outcome: 'would_compare', unfinished: [left] });
});

test('a file that may not be read is one problem among the others', async () => {
  const { directory } = request('closed');
  await exportIncident(of.deps('ann'), { incident: 'INC-1', directory });
  const [first = '', second = ''] = readdirSync(join(directory, 'mails')).toSorted();
  writeFileSync(join(directory, 'mails', second), 'changed');
  const { problems } = await unprivileged(directory, () => {
    chmodSync(join(directory, 'mails', first), 0o000);
    return () => verifyExport(directory);
  });
  expect(problems).toEqual([
    { path: `mails/${first}`, problem: 'cannot be read (EACCES)' },
    { path: `mails/${second}`, problem: expect.stringMatching(/^has 7 bytes/u) },
  ]);
});

/** The administrator of the machine may read everything: as somebody else, who may enter the directories. */
async function unprivileged<T>(directory: string, prepare: () => () => Promise<T>): Promise<T> {
  for (const path of [of.directory, directory, join(directory, 'mails')]) chmodSync(path, 0o755);
  for (const path of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    chmodSync(join(directory, path), 0o755);
  }
  const work = prepare();
  const root = process.geteuid?.() === 0;
  if (root) process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    if (root) process.seteuid?.(0);
  }
}

test('a queued notification is held by the process that is about to send it, and free as soon as that is gone', async () => {
  const incident = await of.ticket({ use: 'incident', summary: 'Held', contacts: [], units: [] });
  await of.app.store.db.updateTable('ticket').set({ details: 'Do not open it.' }).execute();
  const presence = openPresence(of.config.state_dir, 'sqlite');
  const observer = openPresence(of.config.state_dir, 'sqlite');
  const plan = await of.plan({ incident, units: ['Finance'] });
  const [id = 0] = (await queueNotifications({ ...of.deps('ann'), presence }, plan)).values();
  const name = (await outboxRow(of.app.store.db, id))?.held_by ?? '';
  expect(observer.of(name)).toBe('alive');
  presence.close();
  expect(observer.of(name)).toBe('gone');
});
