import { setFlagsFromString } from 'node:v8';

let set = false;

/**
 * Pages of mail are large and short-lived: left alone, V8 lets well over 100 MB of them pile up before it collects what is
 * long garbage. The old generation may grow by 130 % between collections: with 200 %, 250 MB are passed.
 * V8 reads this flag at every collection, so that it may be set late.
 */
export function keepHeapSmall(): void {
  if (!set) setFlagsFromString('--heap-growing-percent=130');
  set = true;
}
