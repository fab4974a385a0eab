import type { Reply } from '../reply.ts';
import type { Mailbox } from '../world/mailbox.ts';
import type { Change, Folder, Item } from '../world/types.ts';
import { answer, folderOf } from './call.ts';
import type { Call } from './call.ts';
import { GraphRefusal, badRequest, malformedId } from './errors.ts';
import { expanded } from './expand.ts';
import { checkSelect, messageJson } from './message-json.ts';
import type { Query } from './query.ts';
import type { Chain, Pending, RoundParameters, SyncState } from './sync-states.ts';

const defaultPageSize = 10;

/** `GET …/mailFolders/{id}/messages/delta` */
export function messageDelta(call: Call): Reply {
  const { graph, mailbox, values } = call;
  if (!graph.settings.messageDelta) throw badRequest("Resource not found for the segment 'delta'.");
  if (mailbox.overQuota) throw new GraphRefusal(403, 'ErrorQuotaExceeded', 'The mailbox is over its quota.');
  const folder = syncFolder(mailbox, values[0] ?? '');
  const { chain, state } = openState(call, folder);
  const page = nextPage(call, chain, state);
  const token = graph.sync.keep(chain, page.state, graph.settings.deltaGenerations);
  const link = `${graph.root()}/${call.base}/mailFolders('${encodeURIComponent(mailbox.ids.make('folder', folder.serial))}')/messages/delta`;
  const more = page.state.pending !== null;
  return answer(call, 200, {
    '@odata.context': `${graph.root()}/$metadata#Collection(message)`,
    ...(more
      ? { '@odata.nextLink': `${link}?$skiptoken=${token}` }
      : { '@odata.deltaLink': `${link}?$deltatoken=${token}` }),
    value: page.entries,
  });
}

/** `GET …/messages/delta`: in the metadata, but not supported. */
export function wholeMailboxDelta(): Reply {
  throw badRequest("Change tracking is not supported against 'microsoft.graph.message'.", 'ErrorInvalidRequest');
}

function openState(call: Call, folder: Folder): { chain: Chain; state: SyncState } {
  const { graph, mailbox, request } = call;
  const parameters = request.url.searchParams;
  const token = parameters.get('$skiptoken') ?? parameters.get('$deltatoken');
  // "Sync from now" does not work for mail: it is a first round.
  if (token !== null && token.toLowerCase() !== 'latest') {
    const restart = `${graph.root()}/${call.base}/mailFolders/${mailbox.ids.make('folder', folder.serial)}/messages/delta?$deltatoken=`;
    const found = graph.sync.find(token, mailbox, restart);
    return { chain: found.chain, state: startRound(call, found.chain, found.state) };
  }
  const chain = graph.sync.begin(mailbox, folder, roundParameters(call.query, parameters));
  const pending = firstRound(folder, chain.parameters, graph.settings.deltaCap);
  return { chain, state: { pending, offset: 0, since: mailbox.seq, emptyPageGiven: false } };
}

/** A complete round's state becomes the start of the next one. */
function startRound(call: Call, chain: Chain, state: SyncState): SyncState {
  if (state.pending !== null) return state;
  const changes = chain.folder.changes.filter(({ seq }) => seq > state.since);
  const immutable = call.view.prefer.immutableIds;
  const found = immutable ? changedByKey(changes, call) : changedByInstance(changes);
  const wanted = found.filter((entry) => isWanted(entry, chain, call.mailbox));
  const pending = chain.parameters.top === null ? wanted : wanted.slice(0, chain.parameters.top);
  return { pending, offset: 0, since: call.mailbox.seq, emptyPageGiven: false };
}

