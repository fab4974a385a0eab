import type { Told } from '../../auth/credential-in-use.ts';
import type { ErrorKind } from '../../domain/errors.ts';

/** What was asked for: the same code may mean something else. */
export type Doing = 'reading' | 'writing';

/** What one answer of Graph means; `hint` by the credential in use. */
export interface GraphMeaning {
  readonly kind: ErrorKind;
  readonly says: string;
  readonly hint?: Told;
}

const scope =
  'The application lacks the role "Application Mail.Read" (to send: "Application Mail.ReadWrite" and "Application Mail.Send"), or this mailbox is outside its scope: Test-ServicePrincipalAuthorization -Identity CLIENT_ID -Resource MAILBOX shows it; a change takes 30 minutes to 2 hours. `integrator test-mailboxes` shows when it works.';
const fullAccess =
  'Grant the signed-in account "Read and manage" (Full Access) on this mailbox: Add-MailboxPermission MAILBOX -User SERVICE_ACCOUNT -AccessRights FullAccess -AutoMapping $false; after granting it can take hours. `integrator test-mailboxes` shows when it works.';
export const grant: Told = { application: scope, otherwise: fullAccess };

const consent: Told = {
  application: scope,
  otherwise:
    'Have an administrator consent to the permissions of the app registration, then run `integrator auth login`.',
};
const noMailboxHint =
  'Is the address right, does the user have a licence with Exchange Online, and is the mailbox in the cloud? (One on premises: a connection with type: ews.) `integrator test-mailboxes` checks it.';

const denied: GraphMeaning = { kind: 'access_denied', says: 'access is denied', hint: grant };
export const noMailbox: GraphMeaning = {
  kind: 'not_found',
  says: 'has no mailbox the service can open',
  hint: noMailboxHint,
};
const noUser: GraphMeaning = {
  kind: 'not_found',
  says: 'is not known in this tenant',
  hint: 'Check `address`, or set `user` to the user principal name where it differs. `integrator test-mailboxes` checks it.',
};
const noFolder: GraphMeaning = {
  kind: 'not_found',
  says: 'is not there any more',
  hint: 'Was the folder moved or renamed? Correct `folders` in the configuration.',
};
const sendAsDenied: GraphMeaning = {
  kind: 'access_denied',
  says: 'is refused: the sign-in may not send as this mailbox',
  hint: {
    application:
      'The application lacks the role "Application Mail.Send", or this mailbox is outside its scope: Test-ServicePrincipalAuthorization -Identity CLIENT_ID -Resource MAILBOX shows it; a change takes 30 minutes to 2 hours. `integrator test-mailboxes --send` shows when it works.',
    otherwise:
      'Grant the account Send As on this mailbox, which Full Access does not include: Add-RecipientPermission MAILBOX -Trustee SERVICE_ACCOUNT -AccessRights SendAs; it can take hours. `integrator test-mailboxes --send` shows when it works.',
  },
};
const badRecipients: GraphMeaning = {
  kind: 'usage',
  says: 'is refused: a recipient is not valid, or there are too many',
  hint: 'Correct the addresses; Exchange Online allows 500 recipients of one mail unless told otherwise.',
};
const tooLarge: GraphMeaning = {
  kind: 'usage',
  says: 'is larger than the mailbox may send',
  hint: 'Send a link or a smaller file, or have the limit raised (Set-Mailbox MAILBOX -MaxSendSize 150MB; usually it is 35 MB).',
};
const overLimit: GraphMeaning = {
  kind: 'throttled',
  says: 'is over the number of messages or recipients the service allows in a day',
  hint: 'It is tried again. Exchange Online allows 10,000 recipients of a mailbox in 24 hours; a tenant has a limit of its own besides.',
};
const sendingBlocked: GraphMeaning = {
  kind: 'access_denied',
  says: 'is blocked from sending: Microsoft holds the account for one that was taken over or sends spam',
  hint: 'An administrator looks at the account, then lifts it: https://security.microsoft.com, Review, Restricted entities. It can take an hour.',
};
const spam: GraphMeaning = {
  kind: 'usage',
  says: 'is refused by the spam or content rules of the service',
  hint: 'Change the text, links or attachments; the message trace of Exchange (https://admin.exchange.microsoft.com) says which rule it was.',
};
const changed: GraphMeaning = { kind: 'busy', says: 'was changed by somebody meanwhile' };
const corrupt: GraphMeaning = { kind: 'protocol', says: 'holds something damaged that the service cannot read' };
const virus: GraphMeaning = {
  kind: 'protocol',
  says: 'holds what the virus scanner of the service takes for malware',
};
const quota: GraphMeaning = {
  kind: 'access_denied',
  says: 'is over its quota, and cannot be followed until there is room again',
  hint: 'Ask its owner to delete mail or an administrator to raise the quota.',
};
const ours: GraphMeaning = {
  kind: 'protocol',
  says: 'was asked for in a way the service does not take',
  hint: 'Does a proxy change requests, and is `endpoints.graph` right? Else report it, with the code and the request-id.',
};
const forgotten: GraphMeaning = {
  kind: 'protocol',
  says: 'is remembered by a place that the service has forgotten',
  hint: 'The folder is listed anew by itself; nothing is lost or doubled.',
};
export const signIn: GraphMeaning = {
  kind: 'needs_login',
  says: 'did not accept our sign-in',
  hint: {
    managed_identity:
      'Run `integrator auth status --probe`. If that is well, the managed identity lacks every mail role: assign them in Exchange Online (New-ManagementRoleAssignment -App).',
    application:
      'Run `integrator auth status --probe`. If that is well, the application has no mail role at all: Test-ServicePrincipalAuthorization -Identity CLIENT_ID shows them; a change takes 30 minutes to 2 hours.',
    otherwise: 'Run `integrator auth status`, then `integrator auth login`.',
  },
};
const busy: GraphMeaning = { kind: 'throttled', says: 'gets too many requests' };
export const trouble: GraphMeaning = { kind: 'unreachable', says: 'cannot be read: the service has trouble' };

