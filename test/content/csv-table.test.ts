import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCsvRecords } from '../../src/content/csv-records.ts';
import { openCsv } from '../../src/content/csv-source.ts';
import type { CsvSource } from '../../src/content/csv-source.ts';
import { readCsvTable } from '../../src/content/csv-table.ts';

const columns = { required: ['name'], optional: ['a', 'b'] };

function sourceOf(content: string | Buffer, chunkSize = 65_536): CsvSource {
  const bytes = Buffer.from(content);
  return {
    name: 'in.csv',
    async *open(fromByte) {
      for (let at = fromByte; at < bytes.length; at += chunkSize) yield bytes.subarray(at, at + chunkSize);
    },
  };
}

/** Each row as [row, line, cells] or [row, line, problem]. */
async function read(content: string | Buffer, chunkSize?: number): Promise<unknown[]> {
  const table = await readCsvTable(sourceOf(content, chunkSize), columns);
  const rows: unknown[] = [];
  for await (const row of table.rows) {
    rows.push([row.row, row.line, row.kind === 'row' ? Object.fromEntries(row.cells) : row.problem]);
  }
  return rows;
}

describe('a CSV file', () => {
  it('is read by the names in its header, in any order and spelling, with empty cells absent', async () => {
    expect(await read('B, NAME ,"a"\n1,Ann,\n,Bob,"2, 3"\n')).toEqual([
      [2, 2, { b: '1', name: 'Ann' }],
      [3, 3, { name: 'Bob', a: '2, 3' }],
    ]);
  });

  it.each<[string, string, unknown[]]>([
    ['between all cells', 'name;a\nx;1\n', [[2, 2, { name: 'x', a: '1' }]]],
    ['with commas in the cells', 'name;a\nStone, Bob;1,5\n', [[2, 2, { name: 'Stone, Bob', a: '1,5' }]]],
    ['with several values in one cell', 'name;a\nx;"1;2"\n', [[2, 2, { name: 'x', a: '1;2' }]]],
    ['behind a byte order mark, with CR LF', '\uFEFF"name";"a"\r\nx;1\r\n', [[2, 2, { name: 'x', a: '1' }]]],
    ['named on the line above the header', 'sep=;\r\nname;a\r\nx;1\r\n', [[2, 3, { name: 'x', a: '1' }]]],
    ['under a line that names the comma', '\uFEFFsep=,\nname,a\nx,1;2\n', [[2, 3, { name: 'x', a: '1;2' }]]],
    [
      'one too many',
      'name;a\nx;1;2\ny;3\n',
      [
        [2, 2, expect.stringContaining('holds a semicolon in quotes')],
        [3, 3, { name: 'y', a: '3' }],
      ],
    ],
  ])('may have semicolons between its cells: %s', async (_, content, rows) => {
    expect(await read(content)).toEqual(rows);
    expect(await read(content, 1)).toEqual(rows);
  });

  it.each([
    [
      'all others that are words',
      'Email,First Name,Umsatz (EUR),Größe\na,b,c,d',
      { email: 'a', first_name: 'b', größe: 'd' },
    ],
    ['another name for a column', 'Address,city\na,b', { email: 'a', city: 'b' }],
    ['another name beside the column itself', 'address,email\na,b', { address: 'a', email: 'b' }],
    ['the first of several other names', 'Address,E-Mail\na,b', { address: 'a', email: 'b' }],
  ])('can be read with %s', async (_, content, cells) => {
    const aliases = new Map([
      ['e_mail', 'email'],
      ['address', 'email'],
    ]);
    const table = await readCsvTable(sourceOf(content), { required: ['email'], optional: [], aliases, others: true });
    for await (const row of table.rows) expect(row.kind === 'row' && Object.fromEntries(row.cells)).toEqual(cells);
    expect(table.ignoredColumns).toEqual(content.includes('EUR') ? ['Umsatz (EUR)'] : []);
    expect.assertions(2);
  });

  it('may hold line breaks, quotes and commas in quoted cells; rows and lines are counted apart', async () => {
    expect(await read('name,a\r\n"x\r\ny ""z"", ü",1\r\n\r\nlast,2')).toEqual([
      [2, 2, { name: 'x\r\ny "z", ü', a: '1' }],
      [4, 5, { name: 'last', a: '2' }],
    ]);
  });

  it.each([1, 2, 3, 5, 7])('reads the same in pieces of %i bytes', async (chunkSize) => {
    const text = '\ufeffname,a,b\r\n"ü""\r\n😀",1,\r\n"broken"x,1,1\r\nafter,,2\n"open,1,1\nend,,3';
    const whole = await read(text);
    expect(whole.map((row) => Array.isArray(row) && row[0])).toEqual([2, 3, 4, 5, 6]);
    expect(await read(text, chunkSize)).toEqual(whole);
  });

  it.each([
    ['a quote that is never closed', '"open,1', /never closed/],
    ['a quote that closes rows below', '"open,1\nx,"y"', /closes? .*below|closing quote/],
    ['text behind a closing quote', '"x"y,1', /text follows a closing quote/],
    ['a quote inside a bare cell', '5" pipe,1', /without quotes/],
    ['too few cells', 'only', /1 cells where the header has 2/],
    ['too many cells', 'x,1,2,3', /4 cells where the header has 2/],
  ])('with %s has one broken row, and the rows around it are whole', async (_title, broken, problem) => {
    const rows = await read(`name,a\nbefore,1\n${broken}\nafter,2\nend,3\n`);
    expect(rows[0]).toEqual([2, 2, { name: 'before', a: '1' }]);
    expect(rows[1]).toEqual([3, 3, expect.stringMatching(problem)]);
    expect(rows).toContainEqual([expect.any(Number), expect.any(Number), { name: 'after', a: '2' }]);
    expect(rows.at(-1)).toEqual([expect.any(Number), broken.split('\n').length + 4, { name: 'end', a: '3' }]);
  });

  it('may end rows with empty cells beyond its header, as spreadsheets do', async () => {
    expect(await read('name,a\nx,1,,\n')).toEqual([[2, 2, { name: 'x', a: '1' }]]);
  });

  it('gives back every table that follows RFC 4180', async () => {
    const cell = fc.string({ unit: 'binary', maxLength: 12 }).map((text) => text.replaceAll('\0', ''));
    const written = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    const property = fc.asyncProperty(fc.array(fc.tuple(cell, cell), { maxLength: 8 }), async (table) => {
      const text = ['name,a', ...table.map((row) => row.map(written).join(','))].join('\r\n');
      const expected = table
        .map((row) => row.map((one) => Buffer.from(one).toString().trim()))
        .filter((row) => row.some((one) => one !== ''));
      const rows = await read(text, 50);
      expect(rows.map((row) => Array.isArray(row) && row[2])).toEqual(
        expected.map(([name, a]) => ({ ...(name === '' ? {} : { name }), ...(a === '' ? {} : { a }) })),
      );
    });
    await fc.assert(property, { numRuns: 40 });
  });

  it('made to be read again and again is given up, saying where', async () => {
    const hostile = `name\n${'"never closed\n'.repeat(1_000)}`;
    const readAll = async (): Promise<void> => {
      for await (const _ of readCsvRecords(sourceOf(hostile), 100_000));
    };
    await expect(readAll()).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(/too many broken rows; nothing was read after line \d+/),
    });
  });

  it.each([
    ['nothing', '', /empty/],
    ['no required column', 'nom,a\nx,1\n', /no column name/],
    ['a column twice', 'name,a,A\nx,1,2\n', /column a twice/],
    ['a broken header', '"name,a\n', /header: a quote opens/],
    ['UTF-16', Buffer.from('\ufeffname,a\n', 'utf16le'), /line 1.*UTF-16/],
    ['UTF-16 without a mark', Buffer.from('name,a\n', 'utf16le'), /line 1.*UTF-16/],
    ['Latin-1 in the second line', Buffer.from('name,a\nMüller,1\n', 'latin1'), /line 2.*WINDOWS-1252/],
    [
      'a lone byte at the end',
      Buffer.concat([Buffer.from('name,a\nx,1\ny,'), Buffer.from([0xe2, 0x82])]),
      /line 3.*not UTF-8/,
    ],
  ])('with %s is refused as a whole, saying what to do', async (_title, content, message) => {
    for (const chunkSize of [1, 3, 65_536]) {
      await expect(read(content, chunkSize)).rejects.toMatchObject({
        kind: 'usage',
        message: expect.stringMatching(message),
      });
    }
  });

  it('names the columns it does not know, as they are written', async () => {
    const table = await readCsvTable(sourceOf('Name,Colour,,a\n'), columns);
    expect(table.ignoredColumns).toEqual(['Colour']);
  });
});

describe('opening a CSV file', () => {
  const nothing = Readable.from([]);

  it('takes a file, and - for standard input', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'integrator-csv-'));
    writeFileSync(join(directory, 'in.csv'), 'name\nfile\n');
    for (const [path, input] of [
      [join(directory, 'in.csv'), nothing],
      ['-', Readable.from([Buffer.from('name\n'), Buffer.from('file\n')])],
    ] as const) {
      const table = await readCsvTable(await openCsv(path, input), columns);
      const rows = [];
      for await (const row of table.rows) rows.push(row);
      expect(rows).toMatchObject([{ row: 2, cells: new Map([['name', 'file']]) }]);
    }
    rmSync(directory, { recursive: true });
  });

  it.each([
    ['/nonexistent/in.csv', /no such file/],
    [tmpdir(), /is a directory/],
  ])('says why it cannot read %s', async (path, message) => {
    await expect(openCsv(path, nothing)).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(message),
    });
  });
});
