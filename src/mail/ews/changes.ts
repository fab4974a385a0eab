import type { ChangeType, ItemChange } from 'ews-javascript-api';
import { IntegratorError } from '../../domain/errors.ts';
import type { ChangeEntry, ChangePage, ChangesOptions, Folder } from '../provider.ts';
import { pagesOf, type Round } from '../round.ts';
import { decodeCursor, encodeCursor, type Position, start } from './cursor.ts';
import { findItems } from './find.ts';
import { folderId } from './folder-id.ts';
import type { FolderFinder } from './folders.ts';
import type { EwsMailbox } from './mailbox.ts';
import { optional, timeOf } from './map.ts';

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
  readonly at: Position;
  readonly last: boolean;
}

/** One round through a folder. */
class FolderRound implements Round {
  readonly #source: ChangesSource;
  readonly #options: ChangesOptions;
  #folder: Folder;
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

  #accept({ entries, at, last }: Step): ChangePage {
    this.#at = at;
    const resync = this.#resync;
    this.#resync = false;
    return { entries, cursor: encodeCursor(this.#folder.id, at), last, resync };
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
    const page = await this.#ask(state);
    const next = page.SyncState;
    const more = page.MoreChangesAvailable;
    return {
      entries: [],
      at: more ? { phase: 'drain', state: next } : { phase: 'window', state: next, untilMs: null, skip: 0 },
      last: false,
    };
  }

  async #window(at: Extract<Position, { phase: 'window' }>): Promise<Step> {
    const { floorMs, signal } = this.#options;
    const stretch = { fromMs: floorMs, untilMs: at.untilMs, skip: at.skip };
    const { items, next } = await findItems(this.#source.mailbox, this.#folder, stretch, { signal, described: false });
    const fresh = items.filter((item) => !this.#previous.has(item.Id.UniqueId));
    this.#previous = new Set(items.map((item) => item.Id.UniqueId));
    const entries = fresh.map((item) => this.#present(item.Id.UniqueId, timeOf(optional(() => item.DateTimeReceived))));
    if (next === null) return { entries, at: { phase: 'sync', state: at.state }, last: true };
    return { entries, at: { ...at, untilMs: next.untilMs, skip: next.skip }, last: false };
  }

  async #sync(state: string): Promise<Step> {
    const page = await this.#ask(state);
    const entries = new Map<string, ChangeEntry>();
    // The library groups a page by kind, so that its order says nothing: what was deleted stays deleted.
    for (const change of page.changes) {
      const providerId = change.ItemId.UniqueId;
      if (change.ChangeType === page.deleted) entries.set(providerId, { kind: 'removed', providerId });
      else if (change.ChangeType !== page.readFlag && entries.get(providerId)?.kind !== 'removed') {
        entries.set(providerId, this.#present(providerId, null));
      }
    }
    return {
      entries: [...entries.values()],
      at: { phase: 'sync', state: page.SyncState },
      last: !page.MoreChangesAvailable,
    };
  }

  #present(providerId: string, receivedAtMs: number | null): ChangeEntry {
    return { kind: 'present', providerId, receivedAtMs, folder: this.#folder, content: undefined };
  }

  async #ask(state: string): Promise<SyncPage> {
    const { mailbox } = this.#source;
    const page = await mailbox.call(
      `the folder "${this.#folder.path}"`,
      this.#options.signal,
      async (service, library) => {
        const found = await service.SyncFolderItems(
          folderId(library, this.#folder.id, mailbox.address),
          library.PropertySet.IdOnly,
          [],
          mailbox.client.limits.syncPage,
          library.SyncFolderItemsScope.NormalItems,
          state,
        );
        const changes = found.GetEnumerator();
        const { SyncState, MoreChangesAvailable } = found;
        const { Delete: deleted, ReadFlagChange: readFlag } = library.ChangeType;
        return { changes, SyncState, MoreChangesAvailable, deleted, readFlag };
      },
    );
    if (page.SyncState) return page;
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

interface SyncPage {
  readonly changes: readonly ItemChange[];
  readonly SyncState: string;
  readonly MoreChangesAvailable: boolean;
  readonly deleted: ChangeType;
  readonly readFlag: ChangeType;
}
