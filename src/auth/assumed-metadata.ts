const place = '/v2.0/.well-known/openid-configuration';

/**
 * What an authority that does not describe itself, or only in part, is taken to be: the endpoints every Entra has, all
 * of them on the host that was asked. Null for any other address.
 */
export function assumedMetadata(url: URL): Readonly<Record<string, string>> | null {
  if (!url.pathname.endsWith(place)) return null;
  const tenant = `${url.origin}${url.pathname.slice(0, -place.length)}`;
  return {
    issuer: `${tenant}/v2.0`,
    authorization_endpoint: `${tenant}/oauth2/v2.0/authorize`,
    token_endpoint: `${tenant}/oauth2/v2.0/token`,
    device_authorization_endpoint: `${tenant}/oauth2/v2.0/devicecode`,
    end_session_endpoint: `${tenant}/oauth2/v2.0/logout`,
    jwks_uri: `${tenant}/discovery/v2.0/keys`,
  };
}
