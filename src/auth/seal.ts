import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { IntegratorError } from '../domain/errors.ts';

// A sealed box: magic (4) · key id (4) · iv (12) · tag (16) · AES-256-GCM ciphertext.
const magic = Buffer.from('ITS1', 'latin1');
const keyIdEnd = magic.length + 4;
const ivEnd = keyIdEnd + 12;
const tagEnd = ivEnd + 16;

export const keyBytes = 32;

export interface SealKey {
  /** First bytes of a hash of the key: tells keys apart and gives nothing away. */
  readonly id: string;
  readonly bytes: Uint8Array;
}

export function sealKey(bytes: Uint8Array): SealKey {
  const id = createHash('sha256').update('integrator/key-id/v1\0').update(bytes).digest('hex').slice(0, 8);
  return { id, bytes };
}

/** Seals text so that it opens only with the same key and for the same purpose (a box cannot be moved elsewhere). */
export function seal(text: string, key: SealKey, purpose: string): Buffer {
  const header = Buffer.concat([magic, Buffer.from(key.id, 'hex')]);
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key.bytes, iv).setAAD(associatedData(header, purpose));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([header, iv, cipher.getAuthTag(), sealed]);
}

/** Opens a box with whichever of the keys sealed it. Throws `config` when none did, or when the box was changed. */
export function openSealed(box: Uint8Array, keys: readonly SealKey[], purpose: string): string {
  const bytes = Buffer.from(box);
  if (bytes.length < tagEnd || !bytes.subarray(0, magic.length).equals(magic)) throw damaged();
  const id = keyIdOf(bytes);
  const key = keys.find((candidate) => candidate.id === id);
  if (key === undefined) {
    throw new IntegratorError(
      'config',
      `the stored sign-in was sealed with another key (${id}), not the one configured`,
      { hint: 'Put that key back, or sign in again: integrator auth login <connection>' },
    );
  }
  const header = bytes.subarray(0, keyIdEnd);
  const decipher = createDecipheriv('aes-256-gcm', key.bytes, bytes.subarray(keyIdEnd, ivEnd), { authTagLength: 16 });
  decipher.setAAD(associatedData(header, purpose)).setAuthTag(bytes.subarray(ivEnd, tagEnd));
  try {
    return decipher.update(bytes.subarray(tagEnd), undefined, 'utf8') + decipher.final('utf8');
  } catch (cause) {
    throw damaged(cause);
  }
}

/** Which key sealed the box. */
export function keyIdOf(box: Uint8Array): string {
  return Buffer.from(box).subarray(magic.length, keyIdEnd).toString('hex');
}

function associatedData(header: Uint8Array, purpose: string): Buffer {
  return Buffer.concat([header, Buffer.from(purpose, 'utf8')]);
}

function damaged(cause?: unknown): IntegratorError {
  return new IntegratorError('config', 'the stored sign-in was changed or belongs to another connection', {
    cause,
    hint: 'Sign in again: integrator auth login <connection>',
  });
}
