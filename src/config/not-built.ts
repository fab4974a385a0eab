import type { LoadedConfig } from './load.ts';
import type { Problem } from './problem.ts';
import type { Config } from './schema.ts';

/**
 * A warning, with its place, for each key that this version reads and does nothing with: nobody should wait for what it
 * promises.
 */
export function notBuilt({ config, problems }: LoadedConfig): string[] {
  return found(config).map((problem) => problems([problem]).message);
}

function found({ ticket_system: system, metrics, retention }: Config): Problem[] {
  const keys: Problem[] = [];
  if (system.type !== 'local') {
    const message = `${system.type} is not connected by this version: mail is matched to the built-in tickets only`;
    keys.push({ path: ['ticket_system'], message });
  }
  if (metrics !== undefined) keys.push({ path: ['metrics'], message: 'not served by this version' });
  if (retention !== undefined) {
    keys.push({ path: ['retention'], message: 'not applied by this version: nothing is removed' });
  }
  return keys;
}
