import { aboutAccount, accountWords } from './about-account.ts';
import { aboutApp, appWords } from './about-app.ts';
import { aboutPolicy } from './about-policy.ts';
import { aboutRequest, requestWords } from './about-request.ts';
import { aboutService, serviceWords } from './about-service.ts';
import type { EntraMeaning } from './meaning.ts';

/**
 * What the error numbers of Entra mean for the person who runs this: those of
 * learn.microsoft.com/entra/identity-platform/reference-error-codes, and others that were seen. They may change without
 * notice, so one that is not here falls back to the OAuth error word.
 */
export const meaningByCode: ReadonlyMap<number, EntraMeaning> = new Map([
  ...aboutAccount,
  ...aboutPolicy,
  ...aboutApp,
  ...aboutRequest,
  ...aboutService,
]);

/** By the OAuth word, or its sub-word, for numbers we do not know. */
export const meaningByWord: ReadonlyMap<string, EntraMeaning> = new Map([
  ...accountWords,
  ...appWords,
  ...requestWords,
  ...serviceWords,
]);