function firstRound(folder: Folder, { from, top }: RoundParameters, cap: number): readonly Pending[] {
  const items = [...folder.items.values()];
  // Without a filter the order is the store's own; with one it is newest first, and there is a cap.
  const listed =
    from === null
      ? items
      : items
          .filter((item) => isAfter(item, from))
          .sort((one, other) => other.receivedAt - one.receivedAt)
          .slice(0, cap);
  const limited = top === null ? listed : listed.slice(0, top);
  return limited.map(({ key, instance }) => ({ key, instance, kind: 'whole' }));
}

/** Classic ids: every arrival has its own id, so a mail that left and came back is two entries. */
function changedByInstance(changes: readonly Change[]): readonly Pending[] {
  return [...groupBy(changes, ({ instance }) => instance).values()].flatMap((group) => {
    const kinds = new Set(group.map(({ kind }) => kind));
    if (kinds.has('left')) return kinds.has('arrived') ? [] : entries(group, 'removed');
    return entries(group, kinds.has('arrived') || kinds.has('updated') ? 'whole' : 'read');
  });
}

/** Immutable ids: one entry per mail, and the known losses. */
function changedByKey(changes: readonly Change[], { graph }: Call): readonly Pending[] {
  return [...groupBy(changes, ({ key }) => key).values()].flatMap((group) => {
    const wasHere = group[0]?.kind !== 'arrived';
    const places = group.filter(({ kind }) => kind === 'arrived' || kind === 'left');
    const isHere = places.length === 0 || places.at(-1)?.kind === 'arrived';
    if (!isHere) return wasHere ? entries(group, 'removed') : [];
    if (wasHere && places.length > 0 && graph.settings.boomerangLoss) return entries(group, 'removed');
    if (graph.settings.immutableMoveLoss && places.at(-1)?.moved === true) return [];
    return entries(group, places.length > 0 || group.some(({ kind }) => kind === 'updated') ? 'whole' : 'read');
  });
}

function entries(group: readonly Change[], kind: Pending['kind']): readonly Pending[] {
  const last = group.at(-1);
  return last === undefined ? [] : [{ key: last.key, instance: last.instance, kind }];
}

/** Removals and read toggles come although they do not fit the filter. */
function isWanted(entry: Pending, chain: Chain, mailbox: Mailbox): boolean {
  const { from, select, changeTypes } = chain.parameters;
  if (entry.kind === 'removed') return allows(changeTypes, 'deleted');
  if (entry.kind === 'read') {
    return (
      allows(changeTypes, 'updated') && (select === null || select.some((name) => name.toLowerCase() === 'isread'))
    );
  }
  const item = mailbox.byKey(entry.key);
  if (item === null || !(allows(changeTypes, 'created') || allows(changeTypes, 'updated'))) return false;
  return from === null || isAfter(item, from);
}

function allows(changeTypes: ReadonlySet<string>, type: string): boolean {
  return changeTypes.size === 0 || changeTypes.has(type);
}

function nextPage(call: Call, chain: Chain, state: SyncState): { entries: readonly unknown[]; state: SyncState } {
  const { settings } = call.graph;
  const pending = state.pending ?? [];
  if (settings.emptyFirstPage && state.offset === 0 && !state.emptyPageGiven) {
    return { entries: [], state: { ...state, pending, emptyPageGiven: true } };
  }
  const size = Math.min(call.view.prefer.maxPageSize ?? defaultPageSize, settings.deltaPageMax);
  const slice = pending.slice(state.offset, state.offset + size);
  const offset = state.offset + slice.length;
  // A full page always has a next one, be it empty; so has the page at which $top ended the round.
  const more = slice.length === size || (slice.length > 0 && offset === chain.parameters.top);
  const next = { ...state, offset, pending: more ? pending : null };
  return { entries: slice.flatMap((entry) => entryJson(call, chain, entry)), state: next };
}

