import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  adminConsentUrl,
  consentScopes,
  covering,
  permissionName,
  scopesFor,
  uncovered,
} from '../../src/auth/cloud.ts';
import { authStatus } from '../../src/auth/status.ts';
import { loadConfig } from '../../src/config/load.ts';
import { sendsMail } from '../../src/config/sends-mail.ts';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { emptyDirectory } from '../cli/run-cli.ts';
import { startTenant } from './tenant.ts';
import type { Tenant } from './tenant.ts';

let tenant: Tenant;
beforeEach(async () => {
  tenant = await startTenant();
});
afterEach(() => tenant.close());

const names = (scopes: readonly string[]) => scopes.map(permissionName);
const toRead = ['User.Read', 'Mail.Read.Shared'];
const toSend = ['User.Read', 'Mail.ReadWrite.Shared', 'Mail.Send', 'Mail.Send.Shared'];

describe('what a sign-in asks for', () => {
  test('is reading alone where the configuration sends nothing', async () => {
    const settings = tenant.but({ sends: 'no' });
    expect(names(consentScopes(settings))).toEqual(toRead);
    expect(adminConsentUrl(settings, 'http://localhost/authcallback')).not.toMatch(/ReadWrite|Send/);
    const { missing, scopes } = await tenant.signIn(undefined, settings);
    expect([missing, names(scopes)]).toEqual([[], toRead]);
  });

  test('is sending too where it does', () => {
    expect(names(consentScopes(tenant.but({ sends: 'configured' })))).toEqual(toSend);
  });

  test('is the same for Exchange and for applications, whatever is sent', () => {
    for (const sends of ['no', 'configured', 'by_hand'] as const) {
      expect(names(scopesFor(tenant.but({ sends, resources: ['ews'] }), 'ews'))).toEqual(['EWS.AccessAsUser.All']);
      expect(names(scopesFor(tenant.but({ sends, kind: 'application' }), 'graph'))).toEqual(['.default']);
    }
  });
});

describe('a sign-in of before', () => {
  test('that covers more goes on without another one', async () => {
    await tenant.signIn(undefined, tenant.but({ sends: 'configured' }));
    const reading = tenant.but({ sends: 'no' });
    const { token } = await tenant.credential(reading).getToken(scopesFor(reading, 'graph'));
    expect(token).not.toBe('');
    expect(await authStatus(reading, tenant.world, true)).toMatchObject({ state: 'ok' });
  });

  test('that covers reading only needs another one when the configuration sends: said with the reason, asking nobody', async () => {
    await tenant.signIn(undefined, tenant.but({ sends: 'no' }));
    const before = tenant.tokenRequests();
    const sending = tenant.but({ sends: 'configured' });
    const expected = {
      kind: 'needs_login',
      message: expect.stringMatching(
        /without Mail\.ReadWrite\.Shared, Mail\.Send, Mail\.Send\.Shared.*configuration sends mail now/,
      ),
      hint: 'Run: integrator auth login contoso-sales',
    };
    await expect(tenant.credential(sending).getToken(scopesFor(sending, 'graph'))).rejects.toMatchObject(expected);
    expect(await authStatus(sending, tenant.world, false)).toMatchObject({
      state: 'sign_in_needed',
      lastError: expected,
    });
    expect(tenant.tokenRequests()).toBe(before);
    await tenant.signIn(undefined, sending);
    expect(await authStatus(sending, tenant.world, true)).toMatchObject({ state: 'ok' });
  });

  test('that covers reading only, and somebody sends by hand: what to configure; reading goes on', async () => {
    const reading = tenant.but({ sends: 'no' });
    await tenant.signIn(undefined, reading);
    const byHand = tenant.but({ sends: 'by_hand' });
    await expect(tenant.credential(byHand).getToken(scopesFor(byHand, 'graph'))).rejects.toMatchObject({
      kind: 'needs_login',
      hint: 'Write `outgoing: {}` into the configuration, then run: integrator auth login contoso-sales',
    });
    expect(await authStatus(reading, tenant.world, true)).toMatchObject({ state: 'ok', lastError: null });
  });

  test('that an administrator has consented to more for sends by hand without another one', async () => {
    const reading = tenant.but({ sends: 'no' });
    await tenant.signIn(undefined, reading);
    tenant.sandbox.app.adminConsented = true;
    const byHand = tenant.but({ sends: 'by_hand' });
    expect((await tenant.credential(byHand).getToken(scopesFor(byHand, 'graph'))).token).not.toBe('');
  });
});

test('a permission that includes another one covers it, in whatever spelling', () => {
  const graph = (name: string) => `https://graph.microsoft.com/${name}`;
  expect(covering(graph('Mail.Read.Shared'), ['mail.readwrite.shared'])).toBe('mail.readwrite.shared');
  expect(uncovered(toRead.map(graph), toSend)).toEqual([]);
  expect(uncovered(toSend, toRead.map(graph))).toEqual(['Mail.ReadWrite.Shared', 'Mail.Send', 'Mail.Send.Shared']);
});

describe('a configuration sends mail', () => {
  async function sends(more: string, mailbox = 'agent: ann'): Promise<boolean> {
    const directory = emptyDirectory();
    const path = join(directory, 'integrator.yaml');
    const yaml = `agents: [{ id: ann, email: ann@contoso.test }]
connections:
  - { name: sales, type: graph, tenant_id: t, client_id: c, client_secret: { env: S }, mailboxes: [{ address: ann@contoso.test, ${mailbox} }] }
${more}`;
    writeFileSync(path, yaml, { mode: 0o600 });
    const { config } = await loadConfig({ path, env: { HOME: directory }, cwd: directory });
    const [connection] = config.connections;
    return connection !== undefined && sendsMail(config, connection);
  }

  test.each([
    ['not without `outgoing`', '', 'agent: ann', false],
    ['with it, empty as it may be', 'outgoing: {}', 'agent: ann', true],
    [
      'with a mailbox for incidents, whose business units are written to',
      '',
      'agents: [ann], matched_to: incidents',
      true,
    ],
  ])('%s', async (_what, more, mailbox, expected) => {
    expect(await sends(more, mailbox)).toBe(expected);
  });
});
