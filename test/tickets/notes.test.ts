import { expect, it } from 'vitest';
import { createStyle } from '../../src/cli/style.ts';
import { ticketLines } from '../../src/cli/ticketing/ticket-show.ts';
import type { Actor } from '../../src/domain/policy.ts';
import { readAudit } from '../../src/store/audit.ts';
import type { Store } from '../../src/store/store.ts';
import { findTicket } from '../../src/store/tickets.ts';
import { changeTicket, newTicket, requireTicket } from '../../src/tickets/local/edit-ticket.ts';
import type { Edited } from '../../src/tickets/local/edit.ts';
import { noteTicket } from '../../src/tickets/local/note-ticket.ts';
import { newPartOf, renderBody } from '../../src/tickets/shown-body.ts';
import { viewTicket } from '../../src/tickets/ticket-view.ts';
import { onBothStores } from '../store/both-stores.ts';
import { basis, edit } from './editing.ts';

const ann: Actor = { kind: 'agent', unixUser: 'root', id: 'ann', role: 'agent', mailboxes: ['ann@contoso.test'] };

await onBothStores('a note on a ticket', (stores) => {
  const open = async (): Promise<Store> => {
    const store = await stores.open();
    await edit(store, (e) => newTicket(e, 'project', { summary: 'Roll-out', agent: 'ann' }));
    return store;
  };
  const note = (store: Store, text: string, actor: Actor = basis.actor, nowMs = basis.nowMs): Promise<Edited> =>
    store.write(async (trx) => noteTicket({ ...basis, trx, actor, nowMs }, await requireTicket(trx, 'PRJ-1'), text));
  const show = async (store: Store) =>
    viewTicket(store.db, await requireTicket(store.db, 'PRJ-1'), { bodies: { newPartOf, renderBody }, chain: false });

  it('is an action of its writer, moves the ticket up the list, and is in the log without its words', async () => {
    const store = await open();
    const added = await note(store, 'Bob rings back on Friday', ann, 50_000);
    expect(added).toMatchObject({ id: 'PRJ-1', outcome: 'updated', action: '1' });
    const view = await show(store);
    expect(view).toMatchObject({ updated_at: new Date(50_000).toISOString() });
    expect(view.actions).toMatchObject([
      {
        id: '1',
        kind: 'note',
        opening: false,
        direction: null,
        at: new Date(50_000).toISOString(),
        from: null,
        subject: null,
        body_text: 'Bob rings back on Friday',
        body_html: '<pre>Bob rings back on Friday</pre>',
        filed_by: 'ann',
        attachments: [],
      },
    ]);
    const [line] = await readAudit(store.db, { limit: 1 });
    expect(line).toMatchObject({ verb: 'ticket.note', object: 'PRJ-1', who: 'ann', detail: '{"action":"1"}' });
  });

  it('is taken by a closed ticket too, which stays closed', async () => {
    const store = await open();
    await edit(store, async (e) => changeTicket(e, await requireTicket(e.trx, 'PRJ-1'), { status: 'closed' }));
    await note(store, 'Paid');
    expect(await findTicket(store.db, 'PRJ-1')).toMatchObject({ open: 0, status: 'closed' });
    expect((await show(store)).actions).toMatchObject([{ body_text: 'Paid', filed_by: 'operator' }]);
  });

  it('keeps what other programs write, and acts on nothing where it is shown', async () => {
    const store = await open();
    await note(store, '\r\n  \n  one\u0000two\r\n\u001b[31mred\u001b]0;title\u0007 \u202eevil<script>\n\n');
    const [action] = (await show(store)).actions;
    expect(action?.body_text).toBe('  one\ufffdtwo\n\u001b[31mred\u001b]0;title\u0007 \u202eevil<script>');
    expect(action?.body_html).toContain('&lt;script&gt;');
    const lines = ticketLines(await show(store), { style: createStyle(false), width: 80 }, 'UTC');
    expect(lines.join('')).toContain('red');
    expect(lines.join('')).not.toMatch(/(?!\ufffd)[\p{Cc}\p{Cf}]/u);
  });

  it('of a megabyte is kept whole; one that no view would show whole is refused', async () => {
    const store = await open();
    const long = 'ä'.repeat(512 * 1024);
    const added = await note(store, long);
    expect(JSON.stringify(added).length).toBeLessThan(1_000);
    expect((await show(store)).actions[0]?.body_text).toBe(long);
    await expect(note(store, `${long}!`)).rejects.toMatchObject({ kind: 'usage' });
  });

  it.each(['', ' \n\t', '\u0000', '\u200b\u2060', '\u001b[2J'])('that shows nothing is refused: %j', async (text) => {
    const store = await open();
    await expect(note(store, text)).rejects.toMatchObject({ kind: 'usage', message: 'the note is empty' });
    expect((await show(store)).actions).toEqual([]);
  });

  it('of an agent who has nothing to do with the ticket is refused', async () => {
    const store = await open();
    await expect(note(store, 'Hello', { ...ann, id: 'ben', mailboxes: [] })).rejects.toMatchObject({
      kind: 'not_allowed',
    });
    expect((await show(store)).actions).toEqual([]);
  });
});
