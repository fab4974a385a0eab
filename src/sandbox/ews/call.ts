import type { Settings } from '../settings.ts';
import type { Mailbox } from '../world/mailbox.ts';
import type { Folder, Item, WellKnown } from '../world/types.ts';
import type { World } from '../world/world.ts';
import { mustSee, noMailbox } from './caller.ts';
import type { Actor } from './caller.ts';
import { EwsRefusal } from './soap.ts';
import { child, textOf } from './xml.ts';
import type { Node } from './xml.ts';

/** One operation under way. */
export interface Call {
  readonly world: World;
  readonly actor: Actor;
  /** The operation's own element. */
  readonly body: Node;
  readonly operation: string;
  readonly settings: Settings;
}

export interface FolderFound {
  readonly mailbox: Mailbox;
  readonly folder: Folder;
}

export interface ItemFound {
  readonly mailbox: Mailbox;
  readonly item: Item;
}

const distinguished: ReadonlySet<string> = new Set<WellKnown>([
  'msgfolderroot',
  'inbox',
  'drafts',
  'sentitems',
  'deleteditems',
  'junkemail',
  'outbox',
  'conversationhistory',
  'recoverableitemsdeletions',
  'calendar',
  'contacts',
]);

/** The folder a FolderId or DistinguishedFolderId names; throws what a wrong one meets. */
export function folderOf(call: Call, id: Node | null | undefined, need: 'read' | 'write' = 'read'): FolderFound {
  if (id?.name === 'DistinguishedFolderId') return wellKnownOf(call, id, need);
  const written = id?.attributes['Id'] ?? '';
  for (const mailbox of call.world.mailboxes()) {
    const serial = mailbox.ids.read('folder', written);
    if (serial === null) continue;
    mustSee(call.actor, mailbox, need);
    const folder = mailbox.folders.bySerial(serial);
    if (folder === null || folder.gone) throw notFound();
    return { mailbox, folder };
  }
  throw malformed();
}

function wellKnownOf(call: Call, id: Node, need: 'read' | 'write'): FolderFound {
  const address = textOf(id, 'Mailbox', 'EmailAddress');
  const mailbox = address === null ? call.actor.mailbox : call.world.find(address);
  if (mailbox === null) throw noMailbox();
  mustSee(call.actor, mailbox, need);
  const name = id.attributes['Id'] ?? '';
  if (name === 'root') return { mailbox, folder: mailbox.folders.root };
  if (!isWellKnown(name)) throw notFound();
  return { mailbox, folder: mailbox.folder(name) };
}

/** The item an ItemId names. */
export function itemOf(call: Call, id: Node | null | undefined, need: 'read' | 'write' = 'read'): ItemFound {
  const written = id?.attributes['Id'] ?? '';
  for (const mailbox of call.world.mailboxes()) {
    if (mailbox.ids.read('item', written) === null) continue;
    mustSee(call.actor, mailbox, need);
    const item = mailbox.find(written);
    if (item === null) throw itemNotFound();
    return { mailbox, item };
  }
  throw malformed();
}

export function itemNotFound(): EwsRefusal {
  return new EwsRefusal('ErrorItemNotFound', 'The specified object was not found in the store.');
}

export function malformed(): EwsRefusal {
  return new EwsRefusal('ErrorInvalidIdMalformed', 'Id is malformed.');
}

/** The children of a list in the request. */
export function listed(call: Call, name: string): readonly Node[] {
  return child(call.body, name)?.children ?? [];
}

function notFound(): EwsRefusal {
  return new EwsRefusal('ErrorFolderNotFound', 'The specified folder could not be found in the store.');
}

function isWellKnown(name: string): name is WellKnown {
  return distinguished.has(name);
}
