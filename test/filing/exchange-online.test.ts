import { expect, test } from 'vitest';
import { isInExchangeOnline } from '../../src/filing/mailbox-context.ts';
import { openDesk } from '../inbox/fixtures.ts';

const ews = { type: 'ews', auth: 'basic', username: 'svc', password: { env: 'SECRET' } } as const;

test.each<[where: string, connection: Record<string, unknown>, online: boolean]>([
  ['Graph', {}, true],
  ['Graph of a national cloud', { cloud: 'usgov' }, true],
  ['EWS of Exchange Online', { ...ews, server: 'outlook.office365.com' }, true],
  ['EWS of Exchange Online in another cloud', { ...ews, server: 'partner.outlook.cn' }, true],
  ['EWS of an own server', { ...ews, server: 'mail.contoso.test' }, false],
  ['EWS of an own server whose name only looks alike', { ...ews, server: 'outlook.office365.com.contoso.test' }, false],
  [
    'an EWS address that wins over the server',
    { ...ews, endpoints: { ews: 'https://outlook.office365.com/EWS/' } },
    true,
  ],
  ['an EWS address of an own server', { ...ews, endpoints: { ews: 'https://mail.contoso.test/EWS/' } }, false],
])('mail over %s goes through Exchange Online: %s', async (_where, connection, online) => {
  const desk = await openDesk({ connection });
  const [configured] = desk.config.connections;
  expect(configured !== undefined && isInExchangeOnline(configured)).toBe(online);
  await desk.close();
});
