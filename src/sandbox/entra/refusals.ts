import { randomUUID } from 'node:crypto';
import { json } from '../reply.ts';
import type { Reply } from '../reply.ts';
import { furtherRefusal } from './further-refusals.ts';

interface RefusalKind {
  readonly status: number;
  readonly error: string;
  readonly text: string;
  readonly suberror?: string;
  readonly claims?: string;
}

const claims = '{"access_token":{"capolids":{"essential":true,"values":["2cfdb4b7-5d3f-4a0f-a8a2-9cb1f3c0f9cf"]}}}';

const grant = (text: string, suberror?: string): RefusalKind => ({
  status: 400,
  error: 'invalid_grant',
  text,
  ...(suberror === undefined ? {} : { suberror }),
});
const client = (text: string): RefusalKind => ({ status: 401, error: 'invalid_client', text });
const request = (text: string): RefusalKind => ({ status: 400, error: 'invalid_request', text });
const unauthorized = (text: string): RefusalKind => ({ status: 400, error: 'unauthorized_client', text });
const busy = (text: string, status = 503): RefusalKind => ({ status, error: 'temporarily_unavailable', text });

/** What Entra says, by the number after AADSTS: status, OAuth word, sub-word and text. */
const kinds: Readonly<Record<number, RefusalKind>> = {
  16000: { ...grant('Interaction required: several users are signed in.'), error: 'interaction_required' },
  28000: request(
    "Provided value for the input parameter scope isn't valid because it contains more than one resource.",
  ),
  50011: request(
    'The redirect URI specified in the request does not match the redirect URIs configured for the application.',
  ),
  50012: client('Authentication failed: the client assertion is not valid.'),
  50034: grant('The user account does not exist in the directory.'),
  50053: grant('The account is locked because of too many attempts to sign in.'),
  50055: grant('The password is expired.'),
  50057: grant('The user account is disabled.'),
  50059: request(
    'No tenant-identifying information found in either the request or implied by any provided credentials.',
  ),
  50074: { ...grant('Strong Authentication is required.', 'basic_action'), error: 'interaction_required', claims },
  50076: {
    ...grant(
      'Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access the resource.',
      'basic_action',
    ),
    claims,
  },
  50078: { ...grant('Presented multi-factor authentication has expired.', 'basic_action'), claims },
  50079: { ...grant('The user is required to enroll for multi-factor authentication.', 'basic_action'), claims },
  50105: grant('The signed in user is not assigned to a role for the application.'),
  50126: grant('Error validating credentials due to invalid username or password.'),
  50133: grant('Session is invalid due to expiration or recent password change.'),
  50158: { ...grant('External security challenge was not satisfied.', 'basic_action'), claims },
  50173: grant('The provided grant has expired due to it being revoked, a fresh auth token is needed.', 'bad_token'),
  50194: request('The application is not configured as a multi-tenant application; use the tenant-specific endpoint.'),
  50196: grant('The server terminated an operation because it encountered a client request loop.'),
  53000: grant('The device is not in the required state: compliant.', 'message_only'),
  53003: grant('Access has been blocked by Conditional Access policies.', 'message_only'),
  54005: grant(
    'OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.',
  ),
  65001: grant(
    'The user or administrator has not consented to use the application. Send an interactive authorization request for this user and resource.',
    'consent_required',
  ),
  65004: { ...grant('User declined to consent to access the app.'), error: 'access_denied' },
  70000: grant('The provided value for the input parameter is not valid: the grant is malformed.', 'bad_token'),
  70003: { status: 400, error: 'unsupported_grant_type', text: 'The app requested an unsupported grant type.' },
  70008: grant(
    'The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.',
  ),
  70011: {
    status: 400,
    error: 'invalid_scope',
    text: 'The provided value for the input parameter scope is not valid.',
  },
  70016: {
    status: 400,
    error: 'authorization_pending',
    text: 'OAuth 2.0 device flow error. Authorization is pending. Continue polling.',
  },
  70018: { status: 400, error: 'bad_verification_code', text: 'Bad verification code.' },
  70019: { status: 400, error: 'expired_token', text: 'Verification code expired. Have the user retry the sign-in.' },
  70020: { status: 400, error: 'expired_token', text: 'The provided device code has expired.' },
  70043: grant(
    'The refresh token has expired or is invalid due to sign-in frequency checks by conditional access.',
    'token_expired',
  ),
  90002: request(
    'Tenant not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.',
  ),
  90033: busy('A transient error has occurred. Please try again.'),
  90055: busy('Tenant throttled. Too many requests.', 429),
  90094: grant(
    'The grant requires administrator permission: an administrator must consent to the application.',
    'consent_required',
  ),
  500011: {
    status: 400,
    error: 'invalid_resource',
    text: 'The resource principal was not found in the tenant.',
  },
  500112: grant('The reply address does not match the reply address provided when requesting the authorization code.'),
  500208: unauthorized('The domain is not a valid login domain for the account type.'),
  501481: grant('The Code_Verifier does not match the code_challenge supplied in the authorization request.'),
  700016: unauthorized('Application with this identifier was not found in the directory.'),
  700022: request('Multiple-resource scopes are not supported for this grant.'),
  700025: client('Client is public so neither client_assertion nor client_secret should be presented.'),
  700027: client('The certificate with the given thumbprint is not registered on the application.'),
  700082: grant('The refresh token has expired due to inactivity. It was inactive for 90.00:00:00.'),
  700084: grant('The refresh token was issued to a single page app, and therefore has a fixed, limited lifetime.'),
  900144: request('The request body must contain a required parameter that is missing.'),
  1002012: {
    status: 400,
    error: 'invalid_scope',
    text: 'The provided value for scope is not valid: client credential flows must have a scope value with /.default suffixed to the resource identifier.',
  },
  7000112: unauthorized('Application is disabled.'),
  7000215: client(
    'Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID.',
  ),
  7000218: client("The request body must contain the following parameter: 'client_assertion' or 'client_secret'."),
  7000222: client('The provided client secret keys are expired. Create new keys for the app.'),
};

