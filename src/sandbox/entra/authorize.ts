import { randomUUID } from 'node:crypto';
import { empty } from '../reply.ts';
import type { Reply, Request } from '../reply.ts';
import { escapeHtml } from '../world/text.ts';
import type { Mailbox } from '../world/mailbox.ts';
import type { AppRegistration } from './directory.ts';
import type { Entra } from './entra.ts';
import { consentPage, errorPage, needAdminPage, page, pickerPage } from './pages.ts';
import { Refusal, describeRefusal, oauthWordOf } from './refusals.ts';
import { parseScopes } from './scopes.ts';
import type { ScopeRequest } from './scopes.ts';

/**
 * `GET /{tenant}/oauth2/v2.0/authorize`: account picker, consent, redirect. With `sandbox_auto=1` nobody is asked:
 * the account is `sandbox_account`, else `login_hint`, else the first of the picker (the service account), and it consents (`sandbox_deny=1`: it refuses).
 */
export function authorize(entra: Entra, request: Request): Reply {
  const query = request.url.searchParams;
  const app = entra.directory.app(query.get('client_id') ?? '');
  if (app === null) return errorPage(700016, entra.now());
  const redirectUri = query.get('redirect_uri') ?? '';
  if (!matchesRegistered(app, redirectUri)) return errorPage(50011, entra.now());
  try {
    return signIn(entra, app, request);
  } catch (error) {
    // What concerns the person or the tenant is said on the page and never reaches the application.
    if (error instanceof Refusal) return errorPage(error.code, entra.now());
    throw error;
  }
}

function signIn(entra: Entra, app: AppRegistration, request: Request): Reply {
  const query = request.url.searchParams;
  const asked = parseScopes(query.get('scope') ?? '');
  if (asked.scopes.length === 0 && !asked.openid) throw new Refusal(900144);
  const auto = query.get('sandbox_auto') === '1';
  const picked = query.get('sandbox_account') ?? (auto ? (query.get('login_hint') ?? firstAccount(entra)) : null);
  if (query.get('prompt') === 'none' && !auto) return back(entra, query, errorAnswer(entra, 16000));
  if (picked === null) {
    return pickerPage(signInAccounts(entra), (one) =>
      linkWith(request.url, { sandbox_account: one.userPrincipalName }),
    );
  }
  const account = entra.directory.account(picked);
  if (account === null) throw new Refusal(50034);
  if (!account.enabled) throw new Refusal(50057);
  if (query.get('sandbox_deny') === '1') return back(entra, query, errorAnswer(entra, 65004));
  return consent(entra, request, { app, account, asked, auto });
}

interface SignIn {
  readonly app: AppRegistration;
  readonly account: Mailbox;
  readonly asked: ScopeRequest;
  readonly auto: boolean;
}

function consent(entra: Entra, request: Request, { app, account, asked, auto }: SignIn): Reply {
  const query = request.url.searchParams;
  if (app.consentPolicy === 'admin' && !app.adminConsented) {
    return needAdminPage(app.displayName, linkWith(request.url, { sandbox_deny: '1' }), entra.now());
  }
  const needed = !entra.directory.hasConsent(app, account, asked.scopes) || query.get('prompt') === 'consent';
  if (needed && !auto && query.get('sandbox_consent') !== '1') {
    return consentPage({
      app: app.displayName,
      account: account.userPrincipalName,
      scopes: asked.scopes.map(({ spelled }) => spelled),
      accept: linkWith(request.url, { sandbox_consent: '1' }),
      cancel: linkWith(request.url, { sandbox_deny: '1' }),
    });
  }
  entra.directory.giveConsent(app, account, asked.scopes);
  return back(entra, query, codeAnswer(entra, app, account, query));
}

type Answer = Readonly<Record<string, string>>;

