import { setFlagsFromString } from 'node:v8';

/**
 * Pages of mail are large and short-lived: left alone, V8 lets well over 100 MB of them pile up before it collects what
 * is long garbage. The old generation may grow by 130 % between collections, which keeps an import below 250 MB on
 * Node 20. The young one is collected when it is full, not before, since half of it is a page still worked on; and by
 * one thread, since several only look for work in each other's hands. V8 reads these flags at every collection: they
 * may be set late.
 */
const flags = ['--heap-growing-percent=130', '--no-minor-gc-task', '--no-parallel-scavenge'];

let set = false;

export function keepHeapSmall(): void {
  if (!set) for (const flag of flags) setFlagsFromString(flag);
  set = true;
}
