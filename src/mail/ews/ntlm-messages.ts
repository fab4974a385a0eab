import { createType1Message, createType3Message, parseType2Message, type Type2Message } from '@node-ntlm/core';
import { IntegratorError } from '../../domain/errors.ts';

/** The value of the Authorization header that asks for a challenge. */
export function negotiateHeader(): string {
  return createType1Message({ domain: '', workstation: '' });
}

/** MS-NLMP 2.2.2.5: extended session security. Without it a server wants responses that can be broken in hours. */
const extendedSecurity = 0x8_0000;

/**
 * The value of the Authorization header that answers the challenge in a WWW-Authenticate header, by NTLMv2. Null where
 * there is no challenge in it. Throws `protocol` for one that cannot be read or wants less than NTLMv2.
 */
export function answerHeader(
  wwwAuthenticate: string,
  account: { readonly username: string; readonly password: string },
): string | null {
  const [, base64] = /\bNTLM\s+([A-Za-z0-9+/]{16,}={0,2})/i.exec(wwwAuthenticate) ?? [];
  if (base64 === undefined) return null;
  const challenge = challengeIn(base64);
  if ((challenge.negotiateFlags & extendedSecurity) === 0 || (challenge.targetInfo?.length ?? 0) === 0) {
    throw new IntegratorError('protocol', 'Exchange asks for NTLMv1, whose answers can be broken; nothing was sent', {
      hint: 'Allow NTLMv2 on the server (LmCompatibilityLevel 3 or more), or use auth: basic over TLS.',
    });
  }
  return createType3Message(challenge, { ...named(account.username), password: account.password, workstation: '' });
}

/** The two ways to write a Windows account: CONTOSO\\ann, and ann@contoso.test, which names its domain by itself. */
function named(written: string): { readonly domain: string; readonly username: string } {
  const at = written.indexOf('\\');
  return at < 0 ? { domain: '', username: written } : { domain: written.slice(0, at), username: written.slice(at + 1) };
}

function challengeIn(base64: string): Type2Message {
  try {
    return parseType2Message(`NTLM ${base64}`);
  } catch (cause) {
    throw new IntegratorError('protocol', 'the NTLM challenge of the server cannot be read', { cause });
  }
}
