import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exitCodeOfAudit } from '../../src/cli/audit/mailboxes.ts';
import { auditMailboxes } from '../../src/importer/audit-mailboxes.ts';
import type { MailboxAudit } from '../../src/importer/audit-report.ts';
import { mailboxJobs } from '../../src/importer/run-once.ts';
import { deleteMessage } from '../../src/store/delete-message.ts';
import { ann, ben, openOffice } from '../importer/office.ts';
import type { Office } from '../importer/office.ts';

let office: Office;
beforeEach(async () => {
  office = await openOffice();
});
afterEach(() => office.close());

async function audit(
  more: { readonly sinceMs?: number; readonly whole?: boolean; readonly mailbox?: string } = {},
): Promise<MailboxAudit[]> {
  const { store, now, provider } = office.app;
  return auditMailboxes(
    mailboxJobs(office.config, { mailbox: more.mailbox ?? ann }),
    { store, now, provider, sinceMs: more.sinceMs ?? null, whole: more.whole ?? false },
    { concurrency: 2, signal: new AbortController().signal },
  );
}

const carla = 'carla@acme.example';
const put = (subject: string, folder = 'Inbox') =>
  office.sandbox.world.addMessage(ann, folder, { from: carla, to: ann, subject });

describe('audit mailboxes', () => {
  test('finds nothing missing after a run, also in a mailbox with many mails', async () => {
    for (let n = 0; n < 30; n += 1) put(`Mail ${n}`);
    await office.run();
    const audits = await audit();
    expect(audits).toMatchObject([
      {
        mailbox: ann,
        folders: [{ folder: 'Inbox', listed: 30, missing: 0, extra: 0 }],
        missing: [],
        extra: [],
        error: null,
      },
    ]);
    expect(exitCodeOfAudit(audits)).toBe(0);
    expect(office.sandbox.mutations()).toBe(0);
  });

  test('names what the server has and the store has not', async () => {
    put('First');
    await office.run();
    put('After the run');
    await office.app.store.write((trx) => trx.deleteFrom('message').where('subject', '=', 'First').execute());
    const audits = await audit();
    expect(audits[0]?.missing.map((mail) => mail.subject).sort()).toEqual(['After the run', 'First']);
    expect(audits[0]?.missing[0]).toMatchObject({
      folder: 'Inbox',
      from: carla,
      internet_message_id: expect.any(String),
    });
    expect(exitCodeOfAudit(audits)).toBe(1);
  });

  test('does not call missing what is ignored, deleted by an administrator or a draft', async () => {
    await office.close();
    office = await openOffice({ connection: { ignore: { senders: ['@spam.example'] } } });
    office.sandbox.world.addMessage(ann, 'Inbox', { from: 'x@spam.example', to: ann, subject: 'Spam' });
    office.sandbox.world.addMessage(ann, 'Inbox', { from: ann, to: carla, subject: 'Draft', isDraft: true });
    put('Deleted');
    await office.run();
    const { store } = office.app;
    const { family, id } = await store.db.selectFrom('message').select(['id', 'family']).executeTakeFirstOrThrow();
    const remembered = [{ kind: 'family', hash: '', length: 0 }] as const;
    await store.write((trx) => deleteMessage(trx, { id, family, remembered, originalSha256: null }, 0));
    const audits = await audit();
    expect(audits).toMatchObject([{ missing: [], accounted: { ignored: 1, deleted: 1, drafts: 1 } }]);
    expect(exitCodeOfAudit(audits)).toBe(0);
  });

  test('tells what is still in the store and no longer in the folder', async () => {
    const id = put('Goes away');
    await office.run();
    office.sandbox.world.deleteMessage(ann, id);
    const audits = await audit();
    expect(audits[0]?.extra).toMatchObject([{ id: 'm1', subject: 'Goes away', folder: 'Inbox' }]);
    expect(exitCodeOfAudit(audits)).toBe(0);
  });

  test('with the whole mailbox names mail that was moved away before it was seen', async () => {
    office.sandbox.world.addFolder(ann, 'Newsletters');
    put('Seen');
    await office.run();
    office.sandbox.world.moveMessage(ann, put('Sorted away'), 'Newsletters');
    const seen = put('Seen, then moved');
    await office.run();
    office.sandbox.world.moveMessage(ann, seen, 'Newsletters');
    expect((await audit())[0]?.moved_away).toEqual([]);
    const audits = await audit({ whole: true });
    expect(audits[0]?.moved_away).toMatchObject([{ subject: 'Sorted away', folder: 'Newsletters' }]);
    expect(exitCodeOfAudit(audits)).toBe(0);
  });

  test('with the whole mailbox tells mail that is missing in the Inbox once, and not as moved away', async () => {
    await office.run();
    put('After the run');
    const [found] = await audit({ whole: true });
    expect(found?.missing).toMatchObject([{ subject: 'After the run' }]);
    expect(found?.moved_away).toEqual([]);
  });

  test('starts at the time it is given, but never before the floor', async () => {
    put('First');
    await office.run();
    const [later] = await audit({ sinceMs: Date.parse('2100-01-01') });
    expect(later).toMatchObject({ since: '2100-01-01T00:00:00.000Z', folders: [{ listed: 0 }] });
    const [floor] = await audit({ sinceMs: 0 });
    expect(floor).toMatchObject({ since: '2000-01-01T00:00:00.000Z', folders: [{ listed: 1 }] });
  });

  test('says why a mail is missing where that is known, and which command brings it', async () => {
    put('First');
    await office.run();
    const receivedAt = Date.now() - 3_600_000;
    office.sandbox.world.addMessage(ann, 'Inbox', {
      from: carla,
      to: ann,
      subject: 'Broken',
      damaged: true,
      receivedAt,
    });
    await office.run();
    const [aside] = await audit();
    // A listing leaves out what the server itself cannot read: only what it lists can be missing.
    expect(aside?.missing.every((mail) => mail.because?.startsWith('set aside: ') === true)).toBe(true);

    const fault = { kind: 'status', status: 500, code: 'UnknownError' } as const;
    const dead = office.sandbox.faults.add({ mailbox: ann, path: '/delta', count: 0, fault });
    put('Behind a dead cursor');
    await office.run();
    const [failing] = await audit();
    expect(failing?.missing.find(({ subject }) => subject === 'Behind a dead cursor')).toMatchObject({
      because: expect.stringContaining('the cursor of the folder fails: '),
    });
    expect(failing?.hint).toMatch(/^integrator run --once --mailbox ann@contoso\.test --since \d{4}-.*Z$/);
    const since = Date.parse(failing?.hint?.split(' ').at(-1) ?? '');
    office.sandbox.faults.remove(dead);
    office.sandbox.faults.add({ mailbox: ann, path: 'deltatoken', count: 0, fault });
    await office.run({ sinceMs: since });
    expect((await audit())[0]?.missing.map(({ subject }) => subject)).not.toContain('Behind a dead cursor');
  });

  test('counts what lies below the floor where it is asked to look there', async () => {
    await office.close();
    office = await openOffice({ mailboxes: [{ address: ann, agent: 'ann', import_from: '7d' }] });
    const day = 86_400_000;
    const receivedAt = Date.now() - 20 * day;
    office.sandbox.world.addMessage(ann, 'Inbox', { from: carla, to: ann, subject: 'Old', receivedAt });
    await office.run();
    expect(await audit()).toMatchObject([{ missing: [], accounted: { below_floor: 0 }, hint: null }]);
    const audits = await audit({ sinceMs: Date.now() - 30 * day });
    expect(audits).toMatchObject([
      { missing: [], accounted: { below_floor: 1 }, hint: expect.stringContaining('--since') },
    ]);
    expect(exitCodeOfAudit(audits)).toBe(0);
  });

  test('tells in its line what keeps a mailbox from being compared, and compares the others', async () => {
    put('First');
    await office.run();
    office.sandbox.world.setAccess(ben, 'none');
    const { store, now, provider } = office.app;
    const audits = await auditMailboxes(
      mailboxJobs(office.config),
      { store, now, provider, sinceMs: null, whole: false },
      { concurrency: 2, signal: new AbortController().signal },
    );
    expect(audits.map((each) => [each.mailbox, each.error?.kind ?? null])).toEqual([
      [ann, null],
      [ben, 'access_denied'],
    ]);
    expect(exitCodeOfAudit(audits)).toBe(75);
  });
});