/** Thrown inside the sign-in service; becomes Entra's JSON or page. */
export class Refusal extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`AADSTS${code}`);
    this.code = code;
  }
}

export interface RefusalContext {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly origin: string;
}

/** `AADSTS50057: … Trace ID: … Correlation ID: … Timestamp: …`: one long line, as the service has it. */
export function describeRefusal(
  code: number,
  now: number,
): { text: string; trace: string; correlation: string; stamp: string } {
  const trace = randomUUID();
  const correlation = randomUUID();
  const stamp = `${new Date(now).toISOString().slice(0, 19).replace('T', ' ')}Z`;
  const text = `AADSTS${code}: ${kindOf(code).text} Trace ID: ${trace} Correlation ID: ${correlation} Timestamp: ${stamp}`;
  return { text, trace, correlation, stamp };
}

export function oauthWordOf(code: number): string {
  return kindOf(code).error;
}

export function refusalReply(code: number, { now, origin }: RefusalContext): Reply {
  const kind = kindOf(code);
  const { text, trace, correlation, stamp } = describeRefusal(code, now);
  const body = {
    error: kind.error,
    error_description: text,
    error_codes: [code],
    timestamp: stamp,
    trace_id: trace,
    correlation_id: correlation,
    error_uri: `${origin}/error?code=${code}`,
    ...(kind.suberror === undefined ? {} : { suberror: kind.suberror }),
    ...(kind.claims === undefined ? {} : { claims: kind.claims }),
  };
  return json(kind.status, body, { 'cache-control': 'no-store', 'x-ms-request-id': trace });
}

function kindOf(code: number): RefusalKind {
  return kinds[code] ?? furtherRefusal(code);
}
