import { describe, expect, test } from 'vitest';
import { fill, namesOf, namesOfNobody } from '../../src/auth/codes/fill.ts';
import { meaningFor } from '../../src/auth/codes/meaning.ts';
import { meaningByCode, meaningByWord } from '../../src/auth/codes/table.ts';
import { credentialsInUse, isApplication } from '../../src/auth/credential-in-use.ts';
import type { CredentialInUse } from '../../src/auth/credential-in-use.ts';
import type { AuthSettings } from '../../src/auth/settings.ts';

const entraKnows = credentialsInUse.filter(({ proof }) => proof !== 'password');

/** As a configuration with this credential would have it; nothing in it is called a secret but a secret. */
function settings({ signIn, proof }: CredentialInUse): AuthSettings {
  return {
    connection: 'contoso-sales',
    kind: signIn === 'person' || signIn === 'basic' || signIn === 'ntlm' ? 'delegated' : signIn,
    cloud: 'public',
    tenantId: 'tenant-1',
    clientId: 'client-1',
    authority: undefined,
    caFile: undefined,
    serviceAccount: 'svc-crm@contoso.test',
    resources: ['graph'],
    sends: 'no',
    proof,
    proofSource: 'file ./app.pem',
    readProof: () => Promise.reject(new Error('not asked for')),
  };
}

function toldTo(code: number, credential: CredentialInUse): { readonly kind: string; readonly words: string } {
  const meaning = meaningByCode.get(code);
  if (meaning === undefined) throw new Error(`AADSTS${code} is in no table`);
  const { kind, says, cure } = meaningFor(meaning, credential);
  const names = namesOf(settings(credential));
  return { kind, words: `${fill(says, names)}. ${fill(cure, names)}` };
}

const person: CredentialInUse = { signIn: 'person', proof: 'secret' };
const application: CredentialInUse = { signIn: 'application', proof: 'secret' };
const certificate: CredentialInUse = { signIn: 'application', proof: 'certificate' };
const workload: CredentialInUse = { signIn: 'workload_identity', proof: 'federated_token' };
const managed: CredentialInUse = { signIn: 'managed_identity', proof: 'platform' };

describe.each(entraKnows)('every number, told to $signIn with $proof', (credential) => {
  const all = [...meaningByCode.keys()].map((code) => ({ code, ...toldTo(code, credential) }));
  const of = (wrong: (words: string, kind: string) => boolean) =>
    all.filter(({ words, kind }) => wrong(words, kind)).map(({ code }) => code);

  test('says something and what to do, with every name filled in', () => {
    expect(of((words) => words.length < 40 || /[{}]|undefined|do not know/.test(words))).toEqual([]);
  });

  test('names a secret only where one is in use', () => {
    if (credential.proof === 'secret') return;
    expect(of((words) => /secret/i.test(words))).toEqual([]);
  });

  test('sends nobody to log in for an application', () => {
    if (!isApplication(credential)) return;
    expect(of((words, kind) => /auth login/.test(words) || kind === 'needs_login')).toEqual([]);
  });

  test('names the command where a person has to sign in', () => {
    if (isApplication(credential)) return;
    expect(of((words, kind) => kind === 'needs_login' && !words.includes('auth login contoso-sales'))).toEqual([]);
  });
});

test('the same rules hold for the OAuth words, which decide where a number is not known', () => {
  for (const meaning of meaningByWord.values()) {
    for (const credential of entraKnows) {
      const { kind, says, cure } = meaningFor(meaning, credential);
      const words = fill(`${says}. ${cure}`, namesOfNobody);
      expect(words).not.toMatch(/[{}]/);
      if (credential.proof !== 'secret') expect(words).not.toMatch(/secret/i);
      if (isApplication(credential)) expect(`${kind} ${words}`).not.toMatch(/needs_login|auth login/);
    }
  }
});

