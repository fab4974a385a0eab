import { empty } from '../reply.ts';
import type { Reply } from '../reply.ts';
import { escapeHtml, textToHtml } from '../world/text.ts';
import { people, sameAddress } from '../world/people.ts';
import type { AttachmentSpec, Item, MessageSpec, Person } from '../world/types.ts';
import type { Call } from './call.ts';
import { jsonBody, messageInput } from './draft-json.ts';
import { addDraft, created } from './drafts.ts';
import { badRequest } from './errors.ts';
import { target } from './messages.ts';
import { submit } from './sending.ts';

type ReplyKind = 'reply' | 'reply_all' | 'forward';

export const createReply = (call: Call): Reply => created(call, draftOf(call, 'reply', false));
export const createReplyAll = (call: Call): Reply => created(call, draftOf(call, 'reply_all', false));
export const createForward = (call: Call): Reply => created(call, draftOf(call, 'forward', false));
export const reply = (call: Call): Reply => sendAtOnce(call, 'reply');
export const replyAll = (call: Call): Reply => sendAtOnce(call, 'reply_all');
export const forward = (call: Call): Reply => sendAtOnce(call, 'forward');

function sendAtOnce(call: Call, kind: ReplyKind): Reply {
  submit(call, draftOf(call, kind, true), call.mailbox);
  return empty(202);
}

/** The draft of an answer: In-Reply-To and References follow the answered mail, its text stands below. */
function draftOf(call: Call, kind: ReplyKind, withComment: boolean): Item {
  const original = target(call);
  const body = jsonBody(call.request.body);
  const comment = textOf(body, 'comment');
  const message = body['message'] ?? body['Message'];
  const given: MessageSpec = message === undefined ? {} : messageInput(message);
  const ownBody = given.html ?? given.text;
  if (comment !== null && ownBody !== undefined) {
    throw badRequest('Either comment or the body of the message can be given, not both.', 'ErrorInvalidRequest');
  }
  // A comment never reaches a draft that is not sent at once: a known issue of the service.
  const text = ownBody ?? (withComment ? (comment ?? '') : '');
  const extra = body['toRecipients'] === undefined ? {} : messageInput({ toRecipients: body['toRecipients'] });
  return addDraft(call, call.mailbox.folder('drafts'), {
    ...threadOf(original),
    ...addresseesOf(call, original, kind),
    ...(kind === 'forward' ? { attachments: original.attachments.flatMap(carriedOver) } : {}),
    subject: `${kind === 'forward' ? 'FW' : 'RE'}: ${(original.subject ?? '').replace(/^(?:re|fw|fwd):\s*/i, '')}`,
    ...given,
    ...extra,
    html: `${escapeLines(text, given.html !== undefined)}${quoteOf(original)}`,
  });
}

function threadOf(original: Item): MessageSpec {
  const id = original.internetMessageId;
  if (id === null) return { conversation: original.conversation };
  return { inReplyTo: id, references: [...original.references, id], conversation: original.conversation };
}

function addresseesOf({ mailbox }: Call, original: Item, kind: ReplyKind): MessageSpec {
  if (kind === 'forward') return { to: [] };
  const author = original.replyTo.length > 0 ? original.replyTo : original.from === null ? [] : [original.from];
  if (kind === 'reply') return { to: [...author] };
  const others = (list: readonly Person[]): Person[] =>
    list.filter(
      ({ address }) =>
        !sameAddress(address, mailbox.address) && !author.some((one) => sameAddress(one.address, address)),
    );
  return { to: [...people(author), ...others(original.to)], cc: others(original.cc) };
}

function carriedOver(attachment: Item['attachments'][number]): AttachmentSpec[] {
  if (attachment.kind !== 'file') return [];
  const { name, bytes, inline, contentId, contentType } = attachment;
  return [
    {
      kind: 'file',
      name,
      content: bytes,
      inline,
      ...(contentType === null ? {} : { contentType }),
      ...(contentId === null ? {} : { contentId }),
    },
  ];
}

function quoteOf(original: Item): string {
  const from =
    original.from === null ? '' : `${escapeHtml(original.from.name)} &lt;${escapeHtml(original.from.address)}&gt;`;
  const to = original.to.map(({ name }) => escapeHtml(name)).join('; ');
  const inner = original.body.kind === 'html' ? original.body.content : textToHtml(original.body.content);
  return (
    '<hr tabindex="-1" style="display:inline-block; width:98%"><div id="divRplyFwdMsg" dir="ltr"><font face="Calibri, sans-serif" style="font-size:11pt">' +
    `<b>From:</b> ${from}<br><b>Sent:</b> ${new Date(original.sentAt).toUTCString()}<br><b>To:</b> ${to}<br><b>Subject:</b> ${escapeHtml(original.subject ?? '')}</font></div>${inner}`
  );
}

function escapeLines(text: string, isHtml: boolean): string {
  return isHtml ? text : escapeHtml(text).replace(/\r?\n/g, '<br>');
}

function textOf(body: Record<string, unknown>, name: string): string | null {
  const found = Object.entries(body).find(([key]) => key.toLowerCase() === name)?.[1];
  return typeof found === 'string' && found !== '' ? found : null;
}
