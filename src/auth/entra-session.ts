import { readFileSync } from 'node:fs';
import { IntegratorError } from '../domain/errors.ts';
import { authorityHost } from './cloud.ts';
import { explainFailure } from './failure.ts';
import { EntraNetwork } from './network.ts';
import type { Refusal } from './network.ts';
import type { AuthSettings, Environment } from './settings.ts';

export interface EntraParts {
  readonly settings: AuthSettings;
  readonly env: Environment;
  readonly clock: () => number;
  readonly signal?: AbortSignal | undefined;
  /** Longest wait for one answer of Entra; 15 s where absent. */
  readonly deadlineMs?: number | undefined;
}

export interface Failure {
  readonly error: IntegratorError;
  readonly refusal: Refusal | undefined;
}

/**
 * Runs one piece of work with its own connection to Entra. What it throws comes back as IntegratorError with advice;
 * `onFailure` sees Entra's own words besides.
 */
export async function withEntra<T>(
  parts: EntraParts,
  account: string | undefined,
  work: (network: EntraNetwork) => Promise<T>,
  onFailure?: (failure: Failure) => void,
): Promise<T> {
  const network = openNetwork(parts);
  try {
    return await work(network);
  } catch (thrown) {
    const { settings } = parts;
    const error = explainFailure(thrown, network.trouble, { settings, account, nowMs: parts.clock() });
    onFailure?.({ error, refusal: network.trouble?.kind === 'refused' ? network.trouble.refusal : undefined });
    throw error;
  } finally {
    await network.close();
  }
}

function openNetwork({ settings, env, clock, signal, deadlineMs }: EntraParts): EntraNetwork {
  const authority = new URL(authorityHost(settings));
  if (authority.protocol !== 'https:') {
    throw new IntegratorError('config', `endpoints.authority of connection ${settings.connection} must be https`);
  }
  const caPem = settings.caFile === undefined ? undefined : readCaFile(settings.caFile);
  return new EntraNetwork({ authority, env, caPem, clock, signal, deadlineMs });
}

function readCaFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : String(cause);
    throw new IntegratorError('config', `cannot read endpoints.ca_file: ${words}`, { cause });
  }
}
