import { each } from './meaning.ts';
import type { CodeEntry, EntraMeaning } from './meaning.ts';

export const busy: EntraMeaning = {
  kind: 'throttled',
  says: 'Entra is busy',
  cure: 'Nothing to do: it is tried again by itself',
};
export const broken: EntraMeaning = {
  kind: 'unreachable',
  says: 'Entra has trouble of its own',
  cure: 'Nothing to do at first: it is tried again by itself. If it stays for hours, an administrator opens a support ticket with the correlation id (Entra ID, Diagnose & solve problems)',
};
const loop: EntraMeaning = {
  kind: 'throttled',
  says: 'Entra sees a loop of requests from app {client}',
  cure: 'Nothing is asked for an hour; if it comes again, look for another program that uses the same app',
};

/** Passes by itself. */
export const aboutService: readonly CodeEntry[] = [
  ...each([90033, 90055, 50033, 90006, 90012, 90024, 90090, 50087, 50088, 50166, 40010, 70012], busy),
  ...each([80002, 80005, 80014, 501621], busy),
  ...each([50000, 50086, 90036, 90091, 90092, 1100000], broken),
  ...each([50196], loop),
];

export const serviceWords: readonly (readonly [string, EntraMeaning])[] = [
  ['temporarily_unavailable', busy],
  ['server_error', broken],
];
