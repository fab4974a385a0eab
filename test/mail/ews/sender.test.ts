import { createEwsSendProvider } from '../../../src/mail/ews/sender-provider.ts';
import { mailSenderContract } from '../sender-suite.ts';
import { quick, serviceAccount } from './fixtures.ts';

mailSenderContract({
  name: 'ews',
  service: 'ews',
  connect: async (sandbox) =>
    createEwsSendProvider({
      url: sandbox.ews,
      caPem: sandbox.caPem,
      signIn: serviceAccount(sandbox),
      clock: Date.now,
      limits: quick,
    }),
  throttled: (seconds) => ({
    kind: 'status',
    status: 500,
    code: 'ErrorServerBusy',
    message: `BackOffMilliseconds ${seconds * 1_000}`,
  }),
  making: '#CreateItem$',
  sending: '#SendItem$',
  uploading: null,
});
