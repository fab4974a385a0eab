import { initial } from './0001-initial.ts';
import type { StoreMigration } from './migration.ts';

export const storeMigrations: readonly StoreMigration[] = [initial];

export const latestMigration = storeMigrations.at(-1)?.name ?? '';
