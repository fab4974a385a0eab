import { ServiceError } from 'ews-javascript-api';
import { describe, expect, test } from 'vitest';
import { credentialsInUse, isApplication } from '../../../src/auth/credential-in-use.ts';
import type { CredentialInUse } from '../../../src/auth/credential-in-use.ts';
import { codeError, statusError } from '../../../src/mail/ews/refusals.ts';

/** As the library knows them; `further` are of newer schemas. */
const codes = Object.keys(ServiceError).filter((name) => name.startsWith('Error'));
const further = [
  'ErrorMessageSubmissionBlocked',
  'ErrorExceededMessageLimit',
  'ErrorExceededMaxRecipientLimit',
  'ErrorMessageBlocked',
  'ErrorAccountSuspend',
  'ErrorOrganizationAccessBlocked',
  'ErrorInvalidLicense',
  'ErrorMailboxFailover',
  'ErrorNoOAuthServerAvailableForRequest',
  'ErrorUnifiedGroupCreationDisabled',
  'ErrorWeatherServiceDisabled',
];
const online = 'outlook.office365.com';

function told(code: string, credential: CredentialInUse) {
  const error = codeError(code, '', 'the mailbox ann@contoso.test', {
    retryAtMs: null,
    place: { credential, host: online },
  });
  return { kind: error.kind, words: `${error.message} ${error.hint ?? ''}` };
}

const basic: CredentialInUse = { signIn: 'basic', proof: 'password' };
const ntlm: CredentialInUse = { signIn: 'ntlm', proof: 'password' };
const person: CredentialInUse = { signIn: 'person', proof: 'secret' };
const application: CredentialInUse = { signIn: 'application', proof: 'certificate' };

describe.each(credentialsInUse)('every response code, told to $signIn with $proof', (credential) => {
  const all = [...codes, ...further].map((code) => ({ code, ...told(code, credential) }));
  const of = (wrong: RegExp) => all.filter(({ words }) => wrong.test(words)).map(({ code }) => code);

  test('has a meaning', () => {
    expect(all.length).toBeGreaterThan(300);
    expect(of(/do not know|undefined/)).toEqual([]);
  });

  test('gets advice that fits', () => {
    if (isApplication(credential)) expect(of(/Full Access|auth login/)).toEqual([]);
    if (credential.proof === 'password') expect(of(/auth login|auth status/)).toEqual([]);
    if (credential.proof !== 'secret') expect(of(/secret/i)).toEqual([]);
  });
});

test.each([
  ['ErrorServerBusy', 'throttled', /too many requests/],
  ['ErrorTimeoutExpired', 'unreachable', /service has trouble/],
  ['ErrorAccessDenied', 'access_denied', /Full Access/],
  ['ErrorSendAsDenied', 'access_denied', /Send As/],
  ['ErrorMessageSizeExceeded', 'usage', /larger/],
  ['ErrorInvalidRecipients', 'usage', /recipient/],
  ['ErrorExceededMessageLimit', 'throttled', /in a day/],
  ['ErrorMessageSubmissionBlocked', 'access_denied', /Restricted entities/],
  ['ErrorQuotaExceeded', 'access_denied', /quota/],
  ['ErrorNonExistentMailbox', 'not_found', /no mailbox/],
  ['ErrorFolderNotFound', 'not_found', /moved or renamed/],
  ['ErrorItemCorrupt', 'protocol', /damaged/],
  ['ErrorVirusDetected', 'protocol', /malware/],
  ['ErrorInvalidSyncStateData', 'protocol', /listed anew/],
  ['ErrorSchemaValidation', 'protocol', /way this server does not take/],
  ['ErrorCalendarOutOfRange', 'protocol', /does not use/],
  ['ErrorPasswordExpired', 'needs_login', /username and password/],
  ['ErrorSomethingNew', 'protocol', /does not use/],
  ['NoSuchThing', 'protocol', /do not know/],
])('%s is %s', (code, kind, words) => {
  expect(told(code, basic)).toEqual({ kind, words: expect.stringMatching(words) });
});

describe('an HTTP status alone', () => {
  const at = (status: number, host: string, credential: CredentialInUse) => {
    const error = statusError(status, 'the mailbox ann@contoso.test', { retryAtMs: null, place: { credential, host } });
    return { kind: error.kind, words: `${error.message} ${error.hint ?? ''}` };
  };

  test.each([
    ['403 online', 403, online, person, 'access_denied', /EwsEnabled and EwsAllowedAppIDs.*1 April 2027/],
    [
      '403 on premises',
      403,
      'mail.contoso.test',
      ntlm,
      'access_denied',
      /blocked.*On premises.*Get-CASMailbox.*403\.4.*firewall/,
    ],
    ['440', 440, 'mail.contoso.test', basic, 'access_denied', /sign-in page.*Forms-based.*pre-authentication/],
    ['456 for a password', 456, online, basic, 'needs_login', /outlook\.office\.com.*Graph connection/],
    ['456 for a person', 456, online, person, 'needs_login', /outlook\.office\.com.*auth login/],
    ['456 for an application', 456, online, application, 'needs_login', /account is blocked/],
    ['457', 457, online, basic, 'needs_login', /password has expired/],
    ['407', 407, 'mail.contoso.test', ntlm, 'unreachable', /proxy/],
    ['401 for a person', 401, online, person, 'needs_login', /auth login/],
    ['401 for a password', 401, 'mail.contoso.test', ntlm, 'needs_login', /username and password/],
    ['401 for an application', 401, online, application, 'needs_login', /AccessAsApp/],
    ['418', 418, online, person, 'protocol', /do not know/],
  ] as const)('%s', (_name, status, host, credential, kind, words) => {
    const found = at(status, host, credential);
    expect(found).toEqual({ kind, words: expect.stringMatching(words) });
    if (isApplication(credential)) expect(found.words).not.toMatch(/auth login|Full Access/);
  });

  test('on premises the advice does not begin with Exchange Online', () => {
    const { words } = at(403, 'mail.contoso.test', ntlm);
    expect(words.indexOf('On premises')).toBeLessThan(words.indexOf('Exchange Online'));
  });
});
