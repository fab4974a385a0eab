import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Attachment } from '../../src/domain/message.ts';
import { saveAttachments } from '../../src/inbox/save-attachments.ts';
import { showMail } from '../../src/inbox/show.ts';
import type { ShowOptions } from '../../src/inbox/show.ts';
import { mailLines } from '../../src/cli/inbox/mail-lines.ts';
import { createStyle } from '../../src/cli/style.ts';
import { readAudit } from '../../src/store/audit.ts';
import { ben, mail, openDesk } from './fixtures.ts';
import type { Desk } from './fixtures.ts';

let desk: Desk;
let target: string;
beforeEach(async () => {
  desk = await openDesk();
  target = join(mkdtempSync(join(tmpdir(), 'integrator-save-')), 'out');
});
afterEach(async () => {
  await desk.close();
  rmSync(join(target, '..'), { recursive: true, force: true });
});

const plain: ShowOptions = {
  chain: false,
  headers: false,
  raw: false,
};
const page = { style: createStyle(false), width: 80 };
const quoted =
  'Yes, please.\n\nOn Mon, 2 Nov 2026 at 10:00, Ann Archer <ann@contoso.test> wrote:\n> Shall we?\n> Ann\n';

async function attachment(name: string, content: string): Promise<Attachment> {
  async function* bytes() {
    yield Buffer.from(content);
  }
  const file = await desk.store.files.put(bytes(), 1000);
  const rest = { contentType: 'text/plain', size: file.size, kind: 'file', inline: false, contentId: null } as const;
  return { ...rest, name, content: { kind: 'stored', file } };
}

describe('inbox show', () => {
  test('hides the email chain, and brings it back when asked', async () => {
    await desk.bring([mail({ subject: 'Re: Offer', text: quoted })]);
    expect(await showMail(desk.deps(), 'm1', plain)).toMatchObject({ chain_hidden: true, body_text: 'Yes, please.' });
    expect(await showMail(desk.deps(), 'm1', { ...plain, chain: true })).toMatchObject({
      chain_hidden: false,
      body_text: quoted,
    });
  });

  test.each([
    ['that answers a mail, by its header', { inReplyTo: 'older@contoso.test', text: quoted }, true],
    ['whose subject says that it answers', { subject: 'AW: Offer', text: quoted }, true],
    ['that answers nothing', { text: quoted }, false],
    ['that a gateway tagged', { subject: '[EXTERNAL] Offer', text: quoted }, false],
    [
      'that a machine sent',
      { subject: 'Re: Offer', text: quoted, headers: [['Auto-Submitted', 'auto-replied']] },
      false,
    ],
    ['that answers without a chain', { subject: 'Re: Offer', text: 'Yes, please.' }, false],
  ] as const)('of a mail %s says that the chain is hidden only where it is', async (_what, simple, hidden) => {
    await desk.bring([mail(simple)]);
    const shown = await showMail(desk.deps(), 'm1', plain);
    const lines = mailLines({ mail: shown, saved: [] }, page, 'UTC').join('\n');
    expect([shown.chain_hidden, lines.includes('chain hidden'), shown.body_text === simple.text]).toEqual([
      hidden,
      hidden,
      !hidden,
    ]);
  });

  test.each(['m1', 'M1', '1', ' m1 '])('knows the mail as %j', async (id) => {
    await desk.bring([mail({ subject: 'Hello' })]);
    expect((await showMail(desk.deps(), id, plain)).subject).toBe('Hello');
  });

  test.each([
    ['m7', 'not_found'],
    ['OPP-1', 'usage'],
    ['m1; drop', 'usage'],
    ['m99999999999999999999', 'usage'],
  ])('says of %j that it is %s', async (id, kind) => {
    await expect(showMail(desk.deps(), id, plain)).rejects.toMatchObject({
      kind,
      hint: expect.stringContaining('inbox list'),
    });
  });

  test('prints nothing that a terminal would act upon', async () => {
    const evil = '\u001b]0;owned\u0007\u001b[2J\u009b31m\u202e\u200b\r';
    await desk.bring([
      mail({
        subject: `Hi ${evil}`,
        from: `Eve ${evil} <eve@evil.example>`,
        text: `line one${evil}\nline two`,
        headers: [[`X-${evil}`, evil]],
        attachments: [await attachment(`a${evil}.txt`, 'x')],
      }),
    ]);
    const shown = await showMail(desk.deps(), 'm1', { ...plain, headers: true });
    const text = mailLines({ mail: shown, saved: [{ name: evil, path: null, note: evil }] }, page, 'UTC').join('\n');
    // oxlint-disable-next-line no-control-regex -- they are what must not be there
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e]/u);
    expect(text).toContain('line one');
  });

  test('shows headers as they came, in their order', async () => {
    await desk.bring([
      mail({
        headers: [
          ['Received', 'b'],
          ['Received', 'a'],
        ],
      }),
    ]);
    const shown = await showMail(desk.deps(), 'm1', { ...plain, headers: true });
    expect(shown.headers).toEqual([
      { name: 'Received', value: 'b' },
      { name: 'Received', value: 'a' },
    ]);
  });

  test('shows the original where it is kept, and says so where it is not', async () => {
    async function* bytes() {
      yield Buffer.from('Subject: x\r\n\r\nraw');
    }
    const original = await desk.store.files.put(bytes(), 100);
    await desk.bring([mail({ original }), mail()]);
    expect((await showMail(desk.deps(), 'm1', { ...plain, raw: true })).raw).toBe('Subject: x\r\n\r\nraw');
    await expect(showMail(desk.deps(), 'm2', { ...plain, raw: true })).rejects.toMatchObject({
      kind: 'not_found',
      hint: expect.stringContaining('keep_original'),
    });
  });

  test("is refused to an agent for another's mail, and written down for an administrator", async () => {
    await desk.bring([mail()], { mailbox: ben });
    await expect(showMail(desk.deps('ann'), 'm1', plain)).rejects.toMatchObject({ kind: 'not_allowed' });
    await showMail(desk.deps('ada'), 'm1', plain);
    await showMail(desk.deps('ben'), 'm1', plain);
    const log = await readAudit(desk.store.db, { object: 'm1', limit: 10 });
    expect(log.map((line) => [line.who, line.verb, line.outcome])).toEqual([
      ['ada', 'inbox.show', 'done'],
      ['ann', 'inbox.show', 'refused'],
    ]);
  });
});

