import type { Told } from '../../auth/credential-in-use.ts';
import type { ErrorKind } from '../../domain/errors.ts';

/** What one answer of Exchange means; `hint` by the credential in use. */
export interface EwsMeaning {
  readonly kind: ErrorKind;
  readonly says: string;
  readonly hint?: Told;
}

const grant: Told = {
  application:
    'The application lacks the role "Application EWS.AccessAsApp", or this mailbox is outside its scope: Test-ServicePrincipalAuthorization -Identity CLIENT_ID -Resource MAILBOX shows it; a change takes 30 minutes to 2 hours. `integrator test-mailboxes` shows when it works.',
  otherwise:
    'Grant the account Full Access on this mailbox: Add-MailboxPermission MAILBOX -User SERVICE_ACCOUNT -AccessRights FullAccess -AutoMapping $false. `integrator test-mailboxes` shows when it works.',
};

/** `grant` with words before it. */
function orGrant(before: string): Told {
  if (typeof grant === 'string') return `${before} ${grant}`;
  const { application = '', otherwise } = grant;
  return { application: `${before} ${application}`, otherwise: `${before} ${otherwise}` };
}

const noMailbox: EwsMeaning = {
  kind: 'not_found',
  says: 'has no mailbox the service can open',
  hint: 'Is the address right, and is the mailbox on this server? `integrator test-mailboxes` checks it.',
};
const noFolder: EwsMeaning = {
  kind: 'not_found',
  says: 'is not there, or may not be seen',
  hint: orGrant('Was the folder moved or renamed? If not, access is missing.'),
};
const denied: EwsMeaning = { kind: 'access_denied', says: 'access is denied', hint: grant };
const trouble: EwsMeaning = { kind: 'unreachable', says: 'cannot be read: the service has trouble' };
export const login: EwsMeaning = {
  kind: 'needs_login',
  says: 'did not accept our sign-in',
  hint: {
    password: 'Check username and password of the connection.',
    application:
      'Run `integrator auth status --probe`: it says whether Entra still gives the application a token. If it does, the role "Application EWS.AccessAsApp" is missing (Test-ServicePrincipalAuthorization -Identity CLIENT_ID).',
    otherwise: 'Run `integrator auth status`, then `integrator auth login`.',
  },
};
const badRecipients: EwsMeaning = {
  kind: 'usage',
  says: 'is refused: a recipient is not valid, or there are too many',
  hint: 'Correct the addresses; Exchange allows 500 recipients of one mail unless told otherwise.',
};
export const tooLarge: EwsMeaning = {
  kind: 'usage',
  says: 'is larger than the server takes',
  hint: 'Send a link or a smaller file, or have the limit raised (MaxSendSize, and for requests web.config of EWS: 64 MB).',
};
const changedMeanwhile: EwsMeaning = { kind: 'busy', says: 'was changed by somebody meanwhile' };
const overLimit: EwsMeaning = {
  kind: 'throttled',
  says: 'is over the number of messages or recipients the service allows in a day',
  hint: 'It is tried again. Exchange Online allows 10,000 recipients of a mailbox in 24 hours; a tenant has a limit of its own besides.',
};
const sendingBlocked: EwsMeaning = {
  kind: 'access_denied',
  says: 'is blocked from sending: Microsoft holds the account for one that was taken over or sends spam',
  hint: 'An administrator looks at the account, then lifts it: https://security.microsoft.com, Review, Restricted entities. It can take an hour.',
};
const spam: EwsMeaning = {
  kind: 'usage',
  says: 'is refused by the spam or content rules of the service',
  hint: 'Change the text, links or attachments; the message trace of Exchange (https://admin.exchange.microsoft.com) says which rule it was.',
};
const virus: EwsMeaning = {
  kind: 'protocol',
  says: 'holds what the virus scanner of the service takes for malware',
  hint: 'It is set aside; nothing can be read of it while the scanner keeps it.',
};
const damaged: EwsMeaning = {
  kind: 'protocol',
  says: 'holds something damaged that the service cannot read',
  hint: 'It is set aside and tried again later; can Outlook open it?',
};
const cursor: EwsMeaning = {
  kind: 'protocol',
  says: 'is remembered by a place that the service has forgotten',
  hint: 'The folder is listed anew by itself; nothing is lost or doubled.',
};
const ours: EwsMeaning = {
  kind: 'protocol',
  says: 'was asked for in a way this server does not take',
  hint: 'Is the server Exchange 2013 SP1 or later, and does a proxy change requests? Else report it, with the code.',
};
const otherFeature: EwsMeaning = {
  kind: 'protocol',
  says: 'was answered with trouble of something that integrator does not use',
  hint: 'Is endpoints.ews that of Exchange, and does a proxy change requests? Else report it, with the code.',
};
const quota: EwsMeaning = {
  ...denied,
  says: 'is over its quota',
  hint: 'Ask its owner to delete mail or an administrator to raise the quota.',
};

