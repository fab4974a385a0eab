/** The redirect URI as it is registered; for localhost Entra ignores the port. */
export const registeredRedirectUri = 'http://localhost/authcallback';
