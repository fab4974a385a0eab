import { X509Certificate, createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { bits, der, integer, oid, sequence, set, tagged, utcTime, utf8 } from './der.ts';
import type { AppRegistration } from './entra/directory.ts';

const sha256WithRsa = sequence(oid('1.2.840.113549.1.1.11'), der(0x05));
const dayMs = 86_400_000;

/**
 * Makes a certificate, uploads it to the application as one does in the portal, and gives certificate and private key
 * as one PEM.
 */
export function certify(app: AppRegistration): string {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const name = sequence(set(sequence(oid('2.5.4.3'), utf8(app.displayName))));
  // The wall clock, not the sandbox's: clients check certificates against their own.
  const now = Date.now();
  const toSign = sequence(
    tagged(0, true, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([0x4d]), randomBytes(12)])),
    sha256WithRsa,
    name,
    sequence(utcTime(new Date(now - dayMs)), utcTime(new Date(now + 365 * dayMs))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const certificate = new X509Certificate(sequence(toSign, sha256WithRsa, bits(sign('sha256', toSign, privateKey))));
  for (const digest of ['sha1', 'sha256']) {
    app.certificates.set(createHash(digest).update(certificate.raw).digest('base64url'), publicKey);
  }
  return certificate.toString() + privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
