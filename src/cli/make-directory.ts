import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/** Makes a directory and those it lies in. Node's own `recursive` never comes back below /proc (20 and 24). */
export function makeDirectory(directory: string, mode = 0o777): void {
  if (existsSync(directory)) return;
  const parent = dirname(directory);
  if (parent !== directory) makeDirectory(parent, mode);
  mkdirSync(directory, { mode });
}
