import { IntegratorError } from '../../domain/errors.ts';
import type { ChangeEntry, ChangePage, ChangesOptions, Folder } from '../provider.ts';
import { pagesOf, type Round } from '../round.ts';
import { ownFault } from './blame.ts';
import { decodeCursor, encodeCursor, type Position, start } from './cursor.ts';
import { findItems, nextOf } from './find.ts';
import { folderId } from './folder-id.ts';
import type { FolderFinder } from './folders.ts';
import { type ListedItem, syncedIn, type SyncedPage } from './listed.ts';
import type { EwsMailbox } from './mailbox.ts';

export interface ChangesSource {
  readonly mailbox: EwsMailbox;
  readonly finder: FolderFinder;
}

const deadCodes = new Set(['ErrorInvalidSyncStateData', 'ErrorInvalidIdMalformed']);
const goneCodes = new Set(['ErrorFolderNotFound', 'ErrorSyncFolderNotFound', 'ErrorItemNotFound']);

/** See MailboxReader.changes. */
export function changesOf(
  source: ChangesSource,
  folder: Folder,
  cursor: string | null,
  options: ChangesOptions,
): AsyncIterable<ChangePage> {
  const round = new FolderRound(source, folder, options);
  round.begin(cursor);
  return pagesOf(round);
}

interface Step {
  readonly entries: readonly ChangeEntry[];
  readonly passedOver: number;
  readonly at: Position;
  readonly last: boolean;
}

/** One round through a folder. */
class FolderRound implements Round {
  readonly #source: ChangesSource;
  readonly #options: ChangesOptions;
  #folder: Folder;
  /** Changes asked for at a time. */
  #most: number;
  #at: Position = start;
  #restarted = false;
  /** To be told with the next page. */
  #resync = false;
  /** Pages by date overlap by a second. */
  #previous: ReadonlySet<string> = new Set();

  constructor(source: ChangesSource, folder: Folder, options: ChangesOptions) {
    this.#source = source;
    this.#folder = folder;
    this.#options = options;
    this.#most = source.mailbox.client.limits.syncPage;
  }

  begin(cursor: string | null): void {
    if (cursor === null) return;
    const at = decodeCursor(cursor, this.#folder.id);
    if (at === null) this.#resync = true;
    else this.#at = at;
  }

  async nextPage(): Promise<ChangePage> {
    for (;;) {
      try {
        return this.#accept(await this.#step());
      } catch (error) {
        await this.#recover(error);
      }
    }
  }

  #accept({ entries, passedOver, at, last }: Step): ChangePage {
    this.#at = at;
    const resync = this.#resync;
    this.#resync = false;
    const folder = this.#folder;
    const cursor = encodeCursor(folder.id, at);
    return { folder, entries, cursor, last, resync, ...(passedOver === 0 ? {} : { passedOver }) };
  }

