import { Worker } from 'node:worker_threads';
import type { MessageBody } from '../domain/message.ts';
import { type ChainReason, type ChainSplit, keepWhole, splitChain } from './chain.ts';

/** What goes to the worker, and what comes back. */
export interface SplitJob {
  readonly id: number;
  readonly body: MessageBody;
  readonly uniqueBody: MessageBody | null;
}
export type WorkerMessage =
  { readonly kind: 'ready' } | { readonly kind: 'split'; readonly id: number; readonly split: ChainSplit };

export interface Splitter {
  /** Never rejects: a mail that takes longer than the deadline, or breaks the splitter, is kept whole. */
  split(body: MessageBody, uniqueBody: MessageBody | null): Promise<ChainSplit>;
  /** Ends the worker; what still waits is kept whole. */
  close(): Promise<void>;
}

export interface SplitterOptions {
  /** Milliseconds one mail may take; the time a worker needs to start does not count. */
  readonly deadlineMs?: number;
  /** The worker's module, for tests. */
  readonly workerUrl?: URL;
}

const defaultDeadlineMs = 1000;
const startDeadlineMs = 15_000;
const maxHeapMb = 256;

/**
 * Splits mail in a worker thread, one at a time, under a hard deadline. The worker starts with the first mail, is
 * replaced after a deadline, and does not keep the process alive.
 */
export function startSplitter(options: SplitterOptions = {}): Splitter {
  const url = options.workerUrl ?? compiledWorker();
  // Run from the sources (tests), there is no compiled worker to start: the same function, without the deadline.
  if (url === undefined) return { split: async (body, unique) => splitChain(body, unique), close: async () => {} };
  return new WorkerSplitter(url, options.deadlineMs ?? defaultDeadlineMs);
}

function compiledWorker(): URL | undefined {
  return import.meta.url.endsWith('.js') ? new URL('./splitter-worker.js', import.meta.url) : undefined;
}

function hand(worker: Worker, job: SplitJob): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  worker.postMessage(job);
}

interface Waiting {
  readonly job: SplitJob;
  readonly done: (split: ChainSplit) => void;
}

class WorkerSplitter implements Splitter {
  private readonly url: URL;
  private readonly deadlineMs: number;
  private readonly queue: Waiting[] = [];
  private worker: Worker | undefined;
  private ready = false;
  private current: Waiting | undefined;
  private timer: NodeJS.Timeout | undefined;
  private lastId = 0;
  private closed = false;

  constructor(url: URL, deadlineMs: number) {
    this.url = url;
    this.deadlineMs = deadlineMs;
  }

  split(body: MessageBody, uniqueBody: MessageBody | null): Promise<ChainSplit> {
    if (this.closed) return Promise.resolve(keepWhole(body, 'failed'));
    this.lastId += 1;
    const job = { id: this.lastId, body, uniqueBody };
    return new Promise((done) => {
      this.queue.push({ job, done });
      this.next();
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    const worker = this.worker;
    this.giveUp('failed');
    for (const { job, done } of this.queue.splice(0)) done(keepWhole(job.body, 'failed'));
    await worker?.terminate();
  }

  private next(): void {
    if (this.current !== undefined) return;
    this.current = this.queue.shift();
    if (this.current === undefined) return;
    this.worker ??= this.start();
    this.worker.ref();
    this.arm(this.ready ? this.deadlineMs : startDeadlineMs);
    if (this.ready) hand(this.worker, this.current.job);
  }

  private start(): Worker {
    const worker = new Worker(this.url, { resourceLimits: { maxOldGenerationSizeMb: maxHeapMb } });
    worker.on('message', (message: WorkerMessage) => {
      if (worker === this.worker) this.hear(message, worker);
    });
    const broken = () => {
      if (worker === this.worker) this.giveUp('failed');
    };
    worker.on('error', broken);
    worker.on('exit', broken);
    return worker;
  }

  private hear(message: WorkerMessage, worker: Worker): void {
    if (message.kind === 'ready') {
      this.ready = true;
      if (this.current === undefined) return;
      this.arm(this.deadlineMs);
      hand(worker, this.current.job);
    } else if (message.id === this.current?.job.id) {
      worker.unref();
      this.settle(message.split);
    }
  }

  private arm(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.giveUp(this.ready ? 'deadline' : 'failed'), ms);
  }

  /** The worker is of no use any more; the next mail gets a new one. */
  private giveUp(reason: ChainReason): void {
    const worker = this.worker;
    this.worker = undefined;
    this.ready = false;
    void worker?.terminate();
    if (this.current !== undefined) this.settle(keepWhole(this.current.job.body, reason));
  }

  private settle(split: ChainSplit): void {
    clearTimeout(this.timer);
    const waiting = this.current;
    this.current = undefined;
    waiting?.done(split);
    if (!this.closed) this.next();
  }
}
