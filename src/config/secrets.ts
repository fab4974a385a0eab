/** Secrets: where the configuration keeps them, how they are read when needed, how they are hidden when it is shown. */
import { readFile, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { IntegratorError } from '../domain/errors.ts';
import type { Environment } from './find.ts';
import type { KeyPath } from './problem.ts';
import type { Config, Connection, SecretRef } from './schema.ts';

export interface PlacedSecret {
  readonly path: KeyPath;
  readonly ref: SecretRef;
  /** False where it belongs to a connection that is switched off. */
  readonly enabled: boolean;
}

/** Every secret that the configuration refers to or holds. */
export function secretsOf(config: Config): PlacedSecret[] {
  return [
    ...config.connections.flatMap((connection, index) => connectionSecrets(connection, ['connections', index])),
    ...ticketSystemSecrets(config.ticket_system),
  ];
}

function connectionSecrets(connection: Connection, path: KeyPath): PlacedSecret[] {
  const { enabled } = connection;
  return [
    ...placed(connection.client_secret, [...path, 'client_secret'], enabled),
    ...placed(connection.certificate, [...path, 'certificate'], enabled),
    ...(connection.type === 'ews' ? placed(connection.password, [...path, 'password'], enabled) : []),
  ];
}

function ticketSystemSecrets(system: Config['ticket_system']): PlacedSecret[] {
  switch (system.type) {
    case 'local':
      return [];
    case 'halo':
      return placed(system.client_secret, ['ticket_system', 'client_secret'], true);
    case 'rt':
    case 'rest':
      return placed(system.token, ['ticket_system', 'token'], true);
  }
}

function placed(ref: SecretRef | undefined, path: KeyPath, enabled: boolean): PlacedSecret[] {
  return ref === undefined ? [] : [{ path, ref, enabled }];
}

const maxSecretBytes = 64 * 1024;

/**
 * The secret itself, without a final line break. Read anew each time, so that a rotated one needs no restart.
 * `what` names it in messages ("the client secret of contoso-sales"). Throws `config`; the message never holds the secret.
 */
export async function resolveSecret(ref: SecretRef, what: string, env: Environment): Promise<string> {
  if (typeof ref === 'string') return ref;
  if ('env' in ref) return readEnv(ref.env, what, env);
  if ('file' in ref) return readSecretFile(ref.file, what, 0o077);
  const directory = env['CREDENTIALS_DIRECTORY'];
  if (directory === undefined || !isAbsolute(directory)) {
    throw new IntegratorError('config', `${what}: there is no credential "${ref.credential}" outside the service`, {
      hint: `systemd hands it over: LoadCredential=${ref.credential}:/path/to/file in the unit`,
    });
  }
  if (/[/\\]|^\.\.?$/.test(ref.credential)) {
    throw new IntegratorError('config', `${what}: "${ref.credential}" is a path, not the name of a credential`);
  }
  // systemd gives the service's user access by an ACL, which shows as the group's read bit.
  return readSecretFile(join(directory, ref.credential), what, 0o007);
}

function readEnv(name: string, what: string, env: Environment): string {
  const value = env[name]?.trim();
  if (value !== undefined && value !== '') return value;
  const state = value === undefined ? 'not set' : 'empty';
  throw new IntegratorError('config', `${what}: the environment variable ${name} is ${state}`, {
    hint: `set ${name}, or keep the secret in a file: { file: path }`,
  });
}

async function readSecretFile(file: string, what: string, forbiddenMode: number): Promise<string> {
  const found = await stat(file).catch((cause: unknown) => {
    throw unreadable(file, what, cause);
  });
  if (found.isDirectory()) {
    throw new IntegratorError('config', `${what}: ${file} is a directory`, {
      hint: 'name the file that holds the secret',
    });
  }
  if ((found.mode & forbiddenMode) !== 0) {
    const mode = (found.mode & 0o777).toString(8).padStart(4, '0');
    throw new IntegratorError('config', `${what}: ${file} can be read by other users (mode ${mode})`, {
      hint: `chmod 600 ${file}`,
    });
  }
  if (found.size > maxSecretBytes) throw new IntegratorError('config', `${what}: ${file} is too large to be a secret`);
  return notEmpty(
    await readFile(file, 'utf8').catch((cause: unknown) => {
      throw unreadable(file, what, cause);
    }),
    file,
    what,
  );
}

function notEmpty(text: string, file: string, what: string): string {
  const secret = text.replace(/^\uFEFF/, '').trim();
  if (secret !== '') return secret;
  throw new IntegratorError('config', `${what}: ${file} is empty`, { hint: `write the secret into ${file}` });
}

function unreadable(file: string, what: string, cause: unknown): IntegratorError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new IntegratorError('config', `${what}: ${file} does not exist`, {
      hint: `write the secret into ${file} and run: chmod 600 ${file}`,
      cause,
    });
  }
  const reason = code === 'EACCES' ? 'may not be read by this user' : `cannot be read (${code})`;
  return new IntegratorError('config', `${what}: ${file} ${reason}`, {
    hint: `check the owner and mode of ${file}`,
    cause,
  });
}

/** The configuration fit for showing: a literal secret as `***`, a reference as `*** (file …)`. */
export function redactConfig(config: Config): unknown {
  const { sends_mail: _derived, ...written } = config;
  const hidden = new Map(secretsOf(config).map(({ path, ref }) => [path.join('\n'), describeHidden(ref)]));
  const copy = (value: unknown, path: KeyPath): unknown => {
    const secret = hidden.get(path.join('\n'));
    if (secret !== undefined) return secret;
    if (Array.isArray(value)) return value.map((item, index) => copy(item, [...path, index]));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copy(inner, [...path, key])]));
  };
  return copy({ ...written, store: redactUrl(config.store) }, []);
}

function describeHidden(ref: SecretRef): string {
  if (typeof ref === 'string') return '***';
  const [[kind, name] = ['', '']] = Object.entries(ref);
  return `*** (${kind} ${name})`;
}

/** postgres://user:password@host/db without the password, which may stand in the query too. */
export function redactUrl(url: string): string {
  return url.replace(/(:\/\/[^:@/?]*):.*@/, '$1:***@').replace(/([?&]password=)[^&]*/gi, '$1***');
}
