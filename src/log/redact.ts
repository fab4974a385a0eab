/** Takes secrets out of what is about to be logged. The last line of defence: nothing should put them there. */

const hidden = '***';

interface Pattern {
  readonly find: RegExp;
  readonly replace: string;
}

// Each pattern looks at every character once: a log line may hold a whole answer of a server.
const patterns: readonly Pattern[] = [
  { find: /-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(-----END [A-Z ]*PRIVATE KEY-----)?/g, replace: hidden },
  // Entra's access, id and app tokens are JWTs or JWEs: base64url of `{"`, up to five parts.
  { find: /eyJ[A-Za-z0-9_-]{5,}(\.[A-Za-z0-9_-]*){0,4}/g, replace: `eyJ${hidden}` },
  // Its refresh tokens and authorization codes have no such mark, but a version and a base64url body.
  { find: /\b[01]\.A[A-Za-z0-9_-]{20,}(\.[A-Za-z0-9_-]+)*/g, replace: hidden },
  { find: /\b(Bearer|Basic|NTLM|Negotiate)\s+[A-Za-z0-9+/=._~-]{8,}/gi, replace: `$1 ${hidden}` },
  {
    find: /\b(client_secret|client_assertion|assertion|refresh_token|access_token|id_token|code_verifier|device_code|password|passwd|pwd)(["']?\s*[=:]\s*["']?)[^\s"'&,;}]+/gi,
    replace: `$1$2${hidden}`,
  },
  // Short values behind `code` are error codes, which people need to see.
  { find: /\b(code)(["']?\s*[=:]\s*["']?)[^\s"'&,;}]{20,}/gi, replace: `$1$2${hidden}` },
  { find: /(:\/\/[^\s/:@]{0,256}):[^\s/@]{1,256}@/g, replace: `$1:${hidden}@` },
];

export function redactText(text: string): string {
  return patterns.reduce((redacted, { find, replace }) => redacted.replace(find, replace), text);
}

const secretKey =
  /secret|passw|pwd|assertion|authorization|cookie|credential|private_?key|code_verifier|device_code|(access|refresh|id|bearer|session)_?token|^token$/i;
const authorizationCode = /^[A-Za-z0-9._~-]{20,}$/;

const maxDepth = 6;
const maxTextLength = 16_384;

/** A copy of a value fit for a log line: secrets hidden by key and by form, errors as data, depth and length bounded. */
export function redactValue(value: unknown, key = '', depth = 0): unknown {
  if (typeof value === 'string') return redactNamed(value, key);
  if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= maxDepth) return '…';
  return redactObject(value, key, depth);
}

function redactObject(value: object, key: string, depth: number): unknown {
  if (value instanceof Error) return redactValue(describeError(value), key, depth + 1);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Uint8Array) return `${value.byteLength} bytes`;
  if (Array.isArray(value)) return value.slice(0, 100).map((item) => redactValue(item, key, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [redactText(name), redactValue(inner, name, depth + 1)]),
  );
}

function redactNamed(text: string, key: string): string {
  if (secretKey.test(key) && text !== '') return hidden;
  if (/^code$/i.test(key) && authorizationCode.test(text) && !/^(Error|AADSTS)/.test(text)) return hidden;
  const redacted = redactText(text);
  return redacted.length > maxTextLength ? `${redacted.slice(0, maxTextLength)}…` : redacted;
}

/** What an error says, with the fields our own errors carry, and what caused it. */
function describeError(error: Error): Readonly<Record<string, unknown>> {
  const { message, name, cause, stack } = error;
  const extra = Object.fromEntries(
    Object.entries(error).filter(
      ([key, value]) => ['kind', 'hint', 'code', 'status'].includes(key) && value !== undefined,
    ),
  );
  const known = 'kind' in error && error.kind !== 'bug';
  return { name, ...extra, message, ...(known ? {} : { stack }), ...(cause === undefined ? {} : { cause }) };
}
