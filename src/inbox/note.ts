import { IntegratorError } from '../domain/errors.ts';
import { addCrmNote } from '../store/crm-notes.ts';
import { updateItem } from '../store/items.ts';
import { requireAccess } from './access.ts';
import { refuseFiled } from './assign.ts';
import { changeMails, logChange } from './change.ts';
import type { ChangedMail, ChangeReport } from './change.ts';
import type { InboxDeps } from './deps.ts';
import { requireItem, requireMail } from './find-mail.ts';
import { mailId } from './mail-id.ts';
import { requireNamedClient } from './open-from-mail.ts';
import { askingFor, suggestFor } from './suggest.ts';
import type { SuggestedClient } from './suggest-client.ts';

/** "Add as CRM Note": the mail becomes a note on the client (number or name). */
export function noteMails(
  deps: InboxDeps,
  request: { readonly ids: readonly string[]; readonly client: string; readonly dryRun: boolean },
): Promise<ChangeReport> {
  const { ids, dryRun } = request;
  return changeMails(deps, { ids, dryRun, verb: 'mail.file', command: 'inbox.note' }, async (change) => {
    const client = await requireNamedClient(change, request.client);
    const mails: ChangedMail[] = [];
    for (const item of change.items) {
      refuseFiled(item, 'made a note');
      const mail = await requireMail(change.trx, item);
      const note = await addCrmNote(change.trx, {
        clientId: Number(client.id),
        messageId: mail.id,
        atMs: mail.sentAtMs ?? mail.receivedAtMs,
        filedBy: change.filedBy,
        filedAtMs: change.nowMs,
      });
      if (!note.added) change.notes.push(`${client.name} has this mail as a note already, from another mailbox`);
      await updateItem(change.trx, item.id, {
        state: 'filed',
        reason: null,
        note_id: note.id,
        filed_by: change.filedBy,
      });
      await logChange(change, item, { client: client.id });
      mails.push({ id: mailId(item.id), outcome: 'noted', ticket: null });
    }
    return { client, mails };
  });
}

/** The client to offer for a note. Throws `usage` where none is suggested. */
export async function clientToNote(deps: InboxDeps, id: string): Promise<SuggestedClient> {
  const item = await requireItem(deps, id);
  const object = mailId(item.id);
  await requireAccess(deps, { verb: 'mail.file', mailbox: item.mailbox, command: 'inbox.note', object });
  refuseFiled(item, 'made a note');
  const mail = await requireMail(deps.store.db, item);
  const { client } = (await suggestFor(deps.store.db, askingFor(deps), [{ item, mail }]))(item.id);
  if (client !== null) return client;
  throw new IntegratorError('usage', `no client is suggested for ${object}`, {
    hint: 'name one: --client …, or make one: integrator client new',
  });
}
