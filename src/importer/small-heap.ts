import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/**
 * Pages of mail are large and short-lived: left alone, V8 lets well over 100 MB of them pile up before it collects what
 * is long garbage. How far the old generation may grow between two collections is measured: so far that an import
 * stays below 250 MB. The young one is collected when it is full, not before, since half of it is a page still worked
 * on; and by one thread, since several only look for work in each other's hands. V8 reads these flags at every
 * collection: they may be set late.
 */
const flags = [`--heap-growing-percent=${growth(process.versions.v8)}`, '--no-minor-gc-task', '--no-parallel-scavenge'];

/** On Node 24 an import would pass 250 MB with 130 %, at 5 to 10 % less CPU; on Node 20 it stays below. */
function growth(v8: string): number {
  return Number.parseInt(v8, 10) < 13 ? 130 : 80;
}

/** Both halves of the young generation. Node 24 would let it grow to 128 MB, of which an import has no use. */
const youngBytes = 32 * 1024 * 1024;

let set = false;
let growing = true;

/** Call it before each page: the young generation only grows, doubling, while pages come. */
export function keepHeapSmall(): void {
  if (!set) for (const flag of flags) setFlagsFromString(flag);
  set = true;
  const mayGrow = youngSize() < youngBytes;
  if (mayGrow !== growing) setFlagsFromString(`--semi-space-growth-factor=${mayGrow ? 2 : 1}`);
  growing = mayGrow;
}

function youngSize(): number {
  return getHeapSpaceStatistics().find((space) => space.space_name === 'new_space')?.space_size ?? 0;
}
