import { statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { IntegratorError } from '../domain/errors.ts';

type Known = readonly [kind: 'store' | 'busy', message: string, hint: string];

const full: Known = [
  'store',
  'the disk of state_dir is full: nothing was changed',
  'make room on the disk of state_dir; the next run goes on',
];
const quota: Known = [
  'store',
  'the quota on the disk of state_dir is used up: nothing was changed',
  'make room, or raise the quota; the next run goes on',
];
const refused: Known = [
  'store',
  'state_dir cannot be written: permission denied',
  'check the owner and mode of state_dir',
];
const readOnlyDisk: Known = [
  'store',
  'state_dir lies on a read-only file system',
  'mount it for writing, or choose another state_dir',
];
const failing: Known = [
  'store',
  'the disk of state_dir cannot be read or written',
  'look into the log of the system (dmesg); the next run goes on once the disk works',
];
const openFiles: Known = [
  'store',
  'too many files are open',
  'raise the limit (ulimit -n, LimitNOFILE of the service), or lower concurrency',
];
const fileSize: Known = [
  'store',
  'a file in state_dir may not grow any further',
  'raise the limit on the size of files (ulimit -f, LimitFSIZE of the service)',
];
const memory: Known = ['store', 'there is not enough memory for the store', 'give the service more memory'];
const inUse: Known = ['busy', 'the store is in use by another process', 'try again in a moment'];
const serverGone: Known = [
  'store',
  'the connection to the PostgreSQL server of `store` broke off',
  'check that the server runs; the next run goes on',
];

/** By the code of the file system, of SQLite (also by its first two words) or of PostgreSQL (also by its class). */
const advice: Readonly<Record<string, Known>> = {
  ENOSPC: full,
  EDQUOT: quota,
  EACCES: refused,
  EPERM: refused,
  EROFS: readOnlyDisk,
  EIO: failing,
  ESTALE: failing,
  EMFILE: openFiles,
  ENFILE: openFiles,
  EFBIG: fileSize,
  ENOMEM: memory,
  SQLITE_FULL: full,
  SQLITE_IOERR: failing,
  SQLITE_NOMEM: memory,
  SQLITE_BUSY: inUse,
  SQLITE_LOCKED: inUse,
  SQLITE_PROTOCOL: inUse,
  SQLITE_CORRUPT: [
    'store',
    'the store is damaged',
    'restore the last backup; mail since then is imported again by itself',
  ],
  SQLITE_NOTADB: ['store', 'integrator.db is not a store of this program', 'check state_dir in the configuration'],
  SQLITE_READONLY: ['store', 'the store cannot be written', 'check the owner and mode of state_dir'],
  SQLITE_PERM: refused,
  SQLITE_CANTOPEN: ['store', 'the store cannot be opened', 'check that state_dir exists and belongs to you'],
  ECONNREFUSED: [
    'store',
    'the PostgreSQL server of `store` refuses connections',
    'check that it runs and that the URL is right',
  ],
  ENOTFOUND: ['store', 'the host of the `store` URL is not known', 'check the host name in `store`'],
  EAI_AGAIN: ['store', 'the host of the `store` URL cannot be looked up now', 'check the DNS'],
  ECONNRESET: serverGone,
  EPIPE: serverGone,
  ETIMEDOUT: serverGone,
  EHOSTUNREACH: serverGone,
  ENETUNREACH: serverGone,
  '08': serverGone,
  '25006': ['store', 'the PostgreSQL database of `store` is read only', 'use the primary server in `store`'],
  '28P01': ['store', 'PostgreSQL refuses the password of the `store` URL', 'check user and password in `store`'],
  '28000': ['store', 'PostgreSQL refuses the user of the `store` URL', 'check the user in `store`'],
  '3D000': ['store', 'the database of the `store` URL does not exist', 'create it: createdb NAME'],
  '40001': inUse,
  '40P01': inUse,
  '42501': ['store', 'PostgreSQL denies the user of the `store` URL a right', 'let the user own the database'],
  '53': ['store', 'the PostgreSQL server has run out of something', 'look into its log; the next run goes on'],
  '53100': ['store', 'the disk of the PostgreSQL server is full', 'make room there; the next run goes on'],
  '55P03': inUse,
  '57': ['store', 'the PostgreSQL server ended the connection', 'check that it runs; the next run goes on'],
  '58': ['store', 'the PostgreSQL server cannot read or write its files', 'look into its log'],
  XX001: ['store', 'the PostgreSQL database is damaged', 'restore the last backup'],
  XX002: ['store', 'an index of the PostgreSQL database is damaged', 'restore the last backup, or reindex'],
};

/** These say that somebody else owns the directory, or that its mode is wrong. */
const aboutOwner = new Set(['EACCES', 'EPERM', 'EROFS', 'SQLITE_READONLY', 'SQLITE_PERM', 'SQLITE_CANTOPEN']);

/** PostgreSQL's driver has no code for these. */
const brokenOff = /^(?:Connection terminated|timeout exceeded when trying to connect|Client has encountered)/;

export interface StoreErrorOptions {
  /** Named, with its owner, where it cannot be written. */
  readonly stateDir?: string;
  /** Nothing but the store is at work: whatever is thrown is its trouble. */
  readonly onlyStore?: boolean;
}

/**
 * What a database driver or the file system threw, in our words: `store` or `busy`, with a code where the trouble is
 * the store's own (see `isTroubleOfStore`). What has nothing to do with a store is a fault in our code: `bug`.
 */
export function storeError(thrown: unknown, options: StoreErrorOptions = {}): IntegratorError {
  if (thrown instanceof IntegratorError) return thrown;
  const code = codeOf(thrown);
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const [known, name] = knownBy(code, text);
  if (known === undefined) {
    if (options.onlyStore === true)
      return new IntegratorError('store', text, { cause: thrown, code: code || 'unknown' });
    const [otherKind, words] = code === '' ? (['bug', text] as const) : (['store', `${text} (${code})`] as const);
    return new IntegratorError(otherKind, words, { cause: thrown });
  }
  const [kind, message, advised] = known;
  const owner = aboutOwner.has(name) && options.stateDir !== undefined ? `${ownerOf(options.stateDir)}; ` : '';
  return new IntegratorError(kind, message, { hint: `${owner}${advised}`, cause: thrown, code });
}

/**
 * The store fails for everybody (a full disk, a lock, a directory that cannot be written), and not for the one mail
 * that was being written, as where it breaks a rule of the schema.
 */
export function isTroubleOfStore({ kind, code }: IntegratorError): boolean {
  return kind === 'busy' || (kind === 'store' && code !== undefined);
}

function knownBy(code: string, text: string): readonly [Known | undefined, string] {
  if (code === '') return [brokenOff.test(text) ? serverGone : undefined, ''];
  const sqlite = code.replace(/^(SQLITE_[A-Z]+)_.*/, '$1');
  const postgres = /^[0-9A-Z]{5}$/.test(code) ? code.slice(0, 2) : '';
  for (const name of [code, sqlite, postgres]) {
    if (Object.hasOwn(advice, name)) return [advice[name], name];
  }
  return [undefined, ''];
}

function codeOf(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return '';
  return typeof thrown.code === 'string' ? thrown.code : '';
}

function ownerOf(stateDir: string): string {
  try {
    const { uid, mode } = statSync(stateDir);
    const me = userInfo();
    const owner = uid === me.uid ? me.username : uid === 0 ? 'root' : `user ${uid}`;
    const rights = (mode & 0o777).toString(8);
    return `${stateDir} belongs to ${owner} (mode ${rights}), and integrator runs as ${me.username}`;
  } catch {
    return stateDir;
  }
}
