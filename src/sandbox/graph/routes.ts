import type { Reply } from '../reply.ts';
import type { Need } from './access.ts';
import { getAttachment, getAttachmentValue, listAttachments } from './attachments.ts';
import type { Call } from './call.ts';
import { messageDelta, wholeMailboxDelta } from './delta.ts';
import { addAttachment, createUploadSession, removeAttachment } from './draft-attachments.ts';
import { copyMessage, createDraft, deleteMessage, moveMessage, updateMessage } from './drafts.ts';
import { folderDelta, getFolder, listChildFolders, listFolders } from './folders.ts';
import { countMessages, getMessage, getMime, listFolderMessages, listMessages } from './messages.ts';
import { matchPath } from './path.ts';
import { createForward, createReply, createReplyAll, forward, reply, replyAll } from './replies.ts';
import { sendDraft, sendMail } from './sending.ts';
import { getMailboxSettings, getUser, getUserPurpose, translateIds } from './users.ts';

type Handler = (call: Call) => Reply | Promise<Reply>;

interface Route {
  readonly method: string;
  /** Below `/me` or `/users/{id}`; a star stands for one segment. */
  readonly pattern: readonly string[];
  readonly need: Need;
  readonly handle: Handler;
}

const route = (method: string, pattern: string, need: Need, handle: Handler): Route => ({
  method,
  pattern: pattern.split('/').filter((part) => part !== ''),
  need,
  handle,
});

/** A path below a mail works with and without the folder in front of it. */
const mail = (method: string, pattern: string, need: Need, handle: Handler): readonly Route[] => [
  route(method, `messages/*/${pattern}`, need, handle),
  route(method, `mailFolders/*/messages/*/${pattern}`, need, handle),
];

/** More particular patterns come before those with stars. */
const routes: readonly Route[] = [
  route('GET', '', 'directory', getUser),
  route('GET', 'mailboxSettings', 'settings', getMailboxSettings),
  route('GET', 'mailboxSettings/userPurpose', 'settings', getUserPurpose),
  route('POST', 'translateExchangeIds', 'read', translateIds),
  route('GET', 'mailFolders', 'read', listFolders),
  route('GET', 'mailFolders/delta', 'read', folderDelta),
  route('GET', 'mailFolders/*', 'read', getFolder),
  route('GET', 'mailFolders/*/childFolders', 'read', listChildFolders),
  route('GET', 'mailFolders/*/messages/delta', 'read', messageDelta),
  route('GET', 'mailFolders/*/messages/$count', 'read', countMessages),
  route('GET', 'mailFolders/*/messages', 'read', listFolderMessages),
  route('GET', 'messages/delta', 'read', wholeMailboxDelta),
  route('GET', 'messages/$count', 'read', countMessages),
  route('GET', 'messages', 'read', listMessages),
  ...mail('GET', '', 'read', getMessage),
  ...mail('GET', '$value', 'read', getMime),
  ...mail('GET', 'attachments', 'read', listAttachments),
  ...mail('GET', 'attachments/*', 'read', getAttachment),
  ...mail('GET', 'attachments/*/$value', 'read', getAttachmentValue),
  route('POST', 'messages', 'write', createDraft),
  route('POST', 'mailFolders/*/messages', 'write', createDraft),
  route('POST', 'sendMail', 'send', sendMail),
  ...mail('PATCH', '', 'write', updateMessage),
  ...mail('DELETE', '', 'write', deleteMessage),
  ...mail('POST', 'move', 'write', moveMessage),
  ...mail('POST', 'copy', 'write', copyMessage),
  ...mail('POST', 'attachments', 'write', addAttachment),
  ...mail('POST', 'attachments/createUploadSession', 'write', createUploadSession),
  ...mail('DELETE', 'attachments/*', 'write', removeAttachment),
  ...mail('POST', 'send', 'send', sendDraft),
  ...mail('POST', 'createReply', 'write', createReply),
  ...mail('POST', 'createReplyAll', 'write', createReplyAll),
  ...mail('POST', 'createForward', 'write', createForward),
  ...mail('POST', 'reply', 'send', reply),
  ...mail('POST', 'replyAll', 'send', replyAll),
  ...mail('POST', 'forward', 'send', forward),
];

export type Found =
  | { readonly kind: 'route'; readonly route: Route; readonly values: readonly string[] }
  | { readonly kind: 'wrong_method' }
  | { readonly kind: 'none' };

export function findRoute(method: string, segments: readonly string[]): Found {
  let wrongMethod = false;
  for (const candidate of routes) {
    const values = matchPath(candidate.pattern, segments);
    if (values === null) continue;
    if (candidate.method === method) return { kind: 'route', route: candidate, values };
    wrongMethod = true;
  }
  return wrongMethod ? { kind: 'wrong_method' } : { kind: 'none' };
}

/** POST that only reads. */
export function isRead(method: string, segments: readonly string[]): boolean {
  return method === 'GET' || method === 'HEAD' || segments.at(-1)?.toLowerCase() === 'translateexchangeids';
}
