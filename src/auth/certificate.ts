import { X509Certificate, createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { IntegratorError } from '../domain/errors.ts';

export interface ClientCertificate {
  /** SHA-256 of the certificate, hex. */
  readonly thumbprintSha256: string;
  /** PKCS#8 PEM. */
  readonly privateKey: string;
  readonly expiresAtMs: number;
}

/** Reads a PEM with a certificate and its private key. Throws `config` when one is missing or they do not belong together. */
export function readCertificate(pem: string, source: string): ClientCertificate {
  const certificate = parse(() => new X509Certificate(pem), source, 'no certificate');
  const key = parse<KeyObject>(
    () => createPrivateKey(pem),
    source,
    'no private key that can be read without a password',
  );
  if (!certificate.checkPrivateKey(key)) throw unusable(source, 'a key that does not belong to its certificate');
  const privateKey = key.export({ type: 'pkcs8', format: 'pem' }).toString();
  return {
    thumbprintSha256: certificate.fingerprint256.replaceAll(':', ''),
    privateKey,
    expiresAtMs: Date.parse(certificate.validTo),
  };
}

function parse<T>(read: () => T, source: string, without: string): T {
  try {
    return read();
  } catch (cause) {
    throw unusable(source, without, cause);
  }
}

function unusable(source: string, what: string, cause?: unknown): IntegratorError {
  return new IntegratorError('config', `the certificate from ${source} cannot be used: it holds ${what}`, {
    cause,
    hint: 'Put certificate and private key into one PEM file: cat app.crt app.key > app.pem; chmod 600 app.pem',
  });
}
