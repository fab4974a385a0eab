/** The single values of the configuration: what is normalised and what is refused at the door. */
import { z } from 'zod';
import { IntegratorError } from '../../domain/errors.ts';
import { isLoopbackHost, normalizeAddress, normalizeDomain } from '../addresses.ts';
import { isTimezone, parseDuration, parseSchedule, parseTime } from '../times.ts';

/** A string that `read` understands; what it throws, or null, is refused. */
function readable(read: (text: string) => unknown, expected: string): z.ZodString {
  return z.string().superRefine((text, context) => {
    const reason = whyUnreadable(read, text, expected);
    if (reason !== null) context.addIssue({ code: 'custom', message: reason });
  });
}

function whyUnreadable(read: (text: string) => unknown, text: string, expected: string): string | null {
  try {
    return read(text) === null ? expected : null;
  } catch (error) {
    if (!(error instanceof IntegratorError)) throw error;
    return error.hint === undefined ? error.message : `${error.message}; ${error.hint}`;
  }
}

const addressMessage = 'is not an e-mail address; write name@example.com';

export const text = z.string().trim().min(1);
export const address = readable(normalizeAddress, addressMessage).transform(
  (value) => normalizeAddress(value) ?? value,
);
export const domain = readable(normalizeDomain, 'is not a domain; write example.com').transform(
  (value) => normalizeDomain(value) ?? value,
);

/** An address, or `@domain` for everybody there. */
export const senderPattern = readable(
  normalizeSender,
  'is neither an address nor a domain written as @example.com',
).transform((value) => normalizeSender(value) ?? value);

function normalizeSender(value: string): string | null {
  if (!value.trim().startsWith('@')) return normalizeAddress(value);
  const plain = normalizeDomain(value.trim().slice(1));
  return plain === null ? null : `@${plain}`;
}

export const duration = readable(parseDuration, 'is not a duration');
export const schedule = readable(parseSchedule, 'is not a schedule');
export const timezone = readable(
  (name) => (isTimezone(name) ? name : null),
  'is not a time zone; write an IANA name such as Europe/Berlin or UTC',
);
export const importFrom = readable(
  (value) => (value === 'now' ? 0 : parseTime(value, { now: 0, timezone: 'UTC' })),
  'is not a time',
);

/** https, or http to this very machine. */
export const serviceUrl = readable(readServiceUrl, 'is not an https URL');

/** https only: the sign-in library speaks nothing else. */
export const authorityUrl = readable(
  (value) => (readServiceUrl(value).protocol === 'https:' ? value : null),
  'must start with https://, on loopback too',
);

function readServiceUrl(value: string): URL {
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url === null) throw new IntegratorError('config', 'is not a URL; write https://host.example/');
  if (url.username !== '' || url.password !== '')
    throw new IntegratorError('config', 'must not hold a user or password');
  if (url.search !== '' || url.hash !== '') throw new IntegratorError('config', 'must not have a query or fragment');
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname))) return url;
  throw new IntegratorError('config', 'must start with https:// (http:// is for loopback only)');
}

/** A host without scheme, port or path. */
export const hostName = readable(readHostName, 'is not a host name');

function readHostName(value: string): string {
  if (/[/@?#\s]/.test(value) || !URL.canParse(`https://${value}/`) || new URL(`https://${value}/`).port !== '') {
    throw new IntegratorError('config', 'is not a host name; write mail.example.com, without scheme, port or path');
  }
  return value;
}

/** One word for a URL path or a header: a tenant or client id. */
export const identifier = readable(
  (value) => (/^[^\s/\\?#@%&\p{Cc}]+$/u.test(value) ? value : null),
  'must be one word, without spaces and slashes',
);

/**
 * Where a secret is kept. It is read when it is needed (`secrets.ts`), never when the configuration is loaded; a literal
 * is accepted only in a file that nobody else can read.
 */
const secretReferences = [
  z.strictObject({ file: text }).describe('A file that only its owner can read'),
  z.strictObject({ env: text }).describe('An environment variable'),
  z.strictObject({ credential: text }).describe('A systemd credential, by name'),
] as const;
const secretMessage = 'must be { file: path }, { env: NAME } or { credential: name }';

export const fileRef = z.union(secretReferences, { error: secretMessage });
export const secretRef = z.union([...secretReferences, z.string().min(1)], { error: secretMessage });
export type SecretRef = z.output<typeof secretRef>;
