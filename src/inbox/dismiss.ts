import { updateItem } from '../store/items.ts';
import { refuseFiled } from './assign.ts';
import { changeMails, logChange } from './change.ts';
import type { ChangedMail, ChangeReport } from './change.ts';
import type { InboxDeps } from './deps.ts';
import { mailId } from './mail-id.ts';

/** Out of sight: `inbox list --all` still lists it, `inbox undo` brings it back. */
export function dismissMails(
  deps: InboxDeps,
  request: { readonly ids: readonly string[]; readonly dryRun: boolean },
): Promise<ChangeReport> {
  return changeMails(deps, { ...request, verb: 'mail.dismiss', command: 'inbox.dismiss' }, async (change) => {
    const mails: ChangedMail[] = [];
    for (const item of change.items) {
      const id = mailId(item.id);
      refuseFiled(item, 'dismissed');
      if (item.state === 'dismissed') {
        mails.push({ id, outcome: 'unchanged', ticket: null });
        continue;
      }
      await updateItem(change.trx, item.id, { state: 'dismissed', filed_by: change.filedBy });
      await logChange(change, item, {});
      mails.push({ id, outcome: 'dismissed', ticket: null });
    }
    return { mails };
  });
}
