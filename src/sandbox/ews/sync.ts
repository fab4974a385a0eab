import { z } from 'zod';
import type { Mailbox } from '../world/mailbox.ts';
import type { Change, Folder, Item } from '../world/types.ts';
import { folderOf } from './call.ts';
import type { Call } from './call.ts';
import { each } from './folders.ts';
import { itemXml } from './item-xml.ts';
import { shapeOf } from './shape.ts';
import type { ItemShape } from './item-shape.ts';
import { EwsRefusal, success } from './soap.ts';
import { child, tag, textOf, value } from './xml.ts';
import type { Node } from './xml.ts';

/** `since` is the last change known; `after` is where the first listing stands, newest first; null when it is through. */
const stateSchema = z.object({
  mailbox: z.string(),
  folder: z.number(),
  epoch: z.number(),
  since: z.number(),
  after: z.object({ at: z.number(), key: z.number() }).nullable(),
});
type State = z.infer<typeof stateSchema>;

interface Page {
  readonly changes: readonly string[];
  readonly state: State;
  readonly last: boolean;
}

interface Place {
  readonly mailbox: Mailbox;
  readonly folder: Folder;
  readonly shape: ItemShape;
  readonly most: number;
}

export function syncFolderItems(call: Call): readonly string[] {
  return [
    each(call.operation, () => {
      const { mailbox, folder } = folderOf(call, child(call.body, 'SyncFolderId')?.children[0]);
      const most = Number(textOf(call.body, 'MaxChangesReturned') ?? '');
      if (!(most >= 1 && most <= 512))
        throw new EwsRefusal('ErrorSchemaValidation', 'The request failed schema validation.', { whole: true });
      const place = { mailbox, folder, most, shape: shapeOf(child(call.body, 'ItemShape')) };
      const written = textOf(call.body, 'SyncState') ?? '';
      const state = written === '' ? begin(place) : read(written, place);
      const page = state.after === null ? later(place, state) : first(place, state, state.after);
      return success(
        call.operation,
        [
          value('m:SyncState', Buffer.from(JSON.stringify(page.state)).toString('base64')),
          value('m:IncludesLastItemInRange', page.last),
          tag('m:Changes', page.changes),
        ].join(''),
      );
    }),
  ];
}

/** It goes on from a state that has the first listing behind it. */
export function isLater(body: Node | null): boolean {
  const written = body === null ? '' : (textOf(body, 'SyncState') ?? '');
  const state = stateSchema.safeParse(json(Buffer.from(written, 'base64').toString('utf8')));
  return state.data?.after === null;
}

function begin({ mailbox, folder }: Place): State {
  const after = { at: Number.MAX_SAFE_INTEGER, key: Number.MAX_SAFE_INTEGER };
  return { mailbox: mailbox.objectId, folder: folder.serial, epoch: mailbox.syncEpoch, since: mailbox.seq, after };
}

function read(written: string, { mailbox, folder }: Place): State {
  const parsed = stateSchema.safeParse(json(Buffer.from(written, 'base64').toString('utf8')));
  const { data } = parsed;
  const good = data?.mailbox === mailbox.objectId && data.folder === folder.serial && data.epoch === mailbox.syncEpoch;
  if (data !== undefined && good) return data;
  throw new EwsRefusal('ErrorInvalidSyncStateData', 'Synchronization state data is corrupt or otherwise invalid.');
}

function first({ mailbox, folder, shape, most }: Place, state: State, after: { at: number; key: number }): Page {
  const rest = [...folder.items.values()]
    .filter((item) => item.receivedAt < after.at || (item.receivedAt === after.at && item.key < after.key))
    .toSorted((one, other) => other.receivedAt - one.receivedAt || other.key - one.key);
  const page = rest.slice(0, most);
  const end = page.at(-1);
  const last = page.length === rest.length || end === undefined;
  return {
    changes: page.map((item) => tag('t:Create', itemXml(item, mailbox, shape, false))),
    state: { ...state, after: last ? null : { at: end.receivedAt, key: end.key } },
    last,
  };
}

/** What came of each item since the last state, in the order of the last change. */
function later({ mailbox, folder, shape, most }: Place, state: State): Page {
  const window: Change[] = [];
  const seen = new Set<number>();
  let last = true;
  for (const change of folder.changes) {
    if (change.seq <= state.since) continue;
    if (!seen.has(change.instance) && seen.size >= most) {
      last = false;
      break;
    }
    seen.add(change.instance);
    window.push(change);
  }
  const changes = [...seen].map((instance) => changeXml({ mailbox, folder, shape }, instance, window));
  return { changes, state: { ...state, since: window.at(-1)?.seq ?? state.since }, last };
}

function changeXml(
  { mailbox, folder, shape }: Omit<Place, 'most'>,
  instance: number,
  window: readonly Change[],
): string {
  const own = window.filter((change) => change.instance === instance);
  const item = present(mailbox, folder, own);
  const id = tag('t:ItemId', '', { Id: mailbox.ids.make('item', instance) });
  if (item === null) return tag('t:Delete', id);
  if (own.some(({ kind }) => kind === 'arrived')) return tag('t:Create', itemXml(item, mailbox, shape, false));
  if (own.some(({ kind }) => kind === 'updated')) return tag('t:Update', itemXml(item, mailbox, shape, false));
  return tag('t:ReadFlagChange', [id, value('t:IsRead', item.isRead)]);
}

function present(mailbox: Mailbox, folder: Folder, own: readonly Change[]): Item | null {
  const change = own.at(-1);
  const item = change === undefined ? null : mailbox.byKey(change.key);
  return item !== null && item.folder === folder && item.instance === change?.instance ? item : null;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
