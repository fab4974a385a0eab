import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { bits, integer, octets, oid, sequence, set, tagged, utcTime, utf8, yes } from './der.ts';

export interface ServerIdentity {
  /** PEM of the authority that signed the server's certificate: what a client must trust. */
  readonly caPem: string;
  readonly certPem: string;
  readonly keyPem: string;
}

const dayMs = 86_400_000;
const ecdsaSha256 = sequence(oid('1.2.840.10045.4.3.2'));

/** A throw-away authority and a certificate for localhost, made at every start; the authority's key is dropped. */
export function makeServerIdentity(): ServerIdentity {
  const ca = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const server = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const caName = nameOf(`integrator sandbox CA ${randomBytes(3).toString('hex')}`);
  const caKeyId = keyIdOf(ca.publicKey);
  const caCert = certificate({
    issuer: caName,
    subject: caName,
    publicKey: ca.publicKey,
    signer: ca.privateKey,
    extensions: [
      extension('2.5.29.19', true, sequence(yes())),
      extension('2.5.29.15', true, bits(Buffer.from([0x06]), 1)),
      extension('2.5.29.14', false, octets(caKeyId)),
    ],
  });
  const serverCert = certificate({
    issuer: caName,
    subject: nameOf('localhost'),
    publicKey: server.publicKey,
    signer: ca.privateKey,
    extensions: [
      extension('2.5.29.19', true, sequence()),
      extension('2.5.29.15', true, bits(Buffer.from([0x80]), 7)),
      extension('2.5.29.37', false, sequence(oid('1.3.6.1.5.5.7.3.1'))),
      extension('2.5.29.17', false, alternativeNames()),
      extension('2.5.29.14', false, octets(keyIdOf(server.publicKey))),
      extension('2.5.29.35', false, sequence(tagged(0, false, caKeyId))),
    ],
  });
  const keyPem = server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { caPem: pem(caCert), certPem: pem(serverCert), keyPem };
}

interface CertificateParts {
  readonly issuer: Buffer;
  readonly subject: Buffer;
  readonly publicKey: KeyObject;
  readonly signer: KeyObject;
  readonly extensions: readonly Buffer[];
}

function certificate(parts: CertificateParts): Buffer {
  // The wall clock, not the sandbox's: clients check certificates against their own.
  const now = Date.now();
  const toSign = sequence(
    tagged(0, true, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([0x4d]), randomBytes(12)])),
    ecdsaSha256,
    parts.issuer,
    sequence(utcTime(new Date(now - dayMs)), utcTime(new Date(now + 800 * dayMs))),
    parts.subject,
    parts.publicKey.export({ type: 'spki', format: 'der' }),
    tagged(3, true, sequence(...parts.extensions)),
  );
  return sequence(toSign, ecdsaSha256, bits(sign('sha256', toSign, parts.signer)));
}

function alternativeNames(): Buffer {
  const loopback6 = Buffer.alloc(16);
  loopback6[15] = 1;
  return sequence(
    tagged(2, false, Buffer.from('localhost')),
    tagged(7, false, Buffer.from([127, 0, 0, 1])),
    tagged(7, false, loopback6),
  );
}

function nameOf(commonName: string): Buffer {
  return sequence(set(sequence(oid('2.5.4.3'), utf8(commonName))));
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(oid(id), ...(critical ? [yes()] : []), octets(value));
}

function keyIdOf(key: KeyObject): Buffer {
  return createHash('sha1')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest();
}

function pem(certificateDer: Buffer): string {
  const lines = certificateDer.toString('base64').replace(/.{64}/g, '$&\n').trimEnd();
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}
