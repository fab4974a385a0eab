import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assignMails } from '../../src/inbox/assign.ts';
import { listInbox } from '../../src/inbox/list.ts';
import { exportIncident } from '../../src/incidents/export/export-incident.ts';
import { manifestSchema } from '../../src/incidents/export/manifest.ts';
import type { Manifest } from '../../src/incidents/export/manifest.ts';
import { NewDirectory } from '../../src/incidents/export/new-directory.ts';
import { verifyExport } from '../../src/incidents/export/verify.ts';
import { cfo, openSoc, plant, soc } from './soc.ts';
import type { Soc } from './soc.ts';

const nastySubject = '../../etc/passwd\r\nX: \u202egnp.exe';
const large = new Uint8Array(3_000_000).map((_, at) => at % 251);

let of: Soc;
let out: string;
let manifest: Manifest;
const file = (path: string) => readFileSync(join(out, path));
const into = (name: string) => join(of.directory, name);
const exportTo = (name: string, agent: Parameters<Soc['deps']>[0] = 'ann') =>
  exportIncident(of.deps(agent), { incident: 'INC-1', directory: into(name) });

beforeAll(async () => {
  of = await openSoc();
  await of.ticket({ use: 'incident', summary: 'Payroll mail', contacts: [], units: ['Finance', 'Plant Operations'] });
  await of.app.store.db.updateTable('ticket').set({ details: 'Do not open it.' }).execute();
  await of.notify({ units: ['Finance'] });
  const { world } = of.sandbox;
  world.answer({
    mailbox: 'finance-leads@contoso.test',
    as: cfo,
    text: 'Two opened it.',
    attachments: [
      { kind: 'file', name: '../../x', content: 'climbs' },
      { kind: 'file', name: '..\\..\\x', content: 'climbs too' },
      { kind: 'file', name: 'CON.txt', content: 'device' },
      { kind: 'file', name: '-rf\n.pdf', content: 'option' },
      { kind: 'file', name: '', content: 'nameless' },
      { kind: 'file', name: 'large.bin', content: large },
    ],
  });
  world.addMessage(soc, 'Inbox', {
    from: plant,
    to: soc,
    subject: 'Payroll mail',
    html: '<p>Ünter uns: läuft</p>',
    auth: 'none',
    receivedAt: Date.now() + 5_000,
  });
  await of.run();
  // Mail that a person put there, from a sender who is none, whose original the store has lost.
  world.addMessage(soc, 'Inbox', {
    from: 'Eve <eve@evil.example>',
    to: soc,
    subject: nastySubject,
    text: 'psst',
    auth: 'fail',
    receivedAt: Date.now() + 10_000,
  });
  await of.run();
  await fileByHand();
  out = into('evidence');
  await exportTo('evidence');
  manifest = manifestSchema.parse(JSON.parse(file('manifest.json').toString('utf8')));
});
afterAll(() => of.close());

async function fileByHand(): Promise<void> {
  const [waiting] = await listInbox(of.deps('ann'), { limit: 9 });
  await assignMails(of.deps('ann'), {
    ids: [waiting?.id ?? ''],
    ticket: 'INC-1',
    conversation: false,
    hideChain: false,
    reopen: false,
    dryRun: false,
  });
  const { original_sha256: sha256 } = await of.app.store.db
    .selectFrom('message')
    .select('original_sha256')
    .where('from_address', '=', 'eve@evil.example')
    .executeTakeFirstOrThrow();
  unlinkSync(of.app.store.files.path(sha256 ?? ''));
}

test('every mail is a file, the original where it is kept, else rebuilt and marked so', () => {
  expect(
    manifest.mails.map(({ direction, units, from, original }) => [direction, units[0], from?.address, original]),
  ).toEqual([
    ['out', 'Finance', soc, true],
    ['in', 'Finance', cfo, true],
    ['in', 'Plant Operations', plant, true],
    ['in', undefined, 'eve@evil.example', false],
  ]);
  const last = manifest.mails.at(-1);
  expect(last?.rebuilt_because).toBe('the original is missing in the store');
  expect(file(last?.file ?? '').toString('latin1')).toMatch(
    /^X-Integrator-Rebuilt: the original is missing in the store\r\n/u,
  );
  expect(manifest.mails[1]).toMatchObject({ verified: 'pass', mailboxes: [{ mailbox: soc, folders: ['Inbox'] }] });
  expect(last).toMatchObject({ verified: 'fail', filed_by: 'ann' });
});