describe('saving attachments', () => {
  const save = () => saveAttachments(desk.store, target, { messageId: 1, originalSha256: null, original: false });

  test.each([
    ['../../../etc/passwd'],
    ['/etc/cron.d/evil'],
    ['..\\..\\evil.exe'],
    ['.bashrc'],
    ['-rf'],
    ['\u202egnp.exe'],
    ['a\u0000b/../../c'],
    [''],
    ['..'],
  ])('keeps %j inside the directory', async (name) => {
    await desk.bring([mail({ attachments: [await attachment(name, 'bytes')] })]);
    const [saved] = await save();
    expect(readdirSync(target)).toHaveLength(1);
    expect(saved?.path).toBe(join(target, readdirSync(target)[0] ?? ''));
    expect(readFileSync(saved?.path ?? '', 'utf8')).toBe('bytes');
    expect(readdirSync(join(target, '..'))).toEqual(['out']);
  });

  test('never overwrites: neither what is there nor another attachment of the same name', async () => {
    await desk.bring([
      mail({ attachments: [await attachment('offer.pdf', 'one'), await attachment('OFFER.PDF', 'two')] }),
    ]);
    await save();
    writeFileSync(join(target, 'offer.pdf'), 'mine');
    const again = await save();
    expect(readFileSync(join(target, 'offer.pdf'), 'utf8')).toBe('mine');
    expect(again.map((each) => readFileSync(each.path ?? '', 'utf8'))).toEqual(['one', 'two']);
    expect(readdirSync(target)).toHaveLength(4);
  });

  test('says of what has no content why it is not saved', async () => {
    const link = {
      name: 'cloud.docx',
      contentType: 'x/y',
      size: 0,
      kind: 'reference',
      inline: false,
      contentId: null,
    } as const;
    await desk.bring([mail({ attachments: [{ ...link, content: { kind: 'absent', reason: 'a link' } }] })]);
    expect(await save()).toEqual([{ name: 'cloud.docx', path: null, note: 'a link' }]);
    expect(existsSync(target)).toBe(true);
  });
});
