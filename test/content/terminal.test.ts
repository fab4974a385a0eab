import * as fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { displayWidth, padEnd, terminalText } from '../../src/content/terminal.ts';

const esc = '\u001b';
const st = `${esc}\\`;

const hostile: readonly (readonly [what: string, value: string, printed: string])[] = [
  ['colour', `${esc}[31mred${esc}[0m`, 'red'],
  ['many colours', `${esc}[1;38;2;255;0;0mred${esc}[m`, 'red'],
  ['colons in a colour', `${esc}[38:2::255:0:0mred`, 'red'],
  ['clear screen', `a${esc}[2J${esc}[Hb`, 'ab'],
  ['cursor up and overwrite', `one${esc}[1A${esc}[2Ktwo`, 'onetwo'],
  ['private mode', `${esc}[?1049hgone`, 'gone'],
  ['report request', `${esc}[6nx`, 'x'],
  ['answerback', 'a\u0005b', 'ab'],
  ['scroll region', `${esc}[1;1rx`, 'x'],
  ['intermediate bytes', `${esc}[0 qx`, 'x'],
  ['window title', `${esc}]0;pwned\u0007mail`, 'mail'],
  ['window title with ST', `${esc}]2;pwned${st}mail`, 'mail'],
  ['window title with 8-bit ST', `${esc}]2;pwned\u009cmail`, 'mail'],
  ['8-bit window title', `\u009d0;pwned\u0007mail`, 'mail'],
  ['hyperlink', `${esc}]8;;https://evil.example${st}click${esc}]8;;${st}`, 'click'],
  ['clipboard', `${esc}]52;c;cm0gLXJm\u0007x`, 'x'],
  ['unterminated title', `mail${esc}]0;pwned`, 'mail'],
  ['unterminated title ends with its line', `a${esc}]0;pwned\nb`, 'a b'],
  ['title ended by another escape', `${esc}]0;pwned${esc}[31mred`, 'red'],
  ['title ended by CAN', `${esc}]0;pwned\u0018x`, 'x'],
  ['title ended by SUB', `${esc}]0;pwned\u001ax`, 'x'],
  ['DCS', `${esc}Pq#0;2;0;0;0${st}x`, 'x'],
  ['8-bit DCS', `\u0090+q544e\u009cx`, 'x'],
  ['unterminated DCS', `x${esc}P1$r`, 'x'],
  ['APC', `${esc}_Gf=100;AAAA${st}x`, 'x'],
  ['8-bit APC', `\u009fpayload\u009cx`, 'x'],
  ['PM', `${esc}^secret${st}x`, 'x'],
  ['8-bit PM', `\u009esecret\u009cx`, 'x'],
  ['SOS', `${esc}Xsecret${st}x`, 'x'],
  ['8-bit SOS', `\u0098secret\u009cx`, 'x'],
  ['8-bit CSI', `\u009b31mred`, 'red'],
  ['cut CSI', `red${esc}[31`, 'red'],
  ['cut 8-bit CSI', `red\u009b31`, 'red'],
  ['lone escape', `a${esc}`, 'a'],
  ['two escapes', `a${esc}${esc}[31mb`, 'ab'],
  ['escape hidden behind a zero-width space', `a${esc}\u200b[31mb`, 'a[31mb'],
  ['nested sequence', `${esc}${esc}[31m[32mx`, '[32mx'],
  ['reset', `a${esc}cb`, 'ab'],
  ['character set', `a${esc}(0b`, 'ab'],
  ['double-height line', `a${esc}#3b`, 'ab'],
  ['single shift', `a${esc}Nb`, 'ab'],
  ['index', `a\u0084b`, 'ab'],
  ['reverse index', `a${esc}Mb`, 'ab'],
  ['NUL', 'a\0b', 'ab'],
  ['bell', 'a\u0007b', 'ab'],
  ['backspace', 'evil\b\b\b\bgood', 'evilgood'],
  ['delete', 'a\u007fb', 'ab'],
  ['shift out', 'a\u000eb\u000f', 'ab'],
  ['carriage return that overwrites', 'evil.example\rgood.example', 'evil.example good.example'],
  ['forged second line', 'Hello\nmatched  OPP-1', 'Hello matched  OPP-1'],
  ['CRLF is one break', 'a\r\nb', 'a b'],
  ['tab', 'a\tb', 'a b'],
  ['vertical tab and form feed', 'a\u000bb\u000cc', 'a b c'],
  ['next line', 'a\u0085b', 'a b'],
  ['line separator', 'a\u2028b', 'a b'],
  ['paragraph separator', 'a\u2029b', 'a b'],
  ['right-to-left override', 'invoice\u202efdp.exe', 'invoicefdp.exe'],
  ['left-to-right override', 'a\u202db\u202c', 'ab'],
  ['embeddings', '\u202aa\u202bb\u202c', 'ab'],
  ['isolates', '\u2066a\u2067b\u2068c\u2069', 'abc'],
  ['marks of direction', 'a\u200eb\u200fc\u061cd', 'abcd'],
  ['zero-width space', 'pay\u200bpal', 'paypal'],
  ['zero-width joiners', 'a\u200cb\u200dc', 'abc'],
  ['byte order mark inside', 'a\ufeffb', 'ab'],
  ['word joiner and invisible operators', 'a\u2060b\u2061c\u2064d', 'abcd'],
  ['soft hyphen', 'pass\u00adword', 'password'],
  ['Mongolian vowel separator', 'a\u180eb', 'ab'],
  ['Hangul filler', 'a\u3164b\uffa0c', 'abc'],
  ['grapheme joiner', 'a\u034fb', 'ab'],
  ['tags', 'a\u{e0001}\u{e0065}\u{e006e}b', 'ab'],
  ['variation selectors', 'a\ufe0fb\u{e0100}c', 'abc'],
  ['interlinear annotation', '\ufff9a\ufffab\ufffb', 'ab'],
  ['deprecated format characters', 'a\u206ab\u206f', 'ab'],
  ['noncharacters', 'a\ufffeb\uffffc\ufdd0', 'abc'],
  ['half a surrogate pair', 'a\ud83db', 'a\ufffdb'],
  ['marks without a letter', '\u0301\u0302a', 'a'],
  ['a tower of marks', `a${'\u0301'.repeat(500)}b`, `a${'\u0301'.repeat(6)}b`],
  ['Arabic number sign stays', '\u0600١٢', '\u0600١٢'],
  ['ordinary text stays', 'Straße, naïve, 日本語, עברית, ไทย', 'Straße, naïve, 日本語, עברית, ไทย'],
];

