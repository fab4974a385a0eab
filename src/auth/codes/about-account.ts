import { each, ofPeople } from './meaning.ts';
import type { CodeEntry, EntraMeaning } from './meaning.ts';

const login = 'Run: integrator auth login {connection}';

export const ended = ofPeople('needs_login', 'the sign-in of {account} expired or was revoked', login);
export const signInAgain = ofPeople('needs_login', 'Entra wants {account} to sign in again', login);

const otherAccount = ofPeople(
  'needs_login',
  'the account that signed in does not belong to tenant {tenant}',
  'Sign in with an account of this tenant, in a private window so that the browser does not choose another one: integrator auth login {connection}',
);
const unknownAccount = ofPeople(
  'needs_admin',
  'the account {account} does not exist in tenant {tenant}',
  'Check service_account and tenant_id, {again}',
);
const secondFactor = ofPeople(
  'needs_login',
  'Entra wants a second factor from {account}',
  'Run: integrator auth login {connection} and complete it in the browser; for unattended use ask for an exclusion of the service account',
);
const wrongPassword = ofPeople(
  'needs_login',
  'the password that was entered for {account} is wrong',
  'Sign in again with the right one (reset it in Entra ID, Users, where nobody knows it): integrator auth login {connection}',
);
const oldPassword = ofPeople(
  'needs_login',
  'the password of {account} has expired or must be changed',
  'Change it, {again}',
);
const ownProvider = ofPeople(
  'needs_admin',
  'the sign-in service of the organisation itself (AD FS, pass-through authentication, Kerberos, another provider) refused {account} or did not answer',
  'Have it mended (its own log says why), or use an account that lives in Entra alone (…@<tenant>.onmicrosoft.com) as service account, {again}',
);

const single: readonly CodeEntry[] = [
  [
    70043,
    ofPeople(
      'needs_login',
      'a sign-in-frequency policy of Conditional Access ended the sign-in of {account}',
      'Run: integrator auth login {connection}, and ask for an exclusion of the service account from that policy',
    ),
  ],
  [
    50142,
    ofPeople(
      'needs_login',
      'a risk policy of Conditional Access wants the password of {account} to be changed',
      'Change it at https://aka.ms/sspr, have an administrator look at the account in Entra ID, Risky users, {again}',
    ),
  ],
  [
    53010,
    ofPeople(
      'needs_admin',
      'a second factor of {account} cannot be registered from this place or device',
      'Register it from a place that the policy trusts, or with a Temporary Access Pass (Entra ID, Users, {account}, Authentication methods), {again}',
    ),
  ],
  [
    53011,
    ofPeople(
      'needs_admin',
      'the account {account} is blocked because Entra sees a risk',
      'An administrator looks at it first (Entra ID, Risky users) and dismisses the risk or confirms it, {again}',
    ),
  ],
  [
    530034,
    ofPeople(
      'needs_admin',
      'a delegated administrator of a partner was blocked because of a risk in the home tenant',
      'Sign in with an account of tenant {tenant} itself, not with one of a partner, {again}',
    ),
  ],
  [
    500341,
    ofPeople(
      'needs_admin',
      'the account {account} was deleted',
      'Restore it within 30 days (Entra ID, Users, Deleted users) or name another service_account, {again}',
    ),
  ],
  [
    50057,
    ofPeople(
      'needs_admin',
      'the account {account} is disabled',
      'Enable it (Microsoft 365 admin centre, Active users), {again}',
    ),
  ],
  [
    50053,
    ofPeople(
      'needs_admin',
      'the account {account} is locked, or the address of this machine is blocked',
      'Unlock it (Entra ID, Sign-in logs show which of both), {again}',
    ),
  ],
  [
    50140,
    ofPeople('needs_login', 'the question "Stay signed in?" was not answered', `Answer it in the browser. ${login}`),
  ],
  [
    54000,
    ofPeople(
      'needs_admin',
      'the account {account} is that of a minor, whom the app may not serve',
      'Use another service_account, {again}',
    ),
  ],
];

/** About the person: account, password, second factor, risk. */
export const aboutAccount: readonly CodeEntry[] = [
  ...single,
  ...each([700082, 70008, 50089, 70000, 50173, 50132, 50133, 50085, 50139, 50143, 50136, 140001, 90086], ended),
  ...each([16001, 16002, 160021, 50058, 50199, 700020, 90007, 399284], signInAgain),
  ...each(
    [16000, 16003, 50014, 50020, 50177, 50178, 90072, 90084, 500200, 500201, 500202, 500208, 500212, 500213],
    otherAccount,
  ),
  ...each([50034, 51004, 50197, 90101, 90125, 90126], unknownAccount),
  ...each([50072, 50074, 50076, 50078, 50079, 50125, 50158, 50161, 50170, 50203, 53004], secondFactor),
  ...each([50056, 50064, 50126, 50192, 130503], wrongPassword),
  ...each([50055, 50135, 50144, 120000, 120002, 120003, 120004, 120005, 120008, 120011], oldPassword),
  ...each([120012, 120013, 120014, 120015, 120016, 120018, 120020, 120021], oldPassword),
  ...each([20001, 20012, 20033, 40008, 40009, 40015, 50008, 50107, 50169, 50180, 5000819], ownProvider),
  ...each([51001, 51006, 80001, 80007, 80010, 80012, 80013, 90081, 90082, 90085, 90087, 90123], ownProvider),
  ...each([81004, 81005, 81006, 81007, 81009, 81010, 81011, 81012], ownProvider),
];

/** By the OAuth word, where the number is not known. */
export const accountWords: readonly (readonly [string, EntraMeaning])[] = [
  ['invalid_grant', ended],
  ['interaction_required', signInAgain],
  ['login_required', signInAgain],
  ['bad_token', ended],
  ['token_expired', ended],
  ['access_denied', ofPeople('needs_login', 'the sign-in was refused or cancelled', login)],
  ['authorization_declined', ofPeople('needs_login', 'the sign-in was declined', login)],
];
