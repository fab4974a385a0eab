import { Agent, request } from 'undici';
import type { AuthWorld } from '../../auth/connect.ts';
import { signInByBrowser } from '../../auth/login/browser.ts';
import { TokenStore } from '../../auth/token-store.ts';
import type { Config } from '../../config/schema.ts';
import { IntegratorError } from '../../domain/errors.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { settingsOf } from '../auth-session.ts';
import type { CommandContext } from '../context.ts';

/** "Sign in with Microsoft" as a person would, with a few lines of code in the place of the browser. */
export async function signInToSandbox(config: Config, sandbox: Sandbox, context: CommandContext): Promise<string> {
  const [connection] = config.connections;
  const settings = connection === undefined ? undefined : settingsOf(config, connection, context.env);
  if (settings === undefined) throw new IntegratorError('bug', 'the demo has no connection to sign in');
  const store = new TokenStore(config.state_dir);
  const world: AuthWorld = { env: {}, stateDir: config.state_dir, store, clock: Date.now, random: Math.random };
  const browser = new Agent({ connect: { ca: sandbox.caPem } });
  try {
    const aborted = new AbortController();
    const signal = AbortSignal.any([context.signal, aborted.signal]);
    const signedIn = await signInByBrowser({ settings, world, signal, timeoutMs: 30_000 }, (url) => {
      visit(url, browser).catch((error: unknown) => {
        aborted.abort(error);
      });
    });
    return signedIn.username;
  } finally {
    store.close();
    await browser.close();
  }
}

/** Follows the sign-in page to the address on this machine that the browser would end at. */
async function visit(url: string, browser: Agent): Promise<void> {
  const page = new URL(url);
  page.searchParams.set('sandbox_auto', '1');
  const answer = await request(page, { dispatcher: browser });
  await answer.body.dump();
  const { location } = answer.headers;
  if (typeof location !== 'string') {
    throw new IntegratorError('protocol', `the sandbox refused the sign-in (HTTP ${answer.statusCode})`);
  }
  const callback = await request(location);
  await callback.body.dump();
}
