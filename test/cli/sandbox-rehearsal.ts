import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { z } from 'zod';
import { emptyDirectory, startCli } from './run-cli.ts';

const described = z.looseObject({ origin: z.string(), tenant_id: z.string(), config: z.string().nullable() });

export interface ServedSandbox {
  /** Where it was started: the directory of `--init` lies in it. */
  readonly cwd: string;
  readonly document: z.infer<typeof described>;
  /** What it printed on stderr until now. */
  readonly words: () => string;
  readonly stop: () => Promise<void>;
}

/** `integrator sandbox` with these options, in a process of its own, once it serves. */
export async function serveSandbox(args: readonly string[], cwd = emptyDirectory()): Promise<ServedSandbox> {
  const { child, result } = startCli(['sandbox', ...args], { cwd });
  let words = '';
  child.stderr?.on('data', (chunk: string) => (words += chunk));
  const file = join(cwd, 'sandbox.json');
  while (!existsSync(file) || !words.includes('Ctrl-C')) {
    if (child.exitCode !== null) throw new Error(`the sandbox ended: ${(await result).stderr}`);
    await sleep(20);
  }
  const document = described.parse(JSON.parse(readFileSync(file, 'utf8')));
  return {
    cwd,
    document,
    words: () => words,
    stop: async () => {
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
      // What waits for the file of the next start must not find this one's.
      rmSync(file, { force: true });
    },
  };
}

/** Does what a person does in the browser: picks the service account, accepts, lets the page go on. */
export async function signInInBrowser(url: string, caPem: string): Promise<void> {
  const dispatcher = new Agent({ connect: { ca: caPem } });
  try {
    const { headers, body } = await request(`${url}&sandbox_auto=1`, { dispatcher });
    await body.dump();
    const { location } = headers;
    if (typeof location !== 'string') throw new Error('the sandbox did not send the browser back');
    await fetch(location);
  } finally {
    await dispatcher.close();
  }
}
