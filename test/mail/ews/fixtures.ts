import type { TokenSource } from '../../../src/auth/token-source.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { Client } from '../../sandbox/client.ts';

/** Everything waits next to nothing. */
export const quick = { retries: { attempts: 4, backoffMs: 1, longestBackoffMs: 5 } };

const known = new WeakMap<Sandbox, string>();

/** A token of the application for Exchange. */
export async function ewsToken(sandbox: Sandbox): Promise<string> {
  const found = known.get(sandbox);
  if (found !== undefined) return found;
  const client = new Client(sandbox);
  const answer = await client.tokenRequest({
    grant_type: 'client_credentials',
    scope: 'https://outlook.office365.com/.default',
  });
  await client.agent.close();
  const token = String(answer.json.access_token);
  known.set(sandbox, token);
  return token;
}

export function tokensOf(token: string): TokenSource {
  return { getToken: () => Promise.resolve(token), invalidate: () => undefined };
}
