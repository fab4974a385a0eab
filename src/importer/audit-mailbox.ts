import { z } from 'zod';
import { messageKey } from '../domain/message-id.ts';
import { Decider } from '../filing/decider.ts';
import { decidingOf } from '../filing/decide-page.ts';
import { ownMessageOf } from '../filing/own-mail.ts';
import { planFiling } from '../filing/plan.ts';
import { prepareMail } from '../filing/prepared-mail.ts';
import type { PreparedMail } from '../filing/prepared-mail.ts';
import { tellApart } from '../filing/tell-apart.ts';
import type { PlacedMail } from '../filing/page-variant.ts';
import type { Folder, ListedMessage, MailboxReader } from '../mail/provider.ts';
import { failingFolders, keysOfMailbox, mailboxTimes, placedIn, setAsideErrors } from '../store/audit-placements.ts';
import { itemsOf } from '../store/items.ts';
import { inParts } from '../store/in-parts.ts';
import { knownPlacements } from '../store/messages.ts';
import { storeError } from '../store/store-error.ts';
import type { Store } from '../store/store.ts';
import { auditedMail } from './audit-report.ts';
import type { AuditedMail, MissingMail, ExtraMail, FolderAudit, MailboxAudit } from './audit-report.ts';
import { folderPaths } from './folder-paths.ts';
import { hashOnly } from './hash-only.ts';
import type { MailboxJob } from './mailbox-job.ts';

export interface AuditDeps {
  readonly store: Store;
  readonly reader: MailboxReader;
  readonly now: () => number;
  readonly sinceMs: number | null;
  readonly whole: boolean;
}

/**
 * Lists the chosen folders again from the floor on, read only, and compares with the store. Throws what listing throws;
 * a mail that is not stored is read once more to tell whether it should be.
 */
export async function auditMailbox(job: MailboxJob, deps: AuditDeps, signal: AbortSignal): Promise<MailboxAudit> {
  const audit = await MailboxAuditor.start(job, deps, signal);
  const folders = new Map<string, Folder>();
  for (const path of folderPaths(job.mailbox)) {
    for (const folder of await deps.reader.folders(path, signal)) folders.set(folder.id, folder);
  }
  for (const folder of folders.values()) await audit.folder(folder);
  await audit.findExtra(folders);
  if (deps.whole) await audit.elsewhere(folders);
  return audit.result();
}

class MailboxAuditor {
  readonly #job: MailboxJob;
  readonly #deps: AuditDeps;
  readonly #signal: AbortSignal;
  readonly #sinceMs: number;
  readonly #lastSuccessMs: number;
  readonly #setAside: ReadonlyMap<string, string>;
  readonly #folders = new Map<string, FolderAudit>();
  /** All that lies in the chosen folders: ids of the provider. */
  readonly #listed = new Set<string>();
  readonly #missing: MissingMail[] = [];
  readonly #extra: ExtraMail[] = [];
  readonly #movedAway: AuditedMail[] = [];
  readonly #accounted = { ignored: 0, deleted: 0, drafts: 0, below_floor: 0 };
  readonly #failing: ReadonlyMap<string, string>;
  readonly #lastErrorJson: string | null;
  #oldestMs = Infinity;

  private constructor(job: MailboxJob, deps: AuditDeps, known: Known) {
    this.#job = job;
    this.#deps = deps;
    this.#signal = known.signal;
    this.#sinceMs = known.sinceMs;
    this.#lastSuccessMs = known.lastSuccessMs;
    this.#setAside = known.setAside;
    this.#failing = known.failing;
    this.#lastErrorJson = known.lastErrorJson;
  }

  static async start(job: MailboxJob, deps: AuditDeps, signal: AbortSignal): Promise<MailboxAuditor> {
    const { db } = deps.store;
    const { floorMs, lastSuccessAtMs, lastErrorJson } = await mailboxTimes(db, job.context.key);
    return new MailboxAuditor(job, deps, {
      signal,
      // A mailbox that was never imported has no floor yet; nothing of it is due.
      sinceMs: Math.max(floorMs ?? deps.now(), deps.sinceMs ?? 0),
      lastSuccessMs: lastSuccessAtMs ?? 0,
      setAside: await setAsideErrors(db, job.mailbox.address),
      failing: await failingFolders(db, job.context.key),
      lastErrorJson,
    });
  }