describe('the cure is that of the cause', () => {
  test.each([
    // The number, who hears it, the kind, what has to be said.
    [7000229, person, 'needs_admin', /enterprise application.*New-MgServicePrincipal -AppId client-1/],
    [7000229, application, 'needs_admin', /New-MgServicePrincipal.*no mail permission in Entra/],
    [1000502, certificate, 'config', /certificate.*has expired.*new certificate.*app\.pem/],
    [700030, certificate, 'config', /subject or issuer/],
    [700027, certificate, 'config', /not registered.*Upload the certificate/],
    [700024, certificate, 'config', /clock.*NTP/],
    [700024, application, 'config', /clock.*NTP/],
    [700024, workload, 'config', /clock.*NTP/],
    [500133, certificate, 'config', /clock.*NTP/],
    [7000215, application, 'config', /secret .*is wrong.*value is needed, not the ID/],
    [7000222, person, 'config', /secret .*has expired.*no new sign-in/],
    [7000222, managed, 'config', /managed identity/],
    [700211, workload, 'config', /federated credential.*issuer, subject and audience/i],
    [700213, workload, 'config', /federated credential.*issuer, subject and audience/i],
    [70021, workload, 'config', /federated credential.*issuer, subject and audience/i],
    [700223, workload, 'config', /federated credential.*issuer, subject and audience/i],
    [9002327, person, 'config', /single-page application.*platform "Web"/],
    [500113, person, 'config', /redirect URI.*Register http:\/\/localhost\/authcallback under the platform "Web"/],
    [50011, person, 'config', /redirect URI.*Register http:\/\/localhost\/authcallback under the platform "Web"/],
    [50020, person, 'needs_login', /does not belong to tenant.*account of this tenant/],
    [500341, person, 'needs_admin', /deleted.*Restore it within 30 days/],
    [50142, person, 'needs_login', /password.*changed.*Risky users/],
    [53010, person, 'needs_admin', /second factor.*cannot be registered/],
    [50126, person, 'needs_login', /password.*wrong/],
    [530034, person, 'needs_admin', /partner.*account of tenant/],
    [90093, person, 'needs_admin', /consent.*adminconsent/],
    [90094, person, 'needs_admin', /consent.*adminconsent.*cannot be reached, which is normal/],
    [65001, application, 'needs_admin', /needs no consent.*Test-ServicePrincipalAuthorization.*both add up/],
    [500014, person, 'needs_admin', /disabled.*Enterprise apps/],
    [53011, person, 'needs_admin', /Risky users.*dismisses/],
    [530035, person, 'needs_admin', /security defaults.*--paste/],
    [530036, person, 'needs_admin', /device code.*--paste/],
    [530033, application, 'needs_admin', /Conditional Access.*workload identities/],
    [53003, application, 'needs_admin', /workload identities/],
    [53003, person, 'needs_admin', /svc-crm@contoso\.test.*Conditional Access/],
    [50105, person, 'needs_admin', /not assigned.*Users and groups/],
    [700016, application, 'config', /no app client-1 in tenant tenant-1/],
    [90002, person, 'config', /no tenant tenant-1/],
    [700025, person, 'config', /public.*"Mobile and desktop"/],
    [7000218, person, 'config', /Allow public client flows/],
    [70043, person, 'needs_login', /sign-in-frequency/],
    [90055, application, 'throttled', /by itself/],
    [500021, application, 'needs_admin', /tenant restrictions/],
    [80001, person, 'needs_admin', /AD FS/],
  ] as const)('AADSTS%i', (code, credential, kind, words) => {
    expect(toldTo(code, credential)).toEqual({ kind, words: expect.stringMatching(words) });
  });

  test('"expired or was revoked" is said of nothing that has another cause', () => {
    const ended = [...meaningByCode.keys()].filter((code) =>
      toldTo(code, person).words.includes('expired or was revoked'),
    );
    expect(ended.toSorted((one, other) => one - other)).toEqual([
      50085, 50089, 50132, 50133, 50136, 50139, 50143, 50173, 70000, 70008, 90086, 140001, 700082,
    ]);
  });
});
