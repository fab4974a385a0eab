import { X509Certificate } from 'node:crypto';

/**
 * Every certificate of a PEM text, alone. Throws where there is none, or one that cannot be read: Node passes over it and
 * would then trust nobody more than before.
 */
export function certificatesOf(pem: string): readonly string[] {
  const found = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (found.length === 0) throw new Error('no certificate in it');
  return found.map((one) => new X509Certificate(one).toString());
}
