import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { displayWidth } from '../../src/content/terminal.ts';
import { createStyle } from '../../src/cli/style.ts';
import { perform, reload } from '../../src/cli/triage/perform.ts';
import { press } from '../../src/cli/triage/press.ts';
import type { Key } from '../../src/cli/triage/press.ts';
import { screen } from '../../src/cli/triage/screen.ts';
import { initialState, selectedEntry } from '../../src/cli/triage/state.ts';
import type { TriageState } from '../../src/cli/triage/state.ts';
import { wrap } from '../../src/cli/triage/wrap.ts';
import { showMail } from '../../src/inbox/show.ts';
import { findTicket } from '../../src/store/tickets.ts';
import { mail, openDesk } from './fixtures.ts';
import type { Desk } from './fixtures.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk();
});
afterEach(() => desk.close());

const key = (text: string): Key => {
  const names: Record<string, string> = { '\r': 'return', '\u001b': 'escape', '\u007f': 'backspace' };
  return { text, name: names[text] ?? text, ctrl: false };
};

/** Types these keys as a person would, waiting for each to be done. */
async function type(state: TriageState, keys: Iterable<string>, as?: string): Promise<TriageState> {
  const deps = desk.deps(as);
  let current = await withMail(state);
  for (const text of keys) {
    const pressed = press(current, key(text), 10);
    current = pressed.state;
    const { action } = pressed;
    if (action !== null && action.kind !== 'quit' && action.kind !== 'explain')
      current = await perform(deps, current, action);
    current = await withMail(current);
  }
  return current;
}

async function withMail(state: TriageState): Promise<TriageState> {
  const entry = selectedEntry(state);
  if (entry === undefined || state.mail !== null) return state;
  return {
    ...state,
    mail: await showMail(desk.deps(), entry.id, { chain: state.wholeChain, headers: false, raw: false }),
  };
}

