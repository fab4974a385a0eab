import type { Problem } from './problem.ts';
import type { Config } from './schema.ts';

/** Keys of the contract that this version reads and does nothing with: nobody should wait for what they promise. */
export function notBuilt({ ticket_system: system, metrics, retention }: Config): Problem[] {
  const found: Problem[] = [];
  if (system.type !== 'local') {
    const message = `${system.type} is not connected by this version: mail is matched to the built-in tickets only`;
    found.push({ path: ['ticket_system'], message });
  }
  if (metrics !== undefined) found.push({ path: ['metrics'], message: 'not served by this version' });
  if (retention !== undefined) {
    found.push({ path: ['retention'], message: 'not applied by this version: nothing is removed' });
  }
  return found;
}
