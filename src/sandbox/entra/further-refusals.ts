/**
 * Numbers that the sandbox itself never comes to, and answers on request (fault `aadsts`): their OAuth word and text,
 * as learn.microsoft.com/entra/identity-platform/reference-error-codes and logs of other programs have them.
 */
export interface FurtherRefusal {
  readonly error: string;
  readonly status: number;
  readonly text: string;
}

const words: readonly (readonly [error: string, status: number, codes: readonly number[]])[] = [
  [
    'invalid_client',
    401,
    [70002, 70021, 700021, 700023, 700024, 700026, 700030, 700211, 700212, 700213, 700214, 700223, 1000502, 7000229],
  ],
  [
    'invalid_request',
    400,
    [
      28002, 28003, 50059, 90004, 90013, 90014, 90023, 90056, 90100, 500113, 900021, 900023, 900561, 900971, 9000410,
      9001023, 9002313, 9002325, 9002326, 9002327, 50142,
    ],
  ],
  ['unauthorized_client', 400, [70001, 700011, 700020, 1000031]],
  ['invalid_resource', 400, [50001, 500014, 650052, 650054, 650057]],
  ['access_denied', 400, [50020, 90123, 530034]],
  ['interaction_required', 400, [50058, 50072, 50097, 53001, 53010, 53011, 530032]],
  ['temporarily_unavailable', 503, [50033, 50087, 50088, 90006, 90012, 90024, 90090, 90091]],
  ['server_error', 500, [50000, 90036, 90092]],
];

const texts: Readonly<Record<number, string>> = {
  50020:
    'User account from identity provider does not exist in tenant and cannot access the application in that tenant.',
  50142: 'Password change is required due to a conditional access policy.',
  53010:
    'Cannot configure multi-factor authentication methods because the organization requires this information to be set from specific locations or devices.',
  53011: 'User blocked due to risk on home tenant.',
  70021: 'No matching federated identity record found for presented assertion.',
  90093: 'Graph returned with a forbidden error code for the request.',
  500014: 'The service principal for resource is disabled.',
  500113: 'No reply address is registered for the application.',
  500341:
    'The user account has been deleted from the directory. To sign into this application, the account must be added to the directory.',
  530034: 'A delegated administrator was blocked from accessing the tenant due to account risk in their home tenant.',
  530035:
    'Access has been blocked by security defaults. This is due to the request using legacy auth or being deemed unsafe by security defaults policies.',
  530036: 'The refresh token was issued by a flow that a Conditional Access policy blocks.',
  700024: 'Client assertion is not within its valid time range.',
  700030: 'Invalid certificate - subject name in certificate is not authorized.',
  700211: 'No matching federated identity record found for presented assertion issuer.',
  700213: 'No matching federated identity record found for presented assertion subject.',
  700223: 'Federated Identity Credential may not be used to access this resource.',
  1000502: 'The provided certificate is not within its specified validity window.',
  7000229: 'The client application is missing service principal in the tenant.',
  9002327:
    "Tokens issued for the 'Single-Page Application' client-type may only be redeemed via cross-origin requests.",
};

/** Any number has an answer: what is in no list is an `invalid_grant`, as most of Entra's are. */
export function furtherRefusal(code: number): FurtherRefusal {
  const [error, status] = words.find(([, , codes]) => codes.includes(code)) ?? ['invalid_grant', 400];
  return { error, status, text: texts[code] ?? 'The sign-in was refused.' };
}
