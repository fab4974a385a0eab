import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { HeldDatabase } from './held-database.ts';
import { ensurePrivateDirectory } from './sqlite.ts';
import type { Store } from './store.ts';

/** `unknown`: a process of another machine, or this very one. */
export type Whereabouts = 'alive' | 'gone' | 'unknown';

/**
 * Tells the processes of a store who of them still runs. Each holds an exclusive transaction on a file of its own,
 * which the system lets go of however the process ends, so that what it had in hand can be taken up at once.
 */
export interface Presence {
  /** The name of this process; from the first time it is asked for, others see it alive. */
  name(): string;
  of(name: string): Whereabouts;
  close(): void;
}

export function openPresence(stateDir: string, dialect: Store['dialect']): Presence {
  const directory = join(stateDir, 'presence');
  let mine: { readonly name: string; readonly lock: HeldDatabase } | null = null;
  return {
    name: () => {
      mine ??= appear(directory);
      return mine.name;
    },
    of: (name) => {
      if (name === mine?.name || !/^[\w-]+$/u.test(name)) return 'unknown';
      const path = join(directory, name);
      // All processes of a SQLite store share its folder; with PostgreSQL the file may be on another machine.
      if (!existsSync(path)) return dialect === 'sqlite' ? 'gone' : 'unknown';
      return isLocked(path) ? 'alive' : 'gone';
    },
    close: () => {
      if (mine === null) return;
      rmSync(join(directory, mine.name), { force: true });
      mine.lock.exec('rollback');
      mine.lock.close();
      mine = null;
    },
  };
}

function appear(directory: string): { readonly name: string; readonly lock: HeldDatabase } {
  ensurePrivateDirectory(directory);
  for (const left of readdirSync(directory)) removeIfLeft(join(directory, left));
  for (;;) {
    const name = randomUUID();
    const lock = new HeldDatabase(join(directory, name), { timeout: 1_000 });
    lock.exec('begin exclusive');
    // Whoever cleans up may have come between the making of the file and its lock.
    if (existsSync(join(directory, name))) return { name, lock };
    lock.close();
  }
}

function removeIfLeft(path: string): void {
  if (!isLocked(path)) rmSync(path, { force: true });
}

function isLocked(path: string): boolean {
  const probe = new HeldDatabase(path, { timeout: 0 });
  try {
    probe.exec('begin exclusive');
    probe.exec('rollback');
    return false;
  } catch {
    return true;
  } finally {
    probe.close();
  }
}
