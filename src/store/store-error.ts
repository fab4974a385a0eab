import { IntegratorError } from '../domain/errors.ts';

const advice: Readonly<Record<string, readonly [message: string, hint: string]>> = {
  SQLITE_FULL: ['the disk is full: nothing was changed', 'make room on the disk of state_dir; the next run goes on'],
  ENOSPC: ['the disk is full: nothing was changed', 'make room on the disk of state_dir; the next run goes on'],
  SQLITE_BUSY: ['the store is in use by another process', 'try again in a moment'],
  SQLITE_CORRUPT: ['the store is damaged', 'restore the last backup; mail since then is imported again by itself'],
  SQLITE_NOTADB: ['integrator.db is not a store of this program', 'check state_dir in the configuration'],
  SQLITE_READONLY: ['the store cannot be written', 'check the owner and mode of state_dir'],
  SQLITE_CANTOPEN: ['the store cannot be opened', 'check that state_dir exists and belongs to you'],
  EACCES: ['the store cannot be opened: permission denied', 'check the owner and mode of state_dir'],
  EROFS: ['the store is on a read-only file system', 'choose another state_dir'],
  ECONNREFUSED: [
    'the PostgreSQL server of `store` refuses connections',
    'check that it runs and that the URL is right',
  ],
  ENOTFOUND: ['the host of the `store` URL is not known', 'check the host name in `store`'],
  '28P01': ['PostgreSQL refuses the password of the `store` URL', 'check user and password in `store`'],
  '28000': ['PostgreSQL refuses the user of the `store` URL', 'check the user in `store`'],
  '3D000': ['the database of the `store` URL does not exist', 'create it: createdb NAME'],
  '53100': ['the disk of the PostgreSQL server is full', 'make room there; the next run goes on'],
};

/** What a database driver or the file system threw, in our words. */
export function storeError(thrown: unknown): IntegratorError {
  if (thrown instanceof IntegratorError) return thrown;
  const code = codeOf(thrown);
  const [message, hint] = advice[code] ?? advice[code.replace(/^(SQLITE_[A-Z]+)_.*/, '$1')] ?? [];
  if (message === undefined) {
    const text = thrown instanceof Error ? thrown.message : String(thrown);
    return new IntegratorError('store', code === '' ? text : `${text} (${code})`, { cause: thrown });
  }
  const kind = code.startsWith('SQLITE_BUSY') ? 'busy' : 'store';
  return new IntegratorError(kind, message, { hint: hint ?? '', cause: thrown, code });
}

function codeOf(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return '';
  return typeof thrown.code === 'string' ? thrown.code : '';
}