test('the manifest says what was exported, by whom, and the hash of every file; sha256sum agrees', async () => {
  expect(manifest).toMatchObject({
    incident: {
      id: 'INC-1',
      summary: 'Payroll mail',
      details: 'Do not open it.',
      units: ['Finance', 'Plant Operations'],
    },
    exported_by: { unix_user: 'tester', agent: 'ann', name: 'Ann Archer' },
  });
  for (const { path, sha256, size } of manifest.files) {
    expect([createHash('sha256').update(file(path)).digest('hex'), file(path).length]).toEqual([sha256, size]);
  }
  const checked = execFileSync('sha256sum', ['--strict', '-c', 'SHA256SUMS'], { cwd: out, encoding: 'utf8' });
  expect(checked.trim().split('\n')).toHaveLength(manifest.files.length + 1);
  expect(await verifyExport(out)).toMatchObject({ incident: 'INC-1', mails: 4, problems: [] });
});

test('attachments have the bytes they had, and names that stay in the directory', () => {
  const { attachments = [] } = manifest.mails[1] ?? {};
  expect(attachments.map(({ name }) => name)).toHaveLength(6);
  const paths = attachments.map((each) => each.file ?? '');
  expect(new Set(paths.map((path) => path.toLowerCase())).size).toBe(6);
  for (const path of paths) expect(path).toMatch(/^attachments\/0002\/[^./\\][^/\\\n]*$/u);
  expect(attachments.map((each) => file(each.file ?? '').length)).toEqual([6, 10, 6, 6, 8, large.length]);
  expect(Buffer.compare(file(attachments[5]?.file ?? ''), large)).toBe(0);
  for (const path of readdirSync(of.directory)) expect(path).not.toMatch(/^(x|etc)$/u);
});

test('everything is for its owner only', () => {
  expect(statSync(out).mode & 0o777).toBe(0o700);
  for (const { path } of manifest.files) expect(statSync(join(out, path)).mode & 0o777).toBe(0o600);
});

test('a rebuilt mail is a mail: its people, subject, text and attachments can be read', async () => {
  const { rebuiltMail } = await import('../../src/incidents/export/rebuilt-mail.ts');
  const { storedMails } = await import('../../src/store/stored-mails.ts');
  const row = await of.app.store.db
    .selectFrom('message')
    .select('id')
    .where('from_address', '=', plant)
    .executeTakeFirstOrThrow();
  const stored = (await storedMails(of.app.store.db, [row.id])).get(row.id);
  if (stored === undefined) throw new Error('no mail');
  const mail = {
    ...stored,
    subject: `Grüße ${'ü'.repeat(90)}\r\nBcc: eve@evil.example`,
    headers: [
      { name: 'X-Evil\r\nBcc', value: 'x' },
      { name: 'Subject', value: `a\r\n\r\nBcc: eve@evil.example` },
    ],
  };
  const attachment = {
    name: 'Größe "1".bin',
    contentType: 'message/rfc822\r\nX: y',
    inline: false,
    contentId: 'a\r\nb',
    bytes: async function* () {
      yield large;
    },
  };
  const chunks: Uint8Array[] = [];
  for await (const chunk of rebuiltMail(mail, [attachment], 'it was\r\nBcc: lost')) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const head = bytes.subarray(0, bytes.indexOf('\r\n\r\n')).toString('latin1');
  expect(head).not.toMatch(/^Bcc:/imu);
  expect(
    Math.max(
      ...bytes
        .toString('latin1')
        .split('\r\n')
        .map((line) => line.length),
    ),
  ).toBeLessThan(200);
  const read = await PostalMime.parse(bytes);
  expect(read.subject).toBe('a Bcc: eve@evil.example');
  expect(read.from).toMatchObject({ address: plant });
  expect(read.html).toContain('Ünter uns: läuft');
  expect(read.attachments).toMatchObject([{ filename: 'Größe "1".bin' }]);
  expect(Buffer.compare(bytesOf(read.attachments[0]?.content), large)).toBe(0);
  const again: Uint8Array[] = [];
  for await (const chunk of rebuiltMail({ ...mail, headers: [] }, [], 'x')) again.push(chunk);
  expect((await PostalMime.parse(Buffer.concat(again))).subject).toBe(`Grüße ${'ü'.repeat(90)} Bcc: eve@evil.example`);
});

function bytesOf(content: string | ArrayBuffer | Uint8Array | undefined): Uint8Array {
  return content === undefined || typeof content === 'string' ? new Uint8Array(0) : new Uint8Array(content);
}

test('the same export again writes nothing; a directory that holds anything else is left alone', async () => {
  const before = statSync(join(out, 'manifest.json')).mtimeMs;
  expect(await exportTo('evidence', 'ben')).toMatchObject({ outcome: 'present', mails: 4 });
  expect(statSync(join(out, 'manifest.json')).mtimeMs).toBe(before);
  mkdirSync(into('mine'));
  writeFileSync(join(into('mine'), 'notes.txt'), 'mine');
  await expect(exportTo('mine')).rejects.toMatchObject({
    kind: 'usage',
    message: expect.stringContaining('not empty'),
  });
  expect(readdirSync(into('mine'))).toEqual(['notes.txt']);
  writeFileSync(into('file'), '');
  await expect(exportTo('file')).rejects.toMatchObject({ kind: 'usage' });
  mkdirSync(into('empty'));
  expect(await exportTo('empty')).toMatchObject({ outcome: 'written' });
  await expect(exportTo('file/below')).rejects.toMatchObject({ kind: 'usage' });
});

