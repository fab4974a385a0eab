import type { Clock } from '../clock.ts';
import type { Settings } from '../settings.ts';
import type { Mailbox } from '../world/mailbox.ts';
import type { AppRegistration, Directory } from './directory.ts';
import { Grants } from './grants.ts';
import { encode } from './jwt.ts';
import type { TokenSigner } from './jwt.ts';
import { oneResource } from './scopes.ts';
import type { ScopeRequest } from './scopes.ts';

const lifeSeconds = 3_600;

/** What all parts of the sign-in service share. */
export class Entra {
  readonly directory: Directory;
  readonly grants = new Grants();
  readonly signer: TokenSigner;
  readonly settings: Settings;
  readonly #clock: Clock;
  readonly #origin: () => string;

  constructor(parts: {
    directory: Directory;
    signer: TokenSigner;
    settings: Settings;
    clock: Clock;
    origin: () => string;
  }) {
    this.directory = parts.directory;
    this.signer = parts.signer;
    this.settings = parts.settings;
    this.#clock = parts.clock;
    this.#origin = parts.origin;
  }

  get origin(): string {
    return this.#origin();
  }

  now(): number {
    return this.#clock.now();
  }

  issuer(): string {
    return `${this.origin}/${this.directory.tenantId}/v2.0`;
  }

  /** A delegated access token. */
  delegatedToken(app: AppRegistration, account: Mailbox, asked: ScopeRequest): string {
    const everything = asked.scopes.some(({ name }) => name.toLowerCase() === '.default');
    const given = [...(app.userConsent.get(account.userPrincipalName) ?? [])];
    const resource = oneResource(asked.scopes);
    const names = everything
      ? given.filter((key) => key.startsWith(`${resource}/`)).map((key) => key.slice(resource.length + 1))
      : asked.scopes.map(({ name }) => name);
    return this.signer.sign({
      ...this.#common(app, resource),
      scp: names.length === 0 ? 'User.Read' : names.join(' '),
      oid: account.objectId,
      sub: account.objectId,
      upn: account.userPrincipalName,
      name: account.displayName,
    });
  }

  /** An access token of the application itself: without any consent it has no `roles`, and is issued all the same. */
  applicationToken(app: AppRegistration, resource: string): string {
    const roles = app.roles.length === 0 ? {} : { roles: app.roles };
    return this.signer.sign({ ...this.#common(app, resource), ...roles, sub: app.clientId, idtyp: 'app' });
  }

  idToken(app: AppRegistration, account: Mailbox, nonce: string | null): string {
    const { exp, iat, nbf, tid } = this.#common(app, app.clientId);
    return this.signer.sign({
      aud: app.clientId,
      iss: this.issuer(),
      iat,
      nbf,
      exp,
      tid,
      oid: account.objectId,
      sub: `sub-${account.objectId}`,
      preferred_username: account.userPrincipalName,
      name: account.displayName,
      ver: '2.0',
      ...(nonce === null ? {} : { nonce }),
    });
  }

  clientInfo(account: Mailbox): string {
    return encode({ uid: account.objectId, utid: this.directory.tenantId });
  }

  get lifeSeconds(): number {
    return lifeSeconds;
  }

  #common(app: AppRegistration, aud: string) {
    const iat = Math.floor(this.now() / 1000);
    return {
      aud,
      iss: this.issuer(),
      iat,
      nbf: iat,
      exp: iat + lifeSeconds,
      tid: this.directory.tenantId,
      appid: app.clientId,
      azp: app.clientId,
      ver: '2.0',
    };
  }
}
