import { IntegratorError } from '../../domain/errors.ts';
import { stopped } from '../../http/deadline.ts';
import { adminConsentUrl } from '../cloud.ts';
import { registeredRedirectUri } from '../redirect-uri.ts';
import type { AuthSettings } from '../settings.ts';
import type { SignInParts } from './sign-in.ts';

/** Waits for a person: throws `needs_login` when the time is up, and what the signal says when it aborts. */
export function patiently<T>(
  parts: Pick<SignInParts, 'signal' | 'timeoutMs' | 'settings'>,
  wait: Promise<T>,
): Promise<T> {
  const { signal, timeoutMs, settings } = parts;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => settle(() => reject(stopped(signal)));
    const timer = setTimeout(() => settle(() => reject(tooLate(settings, timeoutMs))), timeoutMs);
    const settle = (end: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      end();
    };
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    wait.then(
      (value) => settle(() => resolve(value)),
      (error: unknown) => settle(() => reject(error)),
    );
  });
}

export function tooLate(settings: AuthSettings, timeoutMs: number): IntegratorError {
  const seconds = Math.round(timeoutMs / 1000);
  const { connection } = settings;
  return new IntegratorError('needs_login', `nobody signed in within ${seconds} s; nothing was stored`, {
    hint: [
      `Run: integrator auth login ${connection} --timeout ${Math.max(600, seconds * 2)}`,
      'If the browser showed AADSTS and a number, run: integrator auth explain AADSTS<number>',
      `If it asked for an administrator's approval, one opens ${adminConsentUrl(settings, registeredRedirectUri)} and accepts first (the last page cannot be reached, which is normal)`,
    ].join('. '),
  });
}
