import type { Stats } from 'node:fs';
import type { KeyPath, Problem } from '../problem.ts';
import type { Config } from '../schema.ts';
import { redactUrl, secretsOf } from '../secrets.ts';

/** A secret may stand in the file itself only where nobody else can read the file. */
export function checkLiteralSecrets(config: Config, file: Stats): Problem[] {
  const reason = whyNotPrivate(file);
  if (reason === null) return [];
  return literalSecrets(config).map(({ path, what, instead }) => ({
    path,
    message: `${what}, but the file ${reason}; ${instead}`,
  }));
}

interface LiteralSecret {
  readonly path: KeyPath;
  readonly what: string;
  readonly instead: string;
}

/** The secrets that stand in the file itself. */
export function literalSecrets(config: Config): readonly LiteralSecret[] {
  const placed = secretsOf(config).filter(({ ref }) => typeof ref === 'string');
  const literals = placed.map(({ path }) => ({
    path,
    what: 'stands here as plain text',
    instead: 'use { file: path } or { env: NAME }, or chmod 600 the file',
  }));
  if (redactUrl(config.store) === config.store) return literals;
  const store = { path: ['store'], what: 'holds a password', instead: 'chmod 600 the file, or use ~/.pgpass' };
  return [...literals, store];
}

function whyNotPrivate(file: Stats): string | null {
  if ((file.mode & 0o077) !== 0)
    return `can be read by other users (mode ${(file.mode & 0o777).toString(8).padStart(4, '0')})`;
  const user = process.getuid?.() ?? file.uid;
  return user === file.uid || user === 0 ? null : 'belongs to another user';
}
