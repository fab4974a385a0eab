import { empty } from '../reply.ts';
import type { Reply } from '../reply.ts';
import type { Mailbox } from '../world/mailbox.ts';
import type { Item, Person } from '../world/types.ts';
import type { Call } from './call.ts';
import { jsonBody } from './draft-json.ts';
import { addDraft, inputOf, mustMatch } from './drafts.ts';
import { GraphRefusal, badRequest } from './errors.ts';
import { target } from './messages.ts';
import { isMime } from './mime-input.ts';

/** `POST messages/{id}/send`: 202 means accepted; the draft is gone, the copy in Sent Items comes later. */
export function sendDraft(call: Call): Reply {
  const item = target(call);
  if (!item.isDraft) throw badRequest('The item is not a draft.', 'ErrorInvalidRequest');
  mustMatch(call, item);
  submit(call, item, call.mailbox);
  return empty(202);
}

/** `POST sendMail`: no id comes back. */
export async function sendMail(call: Call): Promise<Reply> {
  const mime = isMime(call.request.headers['content-type']);
  const spec = mime ? await inputOf(call) : await inputOf(call, messageProperty(call));
  const save = mime ? true : savesCopy(call);
  const item = addDraft(call, call.mailbox.folder('outbox'), spec);
  try {
    submit(call, item, save ? call.mailbox : null);
  } catch (error) {
    call.mailbox.remove(item);
    throw error;
  }
  return empty(202);
}

/** Sends an item and takes the draft away. Throws where the account may not send from that address. */
export function submit(call: Call, item: Item, saveIn: Mailbox | null): void {
  if (item.to.length + item.cc.length + item.bcc.length === 0) {
    throw badRequest('At least one recipient is not valid.', 'ErrorInvalidRecipients');
  }
  const sender = senderOf(call, item);
  const now = call.graph.now();
  call.mailbox.remove(item);
  call.graph.world.post.send(
    { ...item, isDraft: false, sender, sentAt: now },
    saveIn,
    call.graph.settings.sentCopyDelayMs,
  );
}

/** Who the recipients see as sender: the mailbox itself, or the account on its behalf. */
function senderOf({ caller, graph, mailbox }: Call, item: Item): Person | null {
  const wanted = item.from?.address ?? mailbox.address;
  const from = graph.world.find(wanted);
  if (from === null || from.kind === 'none') throw sendAsDenied();
  if (caller.kind === 'application') {
    // An application sends as the mailbox in the address, and no other.
    if (from !== mailbox) throw sendAsDenied();
    return item.from;
  }
  const { account } = caller;
  switch (from.sendRightOf(account)) {
    case 'ok':
      return item.from;
    case 'on_behalf':
      return { name: account.displayName, address: account.address };
    case 'denied':
      throw sendAsDenied();
  }
}

function sendAsDenied(): GraphRefusal {
  return new GraphRefusal(
    403,
    'ErrorSendAsDenied',
    'The user account which was used to submit this request does not have the right to send mail on behalf of the specified sending account. Cannot submit message.',
  );
}

/** The service takes `message` and `Message`. */
function messageProperty(call: Call): string {
  return Object.keys(jsonBody(call.request.body)).find((name) => name.toLowerCase() === 'message') ?? 'message';
}

function savesCopy(call: Call): boolean {
  const found = Object.entries(jsonBody(call.request.body)).find(([name]) => name.toLowerCase() === 'savetosentitems');
  return found === undefined || found[1] === true || found[1] === 'true';
}
