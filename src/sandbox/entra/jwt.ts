import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { z } from 'zod';

const claimsSchema = z.looseObject({
  aud: z.string(),
  tid: z.string().optional(),
  appid: z.string().optional(),
  oid: z.string().optional(),
  upn: z.string().optional(),
  scp: z.string().optional(),
  roles: z.array(z.string()).optional(),
  exp: z.number(),
  nbf: z.number().optional(),
});

export type AccessClaims = z.infer<typeof claimsSchema>;

/** Signs the tokens of this sandbox and reads them again. */
export class TokenSigner {
  readonly #privateKey: KeyObject;
  readonly #publicKey: KeyObject;
  readonly #keyId: string;
  /** A checked token needs no second look at its signature. */
  readonly #checked = new Map<string, AccessClaims>();

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.#privateKey = privateKey;
    this.#publicKey = publicKey;
    this.#keyId = createHash('sha256')
      .update(publicKey.export({ type: 'spki', format: 'der' }))
      .digest('base64url')
      .slice(0, 27);
  }

  sign(claims: Readonly<Record<string, unknown>>): string {
    const head = encode({ typ: 'JWT', alg: 'ES256', kid: this.#keyId, x5t: this.#keyId });
    const signed = `${head}.${encode(claims)}`;
    const signature = sign('sha256', Buffer.from(signed), { key: this.#privateKey, dsaEncoding: 'ieee-p1363' });
    return `${signed}.${signature.toString('base64url')}`;
  }

  /** The claims of a token of ours, whether expired or not; null for anything else. */
  read(token: string): AccessClaims | null {
    const known = this.#checked.get(token);
    if (known !== undefined) return known;
    const [head = '', payload = '', signature = ''] = token.split('.');
    const key = { key: this.#publicKey, dsaEncoding: 'ieee-p1363' as const };
    if (!verify('sha256', Buffer.from(`${head}.${payload}`), key, Buffer.from(signature, 'base64url'))) return null;
    const claims = claimsSchema.parse(decodeJson(payload));
    this.#checked.set(token, claims);
    return claims;
  }

  /** The public keys, as `jwks_uri` serves them. */
  keys(): { readonly keys: readonly Readonly<Record<string, unknown>>[] } {
    const key = this.#publicKey.export({ format: 'jwk' });
    return { keys: [{ ...key, kid: this.#keyId, use: 'sig', alg: 'ES256' }] };
  }
}

export function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** Null where the text is no JSON. */
export function decodeJson(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}
