import { nobodySignsIn, each } from './meaning.ts';
import type { CodeEntry, EntraMeaning } from './meaning.ts';
import type { Told } from '../credential-in-use.ts';

/** The portal's page is named "Certificates & secrets"; who has a certificate is not told of secrets. */
const newCertificate =
  'Make a new certificate, upload its public part (Entra ID, App registrations, {client}, tab Certificates) and put certificate and key into {proof_source}; no new sign-in is needed';
const newSecret =
  'Make a new client secret (Entra ID, App registrations, {client}, Certificates & secrets) and put its value into {proof_source}; no new sign-in is needed';
const federated =
  'Compare issuer, subject and audience of the federated credential (Entra ID, App registrations, {client}, tab Federated credentials) with those of the token in {proof_source}; the audience is api://AzureADTokenExchange';
const platform =
  'Have the managed identity of this machine looked at (Azure portal, the machine, Identity): the platform keeps its proof, nothing can be set here';

const proofCure: Told = {
  managed_identity: platform,
  workload_identity: federated,
  certificate: newCertificate,
  secret: newSecret,
  otherwise: newSecret,
};

export const proofRefused: EntraMeaning = {
  kind: 'config',
  says: {
    managed_identity: 'Entra does not accept the managed identity {client}',
    workload_identity: 'Entra does not accept the federated token of app {client}',
    certificate: 'Entra does not accept the certificate of app {client}',
    otherwise: 'Entra does not accept the secret of app {client}',
  },
  cure: proofCure,
};
const wrongSecret: EntraMeaning = {
  kind: 'config',
  says: { ...words(proofRefused.says), otherwise: 'the client secret of app {client} is wrong' },
  cure: { ...words(proofCure), secret: `The value is needed, not the ID. ${newSecret}` },
};
const expiredSecret: EntraMeaning = {
  kind: 'config',
  says: {
    ...words(proofRefused.says),
    certificate: 'the certificate of app {client} has expired',
    otherwise: 'the client secret of app {client} has expired',
  },
  cure: proofCure,
};
const unknownCertificate: EntraMeaning = {
  kind: 'config',
  says: {
    ...words(proofRefused.says),
    certificate: 'the certificate is not registered for app {client}, or its key does not belong to it',
  },
  cure: {
    ...words(proofCure),
    certificate:
      'Upload the certificate (Entra ID, App registrations, {client}, tab Certificates); it is read from {proof_source}',
  },
};
const expiredCertificate: EntraMeaning = {
  kind: 'config',
  says: { ...words(proofRefused.says), certificate: 'the certificate of app {client} has expired' },
  cure: proofCure,
};
const wrongSubject: EntraMeaning = {
  kind: 'config',
  says: {
    ...words(proofRefused.says),
    certificate: 'the certificate is not one that app {client} may use: its subject or issuer is not allowed',
  },
  cure: {
    ...words(proofCure),
    certificate:
      'Use a certificate of the subject and the authority that the app allows, or upload this one (Entra ID, App registrations, {client}, tab Certificates); it is read from {proof_source}',
  },
};
const clock: EntraMeaning = {
  kind: 'config',
  says: {
    workload_identity: 'the federated token of app {client} is not valid at this time',
    otherwise: 'what app {client} signed is not valid at this time: the clock of this machine is wrong',
  },
  cure: {
    workload_identity:
      'Is {proof_source} renewed, and is the clock of this machine right? Set it by NTP (timedatectl set-ntp true)',
    otherwise: 'Set the clock of this machine by NTP (timedatectl set-ntp true); nothing has to be renewed',
  },
};
const noFederation: EntraMeaning = {
  kind: 'config',
  says: {
    workload_identity: 'app {client} has no federated credential that fits the token of this machine',
    otherwise: 'Entra took the proof of app {client} for a token of somebody else, and no federated credential fits it',
  },
  cure: { ...words(proofCure), workload_identity: federated },
};
const noEnterpriseApp: EntraMeaning = {
  kind: 'needs_admin',
  says: 'the app {client} has no enterprise application (service principal) in tenant {tenant}',
  cure: {
    application:
      'An administrator makes it: New-MgServicePrincipal -AppId {client} (Microsoft Graph PowerShell). It needs no mail permission in Entra where roles of Exchange give it its mailboxes; {again}',
    otherwise:
      'An administrator of the tenant opens {consent_url} and accepts once, which makes it (or: New-MgServicePrincipal -AppId {client}), {again}',
  },
};
export const wrongApp: EntraMeaning = {
  kind: 'config',
  says: 'there is no app {client} in tenant {tenant}',
  cure: 'Compare client_id and tenant_id with the overview page of the app registration (Entra ID, App registrations)',
};
const disabledApp: EntraMeaning = {
  kind: 'needs_admin',
  says: 'the app {client} is disabled',
  cure: 'Enable it (Entra ID, Enterprise apps, {client}, Properties, Enabled for users to sign in), {again}',
};
const disabledService: EntraMeaning = {
  kind: 'needs_admin',
  says: 'Microsoft Graph or Exchange Online is disabled in tenant {tenant}, or not subscribed to',
  cure: 'An administrator enables it (Entra ID, Enterprise apps, application type Microsoft Applications, Microsoft Graph or Office 365 Exchange Online, Properties), {again}',
};
const publicApp: EntraMeaning = {
  kind: 'config',
  says: {
    certificate: 'the app {client} is public, but a certificate is configured',
    secret: 'the app {client} is public, but a secret is configured',
    otherwise: 'the app {client} is public, but it proved itself',
  },
  cure: 'Register {redirect_uri} under the platform "Web" instead of "Mobile and desktop" (Entra ID, App registrations, {client}, Authentication)',
};
const confidentialApp: EntraMeaning = {
  kind: 'config',
  says: {
    ...words(proofRefused.says),
    certificate: 'Entra expects a proof from app {client}, and this sign-in shows none',
    otherwise: 'Entra expects a secret from app {client}',
  },
  cure: {
    managed_identity: platform,
    workload_identity: federated,
    certificate:
      'For --device set "Allow public client flows" to Yes (Entra ID, App registrations, {client}, Authentication); every other way to sign in shows the certificate of {proof_source}',
    otherwise:
      'Configure client_secret or certificate; for --device set "Allow public client flows" to Yes (Entra ID, App registrations, {client}, Authentication)',
  },
};

