import { initial } from './0001-initial.ts';
import { search } from './0002-search.ts';
import type { StoreMigration } from './migration.ts';

export const storeMigrations: readonly StoreMigration[] = [initial, search];

export const latestMigration = storeMigrations.at(-1)?.name ?? '';