const start = () => reload(desk.deps(), initialState(''), '');
const listed = (state: TriageState) => state.entries.map((entry) => entry.id);
const look = { style: createStyle(false), timezone: 'UTC' };
// oxlint-disable-next-line no-control-regex -- our own moves to a column
const columnMoves = /\u001b\[\d+G/gu;
const plain = (lines: readonly string[]) => lines.map((line) => line.replace(columnMoves, '  ')).join('\n');

describe('the keys of the screen', () => {
  test('file the mail on the candidate of that number, and u takes it back', async () => {
    const ticket = await desk.ticket({ summary: 'Delivery', contacts: ['carla@acme.example'] });
    await desk.bring([mail({ subject: 'a' }), mail({ subject: 'b' })]);
    const filed = await type(await start(), '1');
    expect([listed(filed), filed.message?.text]).toEqual([['m1'], `m2 filed on ${ticket}`]);
    const back = await type(filed, 'u');
    expect([listed(back), selectedEntry(back)?.id, selectedEntry(back)?.reason]).toEqual([
      ['m2', 'm1'],
      'm2',
      'undone',
    ]);
    expect((await type(back, 'u')).message).toMatchObject({ kind: 'error' });
  });

  test('empty My Inbox one after another, and u fills it again', async () => {
    await desk.client('Acme', ['acme.example']);
    const ticket = await desk.ticket({ summary: 'X' });
    await desk.bring([mail(), mail(), mail(), mail()]);
    const empty = await type(await start(), `dcnt${ticket.toLowerCase()}\r`);
    expect(listed(empty)).toEqual([]);
    expect(empty.done.map((done) => done.what)).toEqual([
      'm4 dismissed',
      'm3 a note on Acme',
      'm2 filed on OPP-2',
      `m1 filed on ${ticket}`,
    ]);
    expect(listed(await type(empty, 'uuuu')).toSorted()).toEqual(['m1', 'm2', 'm3', 'm4']);
  });

  test('act on all that is marked', async () => {
    await desk.bring([mail(), mail(), mail()]);
    const state = await type(await start(), '  d');
    expect([listed(state), state.message?.text]).toEqual([['m1'], 'm3, m2 dismissed']);
    expect(listed(await type(state, 'u'))).toHaveLength(3);
  });

  test('take the whole conversation when asked to', async () => {
    const ticket = await desk.ticket({ summary: 'X' });
    await desk.bring([mail({ conversation: 'c' }), mail(), mail({ conversation: 'c' })]);
    const state = await type(await start(), `at${ticket}\r`);
    expect(listed(state)).toEqual(['m2']);
    expect(state.conversation).toBe(false);
  });

  test('ask before a closed ticket is opened again', async () => {
    const ticket = await desk.ticket({ summary: 'X', closed: true });
    await desk.bring([mail()]);
    const asked = await type(await start(), `t${ticket}\r`);
    expect(asked.mode).toMatchObject({ kind: 'confirm', question: expect.stringContaining('is closed') });
    expect(listed(await type(asked, 'x'))).toEqual(['m1']);
    expect(listed(await type(asked, 'y'))).toEqual([]);
    expect((await findTicket(desk.store.db, ticket))?.open).toBe(1);
  });

  test('offer the Reply-To of a no-reply sender, and take it only on a yes', async () => {
    const noReply = () => mail({ from: 'noreply@shop.example', replyTo: ['dan@buyer.example'] });
    await desk.bring([noReply(), noReply()]);
    const asked = await type(await start(), 'n');
    expect(asked.mode).toMatchObject({ kind: 'confirm', question: expect.stringContaining('dan@buyer.example') });
    expect((await type(asked, 'x')).message?.text).toContain('became no contact');
    const yes = await type(await start(), 'ny');
    expect(yes.message?.text).toContain('m1 filed on OPP-2');
  });

  test('search and come back to everything', async () => {
    await desk.bring([mail({ subject: 'alpha' }), mail({ subject: 'beta' })]);
    const found = await type(await start(), '/alphx\u007fa\r');
    expect([listed(found), found.search]).toEqual([['m1'], 'alpha']);
    expect(listed(await type(found, ['\u001b']))).toHaveLength(2);
  });

  test('delete only after a yes, and only for administrators', async () => {
    await desk.bring([mail()]);
    expect(listed(await type(await start(), 'Dn'))).toEqual(['m1']);
    const refused = await type(await start(), 'Dy', 'ann');
    expect([listed(refused), refused.message?.kind]).toEqual([['m1'], 'error']);
    expect(listed(await type(await start(), 'Dy', 'ada'))).toEqual([]);
  });

  test('say what is wrong and change nothing', async () => {
    await desk.bring([mail()]);
    for (const keys of ['1', 'c', 'u', 'tOPP-99\r']) {
      const state = await type(await start(), keys);
      expect([keys, listed(state), state.message?.kind]).toEqual([keys, ['m1'], 'error']);
    }
  });

  test('do nothing in an empty list', async () => {
    const state = await type(await start(), ['1', 'n', 'c', 'd', 'D', 't', 'e', ' ', 'j', 'k', 'G', 'f', 'a', 'v']);
    expect(state.entries).toEqual([]);
    expect(plain(screen(state, { columns: 80, rows: 24 }, look))).toContain('Nothing waits here');
  });
});

describe('the screen', () => {
  const evil = '\u001b]0;owned\u0007\u001b[2J\u009b31m\u202e\u200b\r\u0000';
  const wide = '日本語のとても長い件名🎉👨‍👩‍👧עברית e\u0301\u0301\u0301 ';

  test.each([
    [80, 24],
    [200, 60],
    [40, 12],
    [57, 17],
    [39, 11],
    [1, 1],
  ])('at %i×%i has that many rows, none wider, with nothing in them that a mail put there', async (columns, rows) => {
    await desk.client(`Acme ${evil}`, ['acme.example']);
    await desk.ticket({ summary: `Offer ${wide}${evil}`, contacts: ['carla@acme.example'] });
    await desk.bring([
      mail({
        subject: `${wide.repeat(5)}${evil}`,
        from: `${wide}${evil} <carla@acme.example>`,
        text: `${wide.repeat(40)}${evil}\n${'x'.repeat(5000)}`,
        headers: [['Authentication-Results', `mx${evil}; dmarc=fail`]],
      }),
    ]);
    const state = await type(await start(), []);
    for (const each of [
      state,
      { ...state, mode: { kind: 'help' } as const },
      { ...state, message: { kind: 'error', text: evil } as const },
    ]) {
      const lines = screen(each, { columns, rows }, look);
      expect(lines).toHaveLength(rows);
      for (const line of lines) {
        const shown = line.replace(columnMoves, '');
        // oxlint-disable-next-line no-control-regex -- they are what must not be there
        expect(shown).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200b\u202e]/u);
        expect(displayWidth(shown)).toBeLessThanOrEqual(columns);
      }
    }
  });

  test('shows candidates and client with their reasons, and the new part of the mail', async () => {
    const acme = await desk.client('Acme', ['acme.example']);
    await desk.ticket({ summary: 'Delivery', contacts: ['carla@acme.example'], clientId: acme });
    await desk.bring([
      mail({
        subject: 'Re: Question',
        text: 'When?\n\nOn Mon, 2 Nov 2026 at 10:00, Ann <ann@contoso.test> wrote:\n> old',
      }),
    ]);
    const text = plain(screen(await type(await start(), []), { columns: 100, rows: 24 }, look));
    expect(text).toContain('1  OPP-1 Delivery');
    expect(text).toContain('carla@acme.example is a contact of it');
    expect(text).toContain('c  Acme');
    expect(text).toContain('When?');
    expect(text).not.toContain('> old');
    const chain = plain(screen(await type(await start(), 'v'), { columns: 100, rows: 24 }, look));
    expect(chain).toContain('> old');
  });
});

describe('wrapping', () => {
  test.each([
    ['a b c', 3, ['a b', 'c']],
    ['abcdef', 3, ['abc', 'def']],
    ['日本語', 4, ['日本', '語']],
    ['one\n\ntwo', 10, ['one', '', 'two']],
    ['  indented', 20, ['  indented']],
    ['', 5, ['']],
  ])('of %j to %i columns gives %j', (text, columns, lines) => {
    expect(wrap(text, columns)).toEqual(lines);
  });
});