describe('text from outside, printed', () => {
  test.each(hostile)('loses what acts: %s', (_what, value, printed) => {
    expect(terminalText(value)).toBe(printed);
  });

  test('keeps its lines where several are wanted, tabs as one space', () => {
    expect(terminalText('a\r\nb\rc\u2028d\te\u0085f', { multiline: true })).toBe('a\nb\nc\nd e\nf');
  });

  test('has an unterminated sequence end with its line, so that the rest of the mail is seen', () => {
    expect(terminalText(`a\u001b]0;hidden\nb\u0090hidden\nc`, { multiline: true })).toBe('a\nb\nc');
  });

  const anything = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.string({
      unit: fc.constantFrom(
        '\u001b',
        '[',
        ']',
        '0',
        ';',
        'm',
        '\u0007',
        '\\',
        '\u009b',
        '\u0090',
        '\u200d',
        '👩',
        'a',
        '한',
        '\n',
      ),
    }),
  );
  const unwanted =
    /[^\P{C}\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\p{Co}\p{Cn}]|[\u2028\u2029]|\p{Default_Ignorable_Code_Point}/u;

  test('never holds a control, an invisible or a reordering character', () => {
    fc.assert(fc.property(anything, (value) => !unwanted.test(terminalText(value))));
    fc.assert(
      fc.property(anything, (value) => !unwanted.test(terminalText(value, { multiline: true }).replaceAll('\n', ''))),
    );
  });

  test('never needs more columns than it was given, and is its own result', () => {
    fc.assert(
      fc.property(anything, fc.integer({ min: 0, max: 40 }), (value, width) => {
        const printed = terminalText(value, { width });
        expect(displayWidth(printed)).toBeLessThanOrEqual(width);
        expect(terminalText(printed, { width })).toBe(printed);
      }),
    );
  });
});

test('the width of text is what string-width says, also where it is not asked', () => {
  const characters = Array.from({ length: 0x2400 }, (_, code) => String.fromCodePoint(code)).filter(
    (character) => terminalText(character) === character,
  );
  expect(characters.filter((character) => displayWidth(character) !== stringWidth(character))).toEqual([]);
  const text = fc.array(fc.constantFrom(...characters), { maxLength: 12 }).map((parts) => terminalText(parts.join('')));
  fc.assert(fc.property(text, (made) => displayWidth(made) === stringWidth(made)));
});

describe('text cut to columns', () => {
  test.each([
    ['fits', 'hello', 5, 'hello'],
    ['cut', 'hello!', 5, 'hell…'],
    ['one column', 'hello', 1, '…'],
    ['no column', 'hello', 0, ''],
    ['nothing', '', 5, ''],
    ['wide characters fit', '日本', 4, '日本'],
    ['wide characters cut on an even column', '日本語', 5, '日本…'],
    ['wide characters cut before an odd column', '日本語', 4, '日…'],
    ['a letter keeps its marks', 'e\u0301e\u0301e\u0301', 2, 'e\u0301…'],
    ['an emoji with skin tone is one', '👍🏽👍🏽', 3, '👍🏽…'],
    ['a joined emoji becomes its parts, as wide as every terminal draws them', '👩\u200d💻', 4, '👩💻'],
    ['a flag is one', '🇩🇪🇫🇷', 3, '🇩🇪…'],
    ['right-to-left text is cut at its end', 'שלום עולם', 5, 'שלום…'],
    ['syllables written in parts', '\u1112\u1161\u11ab\u1112\u1161', 3, '\u1112\u1161\u11ab…'],
  ])('%s', (_what, value, width, printed) => {
    expect(terminalText(value, { width })).toBe(printed);
  });

  test('cuts each of several lines', () => {
    expect(terminalText('abcdef\nab\nüxyzabc', { width: 4, multiline: true })).toBe('abc…\nab\nüxy…');
  });

  test('is filled up by columns, not by characters', () => {
    expect(['ab', '日本', 'e\u0301', 'abcdef'].map((text) => padEnd(text, 5))).toEqual([
      'ab   ',
      '日本 ',
      'e\u0301    ',
      'abcdef',
    ]);
  });
});
