import { parse } from 'csv-parse/sync';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { csvCell, csvRow } from '../../src/content/csv.ts';

const formulas = [
  '=1+1',
  "=cmd|' /C calc'!A0",
  '=HYPERLINK("https://evil.example","x")',
  '=IMPORTXML(A1)',
  '+1',
  '+cmd|x',
  '-1',
  '-2+3+cmd|x',
  '@SUM(A1)',
  '@',
  '=',
  ' =1',
  '   =1',
  '\t=1',
  '\tplain',
  '\r=1',
  '\rplain',
  '\n=1',
  '\nplain',
  '\r\n=1',
  '\0=1',
  '\0plain',
  '\u0001=1',
  '\u001b=1',
  '\u007f=1',
  '\u0085=1',
  '\ufeff=1',
  '\ufeff\ufeff=1',
  '\ufeff =1',
  '\ufeff\t=1',
  '\u200b=1',
  '\u200c+1',
  '\u200d-1',
  '\u2060@A',
  '\u00ad=1',
  '\u00a0=1',
  '\u3000=1',
  '\u202e=1',
  '\u2028=1',
  '\u{e0001}=1',
  '"=1"',
  "'=1",
  '\uff1d1+1',
  '\uff0b1',
  '\uff0d1',
  '\uff20SUM(A1)',
  '\u22121',
];

const plain: readonly (readonly [value: string | number | boolean | null | undefined, cell: string])[] = [
  ['hello', 'hello'],
  ['', ''],
  [null, ''],
  [undefined, ''],
  [12, '12'],
  [-12.5, '-12.5'],
  [true, 'true'],
  ['a=b', 'a=b'],
  ['ann@contoso.test', 'ann@contoso.test'],
  ['a,b', '"a,b"'],
  ['a;b', '"a;b"'],
  ['say "hi"', '"say ""hi"""'],
  ['two\nlines', '"two\nlines"'],
  ['two\r\nlines', '"two\r\nlines"'],
  [' padded ', '" padded "'],
  ['Straße 日本', 'Straße 日本'],
  ['red\u001b[31m', 'red[31m'],
  ['a\0b\u009bc', 'abc'],
];

describe('a CSV cell', () => {
  test.each(formulas.map((value) => [JSON.stringify(value), value]))('runs no formula: %s', (_shown, value) => {
    const [[read]] = parse(csvCell(value), { relax_quotes: false }) as [[string]];
    expect(read.startsWith("'")).toBe(true);
  });

  test.each(plain)('keeps what is harmless: %j', (value, cell) => {
    expect(csvCell(value)).toBe(cell);
  });

  test('comes back from a reader as it went in, but for controls and the apostrophe', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 2, maxLength: 5 }), (values) => {
        const [read] = parse(csvRow(values), { record_delimiter: '\r\n' });
        const expected = values.map((value) => value.replace(/[^\P{Cc}\t\r\n]/gu, ''));
        expect(read?.map((value, index) => (value === expected[index] ? value : value.replace(/^'/u, '')))).toEqual(
          expected,
        );
      }),
    );
  });

  test('never holds a control character but a line break or a tab', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (value) => !/[^\P{Cc}\t\r\n]/u.test(csvCell(value))));
  });
});
