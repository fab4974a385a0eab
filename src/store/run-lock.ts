import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { IntegratorError } from '../domain/errors.ts';
import { HeldDatabase } from './held-database.ts';
import { ensurePrivateDirectory } from './sqlite.ts';
import { storeError } from './store-error.ts';

const holderSchema = z.object({ pid: z.number(), host: z.string(), since: z.string() });
export type LockHolder = z.infer<typeof holderSchema>;

/**
 * One importing process per store: an exclusive transaction held on a side file. The system lets go of it whenever and
 * however the process ends, so there is nothing stale to clean up. Throws `busy` with who holds it,
 * `store` where state_dir cannot be used.
 */
export function acquireRunLock(stateDir: string, me: LockHolder): { release(): void } {
  const database = openLock(stateDir);
  try {
    database.exec('begin exclusive');
  } catch (thrown) {
    database.close();
    const cause = storeError(thrown, { stateDir, onlyStore: true });
    if (cause.kind !== 'busy') throw cause;
    throw new IntegratorError('busy', `another integrator is running on this store${holderText(stateDir)}`, {
      hint: 'let it finish, or stop it; one process imports into a store at a time',
      cause,
    });
  }
  writeHolder(stateDir, me);
  return {
    release: () => {
      database.exec('rollback');
      database.close();
    },
  };
}

function openLock(stateDir: string): HeldDatabase {
  try {
    ensurePrivateDirectory(stateDir);
    return new HeldDatabase(join(stateDir, 'run.lock'), { timeout: 0 });
  } catch (error) {
    throw storeError(error, { stateDir, onlyStore: true });
  }
}

function writeHolder(stateDir: string, me: LockHolder): void {
  try {
    writeFileSync(holderPath(stateDir), JSON.stringify(me), { mode: 0o600 });
  } catch {
    // Only the message of who is refused gets shorter; a full disk is told by the first write that matters.
  }
}

const holderPath = (stateDir: string): string => join(stateDir, 'run.lock.json');

function holderText(stateDir: string): string {
  try {
    const holder = holderSchema.parse(JSON.parse(readFileSync(holderPath(stateDir), 'utf8')));
    return `: process ${holder.pid} on ${holder.host}, since ${holder.since}`;
  } catch {
    return '';
  }
}