function entryJson(call: Call, chain: Chain, entry: Pending): readonly Record<string, unknown>[] {
  const { mailbox, view } = call;
  const id = view.prefer.immutableIds
    ? mailbox.ids.make('immutable', entry.key)
    : mailbox.ids.make('item', entry.instance);
  const type = { '@odata.type': '#microsoft.graph.message' };
  if (entry.kind === 'removed') return [{ ...type, id, '@removed': { reason: 'deleted' } }];
  const item = mailbox.byKey(entry.key);
  // It left since the round began: the next round will say so.
  if (item === null || item.folder !== chain.folder) return [];
  if (entry.kind === 'read') return [{ ...type, ...messageJson(item, view, ['isRead', 'parentFolderId']) }];
  return [{ ...type, ...wholeEntry(item, call, chain) }];
}

const unreadable = new Set(['body', 'uniqueBody', 'bodyPreview', 'internetMessageHeaders']);

function wholeEntry(item: Item, call: Call, chain: Chain): Record<string, unknown> {
  const { select, expand } = chain.parameters;
  const shown = { ...messageJson(item, call.view, select), ...expanded(item, call.view, expand, false) };
  const hidden = (name: string): boolean =>
    (item.damaged && unreadable.has(name)) || (name === 'uniqueBody' && !call.graph.settings.uniqueBodyInDelta);
  return Object.fromEntries(Object.entries(shown).filter(([name]) => !hidden(name)));
}

function roundParameters(query: Query, parameters: URLSearchParams): RoundParameters {
  checkSelect(query.select);
  for (const { property } of query.expand) {
    if (property.toLowerCase() === 'extensions') {
      throw new GraphRefusal(500, 'InternalServerError', 'Value cannot be null.\r\nParameter name: type');
    }
  }
  const [order, ...others] = query.orderBy;
  if (
    order !== undefined &&
    (others.length > 0 || order.property.toLowerCase() !== 'receiveddatetime' || !order.descending)
  ) {
    throw badRequest(
      "The '$orderby' parameter value is not supported for 'Messages' resource; only 'receivedDateTime desc' is supported.",
      'ErrorInvalidUrlQuery',
    );
  }
  const types = (parameters.get('changeType') ?? '').split(',').filter((type) => type !== '');
  return {
    select: query.select,
    expand: query.expand,
    top: query.top,
    from: fromFilter(query),
    changeTypes: new Set(types),
  };
}

/** The only filter that delta knows. */
function fromFilter(query: Query): RoundParameters['from'] {
  if (query.filter.length === 0) return null;
  const [only, ...others] = query.filter;
  const fits = only?.kind === 'compare' && only.property.toLowerCase() === 'receiveddatetime' && others.length === 0;
  const at = fits ? Date.parse(only.value) : Number.NaN;
  if (!fits || Number.isNaN(at) || (only.operator !== 'ge' && only.operator !== 'gt')) {
    throw badRequest(
      "The '$filter' parameter value is not supported for 'Messages' resource; only a value of 'receivedDateTime ge value' is supported.",
      'ErrorInvalidUrlQuery',
    );
  }
  return { at, strict: only.operator === 'gt' };
}

function isAfter(item: Item, from: { readonly at: number; readonly strict: boolean }): boolean {
  const received = Math.floor(item.receivedAt / 1000) * 1000;
  return from.strict ? received > from.at : received >= from.at;
}

function syncFolder(mailbox: Mailbox, id: string): Folder {
  const serial = mailbox.ids.read('folder', id);
  const folder = serial === null ? null : mailbox.folders.bySerial(serial);
  if (folder?.gone === true)
    throw new GraphRefusal(404, 'ErrorSyncFolderNotFound', 'The specified folder could not be found in the store.');
  if (id === '') throw malformedId();
  return folder ?? folderOf(mailbox, id);
}

function groupBy<K>(changes: readonly Change[], keyOf: (change: Change) => K): Map<K, Change[]> {
  const groups = new Map<K, Change[]>();
  for (const change of changes) {
    const group = groups.get(keyOf(change));
    if (group === undefined) groups.set(keyOf(change), [change]);
    else group.push(change);
  }
  return groups;
}