/** Passes by itself, mostly within seconds; asked again at once. */
const passing =
  'ServerBusy TimeoutExpired InternalServerTransientError InternalServerError MailboxStoreUnavailable ConnectionFailed ' +
  'ConnectionFailedTransientError MailboxMoveInProgress MailboxFailover ADUnavailable ExceededConnectionCount ' +
  'TooManyObjectsOpened NoRespondingCASInDestinationSite ExceededFindCountLimit InsufficientResources NotEnoughMemory ' +
  'ADOperation ProxyCallFailed ProxyRequestProcessingFailed ProxyTokenExpired';

/** By code without "Error" at its head; the codes are documented (ResponseCodeType of messages.xsd), the texts change. */
const groups: readonly (readonly [codes: string, meaning: EwsMeaning])[] = [
  [passing, trouble],
  ['ServerBusy', { kind: 'throttled', says: 'gets too many requests' }],
  ['AccessDenied ImpersonateUserDenied ImpersonationDenied ImpersonationFailed CreateItemAccessDenied', denied],
  ['CreateSubfolderAccessDenied NotDelegate InvalidAuthorizationContext TokenSerializationDenied', denied],
  ['InvalidExchangeImpersonationHeaderData InvalidManagementRoleHeader MailboxLogonFailed DelegateNoUser', denied],
  ['OrganizationAccessBlocked ProxyRequestNotAllowed CallerIsInvalidADAccount CrossSiteRequest', denied],
  ['InvalidLicense', { ...denied, says: 'has no licence that includes Exchange Web Services' }],
  ['QuotaExceeded MessagePerFolderCountReceiveQuotaExceeded', quota],
  [
    'SendAsDenied',
    {
      kind: 'access_denied',
      says: 'is refused: the sign-in may not send as this mailbox',
      hint: {
        application:
          'The application lacks a role to send ("Application EWS.AccessAsApp"), or the mailbox is outside its scope. `integrator test-mailboxes --send` shows when it works.',
        otherwise:
          'Grant the account Send As on this mailbox; it can take hours. `integrator test-mailboxes --send` shows when it works.',
      },
    },
  ],
  ['MessageSubmissionBlocked AccountSuspend AccountSuspendShowTierUpgrade', sendingBlocked],
  ['MessageBlocked', spam],
  ['SubmissionQuotaExceeded ExceededMessageLimit ExceededMessageLimitShowTierUpgrade', overLimit],
  ['ExceededMaxRecipientLimitBlock', overLimit],
  ['InvalidRecipients MissingRecipients ExceededMaxRecipientLimit InvalidSmtpAddress RecipientNotFound', badRecipients],
  ['ExceededMaxRecipientLimitShowTierUpgrade InvalidMailbox MailRecipientNotFound InvalidRoutingType', badRecipients],
  ['MessageSizeExceeded AttachmentSizeLimitExceeded DataSizeLimitExceeded RequestStreamTooBig', tooLarge],
  ['AttachmentNestLevelLimitExceeded InvalidIdTooManyAttachmentLevels', tooLarge],
  ['IrresolvableConflict StaleObject ChangeKeyRequired ChangeKeyRequiredForWriteOperations', changedMeanwhile],
  ['InvalidChangeKey ObjectTypeChanged', changedMeanwhile],
  ['AccountDisabled', { ...login, says: 'the account is disabled' }],
  ['PasswordExpired PasswordChangeRequired', { ...login, says: 'the password has expired or must be changed' }],
  ['NonExistentMailbox MissingEmailAddress MailboxNotEnabledForRESTAPI CannotFindUser MailboxConfiguration', noMailbox],
  ['NonPrimarySmtpAddress NameResolutionNoMailbox NameResolutionNoResults MissingExchangePrincipal', noMailbox],
  ['MissingInformationEmailAddress EmailAddressMismatch InvalidUserPrincipalName InvalidUserSid InvalidSid', noMailbox],
  ['FolderNotFound SyncFolderNotFound ItemNotFound ParentFolderNotFound ToFolderNotFound', noFolder],
  ['SavedItemFolderNotFound LocalServerObjectNotFound ManagedFolderNotFound', noFolder],
  ['CorruptData ItemCorrupt FolderCorrupt ContentConversionFailed MimeContentConversionFailed', damaged],
  ['CannotOpenFileAttachment InvalidAttachmentId ItemPropertyRequestFailed PropertyValidationFailure', damaged],
  ['FolderPropertRequestFailed UnsupportedMimeConversion UnsupportedTypeForConversion', damaged],
  ['VirusDetected VirusMessageDeleted', virus],
  ['InvalidSyncStateData InvalidWatermark EventNotFound', cursor],
  ['SchemaValidation InvalidRequest InvalidServerVersion IncorrectSchemaVersion WrongServerVersion', ours],
  ['InvalidIdMalformed InvalidId InvalidIdEmpty InvalidSchemaVersionForMailboxVersion BatchProcessingStopped', ours],
  ['ItemSave ItemSavePropertyError MoveCopyFailed DeleteItemsFailed ResponseSchemaValidation', ours],
];

