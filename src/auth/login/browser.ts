import { randomBytes } from 'node:crypto';
import type { ConfidentialClientApplication } from '@azure/msal-node';
import { IntegratorError } from '../../domain/errors.ts';
import { scopesFor } from '../cloud.ts';
import { explainRefusal } from '../failure.ts';
import { registeredRedirectUri } from '../redirect-uri.ts';
import { msalLibrary } from '../libraries.ts';
import { confidentialApp } from '../msal-app.ts';
import type { EntraNetwork } from '../network.ts';
import type { Redeemed } from './accept.ts';
import { listenForRedirect } from './loopback.ts';
import { patiently } from './patience.ts';
import { readPasted } from './redirect.ts';
import type { RedirectAnswer } from './redirect.ts';
import { signIn } from './sign-in.ts';
import type { SignInParts, SignedIn } from './sign-in.ts';

/**
 * "Sign in with Microsoft": `show` gets the address to open, and the browser comes back to this machine.
 * Rejects with IntegratorError; nothing is stored then.
 */
export function signInByBrowser(parts: SignInParts, show: (url: string) => void): Promise<SignedIn> {
  return signIn(parts, async (network) => {
    const state = newState();
    const listener = await listenForRedirect(state);
    try {
      const request = await authorizationRequest(parts, network, { state, redirectUri: listener.redirectUri });
      show(request.url);
      return await request.redeem(await patiently(parts, listener.answer));
    } finally {
      await listener.close();
    }
  });
}

const pasteAttempts = 5;

/**
 * The same for a machine without a browser: the address is opened elsewhere, the browser there ends on a page that
 * cannot be reached, and `ask` gets what its address bar shows.
 */
export function signInByPaste(
  parts: SignInParts,
  show: (url: string) => void,
  ask: (problem: string | undefined) => Promise<string>,
): Promise<SignedIn> {
  return signIn(parts, async (network) => {
    const state = newState();
    const request = await authorizationRequest(parts, network, { state, redirectUri: registeredRedirectUri });
    show(request.url);
    return request.redeem(await patiently(parts, askForRedirect(state, ask)));
  });
}

async function askForRedirect(state: string, ask: (problem: string | undefined) => Promise<string>) {
  let problem: string | undefined;
  for (let attempt = 1; attempt <= pasteAttempts; attempt += 1) {
    const answer = readPasted(await ask(problem), state);
    if (answer !== undefined) return answer;
    problem = 'This is not the address of this sign-in: it has to hold both code= and the state of the link above.';
  }
  throw new IntegratorError('usage', 'no address of this sign-in was pasted; nothing was stored', {
    hint: 'Copy the whole address from the browser, it starts with http://localhost/authcallback?',
  });
}

interface AuthorizationRequest {
  readonly url: string;
  redeem(answer: RedirectAnswer): Promise<Redeemed>;
}

interface Way {
  readonly state: string;
  readonly redirectUri: string;
}

/** Consent is asked for all resources at once; the code can be redeemed for one of them only. */
async function authorizationRequest(
  parts: SignInParts,
  network: EntraNetwork,
  { state, redirectUri }: Way,
): Promise<AuthorizationRequest> {
  const { settings, world } = parts;
  const { CryptoProvider } = msalLibrary();
  const app = confidentialApp({ settings, network }, await settings.readProof());
  const { verifier, challenge } = await new CryptoProvider().generatePkceCodes();
  const nonce = newState();
  const [first, ...others] = settings.resources;
  const scopes = [...scopesFor(settings, first)];
  const claims = world.store.read(settings.connection)?.claims ?? undefined;
  const url = await app.getAuthCodeUrl({
    scopes,
    extraScopesToConsent: others.flatMap((resource) => scopesFor(settings, resource)),
    redirectUri,
    state,
    nonce,
    codeChallenge: challenge,
    codeChallengeMethod: 'S256',
    // MSAL drops the hint where it also asks for the account picker.
    ...(settings.serviceAccount === undefined ? { prompt: 'select_account' } : { loginHint: settings.serviceAccount }),
    ...(claims === undefined ? {} : { claims }),
  });
  const redeem = async (answer: RedirectAnswer): Promise<Redeemed> => {
    if (answer.kind === 'refused') throw explainRefusal(answer.refusal, { settings, nowMs: world.clock() });
    return redeemCode(app, { code: answer.code, scopes, redirectUri, nonce, codeVerifier: verifier });
  };
  return { url, redeem };
}

interface Redemption {
  readonly code: string;
  readonly scopes: string[];
  readonly redirectUri: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

/** The state was compared when the answer came in; the nonce is compared by MSAL. */
async function redeemCode(app: ConfidentialClientApplication, redemption: Redemption): Promise<Redeemed> {
  return { app, result: await app.acquireTokenByCode(redemption), clientKind: 'confidential' };
}

function newState(): string {
  return randomBytes(32).toString('base64url');
}