const scopedRoles =
  'An application needs no consent for mail: roles of Exchange Online give it its mailboxes (New-ServicePrincipal, New-ManagementRoleAssignment); see them with Test-ServicePrincipalAuthorization -Identity {client} -Resource <mailbox>, a change takes 30 minutes to 2 hours. A mail permission in Entra besides would reach every mailbox, because both add up';

export const unconsented: EntraMeaning = {
  kind: 'needs_admin',
  says: {
    application: 'the app {client} lacks what it asks for in tenant {tenant}',
    otherwise: 'the app {client} has no consent for what it asks ({scopes})',
  },
  cure: {
    application: scopedRoles,
    otherwise:
      'An administrator of the tenant opens {consent_url} and accepts (the last page cannot be reached, which is normal), {again}',
  },
};
const declined: EntraMeaning = {
  kind: 'needs_admin',
  says: { application: 'Entra refused the app {client}', otherwise: 'the consent was declined' },
  cure: {
    application: nobodySignsIn,
    otherwise:
      'Sign in again and accept: integrator auth login {connection}; where only an administrator may accept, one opens {consent_url}',
  },
};

/** About the registered application: its proof, its registration, its consent. */
export const aboutApp: readonly CodeEntry[] = [
  ...each([70002, 50012, 50048, 700021, 700023, 700026, 700028], proofRefused),
  ...each([50013, 50003, 50006, 50027, 900384], proofRefused),
  ...each([7000215], wrongSecret),
  ...each([7000222], expiredSecret),
  ...each([700027, 50017, 220501], unknownCertificate),
  ...each([1000502], expiredCertificate),
  ...each([700030], wrongSubject),
  ...each([700024, 500133], clock),
  ...each([70021, 700211, 700212, 700213, 700214, 700222, 700223, 700229, 700236, 700238], noFederation),
  ...each([7000229, 650051, 90099], noEnterpriseApp),
  ...each([700016, 700011, 70001, 900441], wrongApp),
  ...each([7000112, 7000111, 1000031], disabledApp),
  ...each([500014, 50001, 650052, 650054], disabledService),
  ...each([700025], publicApp),
  ...each([7000218], confidentialApp),
  ...each([65001, 65002, 65005, 90008, 90093, 90094, 90095, 650056, 650057, 1003031], unconsented),
  ...each([65004], declined),
];

export const appWords: readonly (readonly [string, EntraMeaning])[] = [
  ['consent_required', unconsented],
  ['invalid_client', proofRefused],
  ['unauthorized_client', wrongApp],
];

function words(text: Told): Exclude<Told, string> {
  return typeof text === 'string' ? { otherwise: text } : text;
}