/** By code, in lower case; the codes are documented, the texts change. */
const groups: readonly (readonly [codes: string, meaning: GraphMeaning])[] = [
  ['erroraccessdenied accessdenied errorcreateitemaccessdenied errorimpersonateuserdenied', denied],
  ['errorpropertyrequestdenied forbidden notallowed accessrestricted', denied],
  ['authorization_requestdenied', { kind: 'access_denied', says: 'a permission is missing', hint: consent }],
  ['errorsendasdenied', sendAsDenied],
  ['errorquotaexceeded quotalimitreached insufficientstorage', quota],
  ['mailboxnotenabledforrestapi mailboxnotsupportedforrestapi resourcenotfound errornonexistentmailbox', noMailbox],
  ['errormailboxconfiguration errormissingemailaddress', noMailbox],
  ['errormailboxstoreunavailable', { kind: 'unreachable', says: 'cannot be opened by the service just now' }],
  ['errormailboxmoveinprogress', { kind: 'unreachable', says: 'is being moved by Microsoft just now' }],
  ['errorinvaliduser request_resourcenotfound errorcannotfinduser', noUser],
  [
    'erroritemnotfound',
    {
      kind: 'not_found',
      says: 'is not there, or may not be seen',
      hint: {
        application: `Was the folder moved or renamed? If not, access is missing. ${scope}`,
        otherwise: `Was the folder moved or renamed? If not, access is missing. ${fullAccess}`,
      },
    },
  ],
  ['errorsyncfoldernotfound', noFolder],
  ['errorfoldernotfound errorparentfoldernotfound', { ...noFolder, says: 'is not there' }],
  ['errorcorruptdata errorinvalidrecipients errorcannotopenfileattachment erroritemcorrupt', corrupt],
  ['errorcontentconversionfailed errormimecontentconversionfailed errorinvalidattachmentid', corrupt],
  ['errorvirusdetected errorvirusmessagedeleted', virus],
  ['syncstatenotfound syncstateinvalid resyncrequired errorinvalidsyncstatedata', forgotten],
  ['applicationthrottled', { kind: 'throttled', says: 'gets too many requests of this application' }],
  ['toomanyrequests activitylimitreached throttledrequest errorserverbusy', busy],
  ['errorexceededconnectioncount errortoomanyobjectsopened', busy],
  ['errormessagesizeexceeded errorattachmentsizelimitexceeded requestentitytoolarge', tooLarge],
  ['errordatasizelimitexceeded errorattachmentnestlevellimitexceeded maxrequestlengthexceeded', tooLarge],
  ['errorexceededmessagelimit errorexceededmessagelimitshowtierupgrade errorsubmissionquotaexceeded', overLimit],
  ['errorexceededmaxrecipientlimitblock', overLimit],
  ['errorexceededmaxrecipientlimit errorexceededmaxrecipientlimitshowtierupgrade', badRecipients],
  ['errormissingrecipients errorrecipientnotfound errorinvalidsmtpaddress errorinvalidmailbox', badRecipients],
  ['errormailrecipientnotfound errorinvalidroutingtype invalidrecipients', badRecipients],
  ['errormessagesubmissionblocked erroraccountsuspend erroraccountsuspendshowtierupgrade', sendingBlocked],
  ['errormessageblocked', spam],
  ['errorirresolvableconflict errorstaleobject errorinvalidchangekey preconditionfailed conflict', changed],
  ['errorinvalidurlquery errorinvalidurlqueryfilter errorinvalidproperty errorinvalidrequest invalidrequest', ours],
  ['errorinvalididmalformed errorinvalidid errorinvalididempty badrequest request_badrequest', ours],
  ['requestbroker--parseuri inefficientfilter errormimecontentinvalidbase64string errormimecontentinvalid', ours],
  ['invalidinternetmessageheader invalidinternetmessageheadercollection invalidrange notsupported', ours],
  ['errorfolderexists erroritemsave erroritemsavepropertyerror errorsubmissionnotallowed methodnotallowed', ours],
  ['errorinvalidreferenceitem errorinvalidargument errorinvalidparameter', ours],
  ['unabletodeserializepostbody errorschemavalidation notacceptable unsupportedmediatype', ours],
  ['internalservererror errorinternalservererror errorinternalservertransienterror', trouble],
  ['servicenotavailable serviceunavailable generalexception unknownerror errortimeoutexpired', trouble],
  ['gatewaytimeout badgateway errormailboxfailover errorconnectionfailed', trouble],
];

