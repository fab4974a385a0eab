import { IntegratorError } from '../../domain/errors.ts';
import { neverLeft } from '../../http/retry.ts';
import type { ChangeEntry, ChangePage, ChangesOptions, Folder } from '../provider.ts';
import { pagesOf, type Round } from '../round.ts';
import { advance, type PageSummary } from './advance.ts';
import type { Answer, Refusal } from './answer.ts';
import { folderError } from './refusals.ts';
import type { GraphRead } from './client.ts';
import { speaksOfMailbox } from './blame.ts';
import { decodeCursor, encodeCursor, firstPosition, type Position, windowPosition } from './cursor.ts';
import { entriesOf } from './entries.ts';
import type { FolderFinder } from './folders.ts';
import type { GraphMailbox } from './mailbox.ts';
import { partsOf } from './page-parts.ts';
import { PageReader } from './page-reader.ts';
import { askWithPieces, type Dialect, messageSelect, piecesOf, receivedWithin, segment } from './query.ts';
import type { GraphPage } from './schema.ts';

export interface ChangesSource {
  readonly mailbox: GraphMailbox;
  readonly finder: FolderFinder;
  readonly dialect: Dialect;
  readonly uniqueBody: boolean;
  /** False for services without message delta (the cloud in China). */
  readonly delta: boolean;
  readonly nowMs: () => number;
}

/** So many pages without a single entry in a row are no folder's truth. */
const mostEmptyPages = 10_000;
const deadCodes = new Set(['syncstatenotfound', 'resyncrequired', 'syncstateinvalid', 'errorinvalididmalformed']);
/** Documented for a mailbox as a whole. */
const mailboxWide = new Set(['authorization_requestdenied', 'errorquotaexceeded', 'errormailboxmoveinprogress']);
const goneCodes = new Set(['errorsyncfoldernotfound', 'erroritemnotfound', 'errorfoldernotfound']);

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

/** One round through a folder: knows where it stands and what it has already followed. */
class FolderRound implements Round {
  readonly #source: ChangesSource;
  readonly #options: ChangesOptions;
  readonly #pages: PageReader;
  readonly #followed = new Set<string>();
  #folder: Folder;
  #at: Position;
  #restarted = false;
  /** To be told with the next page. */
  #resync = false;
  /** Likewise: why a cursor was given up that the service did not call dead. */
  #gaveUp: IntegratorError | null = null;
  #hadCursor = false;
  #emptyPages = 0;
  /** Of the page that came last, not given out yet. */
  #parts: ChangePage[] = [];

  constructor(source: ChangesSource, folder: Folder, options: ChangesOptions) {
    this.#source = source;
    this.#folder = folder;
    this.#options = options;
    this.#pages = new PageReader(source.mailbox, options.signal);
    this.#at = this.#start();
  }

