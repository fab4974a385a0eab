import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { IntegratorError } from '../domain/errors.ts';
import { HeldDatabase } from './held-database.ts';
import { ensurePrivateDirectory } from './sqlite.ts';

const holderSchema = z.object({ pid: z.number(), host: z.string(), since: z.string() });
export type LockHolder = z.infer<typeof holderSchema>;

/**
 * One importing process per store: an exclusive transaction held on a side file. The system lets go of it whenever and
 * however the process ends, so there is nothing stale to clean up. Throws `busy` with who holds it.
 */
export function acquireRunLock(stateDir: string, me: LockHolder): { release(): void } {
  ensurePrivateDirectory(stateDir);
  const database = new HeldDatabase(join(stateDir, 'run.lock'), { timeout: 0 });
  try {
    database.exec('begin exclusive');
  } catch (cause) {
    database.close();
    throw new IntegratorError('busy', `another integrator is running on this store${holderText(stateDir)}`, {
      hint: 'let it finish, or stop it; one process imports into a store at a time',
      cause,
    });
  }
  writeFileSync(holderPath(stateDir), JSON.stringify(me), { mode: 0o600 });
  return {
    release: () => {
      database.exec('rollback');
      database.close();
    },
  };
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
