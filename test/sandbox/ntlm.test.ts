import { expect, test } from 'vitest';
import { md4 } from '../../src/sandbox/ews/md4.ts';

/** RFC 1320, appendix A.5, and MS-NLMP 4.2.2.1.2 (the NT hash of "Password"). */
test.each([
  ['', '31d6cfe0d16ae931b73c59d7e0c089c0'],
  ['abc', 'a448017aaf21d8525fc10ae87aa6729d'],
  [
    '12345678901234567890123456789012345678901234567890123456789012345678901234567890',
    'e33b4ddc9c38f2199c3e7b164fcc0536',
  ],
  ['P\0a\0s\0s\0w\0o\0r\0d\0', 'a4f49c406510bdcab6824ee7c30fd852'],
])('the sandbox hashes %j as the standard says', (text, hash) => {
  expect(md4(Buffer.from(text, 'latin1')).toString('hex')).toBe(hash);
});
