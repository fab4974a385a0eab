import { describe, expect, test } from 'vitest';
import { deleteMails } from '../../src/inbox/delete.ts';
import { indexNewMail } from '../../src/inbox/index-mail.ts';
import { listInbox } from '../../src/inbox/list.ts';
import { searchTerms, searchWords } from '../../src/domain/search-words.ts';
import { countToIndex } from '../../src/store/search.ts';
import { onBothStores } from '../store/both-stores.ts';
import { deskOn, mail } from './fixtures.ts';
import type { Desk } from './fixtures.ts';

describe('words to look for', () => {
  test.each([
    ['Angebot für Müller', ['angebot', 'fur', 'muller']],
    ['STRASSE straße', ['strasse', 'strasse']],
    ['İstanbul ISPARTA ısparta', ['istanbul', 'isparta', 'isparta']],
    ['carla@acme.example', ['carla', 'acme', 'example']],
    ['日本語のメール', ['日', '本', '語', 'の', 'メ', 'ー', 'ル']],
    ['ｆｕｌｌ　ｗｉｄｔｈ', ['full', 'width']],
    ['café cafe\u0301', ['cafe', 'cafe']],
    ['שָׁלוֹם', ['שלום']],
    ['한국어 메일', ['한국어', '메일']],
    ['हिन्दी', ['हिन्दी']],
    ['🎉 \u202e !!! --', []],
    ['OPP-12 №5', ['opp', '12', 'no5']],
    ['', []],
  ])('of %j are %j', (text, words) => {
    expect(searchWords(text)).toEqual(words);
  });

  test.each([
    ['offer carla', [['offer'], ['carla']]],
    ['"new offer" x', [['new', 'offer'], ['x']]],
    ['carla@acme.example', [['carla', 'acme', 'example']]],
    ['"unclosed quote', [['unclosed', 'quote']]],
    ['AND OR NOT ( ) * ^ : -', [['and'], ['or'], ['not']]],
    ['""', []],
  ])('in %j are the terms %j', (query, terms) => {
    expect(searchTerms(query)).toEqual(terms);
  });
});

await onBothStores('inbox list --search', (stores) => {
  const open = async (): Promise<Desk> => deskOn(await stores.open());
  const index = (desk: Desk) => indexNewMail(desk.store, { maxMs: Infinity, now: Date.now });
  const search = async (desk: Desk, query: string, more = {}) =>
    (await listInbox(desk.deps(), { search: query, limit: 50, ...more })).map((entry) => entry.subject).sort();

  test('finds words of sender, subject and body, in any case, without accents and from their beginning', async () => {
    const desk = await open();
    await desk.bring([
      mail({ subject: 'Angebot für Müller', from: 'José Núñez <jose@firma.example>' }),
      mail({
        subject: 'Other',
        html: '<p>The <b>quart</b>erly report, see <a href="https://x.example/">link</a></p><style>.hidden{}</style>',
      }),
      mail({ subject: '見積書の件', text: '日本語の本文です' }),
    ]);
    expect(await index(desk)).toBe(3);
    expect(await search(desk, 'muller')).toEqual(['Angebot für Müller']);
    expect(await search(desk, 'NUNEZ ange')).toEqual(['Angebot für Müller']);
    expect(await search(desk, 'jose@firma.example')).toEqual(['Angebot für Müller']);
    expect(await search(desk, 'quarterly')).toEqual(['Other']);
    expect(await search(desk, '"quarterly report"')).toEqual(['Other']);
    expect(await search(desk, '"report quarterly"')).toEqual([]);
    expect(await search(desk, 'hidden')).toEqual([]);
    expect(await search(desk, '積書')).toEqual(['見積書の件']);
    expect(await search(desk, '本文')).toEqual(['見積書の件']);
    expect(await search(desk, 'muller quarterly')).toEqual([]);
  });

  test('takes what a person types as words, never as a query language', async () => {
    const desk = await open();
    await desk.bring([mail({ subject: 'NEAR and "quoted" it\'s 100% (yes)' })]);
    await index(desk);
    for (const query of ['near', '"quoted" it\'s', '100%', '(yes)', 'yes) OR (', "' OR 1=1 --", 'a:b*', '\\', '&|!']) {
      const found = searchTerms(query).length === 0 ? 'nothing to look for' : await search(desk, query);
      expect(found, query).toBeDefined();
    }
    expect(await search(desk, '100% (yes)')).toHaveLength(1);
    await expect(search(desk, '!!!')).rejects.toMatchObject({ kind: 'usage' });
  });

  test('looks only where the list looks', async () => {
    const desk = await open();
    const ticket = await desk.ticket({ summary: 'Invoice one', contacts: ['carla@acme.example'] });
    await desk.bring([mail({ subject: 'Invoice one' }), mail({ subject: 'Invoice two' })]);
    await index(desk);
    expect(ticket).toBe('OPP-1');
    expect(await search(desk, 'invoice')).toEqual(['Invoice two']);
    expect(await search(desk, 'invoice', { filed: true })).toEqual(['Invoice one']);
  });

  test('goes on where it stopped, also when mail is deleted in between', async () => {
    const desk = await open();
    await desk.bring(Array.from({ length: 250 }, (_, n) => mail({ subject: `Number ${n}` })));
    expect(await indexNewMail(desk.store, { maxMs: 0, now: Date.now })).toBe(100);
    expect(await countToIndex(desk.store.db)).toBe(150);
    await deleteMails(desk.deps(), { ids: ['m1', 'm120'], dryRun: false });
    expect(await index(desk)).toBe(149);
    expect(await search(desk, 'number', { limit: 1000 })).toHaveLength(248);
    expect(await search(desk, '"number 0"')).toEqual([]);
    await desk.bring([mail({ subject: 'Number later' })]);
    expect(await index(desk)).toBe(1);
    expect(await search(desk, 'number later')).toEqual(['Number later']);
  });

  test('indexes what no mail should hold', async () => {
    const desk = await open();
    await desk.bring([
      mail({ subject: 'Huge', text: 'word '.repeat(500_000) }),
      mail({ subject: 'Long', text: 'x'.repeat(1_000_000) }),
      mail({ subject: 'Quotes', text: "'\\' \u0000 \ud800 it''s ' \\ \u{1f600} 'a':1" }),
      mail({ subject: 'Many', text: Array.from({ length: 30_000 }, (_, n) => `w${n}`).join(' ') }),
    ]);
    expect(await index(desk)).toBe(4);
    expect(await search(desk, 'word')).toEqual(['Huge']);
    expect(await search(desk, 'w500')).toEqual(['Many']);
    expect(await search(desk, 'xxxxx')).toEqual(['Long']);
  });
});
