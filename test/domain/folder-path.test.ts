import { array, assert, constantFrom, oneof, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { folderNamed, folderPathKey, parseFolderPath, writeFolderPath } from '../../src/domain/folder-path.ts';

const anyName = oneof(
  string({ unit: 'binary' }),
  array(constantFrom('/', '\\', 'a', ' ', '"', '🗂️', '\n'), { maxLength: 6 }).map((parts) => parts.join('')),
);

test('any names are written as a path that gives them back', () => {
  assert(
    property(array(anyName, { minLength: 1, maxLength: 4 }), (names) => {
      expect(parseFolderPath(writeFolderPath(names))).toEqual(names);
    }),
  );
});

test('different names are never written as the same path', () => {
  const names = array(anyName, { minLength: 1, maxLength: 3 });
  assert(
    property(names, names, (one, other) => {
      expect(writeFolderPath(one) === writeFolderPath(other)).toBe(JSON.stringify(one) === JSON.stringify(other));
    }),
  );
});

test('a path that is written as it is shown is shown as it is written', () => {
  assert(
    property(array(anyName, { minLength: 1, maxLength: 4 }), (names) => {
      const path = writeFolderPath(names);
      expect(writeFolderPath(parseFolderPath(path))).toBe(path);
    }),
  );
});

test.each([
  [['Inbox'], 'Inbox'],
  [['IR', 'Business Units'], 'IR/Business Units'],
  [['Kunden/Alt'], String.raw`Kunden\/Alt`],
  [['Inbox', 'A/B', 'C'], String.raw`Inbox/A\/B/C`],
  [['/'], String.raw`\/`],
  [['CONTOSO\\ann', 'Mail'], String.raw`CONTOSO\ann/Mail`],
  [['ends with \\', 'Mail'], String.raw`ends with \\/Mail`],
  [['a\\/b'], String.raw`a\\\/b`],
  [['a\\\\b'], String.raw`a\\\b`],
  [['🗂️ Kunden', ' Alt '], '🗂️ Kunden/ Alt '],
])('%j is written %s', (names, path) => {
  expect(writeFolderPath(names)).toBe(path);
  expect(parseFolderPath(path)).toEqual(names);
});

test('a backslash before anything but a slash or a backslash stands for itself', () => {
  assert(
    property(
      string().filter((rest) => !/^[\\/]/.test(rest)),
      (rest) => {
        expect(parseFolderPath(`CONTOSO\\${rest}`)[0]).toBe(`CONTOSO\\${parseFolderPath(rest)[0] ?? ''}`);
      },
    ),
  );
});

test('the folder that is named exactly so is meant before one that is written otherwise', () => {
  const names = ['deals', 'Deals', 'Deals ', 'cafe\u0301', 'Café'];
  const found = (name: string) => folderNamed(names, (each) => each, name);
  expect(names.map(found)).toEqual(names);
  expect(found('DEALS')).toBe('deals');
  expect(found(' Deals')).toBe('Deals');
  expect(found('CAFÉ')).toBe('cafe\u0301');
  expect(found('Deal')).toBeUndefined();
});

test('all ways to write one path have one key, and other paths have others', () => {
  const key = folderPathKey(String.raw`Kunden\/Alt/C:\x`);
  expect(folderPathKey(String.raw` kunden\/ALT / c:\\X`)).toBe(key);
  expect(folderPathKey(String.raw`Kunden/Alt/C:\x`)).not.toBe(key);
});
