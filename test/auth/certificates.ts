import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { bits, der, integer, octets, oid, sequence, set, tagged, utcTime, utf8, yes } from '../../src/sandbox/der.ts';

export interface TestCertificate {
  readonly certPem: string;
  readonly keyPem: string;
}

const sha256WithRsa = sequence(oid('1.2.840.113549.1.1.11'), der(0x05));
const dayMs = 86_400_000;

/** A self-signed RSA certificate: of an app, or of a server with this name. */
export function makeCertificate(name: string, expiresAt = new Date(Date.now() + dayMs)): TestCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const subject = sequence(set(sequence(oid('2.5.4.3'), utf8(name))));
  const extensions = sequence(
    sequence(oid('2.5.29.19'), yes(), octets(sequence(yes()))),
    sequence(oid('2.5.29.17'), octets(sequence(tagged(2, false, Buffer.from(name))))),
  );
  const toSign = sequence(
    tagged(0, true, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([0x4d]), randomBytes(8)])),
    sha256WithRsa,
    subject,
    sequence(utcTime(new Date(Date.now() - dayMs)), utcTime(expiresAt)),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(3, true, extensions),
  );
  const certificate = sequence(toSign, sha256WithRsa, bits(sign('sha256', toSign, privateKey)));
  const lines = certificate.toString('base64').replace(/.{64}/g, '$&\n').trimEnd();
  return {
    certPem: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
