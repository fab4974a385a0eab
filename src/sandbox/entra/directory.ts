import type { KeyObject } from 'node:crypto';
import type { Mailbox } from '../world/mailbox.ts';
import type { World } from '../world/world.ts';
import { consentKey } from './scopes.ts';
import type { Scope } from './scopes.ts';

/** A management role assignment of Exchange: "Application Mail.Read" for the mailboxes of a scope. */
export interface ExchangeRole {
  readonly role: string;
  /** Addresses of the scope; null: without a scope, so everybody. */
  readonly mailboxes: readonly string[] | null;
}

/** An application registered in the tenant. Everything a test may turn is open. */
export interface AppRegistration {
  readonly clientId: string;
  readonly displayName: string;
  readonly secrets: Set<string>;
  readonly expiredSecrets: Set<string>;
  /** Public keys by thumbprint (SHA-1 or SHA-256, base64url). */
  readonly certificates: Map<string, KeyObject>;
  /** Issuers whose tokens are accepted in place of a secret (workload identity). */
  readonly federatedIssuers: Set<string>;
  readonly redirectUris: string[];
  /** "Allow public client flows": device code. */
  publicFlows: boolean;
  /** `admin`: only an administrator can consent. */
  consentPolicy: 'user' | 'admin';
  adminConsented: boolean;
  disabled: boolean;
  /** Application permissions consented to in Entra: they reach every mailbox, and stand in the token. */
  roles: readonly string[];
  /** What Exchange grants the application (RBAC for Applications), beside Entra and unknown to it: the two add up. */
  exchangeRoles: readonly ExchangeRole[];
  /** What single users consented to, by user principal name. */
  readonly userConsent: Map<string, Set<string>>;
}

/** Tenant, accounts and applications. Accounts are the mailboxes of the world, with or without a mailbox. */
export class Directory {
  readonly tenantId: string;
  readonly domains = new Set<string>();
  readonly apps = new Map<string, AppRegistration>();
  readonly #world: World;
  readonly #passwords = new Map<string, string>();
  /** When an administrator revoked an account's sessions; epoch milliseconds. */
  readonly #revokedAt = new Map<string, number>();

  constructor(tenantId: string, domains: readonly string[], world: World) {
    this.tenantId = tenantId;
    for (const domain of domains) this.domains.add(domain);
    this.#world = world;
  }

  /** `{tenant}` of a URL: the id or a verified domain, any case. `many` for common and organizations. */
  tenant(name: string): 'this' | 'many' | 'unknown' {
    const key = name.toLowerCase();
    if (key === this.tenantId.toLowerCase() || this.domains.has(key)) return 'this';
    return key === 'common' || key === 'organizations' ? 'many' : 'unknown';
  }

  app(clientId: string): AppRegistration | null {
    return this.apps.get(clientId.toLowerCase()) ?? null;
  }

  addApp(spec: {
    clientId: string;
    displayName: string;
    secret: string;
    redirectUris: readonly string[];
  }): AppRegistration {
    const app: AppRegistration = {
      clientId: spec.clientId,
      displayName: spec.displayName,
      secrets: new Set([spec.secret]),
      expiredSecrets: new Set(),
      certificates: new Map(),
      federatedIssuers: new Set(),
      redirectUris: [...spec.redirectUris],
      publicFlows: true,
      consentPolicy: 'user',
      adminConsented: false,
      disabled: false,
      exchangeRoles: [],
      roles: ['Mail.ReadWrite', 'Mail.Send', 'MailboxSettings.Read', 'User.Read.All', 'full_access_as_app'],
      userConsent: new Map(),
    };
    this.apps.set(spec.clientId.toLowerCase(), app);
    return app;
  }

  account(name: string): Mailbox | null {
    return this.#world.find(name);
  }

  accounts(): readonly Mailbox[] {
    return this.#world.mailboxes();
  }

  setPassword(account: string, password: string): void {
    this.#passwords.set(account.toLowerCase(), password);
  }

  /** The account, if the password is right. */
  checkPassword(username: string, password: string): Mailbox | null {
    const account = this.account(username);
    if (account === null) return null;
    return this.passwordOf(account) === password ? account : null;
  }

  passwordOf(account: Mailbox): string {
    return this.#passwords.get(account.userPrincipalName.toLowerCase()) ?? defaultPassword;
  }

  revokeSessions(account: string, at: number): void {
    const found = this.account(account);
    if (found !== null) this.#revokedAt.set(found.objectId, at);
  }

  revokedAt(account: Mailbox): number {
    return this.#revokedAt.get(account.objectId) ?? Number.NEGATIVE_INFINITY;
  }

  hasConsent(app: AppRegistration, account: Mailbox, scopes: readonly Scope[]): boolean {
    if (app.adminConsented) return true;
    const given = app.userConsent.get(account.userPrincipalName) ?? new Set();
    return scopes.every((scope) => scope.name.toLowerCase() === '.default' || given.has(consentKey(scope)));
  }

  giveConsent(app: AppRegistration, account: Mailbox, scopes: readonly Scope[]): void {
    const given = app.userConsent.get(account.userPrincipalName) ?? new Set<string>();
    for (const scope of scopes) given.add(consentKey(scope));
    app.userConsent.set(account.userPrincipalName, given);
  }
}

/** Of every account unless told otherwise. */
export const defaultPassword = 'Sandbox-Passw0rd';
