import { createHmac, hkdfSync } from 'node:crypto';

const purpose = 'integrator/incident-reference/v1';

/**
 * Our reference for mail of one incident to one unit: nobody can make one without the key, and it tells nothing but the
 * incident's number. The same for the same incident and unit.
 */
export function incidentReference(key: Uint8Array, incident: string, unit: string): string {
  const derived = new Uint8Array(hkdfSync('sha256', key, new Uint8Array(0), purpose, 32));
  const mac = createHmac('sha256', derived)
    .update(JSON.stringify([incident, unit]))
    .digest('base64url');
  return `${safe(incident)}.${mac}`;
}

/** Numbers of remote systems may be any text; in a header it is for people only, the rest is what counts. */
function safe(incident: string): string {
  return incident
    .replace(/[^A-Za-z0-9_-]/gu, '_')
    .replace(/^(?![A-Za-z0-9])/u, 'x')
    .slice(0, 40);
}
