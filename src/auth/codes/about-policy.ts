import { each } from './meaning.ts';
import type { CodeEntry, EntraMeaning } from './meaning.ts';

const signInLog = 'Entra ID, Sign-in logs, show which policy it is';
const excludeApp =
  'The policy is one for workload identities: have the app {client} excluded from it, or the address of this machine allowed in it (Entra ID, Conditional Access), {again}';

function policy(says: string, cure: string): EntraMeaning {
  return {
    kind: 'needs_admin',
    says: { application: 'a Conditional Access policy blocks the app {client}', otherwise: says },
    cure: { application: excludeApp, otherwise: cure },
  };
}

const blocked = policy(
  'a Conditional Access policy blocks {account}',
  `Ask for {account} to be excluded from that policy (Entra ID, Conditional Access; ${signInLog}), {again}`,
);
const device = policy(
  'a Conditional Access policy demands a managed device of {account}',
  `Ask for {account} to be excluded from that policy (Entra ID, Conditional Access; ${signInLog}), {again}`,
);
const approvedApp = policy(
  'a Conditional Access policy allows {account} approved or protected apps only',
  `No service can be one: ask for {account} to be excluded from that policy (Entra ID, Conditional Access; ${signInLog}), {again}`,
);
const securityDefaults = policy(
  'the security defaults of tenant {tenant} block this way to sign in; device code is one that they block',
  'Sign in with the browser: integrator auth login {connection}; on a machine without a browser: integrator auth login {connection} --paste. Security defaults do not block these two',
);
const deviceCode = policy(
  'tenant {tenant} blocks device code sign-in, and what was signed in that way has ended',
  'Sign in with the browser: integrator auth login {connection}; on a machine without a browser: integrator auth login {connection} --paste. With --device the same would come again',
);
const restrictedTenant: EntraMeaning = {
  kind: 'needs_admin',
  says: 'the network of this machine allows sign-ins to chosen tenants only (tenant restrictions), and {tenant} is not among them',
  cure: 'Have the tenant added to Restrict-Access-To-Tenants of the proxy, or let this machine reach {authority} without it, {again}',
};
const closedTenant: EntraMeaning = {
  kind: 'needs_admin',
  says: 'Microsoft has blocked tenant {tenant}',
  cure: 'An administrator of the tenant asks Microsoft support why (https://admin.microsoft.com), {again}',
};
const unassigned: EntraMeaning = {
  kind: 'needs_admin',
  says: {
    application: 'the app {client} is not assigned to what it asks a token for',
    otherwise: '{account} is not assigned to the app {client}',
  },
  cure: {
    application:
      'Entra ID, Enterprise apps, the resource that is asked for, Properties: it demands an assignment; assign the app a role there, {again}',
    otherwise:
      'Assign the account (Entra ID, Enterprise apps, {client}, Users and groups; groups within groups do not count), {again}',
  },
};

/** About what the tenant allows: Conditional Access, security defaults, assignment, restrictions. */
export const aboutPolicy: readonly CodeEntry[] = [
  ...each([53003, 50131, 53005, 53006, 530031, 530032, 530033, 530084], blocked),
  ...each([53000, 53001, 50005, 50097, 50127, 50129, 50155, 50168, 50187, 530001, 530002, 530003, 530004], device),
  ...each([130004, 130005, 130006, 130007, 130008, 135010, 135011, 700003, 221000, 240001], device),
  ...each([53002, 53009, 530021], approvedApp),
  ...each([530035], securityDefaults),
  ...each([530036], deviceCode),
  ...each([50002, 500021, 500022, 5000211], restrictedTenant),
  ...each([5000224, 5000225], closedTenant),
  ...each([50105, 501051], unassigned),
];
