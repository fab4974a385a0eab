import { describe, expect, test } from 'vitest';
import { credentialsInUse, isApplication } from '../../../src/auth/credential-in-use.ts';
import type { CredentialInUse } from '../../../src/auth/credential-in-use.ts';
import type { Doing } from '../../../src/mail/graph/error-codes.ts';
import { refusalError } from '../../../src/mail/graph/refusals.ts';

const entraKnows = credentialsInUse.filter(({ proof }) => proof !== 'password');
const person: CredentialInUse = { signIn: 'person', proof: 'secret' };
const application: CredentialInUse = { signIn: 'application', proof: 'certificate' };

function told(
  status: number,
  code: string,
  doing: Doing,
  credential: CredentialInUse = person,
  clock: string | null = null,
) {
  const spoken = { status, code, message: '', requestId: '' };
  const error = refusalError(spoken, {
    about: 'sending of ann@contoso.test',
    doing,
    credential,
    retryAtMs: null,
    clock,
  });
  return { kind: error.kind, code: error.code, words: `${error.message} ${error.hint ?? ''}` };
}

/** Documented for Microsoft Graph mail, with the status they come under. */
const documented: readonly (readonly [number, string])[] = [
  [400, 'ErrorInvalidUrlQuery'],
  [400, 'InefficientFilter'],
  [400, 'ErrorInvalidIdMalformed'],
  [400, 'ErrorMimeContentInvalidBase64String'],
  [400, 'InvalidInternetMessageHeaderCollection'],
  [400, 'InvalidInternetMessageHeader'],
  [400, 'ErrorInvalidRecipients'],
  [400, 'ErrorInvalidUser'],
  [400, 'ErrorMissingRecipients'],
  [400, 'ErrorExceededMaxRecipientLimit'],
  [400, 'ErrorItemSave'],
  [400, 'ErrorInvalidReferenceItem'],
  [400, 'RequestBroker--ParseUri'],
  [401, 'InvalidAuthenticationToken'],
  [403, 'ErrorAccessDenied'],
  [403, 'ErrorSendAsDenied'],
  [403, 'ErrorMessageSubmissionBlocked'],
  [403, 'ErrorAccountSuspend'],
  [403, 'Authorization_RequestDenied'],
  [403, 'ErrorQuotaExceeded'],
  [404, 'ErrorItemNotFound'],
  [404, 'ErrorSyncFolderNotFound'],
  [404, 'MailboxNotEnabledForRESTAPI'],
  [404, 'MailboxNotSupportedForRESTAPI'],
  [404, 'ResourceNotFound'],
  [404, 'Request_ResourceNotFound'],
  [404, 'ErrorNonExistentMailbox'],
  [405, 'Request_BadRequest'],
  [409, 'ErrorFolderExists'],
  [410, 'SyncStateNotFound'],
  [410, 'resyncRequired'],
  [410, 'SyncStateInvalid'],
  [412, 'ErrorIrresolvableConflict'],
  [413, 'ErrorMessageSizeExceeded'],
  [413, 'RequestEntityTooLarge'],
  [429, 'ApplicationThrottled'],
  [429, 'TooManyRequests'],
  [429, 'ErrorExceededMessageLimit'],
  [500, 'InternalServerError'],
  [500, 'ErrorCorruptData'],
  [500, 'ErrorCannotOpenFileAttachment'],
  [503, 'serviceNotAvailable'],
  [504, 'UnknownError'],
];

describe.each(entraKnows)('every documented code, told to $signIn with $proof', (credential) => {
  test.each(documented)('%i %s is known, and its advice fits', (status, code) => {
    for (const doing of ['reading', 'writing'] as const) {
      const { words } = told(status, code, doing, credential);
      expect(words).not.toMatch(/do not know|undefined/);
      if (isApplication(credential)) expect(words).not.toMatch(/Full Access|auth login|signed-in|access policy/);
      if (credential.proof !== 'secret') expect(words).not.toMatch(/secret/i);
    }
  });
});

test.each([
  [413, 'ErrorMessageSizeExceeded', 'usage', /larger.*smaller file/],
  [400, 'ErrorMessageSizeExceeded', 'usage', /larger.*smaller file/],
  [400, 'ErrorAttachmentSizeLimitExceeded', 'usage', /larger/],
  [403, 'ErrorSendAsDenied', 'access_denied', /may not send as.*Send As/],
  [403, 'ErrorMessageSubmissionBlocked', 'access_denied', /blocked from sending.*Restricted entities/],
  [403, 'ErrorAccountSuspend', 'access_denied', /Restricted entities/],
  [400, 'ErrorExceededMessageLimit', 'throttled', /in a day.*tried again/],
  [400, 'ErrorSubmissionQuotaExceeded', 'throttled', /in a day/],
  [400, 'ErrorExceededMaxRecipientLimit', 'usage', /500 recipients/],
  [400, 'ErrorInvalidRecipients', 'usage', /recipient is not valid/],
  [400, 'ErrorMissingRecipients', 'usage', /recipient/],
  [400, 'ErrorMessageBlocked', 'usage', /spam or content rules/],
  [403, 'ErrorQuotaExceeded', 'access_denied', /quota, and may not send/],
  [412, 'ErrorIrresolvableConflict', 'busy', /changed by somebody/],
  [400, 'ErrorVirusDetected', 'usage', /malware/],
] as const)('sending: %i %s is %s', (status, code, kind, words) => {
  expect(told(status, code, 'writing')).toEqual({ kind, code, words: expect.stringMatching(words) });
});

test.each([
  [401, 'InvalidAuthenticationToken', /auth status --probe.*Test-ServicePrincipalAuthorization.*30 minutes to 2 hours/],
  [403, 'ErrorAccessDenied', /Application Mail\.Read.*Test-ServicePrincipalAuthorization.*30 minutes to 2 hours/],
  [403, 'ErrorSendAsDenied', /Application Mail\.Send/],
  [403, 'SomethingNew', /Test-ServicePrincipalAuthorization/],
  [404, 'ErrorItemNotFound', /Test-ServicePrincipalAuthorization/],
])('an application hears of its role where %i %s refuses it', (status, code, words) => {
  expect(told(status, code, 'reading', application).words).toMatch(words);
});

test('a clock that is wrong is named first where a token is refused', () => {
  const clock = 'The clock of this machine is 3 days behind that of graph.microsoft.com: set it by NTP (…).';
  expect(told(401, 'InvalidAuthenticationToken', 'reading', person, clock).words).toMatch(
    /clock of this machine.*auth login/,
  );
});

test('a code that nobody has seen before says so, and where to look', () => {
  expect(told(400, 'SomethingNew', 'reading')).toEqual({
    kind: 'protocol',
    code: 'SomethingNew',
    words: expect.stringMatching(/do not know.*learn\.microsoft\.com\/graph\/errors/),
  });
});
