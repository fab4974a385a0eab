import { createInterface } from 'node:readline';
import { adminConsentUrl, authorityUrl, consentScopes, permissionName } from '../auth/cloud.ts';
import { registeredRedirectUri } from '../auth/redirect-uri.ts';
import { signInByBrowser, signInByPaste } from '../auth/login/browser.ts';
import { signInByDevice } from '../auth/login/device.ts';
import type { SignInParts, SignedIn } from '../auth/login/sign-in.ts';
import type { AuthSettings } from '../auth/settings.ts';
import { IntegratorError } from '../domain/errors.ts';
import { delegatedSettings, withAuth, withAuthChange } from './auth-session.ts';
import type { CommandContext } from './context.ts';
import { isoTime } from './format.ts';
import { openInBrowser } from './open-browser.ts';

export interface LoginRequest {
  readonly connection: string;
  readonly way: 'browser' | 'paste' | 'device';
  readonly openBrowser: boolean;
  readonly timeoutMs: number;
  readonly dryRun: boolean;
}

export function login(context: CommandContext, request: LoginRequest): Promise<void> {
  const { connection, way, timeoutMs, dryRun } = request;
  if (dryRun) {
    return withAuth(context, 'auth.login', async (session) =>
      printPlan(context, delegatedSettings(session, connection)),
    );
  }
  return withAuthChange(context, 'auth.login', async (session) => {
    const { world, record } = session;
    const settings = delegatedSettings(session, connection);
    const signedIn = await signInBy(context, request, { settings, world, signal: context.signal, timeoutMs });
    await record('auth.login', connection, { account: signedIn.username, way });
    printSignedIn(context, settings, signedIn);
  });
}

function signInBy(context: CommandContext, request: LoginRequest, parts: SignInParts): Promise<SignedIn> {
  const { output } = context;
  const who = parts.settings.serviceAccount ?? 'the service account';
  switch (request.way) {
    case 'device':
      return signInByDevice(parts, ({ url, code, expiresInSeconds }) => {
        const minutes = Math.round(expiresInSeconds / 60);
        output.warn(`Sign in as ${who}: open ${url} on any machine and enter the code ${code} (valid ${minutes} min)`);
        output.warn(
          'Only go on if you started this yourself: whoever enters the code gives this program the mailboxes.',
        );
      });
    case 'paste':
      return signInWithPastedAddress(context, parts, who);
    case 'browser':
      return signInByBrowser(parts, (url) => {
        output.warn(`Open this address in a browser on this machine and sign in as ${who}:\n\n${url}\n`);
        helpWithBrowser(context, parts.settings);
        if (request.openBrowser && output.interactive) openInBrowser(url, context.env);
        output.say(`Waiting for the sign-in, at most ${Math.round(parts.timeoutMs / 1000)} s …`);
      });
  }
}

/** What Entra shows in the browser never comes back here. */
function helpWithBrowser({ output }: CommandContext, settings: AuthSettings): void {
  output.say(
    `If it asks for an administrator's approval, which most tenants need once, an administrator opens this address and accepts (its last page cannot be reached, which is normal):\n\n${adminConsentUrl(settings, registeredRedirectUri)}\n`,
  );
  output.say('If it shows AADSTS and a number: integrator auth explain AADSTS<number> says what it means.');
}

async function signInWithPastedAddress(context: CommandContext, parts: SignInParts, who: string): Promise<SignedIn> {
  const { output, signal } = context;
  // One reader for all attempts: another one would miss the lines that this one has read ahead.
  const input = createInterface({ input: process.stdin, signal });
  const lines = input[Symbol.asyncIterator]();
  try {
    return await signInByPaste(
      parts,
      (url) => {
        output.warn(`Open this address in a browser, on any machine, and sign in as ${who}:\n\n${url}\n`);
        helpWithBrowser(context, parts.settings);
        output.warn('The browser ends on a page that cannot be reached. Copy its address and paste it here:');
      },
      async (problem) => {
        if (problem !== undefined) output.warn(problem);
        const line = await lines.next();
        if (line.done !== true) return line.value;
        throw new IntegratorError('usage', 'the input ended before an address was pasted; nothing was stored', {
          hint: 'run it in a terminal, or give it the address on standard input',
        });
      },
    );
  } finally {
    input.close();
  }
}

function printPlan({ output }: CommandContext, settings: AuthSettings): void {
  const plan = {
    connection: settings.connection,
    authority: authorityUrl(settings),
    client_id: settings.clientId,
    account: settings.serviceAccount ?? null,
    scopes: consentScopes(settings),
    redirect_uri: registeredRedirectUri,
    secret_source: settings.proofSource,
  };
  output.print(plan, () => Object.entries(plan).map(([key, value]) => `${key}: ${String(value)}`));
  output.say('nothing was asked and nothing was stored');
}

function printSignedIn({ output }: CommandContext, settings: AuthSettings, signedIn: SignedIn): void {
  const { connection, username, tenantId, scopes, missing, clientKind, atMs } = signedIn;
  const document = {
    connection,
    account: username,
    tenant_id: tenantId,
    client_kind: clientKind,
    scopes,
    missing_permissions: missing,
    signed_in_at: isoTime(atMs),
  };
  output.print(document, () => `${username} is signed in for connection ${connection}`);
  if (missing.length > 0) {
    output.warn(
      `Not granted: ${missing.join(', ')}. What needs them will fail. An administrator of the tenant can consent: ${adminConsentUrl(settings, registeredRedirectUri)}`,
    );
  }
  output.say(
    `Granted: ${scopes.map(permissionName).join(', ')}. The tokens are sealed with the key from ${signedIn.keySource}.`,
  );
  output.say(`Next: integrator test-mailboxes ${connection}`);
}
