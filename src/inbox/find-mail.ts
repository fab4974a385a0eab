import { IntegratorError } from '../domain/errors.ts';
import { readAudit } from '../store/audit.ts';
import { itemById } from '../store/inbox-list.ts';
import type { Item } from '../store/items.ts';
import type { StoreReader, StoreWriter } from '../store/store.ts';
import { storedMails } from '../store/stored-mails.ts';
import type { StoredMail } from '../store/stored-mails.ts';
import { mailId, parseMailId } from './mail-id.ts';

/** Throws `usage` for what is no id, `not_found` where there is no such mail (any more). */
export async function requireItem(db: StoreReader, text: string): Promise<Item> {
  const id = parseMailId(text);
  if (id === null) {
    throw new IntegratorError('usage', `"${text}" is not the id of a mail`, {
      hint: 'ids look like m12: integrator inbox list',
    });
  }
  const item = await itemById(db, id);
  if (item !== undefined) return item;
  throw new IntegratorError('not_found', await whyMissing(db, mailId(id)), { hint: 'integrator inbox list --all' });
}

async function whyMissing(db: StoreReader, id: string): Promise<string> {
  const log = await readAudit(db, { object: id, limit: 20 });
  const deletion = log.find((line) => line.verb === 'inbox.delete' && line.outcome === 'done');
  if (deletion === undefined) return `there is no mail ${id}`;
  return `${id} was deleted by ${deletion.who} on ${new Date(deletion.at).toISOString()}`;
}

/** The content of an item's mail. */
export async function requireMail(db: StoreReader | StoreWriter, item: Item): Promise<StoredMail> {
  const mail = (await storedMails(db, [item.message_id])).get(item.message_id);
  if (mail === undefined) throw new IntegratorError('store', `${mailId(item.id)} has no content in the store`);
  return mail;
}
