import { createGraphSendProvider } from '../../../src/mail/graph/sender-provider.ts';
import { Client } from '../../sandbox/client.ts';
import { mailSenderContract } from '../sender-suite.ts';
import { FixedTokens, quick } from './fixtures.ts';

mailSenderContract({
  name: 'graph',
  service: 'graph',
  connect: async (sandbox) => {
    const client = new Client(sandbox);
    await client.signIn();
    await client.agent.close();
    return createGraphSendProvider({
      baseUrl: sandbox.graph,
      caPem: sandbox.caPem,
      tokens: new FixedTokens(client.token),
      proxy: () => undefined,
      clock: Date.now,
      limits: quick,
    });
  },
  throttled: (seconds) => ({ kind: 'status', status: 429, code: 'TooManyRequests', retryAfter: String(seconds) }),
  making: '/messages$',
  sending: '/send$',
  uploading: '/upload/',
});
