import { IntegratorError } from '../domain/errors.ts';
import { messageKey } from '../domain/message-id.ts';
import { decideAccess } from '../domain/policy.ts';
import type { Actor } from '../domain/policy.ts';
import { readAudit } from '../store/audit.ts';
import { itemById, itemsOfMessage, messagesByKey } from '../store/inbox-list.ts';
import type { Item } from '../store/items.ts';
import type { StoreReader, StoreWriter } from '../store/store.ts';
import { storedMails } from '../store/stored-mails.ts';
import type { StoredMail } from '../store/stored-mails.ts';
import { mailId, parseMailId } from './mail-id.ts';

/** Where mail is looked for, and for whom. */
export interface Finding {
  readonly store: { readonly db: StoreReader };
  readonly actor: Actor;
}

/**
 * By our id, or by the internet message id with or without angle brackets. Throws `usage` for what is no id and for the
 * internet message id of several mails, `not_found` where there is no such mail (any more).
 */
export async function requireItem(finding: Finding, text: string): Promise<Item> {
  const { db } = finding.store;
  const id = parseMailId(text);
  if (id === null) return requireNamed(finding, text);
  const item = await itemById(db, id);
  if (item !== undefined) return item;
  throw new IntegratorError('not_found', await whyMissing(db, mailId(id)), { hint: 'integrator inbox list --all' });
}

/** There are others (some programs leave the "@" out): those are known where mail has them. */
const looksLikeMessageId = /^(?:<[^<>]+>|[^\s<>]+@[^\s<>]+)$/u;

async function requireNamed(finding: Finding, text: string): Promise<Item> {
  const [item, ...others] = await itemsNamed(finding, text);
  if (item === undefined && !looksLikeMessageId.test(text.trim())) {
    throw new IntegratorError('usage', `"${text}" is not the id of a mail`, {
      hint: 'ids look like m12: integrator inbox list',
    });
  }
  if (item === undefined) {
    throw new IntegratorError('not_found', `there is no mail ${text} in the store`, {
      hint: 'mail under ignore or before import_from is not stored; integrator audit mailboxes compares',
    });
  }
  if (others.length === 0) return item;
  throw new IntegratorError('usage', `${others.length + 1} different mails have the id ${text}`, {
    hint: `name one of ours: ${[item, ...others].map((each) => mailId(each.id)).join(', ')}`,
  });
}

/**
 * The mails with this internet message id, the most trusted first: of each the view of a mailbox that the actor may read.
 * What nobody but others may read comes only where there is nothing else, for the caller to refuse.
 */
export async function itemsNamed({ store, actor }: Finding, name: string): Promise<Item[]> {
  const key = messageKey(name);
  const items: Item[][] = [];
  for (const id of key === null ? [] : await messagesByKey(store.db, key)) {
    items.push(await itemsOfMessage(store.db, id));
  }
  const readable = items.flatMap((views) => views.find((view) => mayRead(actor, view)) ?? []);
  return readable.length > 0 ? readable : items.flat().slice(0, 1);
}

export function mayRead(actor: Actor, { mailbox }: Item): boolean {
  return decideAccess(actor, 'mail.read', mailbox).allowed;
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
