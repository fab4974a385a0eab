import { expect, test } from 'vitest';
import { createStyle } from '../../src/cli/style.ts';
import { noteLines } from '../../src/cli/ticketing/note-lines.ts';
import { clientNotes } from '../../src/inbox/client-notes.ts';
import { noteMails } from '../../src/inbox/note.ts';
import { undoMails } from '../../src/inbox/undo.ts';
import { readAudit } from '../../src/store/audit.ts';
import { onBothStores } from '../store/both-stores.ts';
import { ben, deskOn, mail, start } from './fixtures.ts';
import type { Desk } from './fixtures.ts';

await onBothStores('the notes of a client', (stores) => {
  /** A mail of Ann's, one of Ben's, and one that both got: all are notes on Acme. */
  const open = async (): Promise<{ readonly desk: Desk; readonly acme: number }> => {
    const desk = await deskOn(await stores.open());
    const acme = await desk.client('Acme');
    await desk.client('Globex');
    const both = mail({ subject: 'Both', text: 'Read by both', atMs: start + 3_000 });
    await desk.bring([mail({ subject: 'Ann', text: 'Only Ann', atMs: start + 1_000 }), both]);
    await desk.bring([mail({ subject: 'Ben', text: 'Only Ben', atMs: start + 2_000 }), both], { mailbox: ben });
    for (const id of ['m1', 'm2', 'm3', 'm4']) await note(desk, id);
    return { desk, acme };
  };
  const note = (desk: Desk, id: string) => noteMails(desk.deps('ada'), { ids: [id], client: 'Acme', dryRun: false });
  const seen = async (desk: Desk, client: number, as?: string) => {
    const { notes, hidden } = await clientNotes(desk.deps(as), client);
    return { notes: notes.map(({ subject, message }) => [subject, message]), hidden };
  };

  test('can be read, newest first, with the id of the mail and who made it one', async () => {
    const { desk, acme } = await open();
    const { notes, hidden } = await clientNotes(desk.deps(), acme);
    expect(hidden).toBe(0);
    expect(notes).toMatchObject([
      { id: '2', subject: 'Both', message: 'm2' },
      { id: '3', subject: 'Ben', message: 'm3' },
      {
        id: '1',
        at: new Date(start + 1_000).toISOString(),
        from: { name: 'Carla Client', address: 'carla@acme.example' },
        subject: 'Ann',
        body_text: 'Only Ann',
        message: 'm1',
        by: 'ada',
      },
    ]);
    expect(await seen(desk, acme + 1)).toEqual({ notes: [], hidden: 0 });
  });

  test('are for each agent those of the own mailboxes; the others are counted', async () => {
    const { desk, acme } = await open();
    const ofAnn = [
      ['Both', 'm2'],
      ['Ann', 'm1'],
    ];
    const ofBen = [
      ['Both', 'm4'],
      ['Ben', 'm3'],
    ];
    expect(await seen(desk, acme, 'ann')).toEqual({ notes: ofAnn, hidden: 1 });
    expect(await seen(desk, acme, 'ben')).toEqual({ notes: ofBen, hidden: 1 });
    expect(await readAudit(desk.store.db, { limit: 1 })).toMatchObject([{ verb: 'inbox.note' }]);
  });

  test('are all for an administrator, which is written down', async () => {
    const { desk, acme } = await open();
    expect(await seen(desk, acme, 'ada')).toMatchObject({ notes: { length: 3 }, hidden: 0 });
    const [line] = await readAudit(desk.store.db, { limit: 1 });
    expect(line).toMatchObject({ who: 'ada', verb: 'client.show', object: `client ${acme}`, outcome: 'done' });
    expect(line?.detail).toContain(ben);
  });

  test('are fewer when one is taken back, and say when the mail of one is no longer stored', async () => {
    const { desk, acme } = await open();
    await undoMails(desk.deps(), { ids: ['m1'], conversation: false, dryRun: false });
    expect(await seen(desk, acme, 'ann')).toEqual({ notes: [['Both', 'm2']], hidden: 1 });
    await desk.store.write((trx) => trx.deleteFrom('message').where('subject', '=', 'Ben').execute());
    const { notes } = await clientNotes(desk.deps(), acme);
    expect(notes).toMatchObject([{ subject: 'Both' }, { subject: null, body_text: '', message: null, by: 'ada' }]);
    expect(notes.flatMap((each) => noteLines(each, { style: createStyle(false), width: 80 }, 'UTC'))).toContain(
      '(the mail is no longer stored)',
    );
  });

  test('act on nothing where they are printed, and warn of a sender who was not verified', async () => {
    const desk = await deskOn(await stores.open());
    const acme = await desk.client('Acme');
    const evil = '\u001b[31mred\u202e';
    const headers = [['Authentication-Results', 'mx.test; dmarc=fail header.from=evil.example']] as const;
    await desk.bring([mail({ subject: `S ${evil}`, from: `E ${evil} <e@evil.example>`, text: `t ${evil}`, headers })]);
    await note(desk, 'm1');
    const { notes } = await clientNotes(desk.deps(), acme);
    const lines = notes.flatMap((each) => noteLines(each, { style: createStyle(false), width: 80 }, 'UTC'));
    expect(lines.join('')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(lines).toContainEqual(expect.stringContaining('may not be who it says'));
    expect(lines).toContain('S red');
  });
});
