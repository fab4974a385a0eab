import { namesOf, namesOfNobody, fill } from '../auth/codes/fill.ts';
import type { Names } from '../auth/codes/fill.ts';
import { meaningFor } from '../auth/codes/meaning.ts';
import type { EntraMeaning } from '../auth/codes/meaning.ts';
import { readCodes } from '../auth/codes/read-codes.ts';
import { meaningByCode } from '../auth/codes/table.ts';
import { credentialsInUse } from '../auth/credential-in-use.ts';
import type { CredentialInUse } from '../auth/credential-in-use.ts';
import { credentialOf } from '../auth/settings.ts';
import { IntegratorError } from '../domain/errors.ts';
import { refuseAgents, settingsOf } from './auth-session.ts';
import type { CommandContext } from './context.ts';
import { exitCodes } from './exit-codes.ts';

/** For whom a number is explained. */
interface Listener {
  /** Null where no connection is known. */
  readonly connection: string | null;
  readonly credential: CredentialInUse;
  readonly names: Names;
}

interface Explained {
  readonly code: string;
  readonly known: boolean;
  readonly kind: string | null;
  /** Null where the number is not known. */
  readonly passing: boolean | null;
  readonly meaning: string | null;
  readonly cures: readonly Cure[];
  readonly look_up: string;
}

interface Cure {
  readonly connections: readonly string[];
  readonly sign_ins: readonly string[];
  readonly kind: string;
  readonly meaning: string;
  readonly cure: string;
}

/** What numbers of Entra mean, for the connections that are configured; without a configuration for every kind of sign-in. */
export async function explain(context: CommandContext, words: readonly string[]): Promise<void> {
  await refuseAgents(context, 'auth.explain');
  const codes = readCodes(words);
  if (codes.length === 0) {
    throw new IntegratorError('usage', 'there is no error number in this: it has four to eight digits', {
      hint: 'integrator auth explain AADSTS50011',
    });
  }
  const listeners = await listenersOf(context);
  const explained = codes.map((code) => explainCode(code, listeners));
  context.output.print(explained, () =>
    explained.flatMap((one, index) => [...(index === 0 ? [] : ['']), ...lines(one)]),
  );
  if (explained.some(({ known }) => !known)) context.setExitCode(exitCodes.failure);
}

function explainCode(code: number, listeners: readonly Listener[]): Explained {
  const name = `AADSTS${code}`;
  const lookUp = `https://login.microsoftonline.com/error?code=${code}`;
  const meaning = meaningByCode.get(code);
  if (meaning === undefined) {
    return { code: name, known: false, kind: null, passing: null, meaning: null, cures: [], look_up: lookUp };
  }
  const cures = curesOf(meaning, listeners);
  const [first] = listeners.map(({ credential }) => meaningFor(meaning, credential));
  return {
    code: name,
    known: true,
    kind: first?.kind ?? meaning.kind,
    passing: first?.passing ?? false,
    meaning: cures[0]?.meaning ?? null,
    cures,
    look_up: lookUp,
  };
}

/** Listeners who are told the same are told it once. */
function curesOf(meaning: EntraMeaning, listeners: readonly Listener[]): readonly Cure[] {
  const told = new Map<string, Cure>();
  for (const { connection, credential, names } of listeners) {
    const { kind, says, cure } = meaningFor(meaning, credential);
    const one = { meaning: fill(says, names), cure: fill(cure, names) };
    const key = JSON.stringify(one);
    const before = told.get(key);
    told.set(key, {
      connections: [...(before?.connections ?? []), ...(connection === null ? [] : [connection])],
      sign_ins: [...(before?.sign_ins ?? []), describe(credential)],
      kind,
      ...one,
    });
  }
  return [...told.values()];
}

function describe({ signIn, proof }: CredentialInUse): string {
  const shown = proof === 'secret' || proof === 'certificate' ? ` with a ${proof}` : '';
  return `${signIn.replaceAll('_', ' ')}${shown}`;
}

function lines({ code, known, passing, cures, look_up: lookUp }: Explained): readonly string[] {
  if (!known) {
    return [`${code}: integrator does not know this number. Microsoft says what it means at ${lookUp}`];
  }
  const lasts = passing === true ? 'passes by itself' : 'stays until somebody does something';
  const [first, ...others] = cures;
  if (others.length === 0 && first !== undefined) {
    return [`${code}: ${first.meaning}`, `  It ${lasts}.`, `  ${first.cure}`];
  }
  const each = cures.flatMap((one) => [`  ${headOf(one)}: ${one.meaning}`, `    ${one.cure}`]);
  return [`${code}: it ${lasts}. What it means and its cure depend on who signs in:`, ...each];
}

function headOf({ connections, sign_ins: signIns }: Cure): string {
  return connections.length > 0 ? connections.join(', ') : signIns.join(', ');
}

async function listenersOf(context: CommandContext): Promise<readonly Listener[]> {
  const configured = await configuredListeners(context);
  return configured.length > 0 ? configured : everybody;
}

/** Entra says nothing to basic and ntlm. */
const everybody: readonly Listener[] = credentialsInUse
  .filter(({ proof }) => proof !== 'password')
  .map((credential) => ({ connection: null, credential, names: namesOfNobody }));

/** It must work before anything is configured, and beside a configuration that is wrong. */
async function configuredListeners(context: CommandContext): Promise<readonly Listener[]> {
  try {
    const { config } = await context.loadConfig();
    return config.connections.flatMap((connection) => {
      const settings = settingsOf(config, connection, context.env);
      if (settings === undefined) return [];
      return [{ connection: connection.name, credential: credentialOf(settings), names: namesOf(settings) }];
    });
  } catch (error) {
    if (error instanceof IntegratorError && error.kind === 'config') return [];
    throw error;
  }
}
