import type { Stats } from 'node:fs';
import type { Problem } from '../problem.ts';
import type { Config } from '../schema.ts';
import { redactUrl, secretsOf } from '../secrets.ts';

/** A secret may stand in the file itself only where nobody else can read the file. */
export function checkLiteralSecrets(config: Config, file: Stats): Problem[] {
  const reason = whyNotPrivate(file);
  if (reason === null) return [];
  const literals = secretsOf(config).filter(({ ref }) => typeof ref === 'string');
  const problems = literals.map(({ path }): Problem => ({
    path,
    message: `stands here as plain text, but the file ${reason}; use { file: path } or { env: NAME }, or chmod 600 the file`,
  }));
  if (redactUrl(config.store) !== config.store) {
    problems.push({
      path: ['store'],
      message: `holds a password, but the file ${reason}; chmod 600 the file, or use ~/.pgpass`,
    });
  }
  return problems;
}

function whyNotPrivate(file: Stats): string | null {
  if ((file.mode & 0o077) !== 0)
    return `can be read by other users (mode ${(file.mode & 0o777).toString(8).padStart(4, '0')})`;
  const user = process.getuid?.() ?? file.uid;
  return user === file.uid || user === 0 ? null : 'belongs to another user';
}
