import { expect, test } from 'vitest';
import { displayWidth } from '../../src/content/terminal.ts';
import { type OutputFlags, createOutput } from '../../src/cli/output.ts';
import { table } from '../../src/cli/table.ts';
import { formatBytes, formatDuration, formatTime } from '../../src/cli/format.ts';
import { PassThrough } from 'node:stream';

const plain: OutputFlags = { json: false, quiet: false, verbose: false, color: true };

function capture(flags: Partial<OutputFlags>, isTTY: boolean) {
  const stdout = Object.assign(new PassThrough(), { isTTY, columns: 40 });
  const stderr = Object.assign(new PassThrough(), { isTTY, columns: 40 });
  const output = createOutput({ ...plain, ...flags }, { stdin: { isTTY }, stdout, stderr });
  const read = (stream: PassThrough) => String(stream.read() ?? '');
  return { output, stdout: () => read(stdout), stderr: () => read(stderr) };
}

test('colour and width are for a terminal only', () => {
  const render = ({ style, width }: ReturnType<typeof capture>['output']['page']) => `${style.red('x')} ${width}`;
  const terminal = capture({}, true);
  terminal.output.print({}, render);
  expect(terminal.stdout()).toBe('\u001b[31mx\u001b[39m 40\n');
  const pipe = capture({}, false);
  pipe.output.print({}, render);
  expect(pipe.stdout()).toBe('x undefined\n');
  const colorless = capture({ color: false }, true);
  colorless.output.print({}, render);
  expect(colorless.stdout()).toBe('x 40\n');
});

test('progress is for a terminal only, on stderr, and gone before anything else is printed', () => {
  const terminal = capture({}, true);
  terminal.output.progress('1 of 2\u001b[2J');
  terminal.output.print({}, () => 'done');
  expect(terminal.stderr()).toBe('\r\u001b[K1 of 2\r\u001b[K');
  for (const [flags, isTTY] of [
    [{}, false],
    [{ quiet: true }, true],
    [{ json: true }, true],
  ] as const) {
    const silent = capture(flags, isTTY);
    silent.output.progress('1 of 2');
    expect(silent.stderr()).toBe('');
  }
});

test('--quiet silences words, not warnings and not data', () => {
  const { output, stdout, stderr } = capture({ quiet: true }, false);
  output.say('imported 3');
  output.warn('one failed');
  output.print({}, () => 'data');
  expect([stdout(), stderr()]).toEqual(['data\n', 'one failed\n']);
});

test('JSON holds no character that a terminal acts upon, and means the same', () => {
  const { output, stdout } = capture({ json: true }, true);
  const subject = 'a\u001b[31m\u009b31m\u202eb\u2028\u200f\u{e0041}ü漢';
  output.print({ subject }, () => '');
  const text = stdout();
  expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\u2028]/u);
  expect(JSON.parse(text)).toEqual({ subject });
});

test('a question is asked only where there is a terminal and no --json', () => {
  expect(capture({}, true).output.interactive).toBe(true);
  expect(capture({}, false).output.interactive).toBe(false);
  expect(capture({ json: true }, true).output.interactive).toBe(false);
});

interface Row {
  readonly from: string;
  readonly subject: string;
}
const columns = [
  { title: 'FROM', value: (row: Row) => row.from },
  { title: 'SUBJECT', value: (row: Row) => row.subject, shrinks: true },
];

test('columns line up by what a terminal shows', () => {
  const rows = [
    { from: 'ann@contoso.test', subject: 'Offer' },
    { from: '山田@例え.test', subject: 'Angebot' },
    { from: 'e\u0301va', subject: 'x' },
  ];
  const lines = table(columns, rows, { width: undefined });
  const starts = lines.map(
    (line, index) => displayWidth(line) - displayWidth(['SUBJECT', ...rows.map((row) => row.subject)][index] ?? ''),
  );
  expect(new Set(starts).size).toBe(1);
});

test('a table fits its terminal: the column that may shrink gives way, never through half a character', () => {
  const rows = [{ from: 'ann@contoso.test', subject: '漢字'.repeat(30) }];
  for (const width of [30, 31, 40, 80]) {
    for (const line of table(columns, rows, { width })) expect(displayWidth(line)).toBeLessThanOrEqual(width);
  }
});

test('of the columns that may shrink, those that go first give way to the others', () => {
  const shrinking = [
    { title: 'FROM', value: (row: Row) => row.from, shrinks: 'first' as const },
    { title: 'SUBJECT', value: (row: Row) => row.subject, shrinks: true },
  ];
  const rows = [{ from: 'ann.archer@contoso.test', subject: 'x'.repeat(40) }];
  expect(table(shrinking, rows, { width: 60 })[1]).toBe(`ann.archer@contos…  ${'x'.repeat(40)}`);
  expect(table(shrinking, rows, { width: 40 })[1]).toBe(`ann.arc…  ${'x'.repeat(29)}…`);
});

test('a terminal that does not know its size is taken for one of 80 columns', () => {
  const stdout = Object.assign(new PassThrough(), { isTTY: true, columns: 0 });
  const streams = { stdin: { isTTY: true }, stdout, stderr: stdout };
  expect(createOutput(plain, streams).page.width).toBe(80);
});

test('a cell from mail cannot act, break the line or paint over others', () => {
  const rows = [{ from: 'a\u001b[2Jb', subject: 'x\r\ny\u202ez\u0007' }];
  const lines = table(columns, rows, { width: 80 });
  expect(lines).toEqual(['FROM  SUBJECT', 'ab    x yz']);
});

test('no rows, no table', () => {
  expect(table(columns, [], { width: 80 })).toEqual([]);
});

test('times, ages and sizes read as people write them', () => {
  expect(formatTime(Date.UTC(2026, 10, 1, 8, 30), 'Europe/Berlin')).toBe('2026-11-01 09:30');
  expect([0, 40_000, 720_000, 18_000_000, 260_000_000].map(formatDuration)).toEqual(['0s', '40s', '12m', '5h', '3d']);
  expect([512, 20_480, 3_565_158, 157_286_400].map(formatBytes)).toEqual(['512 B', '20 KB', '3.4 MB', '150 MB']);
});