  begin(cursor: string | null): void {
    if (cursor === null) return;
    const at = decodeCursor(cursor, this.#folder.id);
    // A stored link of another host is not an attack but another configuration: it is forgotten, not followed.
    this.#hadCursor = at !== null && this.#isOurs(at);
    if (at !== null && this.#hadCursor) this.#at = at;
    else this.#resync = true;
  }

  async nextPage(): Promise<ChangePage> {
    for (;;) {
      const part = this.#parts.shift();
      if (part !== undefined) return part;
      const answer = await this.#ask();
      if (answer.kind === 'refused') await this.#recover(answer);
      else if (this.#at.light) this.#parts = this.#acceptIds(answer.value);
      else return this.#accept(answer.value);
    }
  }

  #acceptIds(page: GraphPage): ChangePage[] {
    const before = encodeCursor(this.#folder.id, this.#at);
    return partsOf(this.#accept(page), before);
  }

  #accept(page: GraphPage): ChangePage {
    const entries = entriesOf(page, this.#folder);
    const next = advance(this.#at, this.#summary(page, entries));
    this.#at = next.at;
    this.#checkLinks(next.at);
    this.#countEmpty(entries.length);
    const resync = this.#resync;
    const gaveUp = this.#gaveUp === null ? {} : { gaveUp: this.#gaveUp };
    this.#resync = false;
    this.#gaveUp = null;
    const folder = this.#folder;
    return { folder, entries, cursor: encodeCursor(folder.id, next.at), last: next.last, resync, ...gaveUp };
  }

  #summary(page: GraphPage, entries: readonly ChangeEntry[]): PageSummary {
    return {
      nextLink: page['@odata.nextLink'],
      deltaLink: page['@odata.deltaLink'],
      receivedMs: receivedMsOf(entries),
      nowMs: this.#source.nowMs(),
    };
  }

  /** Before the page is given out: a link that may not be followed must not be stored either. */
  #checkLinks(at: Position): void {
    const { client } = this.#source.mailbox;
    if (at.link !== null) client.checkLink(at.link);
    if (at.phase === 'fill') client.checkLink(at.deltaLink);
  }

  #countEmpty(entries: number): void {
    this.#emptyPages = entries === 0 ? this.#emptyPages + 1 : 0;
    if (this.#emptyPages > mostEmptyPages) throw this.#endless();
  }

  #ask(): Promise<Answer<GraphPage>> {
    const { link } = this.#at;
    if (link !== null) {
      if (this.#followed.has(link)) throw this.#endless();
      this.#followed.add(link);
      return this.#pages.read((read) => this.#page({ ...read, link }));
    }
    const query = { sentItems: this.#folder.sentItems, light: this.#at.light };
    const pieces = piecesOf(query, this.#source.uniqueBody);
    // A delta was seen to refuse even the filter that is documented; what it then gives too much is passed over later.
    const isDelta = this.#at.phase === 'first';
    return askWithPieces(this.#source.dialect, isDelta ? [...pieces, 'floor'] : pieces, (usable) => {
      const window = isDelta && !usable.has('floor') ? null : this.#window();
      const path = `${this.#listPath()}?${messageSelect(query, usable)}${receivedWithin(window, usable)}`;
      return this.#pages.read((read) => this.#page({ ...read, path }));
    });
  }

  #page(read: GraphRead): Promise<Answer<GraphPage>> {
    const { beforePage: beforeUnpacking, signal } = this.#options;
    return this.#source.mailbox.page({ ...read, beforeUnpacking }, `the folder "${this.#folder.path}"`, signal);
  }

  #listPath(): string {
    const path = `${this.#source.mailbox.path}/mailFolders/${segment(this.#folder.id)}/messages`;
    return this.#at.phase === 'first' ? `${path}/delta` : path;
  }

  #window(): { fromMs: number; untilMs: number | null } {
    const { floorMs } = this.#options;
    const at = this.#at;
    if (at.phase === 'window') return { fromMs: Math.max(floorMs, at.sinceMs ?? floorMs), untilMs: at.untilMs };
    return { fromMs: floorMs, untilMs: at.phase === 'fill' ? at.untilMs : null };
  }

  /** Makes another start where that can help; throws where it cannot. */
  async #recover(refusal: Refusal): Promise<void> {
    if (isDead(refusal, this.#at) && !this.#restarted) return this.#restart(this.#afterDeadLink(), refusal);
    if (!this.#at.light && mayBeOneMail(refusal)) return this.#listIdsOnly(refusal);
    if (refusal.status !== 404 || !goneCodes.has(refusal.code)) throw refusal.error;
    const found = await this.#source.finder.findAgain(this.#folder, this.#options.signal);
    if (found.id === this.#folder.id) {
      if (this.#at.light) throw folderError(refusal, this.#folder);
      return this.#listIdsOnly(refusal);
    }
    this.#folder = found;
    this.#restart(this.#start(), refusal);
  }

  /** Once per round: a second time the service is broken, and going on would not end. */
  #restart(at: Position, because: Refusal): void {
    if (this.#restarted) throw because.error;
    this.#restarted = true;
    this.#beginAgain(at);
  }

  /**
   * A page of whole mails that is refused for ever may be so because of one of them. Links carry their `$select`, so the
   * folder is listed anew by ids, and each unknown mail is read on its own. Where ids are refused too, that is thrown.
   */
  #listIdsOnly({ error }: Refusal): void {
    if (this.#hadCursor) this.#gaveUp = error;
    this.#beginAgain(this.#start(true));
    this.#pages.askOnce();
  }

  #beginAgain(at: Position): void {
    this.#resync = true;
    this.#followed.clear();
    this.#at = at;
  }

  #afterDeadLink(): Position {
    const at = this.#at;
    return at.phase === 'fill' || at.phase === 'window' ? { ...at, link: null } : this.#start();
  }

  #start(light = false): Position {
    return this.#source.delta ? firstPosition(light) : windowPosition(light);
  }

  #isOurs(at: Position): boolean {
    try {
      this.#checkLinks(at);
      return true;
    } catch {
      return false;
    }
  }

  #endless(): IntegratorError {
    const where = `the folder "${this.#folder.path}" of ${this.#source.mailbox.address}`;
    return new IntegratorError('protocol', `${where}: the service's pages go round in a circle`, {
      hint: 'Nothing was lost; it is read again at the next turn.',
    });
  }
}

function receivedMsOf(entries: readonly ChangeEntry[]): number[] {
  const times: number[] = [];
  for (const entry of entries)
    if (entry.kind === 'present' && entry.receivedAtMs !== null) times.push(entry.receivedAtMs);
  return times;
}

/** Whether the trouble with a page may be that of one mail on it, rather than everybody's. */
function mayBeOneMail(refusal: Refusal): boolean {
  if (refusal.problem !== 'status') return !neverLeft(refusal.error);
  const { status, code, error } = refusal;
  if (status === 401 || error.kind === 'throttled') return false;
  return !speaksOfMailbox(refusal) && !goneCodes.has(code) && !mailboxWide.has(code);
}

/** 400 speaks of the link only where there is one. */
function isDead(refusal: Refusal, at: Position): boolean {
  return refusal.status === 410 || deadCodes.has(refusal.code) || (refusal.status === 400 && at.link !== null);
}
