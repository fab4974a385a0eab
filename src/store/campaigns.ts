import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { CampaignTable } from './campaign-schema.ts';
import { inParts } from './in-parts.ts';
import { hasOptedOut } from './opt-outs.ts';
import type { OutboxTable } from './outgoing-schema.ts';
import type { StoreReader, StoreWriter } from './store.ts';

export type Campaign = Selectable<CampaignTable>;

export function findCampaign(db: StoreReader, name: string): Promise<Campaign | undefined> {
  return db.selectFrom('campaign').selectAll().where('name', '=', name).executeTakeFirst();
}

/** Nothing changes where it began before. */
export async function beginCampaign(trx: StoreWriter, campaign: Campaign): Promise<void> {
  await trx
    .insertInto('campaign')
    .values(campaign)
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
}

/** `state` is the outbox row's; null where that was dropped. */
export interface WrittenTo {
  readonly outboxId: number;
  readonly state: OutboxTable['state'] | null;
}

/** Everybody the campaign has a mail for, by address. */
export async function writtenTo(db: StoreReader, campaign: string): Promise<Map<string, WrittenTo>> {
  const rows = await db
    .selectFrom('campaign_recipient')
    .leftJoin('outbox', 'outbox.id', 'campaign_recipient.outbox_id')
    .select(['campaign_recipient.address', 'campaign_recipient.outbox_id', 'outbox.state'])
    .where('campaign', '=', campaign)
    .execute();
  return new Map(rows.map(({ address, outbox_id: outboxId, state }) => [address, { outboxId, state }]));
}

export async function addCampaignRecipient(
  trx: StoreWriter,
  recipient: { readonly campaign: string; readonly address: string; readonly outboxId: number; readonly atMs: number },
): Promise<void> {
  const { campaign, address, outboxId, atMs } = recipient;
  await trx.insertInto('campaign_recipient').values({ campaign, address, outbox_id: outboxId, at: atMs }).execute();
}

/** Takes back a mail that nobody tried to send yet; false, and nothing changed, where somebody did. */
export async function takeBackUntried(trx: StoreWriter, outboxId: number): Promise<boolean> {
  const gone = await trx
    .deleteFrom('outbox')
    .where('id', '=', outboxId)
    .where('state', '=', 'pending')
    .where('attempts', '=', 0)
    .returning('id')
    .executeTakeFirst();
  if (gone === undefined) return false;
  await trx.deleteFrom('campaign_recipient').where('outbox_id', '=', outboxId).execute();
  return true;
}

export interface TakenBack {
  /** Mails that are not sent any more. */
  readonly dropped: readonly { readonly outboxId: number; readonly address: string; readonly campaign: string }[];
  /** Mails that are being sent, or may have been: nobody can tell here. */
  readonly underWay: number;
}

/** Drops the waiting campaign mail to these addresses; what was never submitted (`pending`, `dead`) can be dropped. */
export async function takeBackWaiting(trx: StoreWriter, addresses: readonly string[]): Promise<TakenBack> {
  const dropped: TakenBack['dropped'][number][] = [];
  let underWay = 0;
  for (const part of inParts(addresses, 200)) {
    const rows = await trx
      .selectFrom('campaign_recipient')
      .innerJoin('outbox', 'outbox.id', 'campaign_recipient.outbox_id')
      .select(['outbox.id as outboxId', 'outbox.state', 'address', 'campaign'])
      .where('address', 'in', part)
      .where('outbox.state', '!=', 'done')
      .execute();
    for (const { state, ...row } of rows) {
      if (state !== 'pending' && state !== 'dead') {
        underWay += 1;
        continue;
      }
      await trx.deleteFrom('outbox').where('id', '=', row.outboxId).execute();
      dropped.push(row);
    }
  }
  return { dropped, underWay };
}

/** Of a mail's payload: from the next step on it may have been sent. */
const neverSubmitted = z.object({ step: z.literal('new') });

/**
 * Drops a campaign mail about to be claimed whose recipient opted out while another process had it in hand; true where
 * it did. What may have been submitted stays, to be looked for.
 */
export async function dropOptedOut(
  trx: StoreWriter,
  row: { readonly id: number; readonly payload_json: string },
): Promise<boolean> {
  const recipient = await trx
    .selectFrom('campaign_recipient')
    .select('address')
    .where('outbox_id', '=', row.id)
    .executeTakeFirst();
  if (recipient === undefined || !(await hasOptedOut(trx, recipient.address))) return false;
  if (!neverSubmitted.safeParse(JSON.parse(row.payload_json)).success) return false;
  await trx.deleteFrom('outbox').where('id', '=', row.id).execute();
  return true;
}

export interface CampaignLine extends Campaign {
  readonly recipients: number;
  readonly done: number;
}

/** Newest first. */
export async function listCampaigns(db: StoreReader): Promise<CampaignLine[]> {
  const rows = await db
    .selectFrom('campaign')
    .leftJoin('campaign_recipient', 'campaign_recipient.campaign', 'campaign.name')
    .leftJoin('outbox', 'outbox.id', 'campaign_recipient.outbox_id')
    .selectAll('campaign')
    .select((eb) => [
      eb.fn.count('campaign_recipient.address').as('recipients'),
      eb.fn.count(eb.case().when('outbox.state', '=', 'done').then(1).end()).as('done'),
    ])
    .groupBy('campaign.name')
    .orderBy('campaign.started_at', 'desc')
    .orderBy('campaign.name')
    .execute();
  return rows.map((row) => ({ ...row, recipients: Number(row.recipients), done: Number(row.done) }));
}
