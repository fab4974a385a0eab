import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Directory } from '../entra/directory.ts';
import type { Mailbox } from '../world/mailbox.ts';
import { md4 } from './md4.ts';

/** What a message of the client came to: the challenge to send, the account that is signed in, or nothing. */
export type Spoken =
  | { readonly kind: 'challenge'; readonly header: string }
  | { readonly kind: 'account'; readonly account: Mailbox }
  | { readonly kind: 'refused' };

const signature = Buffer.from('NTLMSSP\0', 'latin1');
const domainName = 'CONTOSO';
const computerName = 'SBXFE01';

/** MS-NLMP 2.2.2.5 */
const flags = {
  unicode: 0x1,
  requestTarget: 0x4,
  ntlm: 0x200,
  alwaysSign: 0x8000,
  targetIsDomain: 0x1_0000,
  extendedSecurity: 0x8_0000,
  targetInfo: 0x80_0000,
  version: 0x200_0000,
} as const;

/** Signs connections in, as IIS does: a challenge belongs to the connection it was given on, and so does the sign-in. */
export class NtlmDoor {
  readonly #directory: Directory;
  readonly #challenges = new WeakMap<object, Buffer>();
  readonly #accounts = new WeakMap<object, Mailbox>();

  constructor(directory: Directory) {
    this.#directory = directory;
  }

  accountOf(connection: object): Mailbox | null {
    return this.#accounts.get(connection) ?? null;
  }

  speak(base64: string, connection: object): Spoken {
    const message = Buffer.from(base64, 'base64');
    const isOurs = message.length >= 12 && message.subarray(0, 8).equals(signature);
    const type = isOurs ? message.readUInt32LE(8) : 0;
    this.#accounts.delete(connection);
    if (type === 1) return this.#challenge(connection);
    const challenge = this.#challenges.get(connection);
    this.#challenges.delete(connection);
    if (type !== 3 || challenge === undefined) return { kind: 'refused' };
    const account = this.#check(message, challenge);
    if (account === null) return { kind: 'refused' };
    this.#accounts.set(connection, account);
    return { kind: 'account', account };
  }

  #challenge(connection: object): Spoken {
    const challenge = randomBytes(8);
    this.#challenges.set(connection, challenge);
    return { kind: 'challenge', header: `NTLM ${challengeMessage(challenge).toString('base64')}` };
  }

  /** MS-NLMP 3.3.2, the server's side of it. Shorter responses are NTLMv1, which is switched off here. */
  #check(message: Buffer, challenge: Buffer): Mailbox | null {
    if (message.length < 64) return null;
    const response = field(message, 20);
    const [domain, user] = [text(field(message, 28)), text(field(message, 36))];
    const account = this.#accountNamed(domain, user);
    const password = account === null ? null : this.#directory.passwordOf(account);
    if (password === null || response.length < 44) return null;
    const key = hmac(md4(Buffer.from(password, 'utf16le')), Buffer.from(user.toUpperCase() + domain, 'utf16le'));
    const [proof, blob] = [response.subarray(0, 16), response.subarray(16)];
    return timingSafeEqual(hmac(key, Buffer.concat([challenge, blob])), proof) ? account : null;
  }

  #accountNamed(domain: string, user: string): Mailbox | null {
    if (domain === '' || user.includes('@')) return this.#directory.account(user);
    const full = [...this.#directory.domains].find(
      (name) => name.split('.')[0]?.toUpperCase() === domain.toUpperCase(),
    );
    return full === undefined ? null : this.#directory.account(`${user}@${full}`);
  }
}

function challengeMessage(challenge: Buffer): Buffer {
  const target = Buffer.from(domainName, 'utf16le');
  const info = Buffer.concat([
    pair(2, Buffer.from(domainName, 'utf16le')),
    pair(1, Buffer.from(computerName, 'utf16le')),
    pair(4, Buffer.from('contoso.test', 'utf16le')),
    pair(3, Buffer.from(`${computerName.toLowerCase()}.contoso.test`, 'utf16le')),
    pair(7, fileTime(Date.now())),
    pair(0, Buffer.alloc(0)),
  ]);
  const head = Buffer.alloc(56);
  signature.copy(head);
  head.writeUInt32LE(2, 8);
  place(head, 12, target, 56);
  head.writeUInt32LE(
    Object.values(flags).reduce((sum, flag) => sum + flag, 0),
    20,
  );
  challenge.copy(head, 24);
  place(head, 40, info, 56 + target.length);
  // Windows 10.0.20348, NTLM revision 15.
  Buffer.from([10, 0, 0x7c, 0x4f, 0, 0, 0, 15]).copy(head, 48);
  return Buffer.concat([head, target, info]);
}

/** Length, allocated length, offset. */
function place(head: Buffer, at: number, content: Buffer, offset: number): void {
  head.writeUInt16LE(content.length, at);
  head.writeUInt16LE(content.length, at + 2);
  head.writeUInt32LE(offset, at + 4);
}

function field(message: Buffer, at: number): Buffer {
  const offset = message.readUInt32LE(at + 4);
  return message.subarray(offset, offset + message.readUInt16LE(at));
}

function pair(id: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(id, 0);
  head.writeUInt16LE(value.length, 2);
  return Buffer.concat([head, value]);
}

/** Tenths of microseconds since 1601. */
function fileTime(ms: number): Buffer {
  const out = Buffer.alloc(8);
  out.writeBigUInt64LE(BigInt(ms + 11_644_473_600_000) * 10_000n);
  return out;
}

function text(bytes: Buffer): string {
  return bytes.toString('utf16le');
}

function hmac(key: Buffer, content: Buffer): Buffer {
  return createHmac('md5', key).update(content).digest();
}
