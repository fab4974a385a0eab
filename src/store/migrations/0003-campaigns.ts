import type { StoreMigration } from './migration.ts';

/** Campaigns: who was written to, for as long as the campaign has its name, and who wants none. */
export const campaigns: StoreMigration = {
  name: '0003-campaigns',
  statements: () => [
    `create table campaign (name text primary key, template text not null, template_hash text not null,
      started_by text not null, started_at bigint not null)`,
    `create table campaign_recipient (campaign text not null references campaign (name), address text not null,
      outbox_id integer not null, at bigint not null, primary key (campaign, address))`,
    'create table opt_out (address text primary key, added_by text not null, at bigint not null)',
  ],
};
