import { json } from '../reply.ts';
import type { Reply, Request } from '../reply.ts';
import { escapeHtml } from '../world/text.ts';
import type { Entra } from './entra.ts';
import { errorPage, page, pickerPage } from './pages.ts';
import { Refusal } from './refusals.ts';
import { parseScopes } from './scopes.ts';

/** `POST /{tenant}/oauth2/v2.0/devicecode`. */
export function deviceCode(entra: Entra, request: Request): Reply {
  const form = new URLSearchParams(Buffer.from(request.body).toString('utf8'));
  const app = entra.directory.app(form.get('client_id') ?? '');
  if (app === null) throw new Refusal(700016);
  const { deviceCode: code, userCode } = entra.grants.addDevice(app, parseScopes(form.get('scope') ?? ''), entra.now());
  const address = `${entra.origin}/devicelogin`;
  return json(200, {
    user_code: userCode,
    device_code: code,
    verification_uri: address,
    expires_in: 900,
    interval: entra.settings.deviceCodeInterval,
    message: `To sign in, use a web browser to open the page ${address} and enter the code ${userCode} to authenticate.`,
  });
}

/** `GET /devicelogin?user_code=…&sandbox_account=…`: the page where a person enters the code. */
export function deviceLogin(entra: Entra, request: Request): Reply {
  const query = request.url.searchParams;
  const userCode = query.get('user_code') ?? '';
  if (userCode === '') {
    return page(200, 'Enter code', '<form><input name="user_code" autofocus> <button>Next</button></form>');
  }
  const grant = entra.grants.deviceByUserCode(userCode);
  if (grant === null) return errorPage(70018, entra.now());
  if (query.get('sandbox_deny') === '1') {
    grant.answer = { kind: 'declined' };
    return page(200, 'Sign-in declined', '<p>You can close this page.</p>');
  }
  const picked = query.get('sandbox_account');
  if (picked === null) {
    const people = entra.directory.accounts().filter(({ kind }) => kind === 'user' || kind === 'none');
    return pickerPage(
      people,
      (one) =>
        `/devicelogin?${new URLSearchParams({ user_code: userCode, sandbox_account: one.userPrincipalName }).toString()}`,
    );
  }
  const account = entra.directory.account(picked);
  if (account === null) return errorPage(50034, entra.now());
  entra.directory.giveConsent(grant.app, account, grant.asked.scopes);
  grant.answer = { kind: 'approved', account };
  return page(200, 'You are signed in', `<p>${escapeHtml(account.displayName)}, you can close this page.</p>`);
}
