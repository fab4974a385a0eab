import { headerValue } from './headers.ts';
import type { Header } from './message.ts';

export interface Authentication {
  readonly verdict: 'pass' | 'fail' | 'none';
  /** What decided: "dmarc=fail header.from=acme.example". */
  readonly because: string;
}

export function authenticationOf(headers: readonly Header[]): Authentication {
  const header = headerValue(headers, 'authentication-results');
  return { verdict: 'none', because: header ?? 'no Authentication-Results' };
}
