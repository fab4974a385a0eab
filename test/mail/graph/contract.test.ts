import { createGraphProvider } from '../../../src/mail/graph/provider.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { Client } from '../../sandbox/client.ts';
import { mailProviderContract } from '../provider-suite.ts';
import { FixedTokens, quick } from './fixtures.ts';

const signedIn = new WeakMap<Sandbox, string>();

mailProviderContract({
  name: 'graph',
  service: 'graph',
  connect: async (sandbox) => {
    const tokens = new FixedTokens(await applicationToken(sandbox));
    return createGraphProvider({
      baseUrl: sandbox.graph,
      caPem: sandbox.caPem,
      tokens,
      uniqueBody: true,
      delta: true,
      clock: Date.now,
      onMutation: () => undefined,
      limits: quick,
    });
  },
  throttled: (seconds) => ({ kind: 'status', status: 429, code: 'TooManyRequests', retryAfter: String(seconds) }),
  unavailable: { kind: 'status', status: 503, noBody: true },
  expiredToken: { kind: 'expired_token' },
});

async function applicationToken(sandbox: Sandbox): Promise<string> {
  const known = signedIn.get(sandbox);
  if (known !== undefined) return known;
  const client = new Client(sandbox);
  await client.signInAsApplication();
  await client.agent.close();
  signedIn.set(sandbox, client.token);
  return client.token;
}
