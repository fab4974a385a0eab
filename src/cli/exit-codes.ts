import type { ErrorKind } from '../domain/errors.ts';

/*
 *   0  fine
 *   1  unexpected failure, or a check found something
 *  64  wrong usage
 *  69  a needed service cannot be reached, or does not answer as it should
 *  75  try again: the store is held by another process, or some mailboxes or mails failed while the rest succeeded
 *  77  sign-in needed, or not allowed
 *  78  the configuration is wrong
 * 130, 143  stopped by SIGINT, SIGTERM
 *
 * The numbers are those of sysexits.h. A service manager should not restart after 64, 77 and 78.
 */
export const exitCodes = {
  ok: 0,
  failure: 1,
  usage: 64,
  unavailable: 69,
  tryAgain: 75,
  notAllowed: 77,
  config: 78,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const exitCodeOfKind: Readonly<Record<ErrorKind, ExitCode>> = {
  config: exitCodes.config,
  usage: exitCodes.usage,
  not_allowed: exitCodes.notAllowed,
  needs_login: exitCodes.notAllowed,
  needs_admin: exitCodes.notAllowed,
  access_denied: exitCodes.notAllowed,
  not_found: exitCodes.failure,
  throttled: exitCodes.unavailable,
  unreachable: exitCodes.unavailable,
  protocol: exitCodes.unavailable,
  store: exitCodes.failure,
  busy: exitCodes.tryAgain,
  bug: exitCodes.failure,
};

export function exitCodeOf(kind: ErrorKind): ExitCode {
  return exitCodeOfKind[kind];
}

/**
 * For a command in which some of so many things failed, each for its reason (null: for none that counts here): the
 * reason's own code where all failed for one reason, else 75.
 */
export function exitCodeOfFailures(reasons: readonly (ErrorKind | null)[], outOf: number): ExitCode {
  const [first = null] = reasons;
  const allAlike = reasons.length === outOf && reasons.every((each) => each === first);
  return allAlike && first !== null ? exitCodeOf(first) : exitCodes.tryAgain;
}
