import { Buffer } from 'node:buffer';
import { basename, win32 } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { safeFileName, uniqueFileName } from '../../src/content/file-name.ts';

const names: readonly (readonly [name: string, safe: string])[] = [
  ['offer.pdf', 'offer.pdf'],
  ['Angebot Müller & Söhne.pdf', 'Angebot Müller & Söhne.pdf'],
  ['見積書.xlsx', '見積書.xlsx'],
  ['חוזה.docx', 'חוזה.docx'],
  ['archive.tar.gz', 'archive.tar.gz'],
  ['no extension', 'no extension'],
  ['', 'attachment'],
  [' ', 'attachment'],
  ['.', 'attachment'],
  ['..', 'attachment'],
  ['...', 'attachment'],
  ['. .', 'attachment'],
  ['\u200b', 'attachment'],
  ['\ufeff.', 'attachment'],
  ['\0', 'attachment'],
  ['\u3000', 'attachment'],
  ['/', '_'],
  ['\\', '_'],
  ['../../etc/passwd', '_.._etc_passwd'],
  ['..\\..\\windows\\system32\\x.dll', '_.._windows_system32_x.dll'],
  ['/etc/passwd', '_etc_passwd'],
  ['/etc/cron.d/x', '_etc_cron.d_x'],
  ['C:\\autoexec.bat', 'C__autoexec.bat'],
  ['C:autoexec.bat', 'C_autoexec.bat'],
  ['\\\\server\\share\\x', '__server_share_x'],
  ['//server/share/x', '__server_share_x'],
  ['\\\\?\\C:\\x', '____C__x'],
  ['file:///etc/passwd', 'file____etc_passwd'],
  ['a/../b', 'a_.._b'],
  ['a/./b', 'a_._b'],
  ['./x', '_x'],
  ['x/..', 'x_'],
  ['x/.', 'x_'],
  ['.htaccess', 'htaccess'],
  ['\u200b.htaccess', 'htaccess'],
  ['.\u200b.htaccess', 'htaccess'],
  ['\u200d\u200c.ssh', 'ssh'],
  ['\ufeff.bashrc', 'bashrc'],
  ['\u00ad.profile', 'profile'],
  ['\u2060.env', 'env'],
  ['\u061c.env', 'env'],
  ['\u{e0020}.env', 'env'],
  ['\ufe0f.env', 'env'],
  ['\u0000.env', 'env'],
  [' .env', 'env'],
  ['\t.env', 'env'],
  ['\u00a0.env', 'env'],
  ['\u2024env', 'env'],
  ['\u2024\u2024/x', '_x'],
  ['\u2025/x', '_x'],
  ['\u2026x', 'x'],
  ['\uff0e\uff0e\uff0fx', '_x'],
  ['\ufe52x', 'x'],
  ['..\u2215..\u2215x', '_.._x'],
  ['..\u2044x', '_x'],
  ['..\uff3cx', '_x'],
  ['..\ufe68x', '_x'],
  ['..\u29f8x', '_x'],
  ['..\u29f5x', '_x'],
  ['..\u2216x', '_x'],
  ['..\u2571x', '_x'],
  ['C\ua789x', 'C_x'],
  ['C\uff1ax', 'C_x'],
  ['C\u2236x', 'C_x'],
  ['a.txt::$DATA', 'a.txt__$DATA'],
  ['a.txt:hidden', 'a.txt_hidden'],
  ['a<b>c|d"e?f*g', 'a_b_c_d_e_f_g'],
  ['CON', '_CON'],
  ['con', '_con'],
  ['Con.txt', '_Con.txt'],
  ['con.tar.gz', '_con.tar.gz'],
  ['PRN', '_PRN'],
  ['AUX.h', '_AUX.h'],
  ['NUL', '_NUL'],
  ['nul.txt', '_nul.txt'],
  ['COM1', '_COM1'],
  ['com9.log', '_com9.log'],
  ['COM¹', '_COM1'],
  ['COM\u00b2.txt', '_COM2.txt'],
  ['LPT1', '_LPT1'],
  ['lpt³', '_lpt3'],
  ['CONIN$', '_CONIN$'],
  ['CONOUT$', '_CONOUT$'],
  ['CLOCK$', '_CLOCK$'],
  ['CON .txt', '_CON .txt'],
  ['CON.', '_CON'],
  ['CON ', '_CON'],
  ['C\u200bON', '_CON'],
  ['ＣＯＮ', '_CON'],
  ['.con', '_con'],
  ['console.log', 'console.log'],
  ['com10.txt', 'com10.txt'],
  ['x.', 'x'],
  ['x...', 'x'],
  ['x ', 'x'],
  ['x. . .', 'x'],
  ['x.exe.', 'x.exe'],
  ['x.exe\u200b.', 'x.exe'],
  ['x.exe\u00a0', 'x.exe'],
  ['invoice\u202efdp.exe', 'invoicefdp.exe'],
  ['\u2066x\u2069.pdf', 'x.pdf'],
  ['pay\u200bload.js', 'payload.js'],
  ['a\nb.txt', 'a b.txt'],
  ['a\r\nContent-Type: text_html', 'a Content-Type_ text_html'],
  ['a\u001b[31mb.txt', 'a[31mb.txt'],
  ['a\u009b31mb.txt', 'a31mb.txt'],
  ['a\u0007\u007fb', 'ab'],
  ['a\u2028b\u2029c', 'a b c'],
  ['a   b.txt', 'a b.txt'],
  ['a\ud800b', 'ab'],
  ['a\uffffb', 'ab'],
  ['a\ue000b', 'ab'],
  ['e\u0301.txt', 'é.txt'],
  ['\ufb01le.txt', 'file.txt'],
  ['-rf', '_-rf'],
  ['--checkpoint-action=exec', '_--checkpoint-action=exec'],
  ['~root', '_~root'],
  ['~$offer.docx', '_~$offer.docx'],
  ['$(reboot).txt', '$(reboot).txt'],
  ['%2e%2e%2fx', '%2e%2e%2fx'],
  ['=cmd.csv', '=cmd.csv'],
];

