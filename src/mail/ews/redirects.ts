import { IntegratorError } from '../../domain/errors.ts';
import type { HttpReply } from '../../http/transport.ts';

/** Where people sign in with a browser: Entra, AD FS, Outlook on the web, gateways before Exchange. */
const signInAddress =
  /login\.(?:microsoftonline|windows|live)\.|\/adfs\/|\/owa\/|\/auth\/|\/my\.policy|\/vdesk\/|\/cookieauth\.dll|\/vpn\/|saml|oauth2?|sso|log-?[io]n|sign-?in/i;
const signInPage =
  /type\s*=\s*["']?password|login\.microsoftonline\.com|\/adfs\/ls|logon\.aspx|SAMLRequest|<form\b[^]*?(?:log|sign)[\s_-]?[io]n/i;
/** As much of a page as says what it is. */
const looksAt = 65_536;

/** Exchange redirects to them while it has trouble. */
const errorPage = /\/(?:genericerrorpage|errorfe)\./i;
const exchangeAddress = /\/ews\/exchange\.asmx$/i;

/**
 * An answer from something that stands in the place of Exchange, which no further attempt changes: a redirect, or a
 * page to sign in on. Null where it may be a passing trouble.
 */
export function foreignAnswer(
  { status, header }: Pick<HttpReply, 'status' | 'header'>,
  text: string,
  about: string,
  url: URL,
): IntegratorError | null {
  const isPage = status === 200 && /html/i.test(header('content-type') ?? '');
  if (isPage && signInPage.test(text.slice(0, looksAt))) return signInAsked(about, 'a sign-in page');
  const location = status >= 300 && status < 400 ? (header('location') ?? '') : '';
  if (location === '' || errorPage.test(location) || !URL.canParse(location, url.href)) return null;
  const target = new URL(location, url.href);
  const shown = `${target.origin}${target.pathname}`.slice(0, 200);
  const isSignIn = !exchangeAddress.test(target.pathname) && signInAddress.test(target.host + target.pathname);
  if (isSignIn) return signInAsked(about, `the sign-in page ${shown}`);
  return new IntegratorError(
    'config',
    `${about}: the server sends us on to ${shown}, where integrator does not follow`,
    {
      code: 'redirect',
      hint: 'If EWS has moved there, write that address into server, port or endpoints.ews; it ends with /EWS/Exchange.asmx.',
    },
  );
}

function signInAsked(about: string, page: string): IntegratorError {
  return new IntegratorError('config', `${about}: the server answers with ${page} in the place of Exchange`, {
    code: 'sign_in_page',
    hint: 'A gateway before Exchange (AD FS, a web application proxy, a load balancer) asks for a sign-in in a browser, which no program can give. Exclude /EWS/Exchange.asmx from it, or name a server in server or endpoints.ews where EWS answers by itself.',
  });
}
