import type { Settings } from '../settings.ts';
import type { Reply, Request } from '../reply.ts';
import { json } from '../reply.ts';
import type { Mailbox } from '../world/mailbox.ts';
import type { World } from '../world/world.ts';
import type { Folder, Item, WellKnown } from '../world/types.ts';
import type { Caller } from './caller.ts';
import { GraphRefusal, itemNotFound, malformedId } from './errors.ts';
import { looksLikeId } from '../world/ids.ts';
import type { View } from './message-json.ts';
import type { Query } from './query.ts';
import type { SyncStates } from './sync-states.ts';
import type { UploadSessions } from './upload-sessions.ts';

/** What every part of Graph shares. */
export interface GraphWorld {
  readonly world: World;
  readonly settings: Settings;
  readonly sync: SyncStates;
  readonly uploads: UploadSessions;
  /** `https://localhost:1234/graph/v1.0` */
  root(): string;
  now(): number;
}

/** One request on one mailbox, allowed and parsed. */
export interface Call {
  readonly graph: GraphWorld;
  readonly caller: Caller;
  readonly mailbox: Mailbox;
  readonly request: Request;
  readonly query: Query;
  readonly view: View;
  /** What stood at the stars of the route. */
  readonly values: readonly string[];
  /** `users('…')` as links of the service name the mailbox. */
  readonly base: string;
}

/** A JSON answer that says which preferences were followed. */
export function answer(call: Call, status: number, value: Record<string, unknown>): Reply {
  const { applied } = call.view.prefer;
  return json(status, value, applied === '' ? {} : { 'preference-applied': applied });
}

const wellKnown: ReadonlySet<string> = new Set<WellKnown>([
  'msgfolderroot',
  'inbox',
  'drafts',
  'sentitems',
  'deleteditems',
  'junkemail',
  'outbox',
  'archive',
  'conversationhistory',
  'clutter',
  'recoverableitemsdeletions',
]);

/** A folder by id or well-known name. */
export function folderOf(mailbox: Mailbox, id: string): Folder {
  const name = id.toLowerCase();
  if (isWellKnown(name)) return mailbox.folder(name);
  const serial = mailbox.ids.read('folder', id);
  if (serial === null) throw looksLikeId(id) ? itemNotFound() : malformedId();
  const folder = mailbox.folders.bySerial(serial);
  if (folder === null || folder.gone) throw itemNotFound();
  return folder;
}

/** A mail by id; in a folder, where the path names one. */
export function itemOf(mailbox: Mailbox, id: string, folder?: Folder): Item {
  const item = mailbox.find(id);
  if (item === null) throw looksLikeId(id) ? itemNotFound() : malformedId();
  if (folder !== undefined && item.folder !== folder) throw itemNotFound();
  return item;
}

export function mustBeReadable(item: Item): void {
  if (item.damaged) {
    throw new GraphRefusal(500, 'ErrorCorruptData', 'Data is corrupt., Invalid global object ID: some ID');
  }
}

function isWellKnown(name: string): name is WellKnown {
  return wellKnown.has(name);
}
