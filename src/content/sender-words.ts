import { undelivered } from '../domain/authentication.ts';
import { terminalText } from './terminal.ts';

/** What a view says of the sender of incoming mail beside the name: nothing where nothing speaks against it. */
export interface Sender {
  readonly sent: boolean;
  readonly verified: 'pass' | 'fail' | 'none' | 'unknown';
  readonly because: string;
}

export function senderWarnings({ sent, verified, because }: Sender): readonly string[] {
  if (sent || verified === 'pass') return [];
  if (verified === 'fail') return [terminalText(`the sender may not be who it says: ${because}`)];
  return because === undelivered ? ['sender unknown: nothing shows that a server delivered it'] : [];
}
