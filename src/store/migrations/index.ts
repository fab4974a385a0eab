import { initial } from './0001-initial.ts';
import { search } from './0002-search.ts';
import { campaigns } from './0003-campaigns.ts';
import { outgoing } from './0004-outgoing.ts';
import { incidents } from './0005-incidents.ts';
import { bounces } from './0006-bounces.ts';
import { sendRights } from './0007-send-rights.ts';
import { families } from './0008-families.ts';
import { lastingTrouble } from './0009-lasting-trouble.ts';
import { guards } from './0010-guards.ts';
import { folderIds } from './0011-folder-ids.ts';
import type { StoreMigration } from './migration.ts';

export const storeMigrations: readonly StoreMigration[] = [
  initial,
  search,
  campaigns,
  outgoing,
  incidents,
  bounces,
  sendRights,
  families,
  lastingTrouble,
  guards,
  folderIds,
];