function codeAnswer(entra: Entra, app: AppRegistration, account: Mailbox, query: URLSearchParams): Answer {
  const method = query.get('code_challenge_method') ?? 'plain';
  const challenge = query.get('code_challenge');
  if (challenge !== null && method !== 'S256') throw new Refusal(501481);
  const code = entra.grants.addCode({
    app,
    account,
    redirectUri: query.get('redirect_uri') ?? '',
    asked: parseScopes(query.get('scope') ?? ''),
    challenge,
    nonce: query.get('nonce'),
    issuedAt: entra.now(),
  });
  const info = query.get('client_info') === '1' ? { client_info: entra.clientInfo(account) } : {};
  return { code, ...info, session_state: randomUUID() };
}

function errorAnswer(entra: Entra, code: number): Answer {
  return { error: oauthWordOf(code), error_description: describeRefusal(code, entra.now()).text };
}

/** Sends the browser back to the application. */
function back(entra: Entra, query: URLSearchParams, answer: Answer): Reply {
  const state = query.get('state');
  const all = { ...answer, ...(state === null ? {} : { state }) };
  const target = new URL(query.get('redirect_uri') ?? entra.origin);
  const mode = query.get('response_mode');
  if (mode === 'form_post') return formPost(target, all);
  if (mode === 'fragment') target.hash = new URLSearchParams(all).toString();
  else for (const [name, value] of Object.entries(all)) target.searchParams.set(name, value);
  return empty(302, { location: target.href });
}

function formPost(target: URL, answer: Answer): Reply {
  const inputs = Object.entries(answer).map(
    ([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
  );
  const form = `<form method="post" action="${escapeHtml(target.href)}">${inputs.join('')}<button>Continue</button></form>`;
  return page(200, 'Working…', form);
}

/** `GET /{tenant}/adminconsent`: an administrator consents for everybody. */
export function adminConsent(entra: Entra, request: Request): Reply {
  const query = request.url.searchParams;
  const app = entra.directory.app(query.get('client_id') ?? '');
  if (app === null) return errorPage(700016, entra.now());
  const redirectUri = query.get('redirect_uri');
  if (redirectUri !== null && !matchesRegistered(app, redirectUri)) return errorPage(50011, entra.now());
  if (query.get('sandbox_auto') !== '1' && query.get('sandbox_consent') !== '1') {
    return consentPage({
      app: app.displayName,
      account: 'an administrator, for the whole organization',
      scopes: (query.get('scope') ?? '.default').split(' '),
      accept: linkWith(request.url, { sandbox_consent: '1' }),
      cancel: linkWith(request.url, { sandbox_deny: '1' }),
    });
  }
  app.adminConsented = true;
  if (redirectUri === null) return page(200, 'Admin consent given', '<p>You can close this page.</p>');
  const state = query.get('state');
  const target = new URL(redirectUri);
  target.searchParams.set('admin_consent', 'True');
  target.searchParams.set('tenant', entra.directory.tenantId);
  if (state !== null) target.searchParams.set('state', state);
  return empty(302, { location: target.href });
}

function firstAccount(entra: Entra): string | null {
  return signInAccounts(entra)[0]?.userPrincipalName ?? null;
}

/** People who can sign in: not shared mailboxes or rooms, whose accounts are blocked. */
function signInAccounts(entra: Entra): readonly Mailbox[] {
  return entra.directory.accounts().filter(({ kind }) => kind === 'user' || kind === 'none');
}

/**
 * The port of a localhost redirect does not count, scheme and path do, in their case. `[::1]` is not supported, and
 * http is for localhost only.
 */
function matchesRegistered(app: AppRegistration, redirectUri: string): boolean {
  if (app.redirectUris.includes(redirectUri)) return true;
  const asked = parseUrl(redirectUri);
  if (asked === null) return false;
  return app.redirectUris.some((registered) => {
    const known = parseUrl(registered);
    if (known === null || known.hostname !== 'localhost' || asked.hostname !== 'localhost') return false;
    return known.protocol === asked.protocol && known.pathname === asked.pathname && known.search === asked.search;
  });
}

function parseUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

function linkWith(url: URL, extra: Readonly<Record<string, string>>): string {
  const link = new URL(url);
  for (const [name, value] of Object.entries(extra)) link.searchParams.set(name, value);
  return link.pathname + link.search;
}
