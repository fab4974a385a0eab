import { IntegratorError } from '../domain/errors.ts';
import { comparedCopy } from '../filing/compared.ts';
import { deletedCopiesOf } from '../filing/deleted-copies.ts';
import { attachmentsOf } from '../store/attachments.ts';
import { audit } from '../store/audit.ts';
import { deleteMessage, filingsOf } from '../store/delete-message.ts';
import { loadCopies, lockFamilies } from '../store/families.ts';
import type { DeletedCopy } from '../store/families.ts';
import { itemsOfMessage } from '../store/inbox-list.ts';
import type { Item } from '../store/items.ts';
import { compactIndex } from '../store/search.ts';
import { removeUnnamed } from '../store/unnamed-files.ts';
import type { StoredMail } from '../store/stored-mails.ts';
import type { StoreWriter } from '../store/store.ts';
import { changeMails } from './change.ts';
import type { Change, ChangedMail, ChangeReport } from './change.ts';
import type { InboxDeps } from './deps.ts';
import { requireMail } from './find-mail.ts';
import { mailId } from './mail-id.ts';

/**
 * Administrators only: content and rows of the mails go, in every mailbox of the store, and their attachments with
 * them; a hash stays so that they never come back. The mailboxes themselves are not touched. What is on a ticket or a
 * client has to be taken back first (`usage`).
 */
export async function deleteMails(
  deps: InboxDeps,
  request: { readonly ids: readonly string[]; readonly dryRun: boolean },
): Promise<ChangeReport> {
  const files: string[] = [];
  const report = await changeMails(
    deps,
    { ...request, verb: 'mail.delete', command: 'inbox.delete' },
    async (change) => {
      const mails = new Map<number, ChangedMail>();
      for (const item of change.items) {
        if (mails.has(item.id)) continue;
        const gone = await deleteOne(change, item);
        files.push(...gone.files);
        for (const each of gone.items) mails.set(each.id, { id: mailId(each.id), outcome: 'deleted', ticket: null });
      }
      return { mails: [...mails.values()] };
    },
  );
  if (request.dryRun) return report;
  await removeUnnamed(deps.store, files);
  await compactIndex(deps.store);
  return report;
}

async function deleteOne(change: Change, item: Item) {
  const { trx, deps, nowMs, command } = change;
  await refuseOnTicket(change, item);
  const mail = await requireMail(trx, item);
  const items = await itemsOfMessage(trx, item.message_id);
  for (const { id, mailbox } of items) {
    await audit(trx, deps.actor, nowMs, {
      verb: command,
      object: mailId(id),
      detail: { mailbox, identity: mail.identity },
    });
  }
  if (items.length > 1) {
    change.notes.push(`${mailId(item.id)} was in ${items.length} mailboxes; it is gone from all: ${ids(items)}`);
  }
  await lockFamilies(trx, [mail.family]);
  return { items, files: await deleteMessage(trx, { ...mail, remembered: await rememberedOf(trx, mail) }, nowMs) };
}

async function rememberedOf(trx: StoreWriter, { id, body, trust }: StoredMail): Promise<DeletedCopy[]> {
  const content = { trust, body, attachments: await attachmentsOf(trx, id) };
  const copies = (await loadCopies(trx, [id])).copies.get(id) ?? [];
  const further = copies.flatMap(({ contentHash }) => contentHash ?? []);
  return deletedCopiesOf({ content, copy: await comparedCopy(content) }, further);
}

async function refuseOnTicket({ trx }: Change, item: Item): Promise<void> {
  const { tickets, notes } = await filingsOf(trx, item.message_id);
  if (tickets.length === 0 && notes === 0) return;
  const on = tickets.length === 0 ? 'a CRM note' : `on ${tickets.join(', ')}`;
  const filed = (await itemsOfMessage(trx, item.message_id)).filter((each) => each.state === 'filed');
  throw new IntegratorError('usage', `${mailId(item.id)} is ${on}; it cannot be deleted`, {
    hint: filed.length === 0 ? 'take it off there first' : `integrator inbox undo ${ids(filed).replaceAll(',', '')}`,
  });
}

function ids(items: readonly Item[]): string {
  return items.map((item) => mailId(item.id)).join(', ');
}