  async folder(folder: Folder): Promise<void> {
    const before = this.#missing.length;
    const all = await this.#list(folder, Math.min(this.#sinceMs, this.#deps.sinceMs ?? this.#sinceMs));
    for (const { providerId } of all) this.#listed.add(providerId);
    const listed = all.filter((message) => message.receivedAtMs >= this.#sinceMs);
    await this.#countBelowFloor(all.filter((message) => message.receivedAtMs < this.#sinceMs));
    for (const message of await this.#unknown(listed)) await this.#judge(message, folder);
    const missing = this.#missing.length - before;
    this.#folders.set(folder.id, { folder: folder.path, listed: listed.length, missing, extra: 0 });
  }

  /**
   * Mail that is in none of the chosen folders any more. It is looked for once all are listed, and told with the folder
   * that has the id it was stored with, else with the one of that path: a folder may have been made anew.
   */
  async findExtra(chosen: ReadonlyMap<string, Folder>): Promise<void> {
    const byPath = new Map([...chosen.values()].map((folder) => [folder.path, folder]));
    const { db } = this.#deps.store;
    for (const mail of await placedIn(db, this.#job.mailbox.address, this.#sinceMs)) {
      if (this.#listed.has(mail.providerId)) continue;
      const folder = chosen.get(mail.folderId ?? '') ?? byPath.get(mail.folder);
      const audit = this.#folders.get(folder?.id ?? '');
      if (folder === undefined || audit === undefined) continue;
      this.#extra.push({ id: `m${mail.itemId}`, ...auditedMail(mail, folder) });
      this.#folders.set(folder.id, { ...audit, extra: audit.extra + 1 });
    }
  }

  /** Mail in the other folders that the mailbox has no mail of; sent items and what `all` leaves out do not count. */
  async elsewhere(audited: ReadonlyMap<string, Folder>): Promise<void> {
    for (const folder of await this.#deps.reader.folders('all', this.#signal)) {
      if (audited.has(folder.id) || folder.sentItems) continue;
      const listed = await this.#list(folder, this.#sinceMs);
      // A well-known folder comes here under another id than it was listed with.
      const unknown = await this.#unknown(listed.filter((message) => !this.#listed.has(message.providerId)));
      const keys = unknown.flatMap((message) => messageKey(message.internetMessageId) ?? []);
      const known = await keysOfMailbox(this.#deps.store.db, this.#job.mailbox.address, keys);
      for (const message of unknown) {
        if (!known.has(messageKey(message.internetMessageId) ?? '')) this.#movedAway.push(auditedMail(message, folder));
      }
    }
  }

  result(): MailboxAudit {
    const { connection, mailbox } = this.#job.context.key;
    return {
      connection,
      mailbox,
      since: new Date(this.#sinceMs).toISOString(),
      folders: [...this.#folders.values()],
      missing: this.#missing,
      extra: this.#extra,
      moved_away: this.#movedAway,
      accounted: this.#accounted,
      hint: this.#hint(),
      error: null,
    };
  }

  #hint(): string | null {
    if (this.#oldestMs === Infinity) return null;
    const since = new Date(this.#oldestMs).toISOString();
    return `integrator run --once --mailbox ${this.#job.mailbox.address} --since ${since}`;
  }

  /** Asked for by the audit's own --since only. */
  async #countBelowFloor(listed: readonly ListedMessage[]): Promise<void> {
    for (const message of await this.#unknown(listed)) {
      this.#accounted.below_floor += 1;
      this.#oldestMs = Math.min(this.#oldestMs, message.receivedAtMs);
    }
  }

  async #list(folder: Folder, sinceMs: number): Promise<ListedMessage[]> {
    const listed: ListedMessage[] = [];
    for await (const message of this.#deps.reader.list(folder, sinceMs, this.#signal)) listed.push(message);
    return listed;
  }

  async #unknown(listed: readonly ListedMessage[]): Promise<ListedMessage[]> {
    const unknown: ListedMessage[] = [];
    for (const part of inParts(listed, 500)) {
      const ids = part.map((message) => message.providerId);
      const known = await knownPlacements(this.#deps.store.db, this.#job.mailbox.address, ids);
      unknown.push(...part.filter((message) => !known.has(message.providerId)));
    }
    return unknown;
  }

  async #judge(message: ListedMessage, folder: Folder): Promise<void> {
    try {
      await this.#judgeListed(message, folder);
    } catch (thrown) {
      const error = storeError(thrown);
      if (error.kind !== 'bug') throw error;
      this.#miss(message, folder, error.message);
    }
  }

  /** A handle that is not known may still be a mail that is: handles change when mail moves. */
  async #judgeListed(message: ListedMessage, folder: Folder): Promise<void> {
    const error = this.#setAside.get(message.providerId);
    if (error !== undefined) return this.#miss(message, folder, `set aside: ${errorMessage(error)}`);
    const options = { files: hashOnly, keepOriginal: false, signal: this.#signal };
    const result = await this.#deps.reader.readOne(message.providerId, folder, options);
    if (result.kind === 'damaged') return this.#miss(message, folder, result.error.message);
    if (result.kind === 'gone' || result.message.receivedAtMs < this.#sinceMs) return;
    if (result.message.isDraft) this.#accounted.drafts += 1;
    else await this.#judgeMail(message, folder, prepareMail(result.message, this.#job.context));
  }

  async #judgeMail(message: ListedMessage, folder: Folder, read: PreparedMail): Promise<void> {
    const { db } = this.#deps.store;
    const { sentItems } = folder;
    const own = await ownMessageOf(db, this.#job.context, read, sentItems);
    const { mailbox } = this.#job.context.key;
    const { mails, variants } = await tellApart(db, { mails: [read], mailbox, sentItems, own });
    const [mail] = mails;
    const messageId = variants.get(mail?.identity ?? '')?.stored?.id;
    if (mail === undefined) this.#accounted.deleted += 1;
    else if (messageId !== undefined && (await this.#hasItem(messageId))) return;
    else if (await this.#isIgnored(mail, folder.sentItems)) this.#accounted.ignored += 1;
    else this.#miss(message, folder, this.#whyMissing(folder));
  }

  async #hasItem(messageId: number): Promise<boolean> {
    return (await itemsOf(this.#deps.store.db, this.#job.mailbox.address, [messageId])).has(messageId);
  }

  async #isIgnored(mail: PlacedMail, sentItems: boolean): Promise<boolean> {
    const deciding = decidingOf(mail);
    const decider = await Decider.load(this.#deps.store.db, this.#job.context, [deciding], sentItems);
    return planFiling((await decider.decide(deciding, sentItems)).decision).kind === 'skip';
  }

  /** Nothing is wrong with the mail itself: is something wrong with its folder, or its mailbox? */
  #whyMissing(folder: Folder): string | null {
    const failing = this.#failing.get(folder.id);
    if (failing !== undefined) return `the cursor of the folder fails: ${errorMessage(failing)}`;
    return this.#lastErrorJson === null ? null : `the last run failed: ${errorMessage(this.#lastErrorJson)}`;
  }

  #miss(message: ListedMessage, folder: Folder, why: string | null): void {
    const since_last_run = message.receivedAtMs > this.#lastSuccessMs;
    const because = why ?? (since_last_run ? 'it came after the last run' : null);
    this.#oldestMs = Math.min(this.#oldestMs, message.receivedAtMs);
    this.#missing.push({ ...auditedMail(message, folder), since_last_run, because });
  }
}

interface Known {
  readonly signal: AbortSignal;
  readonly sinceMs: number;
  readonly lastSuccessMs: number;
  readonly setAside: ReadonlyMap<string, string>;
  readonly failing: ReadonlyMap<string, string>;
  readonly lastErrorJson: string | null;
}

const errorSchema = z.object({ message: z.string() });

function errorMessage(json: string): string {
  return errorSchema.parse(JSON.parse(json)).message;
}
