import { told } from '../../auth/credential-in-use.ts';
import type { CredentialInUse } from '../../auth/credential-in-use.ts';
import { IntegratorError } from '../../domain/errors.ts';
import type { Folder } from '../provider.ts';
import type { Refusal } from './answer.ts';
import { type Doing, type GraphMeaning, meaningOfCode, meaningOfStatus } from './error-codes.ts';

/** What Graph said, as far as anything could be read. */
export interface SpokenError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly requestId: string;
}

/** What an error is said of, and to whom. */
export interface RefusalFacts {
  /** Names the thing: "the mailbox ann@contoso.test". */
  readonly about: string;
  readonly doing: Doing;
  readonly credential: CredentialInUse;
  /** When the service wants to be asked again. */
  readonly retryAtMs: number | null;
  /** Said of a wrong clock, where it is one. */
  readonly clock: string | null;
}

/** Errors of `error` bodies as IntegratorError. */
export function refusalError(
  spoken: SpokenError,
  { about, doing, credential, retryAtMs, clock }: RefusalFacts,
): IntegratorError {
  const { kind, says, hint } = meaningOf(spoken, doing);
  const facts = [spoken.code, `HTTP ${spoken.status}`, spoken.requestId === '' ? '' : `request-id ${spoken.requestId}`];
  const words = spoken.message === '' ? '' : `: ${spoken.message}`;
  const message = `${about} ${says} (${facts.filter((fact) => fact !== '').join(', ')})${words}`;
  const advice = [clock, hint === undefined ? null : told(hint, credential)].filter((one) => one !== null).join(' ');
  return new IntegratorError(retryAtMs === null ? kind : 'throttled', message, {
    code: spoken.code === '' ? `HTTP ${spoken.status}` : spoken.code,
    ...(advice === '' ? {} : { hint: advice }),
    ...(retryAtMs === null ? {} : { retryAtMs }),
  });
}

function meaningOf({ status, code }: SpokenError, doing: Doing): GraphMeaning {
  // These two say all by themselves, whatever the code.
  if (status === 401 || status === 429) return meaningOfStatus(status);
  return meaningOfCode(code, doing) ?? meaningOfStatus(status);
}

/** A well-known folder that "is not there" is one we may not see: every mailbox has it. */
export function folderError(refusal: Refusal, folder: Folder): IntegratorError {
  const wellKnown = folder.id === 'inbox' || folder.id === 'sentitems';
  if (!wellKnown || refusal.code !== 'erroritemnotfound') return refusal.error;
  const { message, code, hint } = refusal.error;
  return new IntegratorError('access_denied', message, {
    ...(hint === undefined ? {} : { hint: hint.replace(/^Was the folder.*?missing\. /, '') }),
    cause: refusal.error,
    ...(code === undefined ? {} : { code }),
  });
}

const longestQuote = 300;

/** Reads an error body, whatever it is: `{error:{code,message,innerError}}`, `innererror`, HTML, nothing. */
export function spokenError(status: number, body: string, requestIdHeader: string | undefined): SpokenError {
  const error = fieldOf(parseOrNull(body), 'error');
  const inner = fieldOf(error, 'innerError') ?? fieldOf(error, 'innererror');
  return {
    status,
    code: printable(fieldOf(error, 'code')),
    message: printable(fieldOf(error, 'message')),
    requestId: printable(fieldOf(inner, 'request-id') ?? requestIdHeader),
  };
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}

/** The other side's words end up in logs and terminals. */
function printable(value: unknown): string {
  if (typeof value !== 'string') return '';
  return value
    .replace(/[^\x20-\x7e\u00a1-\u024f]+/g, ' ')
    .trim()
    .slice(0, longestQuote);
}
