import { answerTo, quoteOf } from '../world/answer.ts';
import { addDraft } from '../world/draft.ts';
import { escapeHtml } from '../world/text.ts';
import type { Item, MessageSpec } from '../world/types.ts';
import { folderOf, itemOf, malformed } from './call.ts';
import type { Call, FolderFound } from './call.ts';
import { noMailbox } from './caller.ts';
import { each } from './folders.ts';
import { addresseeSpec, bodySpec, messageInput } from './item-input.ts';
import { itemIdXml } from './item-xml.ts';
import { submit } from './submit.ts';
import { success } from './soap.ts';
import { child, tag } from './xml.ts';
import type { Node } from './xml.ts';

const answers = { ReplyToItem: 'reply', ReplyAllToItem: 'reply_all', ForwardItem: 'forward' } as const;

/**
 * `SaveOnly` gives the id of a draft, in Drafts of whoever asks unless a folder is named. The other two send at once
 * and give none.
 */
export function createItem(call: Call): readonly string[] {
  const disposition = call.body.attributes['MessageDisposition'] ?? '';
  return (child(call.body, 'Items')?.children ?? []).map((node) =>
    each(call.operation, () => {
      const named = child(call.body, 'SavedItemFolderId')?.children[0] ?? null;
      const place = disposition === 'SaveOnly' && named !== null ? folderOf(call, named, 'write') : ownDrafts(call);
      const item = add(call, place, node);
      if (disposition === 'SaveOnly') {
        return success(call.operation, tag('m:Items', tag('t:Message', itemIdXml(item, place.mailbox))));
      }
      const copies = named === null ? { ...place, folder: place.mailbox.folder('sentitems') } : folderOf(call, named);
      submit(call, { mailbox: place.mailbox, item }, disposition === 'SendAndSaveCopy' ? copies : null);
      return success(call.operation, '<m:Items/>');
    }),
  );
}

function ownDrafts({ actor }: Call): FolderFound {
  if (actor.mailbox === null) throw noMailbox();
  return { mailbox: actor.mailbox, folder: actor.mailbox.folder('drafts') };
}

/** Whoever leaves From out sends in the own name, whatever the folder. */
function add(call: Call, { mailbox, folder }: FolderFound, node: Node): Item {
  const { displayName, address } = call.actor.mailbox ?? mailbox;
  const place = { mailbox, folder, owner: { name: displayName, address } };
  return addDraft(place, specOf(call, node), call.world.now());
}

function specOf(call: Call, node: Node): MessageSpec {
  if (node.name === 'Message') return messageInput(node);
  if (!isAnswer(node.name)) throw malformed();
  const original = itemOf(call, child(node, 'ReferenceItemId'));
  const body = child(node, 'NewBodyContent');
  const given: MessageSpec = body === null ? {} : bodySpec(body);
  const subject = child(node, 'Subject');
  return {
    ...answerTo(original.item, original.mailbox, answers[node.name]),
    ...addresseeSpec(node),
    ...(subject === null ? {} : { subject: subject.text }),
    html: `${given.html ?? escapeHtml(given.text ?? '').replace(/\r?\n/g, '<br>')}${quoteOf(original.item)}`,
  };
}

function isAnswer(name: string): name is keyof typeof answers {
  return Object.hasOwn(answers, name);
}