  #step(): Promise<Step> {
    const at = this.#at;
    switch (at.phase) {
      case 'drain':
        return this.#drain(at.state);
      case 'window':
        return this.#window(at);
      case 'sync':
        return this.#sync(at.state);
    }
  }

  async #drain(state: string): Promise<Step> {
    const { state: next, more } = await this.#page(state, { sizes: false });
    return {
      entries: [],
      passedOver: 0,
      at: more ? { phase: 'drain', state: next } : { phase: 'window', state: next, untilMs: null, skip: 0 },
      last: false,
    };
  }

  async #window(at: Extract<Position, { phase: 'window' }>): Promise<Step> {
    const { floorMs, signal } = this.#options;
    const { mailbox } = this.#source;
    const stretch = { fromMs: floorMs, untilMs: at.untilMs, skip: at.skip };
    const found = await findItems(mailbox, this.#folder, stretch, { signal, described: false });
    const items = this.#fitting(found.items);
    const isCut = items.length < found.items.length;
    const entries = items.flatMap((item) => (this.#previous.has(item.id) ? [] : this.#present(item)));
    this.#previous = new Set(items.map(({ id }) => id));
    const next = isCut ? nextOf(stretch, items, 0) : found.next;
    const passedOver = isCut ? 0 : found.passedOver;
    if (next === null) return { entries, passedOver, at: { phase: 'sync', state: at.state }, last: true };
    return { entries, passedOver, at: { ...at, untilMs: next.untilMs, skip: next.skip }, last: false };
  }

  /** The first of them, as many as may be held together; at least one that is new. */
  #fitting(items: readonly ListedItem[]): readonly ListedItem[] {
    const { pageBytes } = this.#source.mailbox.client.limits;
    let bytes = 0;
    const end = items.findIndex(({ id, size }) => {
      if (this.#previous.has(id)) return false;
      const isFirst = bytes === 0;
      bytes += size + 1;
      return !isFirst && bytes > pageBytes;
    });
    return end < 0 ? items : items.slice(0, end);
  }

  async #sync(state: string): Promise<Step> {
    const page = await this.#fittingPage(state);
    const entries = new Map<string, ChangeEntry>();
    // Servers group a page by kind, so that its order says nothing: what was deleted stays deleted.
    for (const change of page.changes) {
      const providerId = change.id;
      if (change.kind === 'removed') entries.set(providerId, { kind: 'removed', providerId });
      else if (entries.get(providerId)?.kind !== 'removed') {
        entries.set(providerId, this.#present({ ...change, receivedAtMs: null }));
      }
    }
    const { passedOver, more, state: next } = page;
    return { entries: [...entries.values()], passedOver, at: { phase: 'sync', state: next }, last: !more };
  }

  #present({ id, receivedAtMs, size }: Pick<ListedItem, 'id' | 'receivedAtMs' | 'size'>): ChangeEntry {
    return { kind: 'present', providerId: id, receivedAtMs, folder: this.#folder, content: size };
  }

  /** A page whose mails can be held together: one that is too large is asked for again with fewer changes. */
  async #fittingPage(state: string): Promise<SyncedPage> {
    const { limits } = this.#source.mailbox.client;
    const page = await this.#page(state, { sizes: true });
    let bytes = 0;
    const fits = page.changes.findIndex((change) => {
      bytes += change.kind === 'present' ? change.size : 0;
      return bytes > limits.pageBytes;
    });
    if (fits < 0 || page.changes.length === 1) {
      this.#most = Math.min(limits.syncPage, this.#most * 2);
      return page;
    }
    this.#most = Math.max(1, Math.min(fits, this.#most - 1));
    return this.#page(state, { sizes: true });
  }

  /**
   * One mail can spoil every page that it is on. Smaller pages come nearer to it; on a page of its own it cannot be
   * passed over: only the server knows the state that comes after it.
   */
  async #page(state: string, wanted: { readonly sizes: boolean }): Promise<SyncedPage> {
    for (;;) {
      try {
        return await this.#ask(state, wanted.sizes);
      } catch (thrown) {
        if (this.#most === 1 || !mayBeOfThePage(thrown)) throw thrown;
        await ownFault(this.#source.mailbox, thrown, this.#options.signal);
        this.#most = Math.max(1, Math.floor(this.#most / 8));
      }
    }
  }

  async #ask(state: string, sizes: boolean): Promise<SyncedPage> {
    const { mailbox } = this.#source;
    const answer = await mailbox.text(`the folder "${this.#folder.path}"`, this.#options.signal, (service, library) =>
      service.SyncFolderItems(
        folderId(library, this.#folder.id, mailbox.address),
        new library.PropertySet(library.BasePropertySet.IdOnly, sizes ? [library.ItemSchema.Size] : []),
        [],
        this.#most,
        library.SyncFolderItemsScope.NormalItems,
        state,
      ),
    );
    const page = syncedIn(answer);
    const stands = page.more && page.state === state && page.changes.length === 0;
    if (page.state !== '' && !stands) return page;
    throw new IntegratorError('protocol', `${mailbox.address}: Exchange gave a page of changes that leads nowhere`);
  }

  /** Makes another start where that can help, once per round; throws where it cannot. */
  async #recover(error: unknown): Promise<void> {
    if (!(error instanceof IntegratorError) || this.#restarted) throw error;
    const code = error.code ?? '';
    if (goneCodes.has(code)) {
      const found = await this.#source.finder.findAgain(this.#folder, this.#options.signal);
      if (found.id === this.#folder.id) throw error;
      this.#folder = found;
    } else if (!deadCodes.has(code) || this.#at.state === '') throw error;
    this.#restarted = true;
    this.#resync = true;
    this.#at = start;
  }
}

/** Trouble with what is on the page; an outage (503, no connection) is none, and costs no further question. */
function mayBeOfThePage(thrown: unknown): boolean {
  if (!(thrown instanceof IntegratorError)) return false;
  const code = thrown.code ?? '';
  if (thrown.kind === 'unreachable') return code.startsWith('Error') || code === 'HTTP 500' || code === 'HTTP 504';
  return code === 'no_xml' || code === 'too_large';
}