const anyName = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 1200 }),
  fc.string({
    unit: fc.constantFrom(
      '.',
      ' ',
      '/',
      '\\',
      ':',
      '\u200b',
      '\u202e',
      '\u2024',
      '\u0338',
      '=',
      'con',
      '¹',
      'é',
      '日',
      '-',
    ),
    maxLength: 60,
  }),
);

describe('the file name of an attachment', () => {
  test.each(names.map(([name, safe]) => [JSON.stringify(name), name, safe]))('%s', (_shown, name, safe) => {
    expect(safeFileName(name)).toBe(safe);
  });

  test('keeps the extension when it is cut to bytes, and never half a character', () => {
    expect(safeFileName(`${'x'.repeat(400)}.pdf`, { maxBytes: 20 })).toBe(`${'x'.repeat(16)}.pdf`);
    expect(safeFileName(`${'日'.repeat(400)}.pdf`, { maxBytes: 20 })).toBe('日日日日日.pdf');
    expect(safeFileName(`${'😀'.repeat(400)}.pdf`, { maxBytes: 11 })).toBe('😀.pdf');
    expect(safeFileName(`x.${'y'.repeat(400)}`, { maxBytes: 10 })).toBe('x.yyyyyyyy');
    expect(safeFileName('CONSOLE', { maxBytes: 3 })).toBe('_CO');
  });

  test('is the fallback where nothing is left', () => {
    expect(safeFileName('\u200b..', { fallback: 'mail.eml' })).toBe('mail.eml');
  });

  test('is one plain part of a path, whatever came in', () => {
    fc.assert(
      fc.property(anyName, fc.integer({ min: 12, max: 255 }), (name, maxBytes) => {
        const safe = safeFileName(name, { maxBytes });
        expect(safe).not.toBe('');
        expect(basename(safe)).toBe(safe);
        expect(win32.basename(safe)).toBe(safe);
        expect(safe).not.toMatch(/^[.\s-]|[.\s]$|[/\\:]|[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/u);
        expect(Buffer.byteLength(safe)).toBeLessThanOrEqual(maxBytes);
      }),
    );
  });

  test('stays as it is when made safe again', () => {
    fc.assert(fc.property(anyName, (name) => safeFileName(safeFileName(name)) === safeFileName(name)));
  });
});

describe('file names of one mail', () => {
  test('are numbered where they would fall on one another', () => {
    const taken = new Set<string>();
    const given = ['offer.pdf', 'OFFER.pdf', 'offer.pdf', 'offer (2).pdf', '', '.', 'e\u0301', 'é', '../offer.pdf'];
    expect(given.map((name) => uniqueFileName(name, taken))).toEqual([
      'offer.pdf',
      'OFFER (2).pdf',
      'offer (3).pdf',
      'offer (2) (2).pdf',
      'attachment',
      'attachment (2)',
      'é',
      'é (2)',
      '_offer.pdf',
    ]);
  });

  test('stay within their bytes when numbered', () => {
    const taken = new Set<string>();
    const given = Array.from({ length: 12 }, () => uniqueFileName(`${'x'.repeat(300)}.pdf`, taken, { maxBytes: 20 }));
    expect(new Set(given).size).toBe(12);
    expect(given.every((name) => Buffer.byteLength(name) <= 20 && name.endsWith('.pdf'))).toBe(true);
  });
});
