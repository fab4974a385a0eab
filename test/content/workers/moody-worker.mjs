// Stands in for the splitter's worker: hangs, dies or answers, as the mail says.
/* oxlint-disable unicorn/require-post-message-target-origin -- a thread, not a window */
import { parentPort } from 'node:worker_threads';

parentPort.on('message', ({ id, body }) => {
  if (body.content === 'hang') for (;;);
  if (body.content === 'die') process.exit(3);
  if (body.content === 'throw') throw new Error('broken');
  const fresh = { ...body, content: body.content.toUpperCase() };
  const flags = { interleaved: false, truncated: false };
  parentPort.postMessage({ kind: 'split', id, split: { fresh, chain: null, reason: 'no_chain', flags } });
});
parentPort.postMessage({ kind: 'ready' });
