import { describe, expect, test } from 'vitest';
import { IntegratorError } from '../../src/domain/errors.ts';
import { isTroubleOfStore, storeError } from '../../src/store/store-error.ts';

const thrown = (code: string) => Object.assign(new Error(`raw words of ${code}`), { code });

describe('what the disk or the database throws', () => {
  test.each([
    ['ENOSPC', 'store', 'the disk of state_dir is full'],
    ['SQLITE_FULL', 'store', 'the disk of state_dir is full'],
    ['EDQUOT', 'store', 'quota'],
    ['EROFS', 'store', 'read-only'],
    ['EACCES', 'store', 'permission denied'],
    ['EPERM', 'store', 'permission denied'],
    ['EIO', 'store', 'cannot be read or written'],
    ['EMFILE', 'store', 'too many files'],
    ['ENFILE', 'store', 'too many files'],
    ['EFBIG', 'store', 'may not grow'],
    ['SQLITE_IOERR', 'store', 'cannot be read or written'],
    ['SQLITE_IOERR_WRITE', 'store', 'cannot be read or written'],
    ['SQLITE_IOERR_SHMSIZE', 'store', 'cannot be read or written'],
    ['SQLITE_READONLY', 'store', 'cannot be written'],
    ['SQLITE_READONLY_DIRECTORY', 'store', 'cannot be written'],
    ['SQLITE_CANTOPEN', 'store', 'cannot be opened'],
    ['SQLITE_CANTOPEN_ISDIR', 'store', 'cannot be opened'],
    ['SQLITE_CORRUPT', 'store', 'damaged'],
    ['SQLITE_CORRUPT_VTAB', 'store', 'damaged'],
    ['SQLITE_NOTADB', 'store', 'not a store'],
    ['SQLITE_NOMEM', 'store', 'memory'],
    ['SQLITE_BUSY', 'busy', 'in use'],
    ['SQLITE_BUSY_SNAPSHOT', 'busy', 'in use'],
    ['SQLITE_LOCKED', 'busy', 'in use'],
    ['53100', 'store', 'the disk of the PostgreSQL server is full'],
    ['53200', 'store', 'run out'],
    ['53300', 'store', 'run out'],
    ['57P01', 'store', 'ended the connection'],
    ['57P03', 'store', 'ended the connection'],
    ['58030', 'store', 'cannot read or write'],
    ['08006', 'store', 'broke off'],
    ['25006', 'store', 'read only'],
    ['40001', 'busy', 'in use'],
    ['40P01', 'busy', 'in use'],
    ['55P03', 'busy', 'in use'],
    ['XX001', 'store', 'damaged'],
    ['ECONNRESET', 'store', 'broke off'],
  ])('%s is trouble of the store (%s), in words and with a way out', (code, kind, words) => {
    const error = storeError(thrown(code));
    expect(error).toMatchObject({ kind, message: expect.stringContaining(words), hint: expect.stringMatching(/\w/) });
    expect(error.message).not.toContain('raw words');
    expect(isTroubleOfStore(error)).toBe(true);
  });

  test('a connection to PostgreSQL that ends has no code, and is known by its words', () => {
    expect(isTroubleOfStore(storeError(new Error('Connection terminated unexpectedly')))).toBe(true);
  });

  test.each(['SQLITE_CONSTRAINT_TRIGGER', 'SQLITE_TOOBIG', 'SQLITE_MISMATCH', '22001', '23505', '54000'])(
    '%s is about the one row that was written',
    (code) => {
      expect(isTroubleOfStore(storeError(thrown(code)))).toBe(false);
    },
  );

  test('what has no code is a fault of ours, and our own errors stay as they are', () => {
    expect(storeError(new TypeError('x is not a function'))).toMatchObject({ kind: 'bug' });
    expect(storeError('text')).toMatchObject({ kind: 'bug', message: 'text' });
    const own = new IntegratorError('throttled', 'later');
    expect(storeError(own)).toBe(own);
  });

  test.each(['EACCES', 'EROFS', 'SQLITE_READONLY', 'SQLITE_CANTOPEN'])('%s names the owner of state_dir', (code) => {
    const { hint } = storeError(thrown(code), { stateDir: '/' });
    expect(hint).toMatch(/^\/ belongs to root \(mode \d+\), and integrator runs as \w/);
  });
});