test('no link is followed, and nothing half-written is left behind', async () => {
  mkdirSync(into('elsewhere'));
  symlinkSync(into('elsewhere'), into('link'));
  await expect(exportTo('link')).rejects.toMatchObject({
    kind: 'usage',
    message: expect.stringContaining('symbolic link'),
  });
  expect(readdirSync(into('elsewhere'))).toEqual([]);
  expect(readdirSync(of.directory).filter((name) => name.startsWith('.'))).toEqual([]);
  const fresh = await NewDirectory.beside(into('fresh'));
  for (const path of ['../x', '/x', 'a/../../x', '.hidden', 'a\\b', 'a\nb', '']) {
    await expect(fresh.write(path, [])).rejects.toMatchObject({ kind: 'bug' });
  }
  await fresh.discard();
});

test('who may not read the mail exports none of it', async () => {
  await expect(exportTo('carl', 'carl')).rejects.toMatchObject({ kind: 'not_allowed' });
  expect(existsSync(into('carl'))).toBe(false);
  const log = await of.app.store.db.selectFrom('audit_log').selectAll().where('verb', '=', 'incident.export').execute();
  expect(log[0]).toMatchObject({ object: 'INC-1', outcome: 'done', agent: 'ann' });
  expect(log.at(-1)).toMatchObject({ outcome: 'refused', agent: 'carl' });
  expect(log[0]?.detail_json).toContain(createHash('sha256').update(file('manifest.json')).digest('hex'));
});

describe('what was changed in an export is found', () => {
  const first = () => manifest.mails[1]?.file ?? '';
  test.each<[string, (dir: string) => void, RegExp]>([
    ['a byte added to a mail', (dir) => appendFileSync(join(dir, first()), 'x'), /has \d+ bytes, not/],
    ['a byte changed', (dir) => writeFileSync(join(dir, first()), file(first()).fill(120, 0, 1)), /was changed/],
    ['a mail taken away', (dir) => unlinkSync(join(dir, first())), /is missing/],
    ['a file put there', (dir) => writeFileSync(join(dir, 'mails', 'extra.eml'), ''), /not in the manifest/],
    [
      'a link in the place of a mail',
      (dir) => {
        renameSync(join(dir, first()), `${dir}.eml`);
        symlinkSync(`${dir}.eml`, join(dir, first()));
      },
      /symbolic link/,
    ],
    [
      'a link in the place of a directory',
      (dir) => {
        renameSync(join(dir, 'attachments'), `${dir}.att`);
        symlinkSync(`${dir}.att`, join(dir, 'attachments'));
      },
      /symbolic link/,
    ],
    ['a sum changed', (dir) => appendFileSync(join(dir, 'SHA256SUMS'), '\n'), /has \d+ bytes/],
    [
      'a word of the manifest changed',
      (dir) => edit(dir, (text) => text.replaceAll(cfo, 'eve@evil.example')),
      /was changed/,
    ],
    [
      'a path of the manifest that leads out',
      (dir) => edit(dir, (text) => text.replace('"path": "mails/', '"path": "../mails/')),
      /no path of an export|was changed/,
    ],
  ])('%s', async (_name, tamper, problem) => {
    const dir = into(`copy${Math.random()}`);
    execFileSync('cp', ['-a', out, dir]);
    tamper(dir);
    const { problems } = await verifyExport(dir);
    expect(problems.map((each) => each.problem).join('\n')).toMatch(problem);
    rmSync(dir, { recursive: true });
  });

  function edit(dir: string, change: (text: string) => string): void {
    const path = join(dir, 'manifest.json');
    writeFileSync(path, change(readFileSync(path, 'utf8')));
  }

  test('a directory without a manifest is no export', async () => {
    await expect(verifyExport(of.directory)).rejects.toMatchObject({ kind: 'usage' });
    const dir = into('odd');
    mkdirSync(dir);
    writeFileSync(join(dir, 'manifest.json'), '{"format":"something else"}');
    await expect(verifyExport(dir)).rejects.toMatchObject({ kind: 'usage' });
  });

  test('an export that changed since is not written over', async () => {
    await of.app.store.db.updateTable('ticket').set({ status: 'closed', open: 0 }).where('id', '=', 'INC-1').execute();
    await expect(exportTo('evidence')).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringContaining('changed since'),
    });
  });
});
