/** How a connection signs in. `application` and the two identities sign in without any person. */
export type SignInKind = 'person' | 'application' | 'managed_identity' | 'workload_identity' | 'basic' | 'ntlm';

/** By what the app proves that it is the app; `password` is the account's own. */
export type Proof = 'secret' | 'certificate' | 'federated_token' | 'platform' | 'password' | 'none';

/** What an advice must fit: nobody can log in for an application, and who uses a certificate has no secret. */
export interface CredentialInUse {
  readonly signIn: SignInKind;
  readonly proof: Proof;
}

/** Every combination that a configuration can name. */
export const credentialsInUse: readonly CredentialInUse[] = [
  { signIn: 'person', proof: 'secret' },
  { signIn: 'person', proof: 'certificate' },
  { signIn: 'application', proof: 'secret' },
  { signIn: 'application', proof: 'certificate' },
  { signIn: 'managed_identity', proof: 'platform' },
  { signIn: 'workload_identity', proof: 'federated_token' },
  { signIn: 'basic', proof: 'password' },
  { signIn: 'ntlm', proof: 'password' },
];

export function isApplication({ signIn }: CredentialInUse): boolean {
  return signIn === 'application' || signIn === 'managed_identity' || signIn === 'workload_identity';
}

/** Words that depend on the credential: the first that fits counts, from the special to the general. */
export type Told =
  | string
  | {
      readonly managed_identity?: string;
      readonly workload_identity?: string;
      readonly certificate?: string;
      readonly secret?: string;
      readonly password?: string;
      /** No person signs in: any of the three kinds of application. */
      readonly application?: string;
      readonly otherwise: string;
    };

export function told(words: Told, credential: CredentialInUse): string {
  if (typeof words === 'string') return words;
  return bySignIn(words, credential) ?? byProof(words, credential) ?? forAll(words, credential);
}

type Choices = Exclude<Told, string>;

function bySignIn(words: Choices, { signIn }: CredentialInUse): string | undefined {
  if (signIn === 'managed_identity') return words.managed_identity;
  return signIn === 'workload_identity' ? words.workload_identity : undefined;
}

function byProof(words: Choices, { proof }: CredentialInUse): string | undefined {
  if (proof === 'certificate' || proof === 'secret' || proof === 'password') return words[proof];
  return undefined;
}

function forAll(words: Choices, credential: CredentialInUse): string {
  return (isApplication(credential) ? words.application : undefined) ?? words.otherwise;
}
