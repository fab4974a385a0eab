import type { ErrorKind } from '../../domain/errors.ts';
import { isApplication, told } from '../credential-in-use.ts';
import type { CredentialInUse, Told } from '../credential-in-use.ts';

/** The meaning of one error number of Entra. `{names}` in it are filled in when it is printed. */
export interface EntraMeaning {
  readonly kind: ErrorKind;
  /** The cause, in words that go after "sign-in of connection x: ". */
  readonly says: Told;
  /** The next step; `{again}` is the command that shows whether it helped. */
  readonly cure: Told;
}

export interface ToldMeaning {
  readonly kind: ErrorKind;
  /** It goes away by itself. */
  readonly passing: boolean;
  readonly says: string;
  readonly cure: string;
}

/** The meaning for one credential. Nobody can log in for an application: there an administrator has to act. */
export function meaningFor(meaning: EntraMeaning, credential: CredentialInUse): ToldMeaning {
  const kind = meaning.kind === 'needs_login' && isApplication(credential) ? 'needs_admin' : meaning.kind;
  return {
    kind,
    passing: kind === 'throttled' || kind === 'unreachable',
    says: told(meaning.says, credential),
    cure: told(meaning.cure, credential).replace('{again}', againFor(credential)),
  };
}

function againFor(credential: CredentialInUse): string {
  return isApplication(credential)
    ? 'then see whether it helped: integrator auth status {connection} --probe'
    : 'then run: integrator auth login {connection}';
}

/** For numbers that are said of people, told to a connection for which nobody signs in. */
export const nobodySignsIn =
  'Entra says this of a person, and nobody signs in for {connection}: look at the sign-in itself (Entra ID, Sign-in logs, Service principal sign-ins), and compare client_id and tenant_id with the overview page of the app registration';

export type CodeEntry = readonly [code: number, meaning: EntraMeaning];

export function each(codes: readonly number[], meaning: EntraMeaning): readonly CodeEntry[] {
  return codes.map((code) => [code, meaning]);
}

/** One that concerns a person. */
export function ofPeople(kind: ErrorKind, says: string, cure: string): EntraMeaning {
  return {
    kind,
    says: { application: `Entra refused the app {client}`, otherwise: says },
    cure: { application: nobodySignsIn, otherwise: cure },
  };
}
