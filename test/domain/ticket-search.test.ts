import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { missingParts, searchParts } from '../../src/domain/ticket-search.ts';

const found = (query: string, ...texts: readonly string[]) => missingParts(searchParts(query), texts).length === 0;

describe('the words of a ticket search', () => {
  test.each<[query: string, text: string]>([
    ['conv', 'New conveyor'],
    ['CONVEYOR', 'New conveyor'],
    ['new conveyor', 'Conveyor, new'],
    ['zurich', 'Office in Zürich'],
    ['ZÜRICH', 'Office in Zurich'],
    ['strasse', 'Neue Straße 5'],
    ['straße', 'NEUE STRASSE 5'],
    ['σίσυφος', 'ΣΊΣΥΦΟΣ'],
    ['istanbul', 'İstanbul offer'],
    ['pumps', 'Ｐｕｍｐｓ for Acme'],
    ['cafe\u0301', 'Café 7'],
    ['konferenz', 'Kon\u00adferenz'],
    ['100%', 'Save 100% now'],
    ['%', 'Save 100% now'],
    ['a_b', 'file a_b'],
    ['\\', 'path C:\\temp'],
    ["o'brien", "Pat O'Brien"],
    ['out', 'Roll-out'],
    ['opp-12', 'OPP-123'],
    ['acme.example', 'bob@acme.example'],
    ['@acme', 'bob@acme.example'],
    ['bob@acme.example', 'bob@acme.example'],
    ['Archer, Ann', 'Ann Archer'],
    ['"annual pumps"', 'The annual  pumps'],
    ['"annual pumps', 'The annual pumps'],
    ['商事', '東京商事の見積'],
    ['abc', '新ABC商事'],
    ['สวัสดี', 'เรียนสวัสดีครับ'],
  ])('%s is in %s', (query, text) => {
    expect(found(query, text)).toBe(true);
  });

  test.each<[query: string, text: string]>([
    ['onveyor', 'New conveyor'],
    ['100%', '100 pumps'],
    ['a_b', 'file axb'],
    ['%onveyor', 'New conveyor'],
    ['new pumps', 'New conveyor'],
    ['"pumps annual"', 'The annual pumps'],
    ['acme', 'pacme'],
    ['\\', 'slash /'],
  ])('%s is not in %s', (query, text) => {
    expect(found(query, text)).toBe(false);
  });

  test('are each looked for in all texts, and held together within one', () => {
    expect(found('bob conv', 'New conveyor', 'Bob Stone')).toBe(true);
    expect(found('"conveyor bob"', 'New conveyor', 'Bob Stone')).toBe(false);
  });

  test.each(['', '   ', '""', ' "" ', ',', '\u200b'])('of %j are none', (query) => {
    expect(searchParts(query)).toEqual([]);
  });

  test('find every text by each beginning of it, whatever it holds', () => {
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(text, (whole) => {
        for (const part of searchParts(whole)) expect(missingParts([part], [whole])).toEqual([]);
      }),
    );
  });
});
