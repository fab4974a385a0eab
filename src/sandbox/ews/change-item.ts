import { addAttachment, contentFields } from '../world/draft.ts';
import type { AttachmentSpec, Item } from '../world/types.ts';
import { folderOf, itemOf, listed } from './call.ts';
import type { Call, ItemFound } from './call.ts';
import { each } from './folders.ts';
import { messageInput } from './item-input.ts';
import { changeKey, itemIdXml } from './item-xml.ts';
import { EwsRefusal, success } from './soap.ts';
import { submit, tooLarge } from './submit.ts';
import { child, tag, textOf, value } from './xml.ts';
import type { Node } from './xml.ts';

/** The draft is gone at once; the copy comes later, into the named folder, else into the account's own Sent Items. */
export function sendItem(call: Call): readonly string[] {
  const saves = call.body.attributes['SaveItemToFolder'] === 'true';
  const named = child(call.body, 'SavedItemFolderId')?.children[0] ?? null;
  return listed(call, 'ItemIds').map((id) =>
    each(call.operation, () => {
      const found = itemOf(call, id, 'write');
      if (id.attributes['ChangeKey'] === undefined) {
        throw new EwsRefusal('ErrorChangeKeyRequired', 'A change key is required for this operation.');
      }
      mustMatch(found, id);
      const own = call.actor.mailbox ?? found.mailbox;
      const copies =
        named === null ? { mailbox: own, folder: own.folder('sentitems') } : folderOf(call, named, 'write');
      submit(call, found, saves ? copies : null);
      return success(call.operation, '');
    }),
  );
}

/** Another change key than the item's is a conflict: somebody changed it meanwhile. */
function mustMatch({ item, mailbox }: ItemFound, id: Node): void {
  const known = id.attributes['ChangeKey'];
  if (known === undefined || known === changeKey(item, mailbox)) return;
  throw new EwsRefusal(
    'ErrorIrresolvableConflict',
    'The send or update operation could not be performed because the change key passed in the request does not match the current change key for the item.',
  );
}

/** Each attachment changes the change key of its mail; the answer names the new one. */
export function createAttachment(call: Call): readonly string[] {
  const parent = child(call.body, 'ParentItemId');
  return (child(call.body, 'Attachments')?.children ?? []).map((node) =>
    each(call.operation, () => {
      const { mailbox, item } = itemOf(call, parent, 'write');
      const attachment = addAttachment(mailbox, item, fileInput(node, call), call.world.now());
      const id = tag('t:AttachmentId', '', {
        Id: mailbox.ids.make('attachment', attachment.serial),
        RootItemId: mailbox.ids.make('item', item.instance),
        RootItemChangeKey: changeKey(item, mailbox),
      });
      return success(call.operation, tag('m:Attachments', tag('t:FileAttachment', id)));
    }),
  );
}

function fileInput(node: Node, { settings }: Call): AttachmentSpec {
  if (node.name !== 'FileAttachment') throw new EwsRefusal('ErrorInvalidRequest', 'The request is invalid.');
  const content = Buffer.from(textOf(node, 'Content') ?? '', 'base64');
  if (content.length > settings.maxMessageBytes) throw tooLarge();
  const contentId = textOf(node, 'ContentId');
  return {
    kind: 'file',
    name: child(node, 'Name')?.text ?? '',
    contentType: textOf(node, 'ContentType') ?? 'application/octet-stream',
    content,
    inline: textOf(node, 'IsInline') === 'true',
    ...(contentId === null ? {} : { contentId }),
  };
}

/** Sets fields of drafts, and named properties of any mail. */
export function updateItem(call: Call): readonly string[] {
  const overwrites = call.body.attributes['ConflictResolution'] === 'AlwaysOverwrite';
  return listed(call, 'ItemChanges').map((change) =>
    each(call.operation, () => {
      const id = child(change, 'ItemId');
      const found = itemOf(call, id, 'write');
      if (id !== null && !overwrites) mustMatch(found, id);
      const { mailbox, item } = found;
      for (const update of child(change, 'Updates')?.children ?? []) {
        mailbox.change(item, { ...fieldsOf(item, update), modifiedAt: call.world.now() }, 'updated');
      }
      const conflicts = tag('m:ConflictResults', value('t:Count', 0));
      return success(call.operation, tag('m:Items', tag('t:Message', itemIdXml(item, mailbox))) + conflicts);
    }),
  );
}

function fieldsOf(item: Item, update: Node): Partial<Item> {
  const message = child(update, 'Message');
  if (update.name !== 'SetItemField' || message === null) {
    throw new EwsRefusal('ErrorInvalidPropertyRequest', 'The property cannot be used for this type of request.');
  }
  const spec = messageInput(message);
  if (!item.isDraft && spec.extendedProperties === undefined) {
    throw new EwsRefusal('ErrorInvalidPropertySet', 'The property can be set on drafts only.');
  }
  const { headers = [], extendedProperties = {}, ...content } = spec;
  return {
    ...contentFields(content),
    extraHeaders: [...item.extraHeaders, ...headers],
    extendedProperties: { ...item.extendedProperties, ...extendedProperties },
  };
}

/** Moving makes another item: the answer names its id. */
export function moveItem(call: Call): readonly string[] {
  const to = child(call.body, 'ToFolderId')?.children[0];
  return listed(call, 'ItemIds').map((id) =>
    each(call.operation, () => {
      const { mailbox, item } = itemOf(call, id, 'write');
      const target = folderOf(call, to, 'write');
      if (target.mailbox !== mailbox) throw new EwsRefusal('ErrorMoveCopyFailed', 'Moving between mailboxes failed.');
      mailbox.move(item, target.folder, call.world.now());
      return success(call.operation, tag('m:Items', tag('t:Message', itemIdXml(item, mailbox))));
    }),
  );
}

export function deleteItem(call: Call): readonly string[] {
  const how = call.body.attributes['DeleteType'];
  return listed(call, 'ItemIds').map((id) =>
    each(call.operation, () => {
      const { mailbox, item } = itemOf(call, id, 'write');
      if (how === 'MoveToDeletedItems') mailbox.move(item, mailbox.folder('deleteditems'), call.world.now());
      else mailbox.remove(item);
      return success(call.operation, '');
    }),
  );
}
