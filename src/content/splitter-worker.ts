import { parentPort } from 'node:worker_threads';
import { splitChain } from './chain.ts';
import type { SplitJob, WorkerMessage } from './splitter.ts';

/* Runs in a thread of its own, so that no mail can hold up the importer; started by splitter.ts. */
const port = parentPort;
if (port !== null) {
  const say = (message: WorkerMessage) => port.postMessage(message);
  port.on('message', (job: SplitJob) =>
    say({ kind: 'split', id: job.id, split: splitChain(job.body, job.uniqueBody) }),
  );
  say({ kind: 'ready' });
}