/** What a code means of a mail that we write, where it means something else of one that is read. */
const writing: readonly (readonly [codes: string, meaning: GraphMeaning])[] = [
  ['errorinvalidrecipients errorinvalidrecipientemailaddress', badRecipients],
  ['errorquotaexceeded insufficientstorage', { ...quota, says: 'is over its quota, and may not send' }],
  ['errorvirusdetected', { ...virus, kind: 'usage', hint: 'Look at the attachments; the service does not take them.' }],
];

const byCode = mapOf(groups);
const byCodeWriting = mapOf(writing);

export function meaningOfCode(code: string, doing: Doing): GraphMeaning | undefined {
  const lower = code.toLowerCase();
  return (doing === 'writing' ? byCodeWriting.get(lower) : undefined) ?? byCode.get(lower);
}

/** By status alone; what is not known says so, and where to look. */
export function meaningOfStatus(status: number): GraphMeaning {
  if (status === 401) return signIn;
  if (status === 403) return denied;
  if (status === 404) return { kind: 'not_found', says: 'is not there', hint: noMailboxHint };
  if (status === 412) return changed;
  if (status === 413) return tooLarge;
  if (status === 429) return busy;
  if (status === 408 || status >= 500) return trouble;
  if (status >= 300 && status < 400) {
    return {
      kind: 'protocol',
      says: 'was answered with a redirect, which is never followed',
      hint: 'Check `endpoints.graph` and the proxy.',
    };
  }
  return {
    kind: 'protocol',
    says: 'was refused in a way we do not know',
    hint: "The service's own words say more; Microsoft lists its codes at https://learn.microsoft.com/graph/errors.",
  };
}

function mapOf(entries: typeof groups): ReadonlyMap<string, GraphMeaning> {
  return new Map(entries.flatMap(([codes, meaning]) => codes.split(' ').map((code) => [code, meaning] as const)));
}
