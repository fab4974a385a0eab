import type { HttpReply, HttpTransport } from '../../http/transport.ts';
import { NtlmDoor } from './ntlm.ts';
import { type PasswordDoor, PasswordGuard } from './password-guard.ts';

export interface PasswordSignIn {
  /** For ntlm the name is DOMAIN\\user or user@domain. */
  readonly kind: 'basic' | 'ntlm';
  readonly username: string;
  readonly password: string;
  /** Shared by all who sign in to the same account; a wrong password is then tried once by all of them together. */
  readonly guard?: PasswordGuard;
}

export function passwordDoor(signIn: PasswordSignIn, transport: HttpTransport): PasswordDoor {
  const { username, password, guard = new PasswordGuard(username) } = signIn;
  if (signIn.kind === 'ntlm') return new NtlmDoor({ username, password, guard, transport });
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  return {
    send: (request, { onRequest }) => {
      const signed = { ...request, headers: { ...request.headers, authorization } };
      return guarded(guard, request.signal, () => {
        onRequest();
        return transport.send(signed);
      });
    },
  };
}

async function guarded(guard: PasswordGuard, signal: AbortSignal, send: () => Promise<HttpReply>): Promise<HttpReply> {
  const leave = guard.isFresh ? () => undefined : await guard.enter(signal);
  try {
    guard.check();
    // Whoever waited behind a good answer need not wait for each other.
    if (guard.isFresh) leave();
    const reply = await send();
    guard.judge(reply);
    if (reply.status !== 401) return reply;
    await reply.discard();
    throw guard.refuse();
  } finally {
    leave();
  }
}
