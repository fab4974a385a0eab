import { empty } from '../reply.ts';
import type { Reply } from '../reply.ts';
import { addAttachment, contentFields, addDraft as newDraft } from '../world/draft.ts';
import type { AttachmentSpec, Folder, Item, MessageSpec } from '../world/types.ts';
import { answer, folderOf } from './call.ts';
import type { Call } from './call.ts';
import { jsonBody, messageInput } from './draft-json.ts';
import { GraphRefusal, badRequest } from './errors.ts';
import { messageJson } from './message-json.ts';
import { target } from './messages.ts';
import { isMime, mimeInput } from './mime-input.ts';

/** `POST messages`, `POST mailFolders/{id}/messages`: a draft, with an internet message id from the start. */
export async function createDraft(call: Call): Promise<Reply> {
  const [folderId] = call.values;
  const folder = folderId === undefined ? call.mailbox.folder('drafts') : folderOf(call.mailbox, folderId);
  const item = addDraft(call, folder, await inputOf(call));
  return created(call, item);
}

/** The message a request describes, in JSON or MIME. */
export async function inputOf(call: Call, property?: string): Promise<MessageSpec> {
  const { request, graph } = call;
  if (request.body.length > graph.settings.maxRequestBytes) {
    throw new GraphRefusal(413, 'ErrorMessageSizeExceeded', 'The message exceeds the maximum supported size.');
  }
  if (isMime(request.headers['content-type'])) return mimeInput(request.body, graph.now());
  const body = jsonBody(request.body);
  return messageInput(property === undefined ? body : body[property]);
}

export function created(call: Call, item: Item): Reply {
  const context = `${call.graph.root()}/$metadata#${call.base}/messages/$entity`;
  return answer(call, 201, { '@odata.context': context, ...messageJson(item, call.view, null) });
}

export function addDraft({ mailbox, graph }: Call, folder: Folder, spec: MessageSpec): Item {
  const owner = { name: mailbox.displayName, address: mailbox.address };
  return newDraft({ mailbox, folder, owner }, spec, graph.now());
}

/** `PATCH messages/{id}`: everything of a draft but its headers; of other mail only marks. */
export function updateMessage(call: Call): Reply {
  const item = target(call);
  mustMatch(call, item);
  const spec = messageInput(jsonBody(call.request.body));
  const { isRead, categories, importance, ...content } = spec;
  if (spec.headers !== undefined)
    throw badRequest('Internet message headers can be set when creating only.', 'ErrorInvalidPropertySet');
  if (!item.isDraft && Object.keys(content).length > 0) {
    throw badRequest('Property can not be updated on an item that is not a draft.', 'ErrorInvalidPropertySet');
  }
  const now = call.graph.now();
  if (isRead !== undefined && isRead !== item.isRead) call.mailbox.change(item, { isRead }, 'read');
  const fields = {
    ...(categories === undefined ? {} : { categories }),
    ...(importance === undefined ? {} : { importance }),
    ...contentFields(content),
  };
  if (Object.keys(fields).length > 0) call.mailbox.change(item, { ...fields, modifiedAt: now }, 'updated');
  return answer(call, 200, messageJson(item, call.view, null));
}

/** If-Match with another version than the item's is a conflict. */
export function mustMatch(call: Call, item: Item): void {
  const wanted = call.request.headers['if-match'];
  const etag = messageJson(item, call.view, ['id'])['@odata.etag'];
  if (wanted === undefined || wanted === '*' || wanted === etag) return;
  throw new GraphRefusal(
    412,
    'ErrorIrresolvableConflict',
    'The send or update operation could not be performed because the change key passed in the request does not match the current change key for the item.',
  );
}

/** `DELETE messages/{id}`: into Deleted Items. */
export function deleteMessage(call: Call): Reply {
  const item = target(call);
  call.mailbox.move(item, call.mailbox.folder('deleteditems'), call.graph.now());
  return empty(204);
}

/** `POST messages/{id}/move` and `/copy` */
export function moveMessage(call: Call): Reply {
  const item = target(call);
  call.mailbox.move(item, destination(call), call.graph.now());
  return created(call, item);
}

export function copyMessage(call: Call): Reply {
  const item = target(call);
  const { mailbox } = call;
  const copy = { ...item, key: mailbox.nextKey(), instance: mailbox.nextInstance(), folder: destination(call) };
  mailbox.put(copy);
  return created(call, copy);
}

function destination(call: Call): Folder {
  const id = jsonBody(call.request.body)['destinationId'];
  if (typeof id !== 'string') throw badRequest('The destinationId is missing.', 'ErrorInvalidRequest');
  return folderOf(call.mailbox, id);
}

/** Puts an attachment on a draft. */
export function attach(call: Call, item: Item, spec: AttachmentSpec): string {
  if (!item.isDraft) throw badRequest('Attachments can be added to drafts only.', 'ErrorInvalidRequest');
  const { mailbox, graph } = call;
  return mailbox.ids.make('attachment', addAttachment(mailbox, item, spec, graph.now()).serial);
}
