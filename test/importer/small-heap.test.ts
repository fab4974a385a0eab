import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

const heap = new URL('../../dist/importer/small-heap.js', import.meta.url);

/** Pages of objects, of which the last dozen survive; prints the largest size of the young generation in MB. */
const pages = `
  import { getHeapSpaceStatistics } from 'node:v8';
  import { keepHeapSmall } from ${JSON.stringify(heap.href)};
  const kept = [];
  let largest = 0;
  for (let page = 0; page < 120; page += 1) {
    keepHeapSmall();
    kept.push(Array.from({ length: 20_000 }, (_, mail) => ({ mail, page })));
    if (kept.length > 12) kept.shift();
    const young = getHeapSpaceStatistics().find((space) => space.space_name === 'new_space');
    largest = Math.max(largest, young.space_size / 1_048_576);
  }
  console.log(largest);
`;

test('the young generation stays small, whatever V8 would let it grow to', () => {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', pages], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(Number(stdout)).toBeGreaterThan(4);
  expect(Number(stdout)).toBeLessThanOrEqual(32);
});
