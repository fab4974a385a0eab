import { randomBytes } from 'node:crypto';
import type { Mailbox } from '../world/mailbox.ts';
import type { AppRegistration } from './directory.ts';
import { Refusal } from './refusals.ts';
import type { ScopeRequest } from './scopes.ts';

export interface CodeGrant {
  readonly app: AppRegistration;
  readonly account: Mailbox;
  readonly redirectUri: string;
  readonly asked: ScopeRequest;
  readonly challenge: string | null;
  readonly nonce: string | null;
  readonly issuedAt: number;
}

export interface RefreshGrant {
  readonly app: AppRegistration;
  readonly account: Mailbox;
  readonly asked: ScopeRequest;
  /** Which kind of client it was issued to: the other kind cannot use it. */
  readonly client: 'confidential' | 'public';
  readonly issuedAt: number;
}

export interface DeviceGrant {
  readonly app: AppRegistration;
  readonly asked: ScopeRequest;
  readonly userCode: string;
  readonly issuedAt: number;
  answer:
    | { readonly kind: 'pending' }
    | { readonly kind: 'declined' }
    | { readonly kind: 'approved'; readonly account: Mailbox };
}

const codeLifeMs = 10 * 60_000;
const deviceLifeMs = 15 * 60_000;
const refreshLifeMs = 90 * 86_400_000;

/** Codes and refresh tokens given out. */
export class Grants {
  readonly #codes = new Map<string, CodeGrant & { used: boolean }>();
  readonly #refresh = new Map<string, RefreshGrant>();
  readonly #devices = new Map<string, DeviceGrant>();

  addCode(grant: CodeGrant): string {
    const code = `1.${token(96)}`;
    this.#codes.set(code, { ...grant, used: false });
    return code;
  }

  /** Works once, for ten minutes. */
  takeCode(code: string, now: number): CodeGrant {
    const grant = this.#codes.get(code);
    if (grant === undefined) throw new Refusal(70000);
    if (grant.used) throw new Refusal(54005);
    if (now - grant.issuedAt > codeLifeMs) throw new Refusal(70008);
    grant.used = true;
    return grant;
  }

  addRefresh(grant: RefreshGrant): string {
    const value = `1.${token(180)}`;
    this.#refresh.set(value, grant);
    return value;
  }

  /** An older token stays good when a newer one is given. */
  refresh(value: string, now: number): RefreshGrant {
    const grant = this.#refresh.get(value);
    if (grant === undefined) throw new Refusal(70000);
    if (now - grant.issuedAt > refreshLifeMs) throw new Refusal(700082);
    return grant;
  }

  addDevice(app: AppRegistration, asked: ScopeRequest, now: number): { deviceCode: string; userCode: string } {
    const deviceCode = `D${token(72)}`;
    const userCode = [...randomBytes(9)].map((byte) => 'BCDFGHJKLMNPQRSTVWXZ23456789'[byte % 28] ?? 'B').join('');
    this.#devices.set(deviceCode, { app, asked, userCode, issuedAt: now, answer: { kind: 'pending' } });
    return { deviceCode, userCode };
  }

  /** Gives the account once it was approved; throws what the poll must hear otherwise. */
  takeDevice(deviceCode: string, now: number): { grant: DeviceGrant; account: Mailbox } {
    const grant = this.#devices.get(deviceCode);
    if (grant === undefined) throw new Refusal(70018);
    if (now - grant.issuedAt > deviceLifeMs) throw new Refusal(70020);
    switch (grant.answer.kind) {
      case 'pending':
        throw new Refusal(70016);
      case 'declined':
        throw new Refusal(65004);
      case 'approved':
        this.#devices.delete(deviceCode);
        return { grant, account: grant.answer.account };
    }
  }

  deviceByUserCode(userCode: string): DeviceGrant | null {
    const wanted = userCode.replace(/[^A-Za-z0-9]/g, '').toUpperCase();
    return [...this.#devices.values()].find((grant) => grant.userCode === wanted) ?? null;
  }
}

function token(bytes: number): string {
  return randomBytes(bytes).toString('base64url');
}
