import { verify, constants } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import type { AppRegistration } from './directory.ts';
import type { Entra } from './entra.ts';
import { decodeJson } from './jwt.ts';
import { Refusal } from './refusals.ts';

export interface AuthenticatedClient {
  readonly app: AppRegistration;
  /** `public`: it showed neither secret nor assertion. */
  readonly kind: 'confidential' | 'public';
}

/** Finds out which application asks, and whether it proved that. Throws the refusals of a wrong proof. */
export function authenticateClient(
  entra: Entra,
  form: URLSearchParams,
  authorization: string | undefined,
): AuthenticatedClient {
  const basic = basicCredentials(authorization);
  const clientId = form.get('client_id') ?? basic?.id ?? '';
  if (clientId === '') throw new Refusal(900144);
  const app = entra.directory.app(clientId);
  if (app === null) throw new Refusal(700016);
  if (app.disabled) throw new Refusal(7000112);
  const assertion = form.get('client_assertion');
  const secret = form.get('client_secret') ?? basic?.secret ?? null;
  if (assertion !== null) checkAssertion(entra, app, assertion);
  else if (secret !== null) checkSecret(app, secret);
  else return { app, kind: 'public' };
  return { app, kind: 'confidential' };
}

function checkSecret(app: AppRegistration, secret: string): void {
  if (app.expiredSecrets.has(secret)) throw new Refusal(7000222);
  if (!app.secrets.has(secret)) throw new Refusal(7000215);
}

const headSchema = z.looseObject({ alg: z.string(), x5t: z.string().optional(), 'x5t#S256': z.string().optional() });
/** Entra lets clocks differ by so much. */
const clockToleranceMs = 300_000;

const payloadSchema = z.looseObject({ iss: z.string(), sub: z.string(), exp: z.number(), nbf: z.number().optional() });

function checkAssertion(entra: Entra, app: AppRegistration, assertion: string): void {
  const [head = '', payload = '', signature = ''] = assertion.split('.');
  const claims = payloadSchema.safeParse(decodeJson(payload));
  const header = headSchema.safeParse(decodeJson(head));
  if (!claims.success || !header.success) throw new Refusal(50012);
  if (!isInTime(claims.data, entra.now())) throw new Refusal(700024);
  // A token of another issuer stands for itself: the sandbox has no keys to check it with.
  if (app.federatedIssuers.has(claims.data.iss)) return;
  if (claims.data.iss.toLowerCase() !== app.clientId.toLowerCase()) throw new Refusal(50012);
  const key = app.certificates.get(header.data['x5t#S256'] ?? header.data.x5t ?? '');
  if (key === undefined) throw new Refusal(700027);
  if (!signatureFits(header.data.alg, `${head}.${payload}`, key, signature)) throw new Refusal(50012);
}

function isInTime({ exp, nbf = 0 }: { readonly exp: number; readonly nbf?: number | undefined }, now: number): boolean {
  return exp * 1000 >= now && nbf * 1000 <= now + clockToleranceMs;
}

function signatureFits(algorithm: string, signed: string, key: KeyObject, signature: string): boolean {
  const options = algorithm === 'PS256' ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 } : { key };
  return verify('sha256', Buffer.from(signed), options, Buffer.from(signature, 'base64url'));
}

function basicCredentials(authorization: string | undefined): { id: string; secret: string } | null {
  const match = /^Basic (.+)$/i.exec(authorization ?? '');
  if (match === null) return null;
  const [id = '', secret = ''] = Buffer.from(match[1] ?? '', 'base64')
    .toString('utf8')
    .split(':');
  return { id: decodeURIComponent(id), secret: decodeURIComponent(secret) };
}
