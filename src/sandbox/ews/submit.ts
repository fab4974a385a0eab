import type { Mailbox } from '../world/mailbox.ts';
import { mimeOf } from '../world/mime.ts';
import type { Item, Person } from '../world/types.ts';
import type { Call, FolderFound, ItemFound } from './call.ts';
import { EwsRefusal } from './soap.ts';

const dayMs = 86_400_000;

/** Sends an item and takes the draft away. Throws where it may not go out; the draft stays then. */
export function submit(call: Call, { mailbox, item }: ItemFound, saveIn: FolderFound | null): void {
  const { world, settings } = call;
  const sender = senderOf(call, item);
  mustFit(call, item);
  mailbox.remove(item);
  const sent = { ...item, isDraft: false, sender, sentAt: world.now() };
  world.post.send(sent, saveIn?.mailbox ?? null, settings.sentCopyDelayMs, saveIn?.folder);
}

/** Who the recipients see as sender: the mailbox itself, or the account on its behalf. */
function senderOf({ world, actor }: Call, item: Item): Person | null {
  const from = world.find(item.from?.address ?? '');
  if (from === null || from.kind === 'none' || actor.mailbox === null) throw sendAsDenied();
  switch (from.sendRightOf(actor.mailbox)) {
    case 'ok':
      return item.from;
    case 'on_behalf':
      return { name: actor.mailbox.displayName, address: actor.mailbox.address };
    case 'denied':
      throw sendAsDenied();
  }
}

function mustFit({ world, settings, actor }: Call, item: Item): void {
  const recipients = item.to.length + item.cc.length + item.bcc.length;
  if (recipients === 0 || recipients > settings.maxRecipients) {
    throw new EwsRefusal('ErrorInvalidRecipients', 'At least one recipient is not valid, or there are too many.');
  }
  if (mimeOf(item).length > settings.maxMessageBytes) throw tooLarge();
  const today = world.post.deliveries.filter(({ at }) => at > world.now() - dayMs);
  if (reached(today, actor.mailbox) + recipients > settings.recipientQuota) {
    throw new EwsRefusal('ErrorSubmissionQuotaExceeded', 'The submission quota of the account is exceeded.');
  }
}

export function tooLarge(): EwsRefusal {
  return new EwsRefusal('ErrorMessageSizeExceeded', 'The message exceeds the maximum supported size.');
}

function reached(deliveries: Call['world']['post']['deliveries'], account: Mailbox | null): number {
  return deliveries
    .filter(({ sender }) => sender.address === account?.address)
    .reduce((sum, { to, cc, bcc }) => sum + to.length + cc.length + bcc.length, 0);
}

function sendAsDenied(): EwsRefusal {
  return new EwsRefusal(
    'ErrorSendAsDenied',
    'The user account which was used to submit this request does not have the right to send mail on behalf of the specified sending account.',
  );
}
