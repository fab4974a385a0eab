import { empty } from '../reply.ts';
import type { Reply } from '../reply.ts';
import { type AnswerKind, answerTo, quoteOf } from '../world/answer.ts';
import { escapeHtml } from '../world/text.ts';
import type { Item, MessageSpec } from '../world/types.ts';
import type { Call } from './call.ts';
import { jsonBody, messageInput } from './draft-json.ts';
import { addDraft, created } from './drafts.ts';
import { badRequest } from './errors.ts';
import { target } from './messages.ts';
import { submit } from './sending.ts';

export const createReply = (call: Call): Reply => created(call, draftOf(call, 'reply', false));
export const createReplyAll = (call: Call): Reply => created(call, draftOf(call, 'reply_all', false));
export const createForward = (call: Call): Reply => created(call, draftOf(call, 'forward', false));
export const reply = (call: Call): Reply => sendAtOnce(call, 'reply');
export const replyAll = (call: Call): Reply => sendAtOnce(call, 'reply_all');
export const forward = (call: Call): Reply => sendAtOnce(call, 'forward');

function sendAtOnce(call: Call, kind: AnswerKind): Reply {
  submit(call, draftOf(call, kind, true), call.mailbox);
  return empty(202);
}

/** The draft of an answer: In-Reply-To and References follow the answered mail, its text stands below. */
function draftOf(call: Call, kind: AnswerKind, withComment: boolean): Item {
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
    ...answerTo(original, call.mailbox, kind),
    ...given,
    ...extra,
    html: `${escapeLines(text, given.html !== undefined)}${quoteOf(original)}`,
  });
}

function escapeLines(text: string, isHtml: boolean): string {
  return isHtml ? text : escapeHtml(text).replace(/\r?\n/g, '<br>');
}

function textOf(body: Record<string, unknown>, name: string): string | null {
  const found = Object.entries(body).find(([key]) => key.toLowerCase() === name)?.[1];
  return typeof found === 'string' && found !== '' ? found : null;
}
