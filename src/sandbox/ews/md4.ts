/** MD4 (RFC 1320): what Windows makes of a password. OpenSSL no longer has it. */
export function md4(input: Uint8Array): Buffer {
  const state = new Uint32Array([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476]);
  const padded = padding(input);
  for (let from = 0; from < padded.length; from += 64) mix(state, padded.subarray(from, from + 64));
  const out = Buffer.alloc(16);
  for (const [index, word] of state.entries()) out.writeUInt32LE(word, index * 4);
  return out;
}

function padding(input: Uint8Array): Buffer {
  const padded = Buffer.alloc(Math.ceil((input.length + 9) / 64) * 64);
  padded.set(input);
  padded[input.length] = 0x80;
  padded.writeBigUInt64LE(BigInt(input.length) * 8n, padded.length - 8);
  return padded;
}

type Round = (x: number, y: number, z: number) => number;

/** RFC 1320 section 3.4: three rounds with their function, constant, order of words and shifts. */
const rounds: readonly { f: Round; add: number; order: readonly number[]; shifts: readonly number[] }[] = [
  {
    f: (x, y, z) => (x & y) | (~x & z),
    add: 0,
    order: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    shifts: [3, 7, 11, 19],
  },
  {
    f: (x, y, z) => (x & y) | (x & z) | (y & z),
    add: 0x5a827999,
    order: [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15],
    shifts: [3, 5, 9, 13],
  },
  {
    f: (x, y, z) => x ^ y ^ z,
    add: 0x6ed9eba1,
    order: [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15],
    shifts: [3, 9, 11, 15],
  },
];

function mix(state: Uint32Array, block: Buffer): void {
  let [a = 0, b = 0, c = 0, d = 0] = state;
  for (const { f, add, order, shifts } of rounds) {
    for (const [step, word] of order.entries()) {
      const sum = (a + f(b, c, d) + block.readUInt32LE(word * 4) + add) >>> 0;
      const shift = shifts[step % 4] ?? 0;
      [a, b, c, d] = [d, ((sum << shift) | (sum >>> (32 - shift))) >>> 0, b, c];
    }
  }
  for (const [index, word] of [a, b, c, d].entries()) state[index] = (state[index] ?? 0) + word;
}
