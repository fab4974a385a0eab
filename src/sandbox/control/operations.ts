import type { JsonObject } from '../reply.ts';
import type { Delivery } from '../world/post-office.ts';
import type { MessageSpec } from '../world/types.ts';
import { awayReplyTo, bounceOf } from './answers.ts';
import {
  addMessageSchema,
  accessSchema,
  answerSchema,
  appSchema,
  bulkSchema,
  clockSchema,
  deliveredSchema,
  folderSchema,
  itemSchema,
  mailboxSchema,
  moveSchema,
  readSchema,
  ruleSchema,
  settingsSchema,
} from './schemas.ts';
import type { Controlled } from './shared.ts';

type Operation = (parts: Controlled, body: unknown, query: URLSearchParams) => JsonObject;

const done: JsonObject = { ok: true };

/** `POST /sandbox/messages` and the rest, by method and path. Bodies and answers are JSON. */
export const operations: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['POST /sandbox/mailboxes', addMailbox],
  ['POST /sandbox/folders', addFolder],
  ['POST /sandbox/messages', addMessage],
  ['POST /sandbox/answer', answer],
  ['POST /sandbox/bulk', addBulk],
  ['POST /sandbox/move', move],
  ['POST /sandbox/delete', remove],
  ['POST /sandbox/read', markRead],
  ['POST /sandbox/access', access],
  ['POST /sandbox/app', changeApp],
  ['GET /sandbox/settings', ({ settings }) => ({ ...settings })],
  ['POST /sandbox/settings', changeSettings],
  ['POST /sandbox/clock', advance],
  ['GET /sandbox/faults', ({ faults }) => ({ faults: faults.list() })],
  ['POST /sandbox/faults', ({ faults }, body) => ({ id: faults.add(ruleSchema.parse(body)) })],
  ['DELETE /sandbox/faults', clearFaults],
  ['GET /sandbox/counters', counters],
  ['GET /sandbox/requests', requests],
  ['DELETE /sandbox/requests', forgetRequests],
  ['GET /sandbox/outbox', outbox],
  ['POST /sandbox/bounce', (parts, body) => respond(parts, body, bounceOf)],
  ['POST /sandbox/away', (parts, body) => respond(parts, body, awayReplyTo)],
]);

function addMailbox({ world }: Controlled, body: unknown): JsonObject {
  const { address, objectId } = world.addMailbox(mailboxSchema.parse(body));
  return { address, object_id: objectId };
}

function addFolder({ world }: Controlled, body: unknown): JsonObject {
  const { mailbox, path, hidden = false } = folderSchema.parse(body);
  return { id: world.addFolder(mailbox, path, { hidden }) };
}

function addMessage({ world }: Controlled, body: unknown): JsonObject {
  const { mailbox, folder, message } = addMessageSchema.parse(body);
  const id = world.addMessage(mailbox, folder, message);
  return { id, internet_message_id: world.item(mailbox, id).internetMessageId };
}

/** A person answers a mail that lies in the own mailbox. */
function answer({ world }: Controlled, body: unknown): JsonObject {
  return { internet_message_id: world.answer(answerSchema.parse(body)) };
}

function addBulk({ world }: Controlled, body: unknown): JsonObject {
  const { mailbox, folder, ...spec } = bulkSchema.parse(body);
  world.addBulk(mailbox, folder, spec);
  return { count: spec.count };
}

function move({ world }: Controlled, body: unknown): JsonObject {
  const { mailbox, id, folder } = moveSchema.parse(body);
  return { id: world.moveMessage(mailbox, id, folder) };
}

function remove({ world }: Controlled, body: unknown): JsonObject {
  const { mailbox, id } = itemSchema.parse(body);
  world.deleteMessage(mailbox, id);
  return done;
}

function markRead({ world }: Controlled, body: unknown): JsonObject {
  const { mailbox, id, isRead } = readSchema.parse(body);
  world.markRead(mailbox, id, isRead);
  return done;
}

function access({ world }: Controlled, body: unknown): JsonObject {
  const { mailbox, ...rights } = accessSchema.parse(body);
  Object.assign(world.mailbox(mailbox), rights);
  return done;
}

function changeApp({ app, directory, clock }: Controlled, body: unknown): JsonObject {
  const { addSecret, expireSecret, revokeSessionsOf, ...rest } = appSchema.parse(body);
  Object.assign(app, rest);
  if (addSecret !== undefined) app.secrets.add(addSecret);
  if (expireSecret !== undefined) app.expiredSecrets.add(expireSecret);
  if (revokeSessionsOf !== undefined) directory.revokeSessions(revokeSessionsOf, clock.now());
  return done;
}

function changeSettings({ settings }: Controlled, body: unknown): JsonObject {
  const known = new Map<string, unknown>(Object.entries(settings));
  const wanted = settingsSchema.parse(body);
  for (const [name, value] of Object.entries(wanted)) {
    if (typeof known.get(name) !== typeof value) throw new Error(`no setting ${name} of this kind`);
  }
  Object.assign(settings, wanted);
  return { ...settings };
}

function advance({ clock }: Controlled, body: unknown): JsonObject {
  clock.advance(clockSchema.parse(body).advanceMs);
  return { now: new Date(clock.now()).toISOString() };
}

function clearFaults({ faults }: Controlled, _body: unknown, query: URLSearchParams): JsonObject {
  const id = query.get('id');
  if (id === null) faults.clear();
  else faults.remove(Number(id));
  return done;
}

function counters({ requests: log, world }: Controlled): JsonObject {
  return {
    requests: log.entries.length,
    mutations: log.mutations(),
    mailboxes: world.mailboxes().map(({ address, itemCount }) => ({
      address,
      items: itemCount,
      requests: log.of('graph', address).length,
      mutations: log.mutations(address),
    })),
    deliveries: world.post.deliveries.length,
  };
}

function requests({ requests: log }: Controlled): JsonObject {
  return { requests: log.entries };
}

function forgetRequests({ requests: log }: Controlled): JsonObject {
  log.clear();
  return done;
}

function outbox({ world }: Controlled): JsonObject {
  return { deliveries: world.post.deliveries.map(({ mime, ...rest }) => ({ ...rest, bytes: mime.length })) };
}

/** Answers the last mail delivered, or the last one with this subject, in its sender's Inbox. */
function respond({ world }: Controlled, body: unknown, write: (delivery: Delivery) => MessageSpec): JsonObject {
  const { subject } = deliveredSchema.parse(body);
  const sent = world.post.deliveries.findLast((each) => subject === undefined || each.subject === subject);
  if (sent === undefined) throw new Error('no such mail was delivered');
  const id = world.addMessage(sent.from.address, 'Inbox', write(sent));
  return { id, mailbox: sent.from.address, about: sent.internetMessageId };
}