/** Codes of whole families, where no group names the code itself. */
const families: readonly (readonly [RegExp, EwsMeaning])[] = [
  [/Transient|TimedOut|Unavailable$/, trouble],
  [/^(?:Proxy|NoDestinationCAS|NoApplicable|ServiceDiscovery|AutoDiscover|NoOAuthServer|NoPublicFolder)/, trouble],
  [/(?:AccessDenied|Denied|NotAllowed\w*|Unauthorized|NotAuthorizedOwner)$/, denied],
  [/TooBig|TooLong|TooLarge|SizeExceeded/, tooLarge],
  [/^(?:Calendar|Meeting|Recurrence|Occurrence|Send(?:Meeting|er)|Sent|FreeBusy|WorkingHours|TimeZone)/, otherFeature],
  [/^(?:Unified|UM|Team|Im[CG]|Sharing|PublicFolder|MessageTracking|Archive|Location|Weather|Speech)/, otherFeature],
  [/^(?:Invalid|Missing|Unsupported|Incorrect|Required|Cannot|Duplicate|Restriction|Query|Update|Value)/, ours],
  [/^[A-Z]/, otherFeature],
];

const byCode: ReadonlyMap<string, EwsMeaning> = new Map(
  groups.flatMap(([codes, meaning]) => codes.split(' ').map((code) => [`Error${code}`, meaning] as const)),
);
const passingCodes: ReadonlySet<string> = new Set(passing.split(' ').map((code) => `Error${code}`));

/** Undefined for what is no code of Exchange's. */
export function meaningOfCode(code: string): EwsMeaning | undefined {
  const exact = byCode.get(code);
  if (exact !== undefined || !code.startsWith('Error')) return exact;
  const name = code.slice('Error'.length);
  return families.find(([pattern]) => pattern.test(name))?.[1];
}

/** Worth asking again within the same request. */
export function passes(code: string): boolean {
  return passingCodes.has(code);
}
