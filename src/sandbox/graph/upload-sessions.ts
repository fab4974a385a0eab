import { randomBytes } from 'node:crypto';
import type { Mailbox } from '../world/mailbox.ts';

/** A large attachment on its way, slice by slice. */
export interface UploadSession {
  readonly mailbox: Mailbox;
  readonly itemKey: number;
  readonly name: string;
  readonly contentType: string;
  readonly inline: boolean;
  readonly contentId: string | null;
  readonly size: number;
  readonly expiresAt: number;
  received: Uint8Array[];
  receivedBytes: number;
}

export class UploadSessions {
  readonly #sessions = new Map<string, UploadSession>();

  /** Gives the secret part of the upload address. */
  add(session: UploadSession): string {
    const token = randomBytes(24).toString('base64url');
    this.#sessions.set(token, session);
    return token;
  }

  find(token: string, now: number): UploadSession | null {
    const session = this.#sessions.get(token);
    return session === undefined || session.expiresAt < now ? null : session;
  }

  remove(token: string): void {
    this.#sessions.delete(token);
  }
}
