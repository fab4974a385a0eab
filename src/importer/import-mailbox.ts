import { parseTime } from '../config/times.ts';
import { toErrorReport } from '../domain/errors.ts';
import type { IntegratorError } from '../domain/errors.ts';
import type { MailboxContext } from '../filing/mailbox-context.ts';
import { addCounts, noCounts } from '../filing/page-counts.ts';
import type { MailboxReader } from '../mail/provider.ts';
import { ensureFloor, lowerFloor, recordOutcome } from '../store/mailboxes.ts';
import type { Floor } from '../store/mailboxes.ts';
import { storeError } from '../store/store-error.ts';
import { folderPaths } from './folder-paths.ts';
import { importFolder } from './import-folder.ts';
import type { Restart } from './import-folder.ts';
import type { ImportMailboxDeps, MailboxJob } from './mailbox-job.ts';
import { refuseShared } from './refuse-shared.ts';
import { folderReport } from './report.ts';
import type { FolderReport, MailboxReport } from './report.ts';
import { retrySetAside } from './retry-set-aside.ts';

/** The same before the connection is open: that it cannot be opened is this mailbox's error, and remembered as such. */
export interface TurnDeps extends Omit<ImportMailboxDeps, 'reader'> {
  readonly openReader: () => Promise<MailboxReader>;
}

/**
 * Imports what is new in one mailbox, folder by folder, and says what happened; an error ends up in the report, never
 * in the caller. What was committed before it stays.
 */
export async function importMailbox(job: MailboxJob, deps: TurnDeps, signal: AbortSignal): Promise<MailboxReport> {
  const turn = new MailboxTurn(job, deps, signal);
  await turn.run();
  return turn.finish();
}

/** These fail for the whole connection, or for every folder alike: the rest of the mailbox is not tried. */
const endsTheTurn = new Set(['needs_login', 'needs_admin', 'config', 'throttled', 'unreachable', 'store', 'busy']);

/** A Date header tells whole seconds. */
const dateGrainMs = 1000;

class MailboxTurn {
  readonly #job: MailboxJob;
  readonly #deps: TurnDeps;
  readonly #signal: AbortSignal;
  readonly #counts = noCounts();
  readonly #folders: FolderReport[] = [];
  #reader: MailboxReader | null = null;
  #error: IntegratorError | null = null;
  #floor: Floor | null = null;

  constructor(job: MailboxJob, deps: TurnDeps, signal: AbortSignal) {
    this.#job = job;
    this.#deps = deps;
    this.#signal = signal;
  }

  async run(): Promise<void> {
    await this.#attempt(async () => {
      const floor = await this.#rememberedFloor();
      this.#floor = floor;
      const reader = await this.#deps.openReader();
      this.#reader = reader;
      const deps = { ...this.#deps, reader };
      await refuseShared(this.#job, deps, this.#signal);
      const floorMs = await this.#byTheirClock(floor.floorMs, reader);
      // Before the folders, so that what is set aside in this turn waits for the next one.
      await this.#attempt(async () => {
        addCounts(this.#counts, await retrySetAside(this.#job, deps, this.#signal));
      });
      if (this.#stops()) return;
      for (const path of folderPaths(this.#job.mailbox)) {
        await this.#attempt(() => this.#importPath(path, floorMs, deps));
        if (this.#stops()) return;
      }
      await this.#byTheirClock(floorMs, reader);
    });
  }

  async finish(): Promise<MailboxReport> {
    const { connection, mailbox, context } = this.#job;
    const error = this.#error === null ? null : toErrorReport(this.#error);
    if (!this.#signal.aborted) await this.#record(context.key, error);
    const { removed_upstream: _perFolder, ...counts } = this.#counts;
    return {
      connection: connection.name,
      mailbox: mailbox.address,
      folders: this.#folders,
      ...counts,
      requests: this.#reader?.requests ?? 0,
      only_mail_since: this.#onlyMailSince(),
      error,
    };
  }

  /** Mail that is older than the first run is what a person may miss after it. */
  #onlyMailSince(): string | null {
    const { imported, duplicates, failed } = this.#counts;
    const nothingCame = imported + duplicates + failed === 0 && this.#error === null;
    const fromNowOn = this.#job.mailbox.import_from === 'now' && this.#deps.sinceMs === null;
    if (!nothingCame || !fromNowOn || this.#floor?.first !== true) return null;
    return new Date(this.#floor.floorMs).toISOString();
  }

  async #record(key: MailboxContext['key'], error: MailboxReport['error']): Promise<void> {
    const atMs = this.#deps.now();
    await this.#attempt(() => this.#deps.pages.write((trx) => recordOutcome(trx, key, { atMs, error })));
  }

  #rememberedFloor(): Promise<Floor> {
    const { mailbox, context } = this.#job;
    const floorMs = this.#floorAt(this.#deps.now());
    return this.#deps.pages.write((trx) => ensureFloor(trx, context.key, mailbox.import_from, floorMs));
  }

  /** The floor that `import_from` gives, were it read at this time; services tell received dates in whole seconds. */
  #floorAt(now: number): number {
    const { mailbox, timezone } = this.#job;
    const floorMs = mailbox.import_from === 'now' ? now : parseTime(mailbox.import_from, { now, timezone });
    return Math.floor(floorMs / 1000) * 1000;
  }

  /**
   * A floor that was reckoned by our own clock and lies ahead of the service's: ours was wrong, and no mail would ever
   * be new enough. It becomes the service's time. A date that the configuration names stays as it is.
   */
  async #byTheirClock(floorMs: number, reader: MailboxReader): Promise<number> {
    const serverMs = reader.serverTimeMs();
    if (serverMs === null || floorMs <= serverMs + dateGrainMs) return floorMs;
    const lowerMs = this.#floorAt(serverMs);
    if (lowerMs >= floorMs) return floorMs;
    await this.#deps.pages.write((trx) => lowerFloor(trx, this.#job.context.key, lowerMs));
    if (this.#floor !== null) this.#floor = { ...this.#floor, floorMs: lowerMs };
    return lowerMs;
  }

  async #importPath(path: string, floorMs: number, deps: ImportMailboxDeps): Promise<void> {
    for (const folder of await deps.reader.folders(path, this.#signal)) {
      await this.#attempt(async () => {
        const counts = noCounts();
        let restart: Restart = null;
        try {
          restart = await importFolder({ folder, floorMs, counts, job: this.#job }, deps, this.#signal);
        } finally {
          addCounts(this.#counts, counts);
          this.#folders.push(folderReport(folder.path, counts, restart));
        }
      });
      if (this.#stops()) return;
    }
  }

  #stops(): boolean {
    return this.#error !== null && endsTheTurn.has(this.#error.kind);
  }

  /** Keeps the first error; what comes after it is often only its echo. */
  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      if (this.#signal.aborted) return;
      this.#error ??= storeError(thrown);
    }
  }
}
