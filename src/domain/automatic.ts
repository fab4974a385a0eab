import type { ImportedMessage } from './message.ts';

export interface Automatic {
  readonly kind: 'auto_reply' | 'bounce' | 'delivery_report' | 'read_report';
  readonly because: string;
}

export type AutomaticSource = Pick<ImportedMessage, 'from' | 'sender' | 'subject' | 'headers' | 'meeting' | 'report'>;

export function automaticKind(mail: AutomaticSource): Automatic | null {
  return mail.report ? { kind: 'delivery_report', because: 'the server says it is a report' } : null;
}
