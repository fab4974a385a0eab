import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { splitChain } from '../../src/content/chain.ts';
import { attributions } from './chain/attributions.ts';
import { clientMade, firstTexts } from './chain/first-mails.ts';

const about = { nature: 'answer', uniqueBody: null } as const;
/** Bound so that counting can call it and put it back. */
// oxlint-disable-next-line typescript/unbound-method -- it is called with its own `this`
const { exec } = RegExp.prototype;

afterEach(() => {
  // oxlint-disable-next-line no-extend-native -- the only way to see every use of an expression; put back at once
  Object.defineProperty(RegExp.prototype, 'exec', { value: exec, writable: true, configurable: true });
});

/** The characters given to regular expressions while a mail is split: a measure of work in which no clock takes part. */
function workOf(kind: 'text' | 'html', content: string): number {
  let characters = 0;
  const counting = function counting(this: RegExp, text: string) {
    characters += text.length - (this.global || this.sticky ? this.lastIndex : 0);
    return exec.call(this, text);
  };
  // oxlint-disable-next-line no-extend-native -- the only way to see every use of an expression; put back at once
  Object.defineProperty(RegExp.prototype, 'exec', { value: counting, writable: true, configurable: true });
  splitChain({ kind, content }, about);
  // oxlint-disable-next-line no-extend-native -- the only way to see every use of an expression; put back at once
  Object.defineProperty(RegExp.prototype, 'exec', { value: exec, writable: true, configurable: true });
  return characters;
}

const repeated = (unit: string) => (length: number) => unit.repeat(Math.ceil(length / unit.length));
const hostile: readonly (readonly [what: string, kind: 'text' | 'html', of: (length: number) => string])[] = [
  ['"On " on lines', 'text', repeated('On\n')],
  ['"On " on one line', 'text', repeated('On ')],
  ['blank lines', 'text', repeated('\r\n')],
  ['blanks', 'text', repeated(' \t')],
  ['dashes', 'text', repeated('-')],
  ['dashes on lines', 'text', repeated('-----\n')],
  ['words in dashes', 'text', repeated('----- mail -----\n')],
  ['quote marks', 'text', repeated('> ')],
  [
    'one quoted line, one not',
    'text',
    repeated('> quoted text that is long enough to have been wrapped by it\nand more\n'),
  ],
  ['links between quoted lines', 'text', repeated('> see\nhttps://acme.example/a\n')],
  ['pieces of links', 'text', repeated('> see\nhttps://acme.example/a\nb\nc\nd\ne\n')],
  ['"From:" lines', 'text', repeated('From: a@b.example\n')],
  ['lists of recipients', 'text', repeated('To: a,\nb,\nc,\n')],
  ['headers of Notes', 'text', repeated('To: a/b/c@d\ncc:\nSubject: x\n\n')],
  ['attributions', 'text', repeated('On 1 Feb 2026 at 10:00 a@b.example:\n')],
  ['names that wrote', 'text', repeated('Ann Archer wrote:\n\n')],
  ['lines to reply above', 'text', repeated('reply reply above above this this line\n')],
  ['deep quotes', 'html', repeated('<blockquote>x')],
  ['paragraphs', 'html', repeated('<p>From: x')],
  ['rules', 'html', repeated('<div style="border-top:solid"><hr>')],
];

describe('the work of splitting a mail', () => {
  test.each(hostile)('grows no faster than its length: %s', (_what, kind, of) => {
    const [small, large] = [workOf(kind, of(10_000)), workOf(kind, of(40_000))];
    expect((large + 1) / (small + 1)).toBeLessThan(4.5);
  });

  test.each(hostile.filter(([, kind]) => kind === 'text').slice(0, 8))(
    'does not grow beyond what is looked at: %s',
    (_what, kind, of) => {
      const [small, large] = [workOf(kind, of(270_000)), workOf(kind, of(540_000))];
      // What is left of the mail is measured once, for the place where it was cut.
      expect(large - small).toBeLessThanOrEqual(2 * 270_000);
    },
  );
});

describe('the same mail', () => {
  const compiled = new URL('../../dist/content/chain.js', import.meta.url);
  const mails = [
    ...attributions
      .filter((_, index) => index % 8 === 0)
      .map(([, , line]) => ['text', `Fine.\n\n${line}\n\n> Old words\n> and more\n`]),
    ...firstTexts.slice(0, 8).map(([, text]) => ['text', text]),
    ...clientMade.map(([, kind, content]) => [kind, content]),
  ];
  const program = `
    const { splitChain } = await import(${JSON.stringify(compiled.href)});
    const mails = ${JSON.stringify(mails)};
    const split = ([kind, content], nature) => splitChain({ kind, content }, { nature, uniqueBody: null });
    console.log(JSON.stringify(['answer', 'first'].map((nature) => mails.map((mail) => split(mail, nature)))));`;

  test.runIf(existsSync(compiled))(
    'is split the same by many processes at once, each for the first time',
    async () => {
      const run = promisify(execFile);
      const processes = Array.from({ length: 6 }, () =>
        run(process.execPath, ['--input-type=module', '-e', program], { maxBuffer: 64 * 1024 * 1024 }),
      );
      const [first, ...others] = (await Promise.all(processes)).map(({ stdout }) => stdout);
      expect(first).toContain('"reason":"attribution"');
      for (const other of others) expect(other).toBe(first);
    },
    60_000,
  );
});
