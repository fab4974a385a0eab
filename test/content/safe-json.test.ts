import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { safeJson } from '../../src/content/safe-json.ts';

test('safe JSON means the same as JSON, and every character of it is visible', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), fc.constantFrom(0, 2), (value, indent) => {
      const text = safeJson(value, indent);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
    }),
  );
});
