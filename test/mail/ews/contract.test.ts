import { createEwsProvider } from '../../../src/mail/ews/provider.ts';
import { mailProviderContract } from '../provider-suite.ts';
import { ewsToken, quick, tokensOf } from './fixtures.ts';

mailProviderContract({
  name: 'ews',
  service: 'ews',
  connect: async (sandbox) =>
    createEwsProvider({
      url: sandbox.ews,
      caPem: sandbox.caPem,
      signIn: { kind: 'token', tokens: tokensOf(await ewsToken(sandbox)), impersonate: true },
      uniqueBody: true,
      clock: Date.now,
      onMutation: () => undefined,
      limits: quick,
    }),
  throttled: (seconds) => ({
    kind: 'status',
    status: 500,
    code: 'ErrorServerBusy',
    message: `BackOffMilliseconds ${seconds * 1_000}`,
  }),
  unavailable: { kind: 'status', status: 503, noBody: true },
  expiredToken: { kind: 'expired_token' },
});
