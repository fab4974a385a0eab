import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { nextDueMs, parseSchedule } from '../config/times.ts';
import type { Schedule } from '../config/times.ts';
import { importJob } from '../importer/run-once.ts';
import type { ImportDeps } from '../importer/run-once.ts';
import type { MailboxJob } from '../importer/mailbox-job.ts';
import type { MailboxReport } from '../importer/report.ts';
import { saveNextRun } from '../store/mailboxes.ts';

export interface ServiceOptions {
  readonly concurrency: number;
  /** Aborting it stops the service: no new mailbox is begun, what is being committed is finished. */
  readonly signal: AbortSignal;
  readonly onReport: (report: MailboxReport) => void;
  /** Called at every turn of the loop: the service is alive. */
  readonly onTurn?: () => void;
}

/** The loop looks at the clock this often at least, so that a clock that jumps delays nothing for long. */
const longestSleepMs = 30_000;

/**
 * Imports every mailbox on its connection's schedule until the signal aborts: all of them at the start, then each when
 * it is due. A mailbox is never imported twice at a time, and one that fails is simply due again.
 */
export async function runService(
  jobs: readonly MailboxJob[],
  deps: ImportDeps,
  options: ServiceOptions,
): Promise<void> {
  const limit = pLimit(options.concurrency);
  // Every mailbox listens to the one signal; that many listeners are no leak.
  setMaxListeners(0, options.signal);
  const turns = jobs.map((job) => new MailboxSchedule(job, deps.now()));
  const running = new Set<Promise<void>>();
  const wake = new Wake();
  while (!options.signal.aborted) {
    options.onTurn?.();
    for (const turn of turns.filter((each) => each.isDue(deps.now()))) {
      turn.running = true;
      const work = limit(() => runTurn(turn, deps, options)).finally(() => {
        turn.running = false;
        running.delete(work);
        wake.ring();
      });
      running.add(work);
    }
    await pause(turns, wake, deps.now(), options.signal);
  }
  limit.clearQueue();
  await Promise.allSettled(running);
}

async function runTurn(turn: MailboxSchedule, deps: ImportDeps, options: ServiceOptions): Promise<void> {
  if (options.signal.aborted) return;
  const report = await importJob(turn.job, deps, options.signal);
  turn.finished(deps.now());
  await deps.pages
    .write((trx) => saveNextRun(trx, turn.job.context.key, turn.dueAtMs))
    // The store has its own way to say what is wrong with it: the report of the next turn.
    .catch(() => undefined);
  options.onReport(report);
}

/** Until the next mailbox is due, one is done, or the service is stopped. */
async function pause(turns: readonly MailboxSchedule[], wake: Wake, nowMs: number, signal: AbortSignal): Promise<void> {
  let dueAtMs = nowMs + longestSleepMs;
  for (const turn of turns) if (!turn.running) dueAtMs = Math.min(dueAtMs, turn.dueAtMs);
  const waitMs = Math.min(longestSleepMs, Math.max(50, dueAtMs - nowMs));
  const timer = new AbortController();
  const stop = AbortSignal.any([signal, timer.signal]);
  await Promise.race([sleep(waitMs, undefined, { signal: stop }).catch(() => undefined), wake.next()]);
  timer.abort();
}

/** One thing to wait for, whichever mailbox is done: to wait for each of them anew would cost their square. */
class Wake {
  #wake: () => void = () => undefined;
  #next: Promise<void> | null = null;

  next(): Promise<void> {
    this.#next ??= new Promise((resolve) => {
      this.#wake = resolve;
    });
    return this.#next;
  }

  ring(): void {
    this.#wake();
    this.#next = null;
  }
}

/** When a mailbox is due: at once, and then by the schedule, whose next time is reckoned from the end of its turn. */
class MailboxSchedule {
  readonly job: MailboxJob;
  dueAtMs: number;
  running = false;
  readonly #schedule: Schedule;
  #lookedAtMs: number;

  constructor(job: MailboxJob, nowMs: number) {
    this.job = job;
    this.dueAtMs = nowMs;
    this.#schedule = parseSchedule(job.connection.schedule);
    this.#lookedAtMs = nowMs;
  }

  /** A clock that was set back must not put a mailbox off for longer than its schedule says. */
  isDue(nowMs: number): boolean {
    if (this.running) return false;
    if (nowMs < this.#lookedAtMs) this.dueAtMs = Math.min(this.dueAtMs, this.#next(nowMs));
    this.#lookedAtMs = nowMs;
    return this.dueAtMs <= nowMs;
  }

  finished(nowMs: number): void {
    this.dueAtMs = this.#next(nowMs);
  }

  #next(nowMs: number): number {
    return nextDueMs(this.#schedule, nowMs, this.job.timezone);
  }
}
