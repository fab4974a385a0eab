import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { readCodes } from '../../src/auth/codes/read-codes.ts';

test.each([
  ['AADSTS50011', [50011]],
  ['50011', [50011]],
  ['aadsts50011:', [50011]],
  ['AADSTS 50011', [50011]],
  ['AADSTS700016: Application with identifier …', [700016]],
  ['Sorry, but we’re having trouble signing you in. AADSTS50105: Your administrator …', [50105]],
  [
    'AADSTS7000215: Invalid client secret. Trace ID: 0f8fad5b-d9cb-469f-a165-70867728950e Correlation ID: 7c9e6679-7425-40de-944b-e07fc1f90ae7 Timestamp: 2026-11-30 10:11:12Z',
    [7000215],
  ],
  ['AADSTS50011 and AADSTS50105, then AADSTS50011 again', [50011, 50105]],
  ['50011 700016', [50011, 700016]],
  ['https://login.microsoftonline.com/error?code=50011', [50011]],
  ['error_codes":[50076]', [50076]],
  ['what is this?', []],
  ['12', []],
  ['', []],
])('%s', (words, codes) => {
  expect(readCodes([words])).toEqual(codes);
});

test('words of their own are numbers too, beside others that are named', () => {
  expect(readCodes(['AADSTS50105', '700024'])).toEqual([50105, 700024]);
  expect(readCodes(['AADSTS', '50011'])).toEqual([50011]);
  const unquoted =
    'AADSTS50076: Due to a change … Correlation ID: 12345678-7425-40de-944b-e07fc1f90ae7 Timestamp: 2026-11-30 10:11:12Z';
  expect(readCodes(unquoted.split(' '))).toEqual([50076]);
});

test('a number is found in whatever sentence it was pasted with', () => {
  const sentence = fc.string({ unit: 'grapheme', maxLength: 60 }).filter((text) => !/aadsts|\d/i.test(text));
  fc.assert(
    fc.property(sentence, fc.integer({ min: 1000, max: 99_999_999 }), sentence, (before, code, after) => {
      expect(readCodes([`${before} AADSTS${code}: ${after}`])).toEqual([code]);
    }),
  );
});
