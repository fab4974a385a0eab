import type { Header, ImportedMessage, Person } from '../../src/domain/message.ts';

/** A mail as a mailbox gives it, from the few things a test is about. */
export interface Written {
  readonly from?: string | null;
  readonly to?: readonly string[];
  readonly cc?: readonly string[];
  readonly bcc?: readonly string[];
  readonly subject?: string;
  /** "Name: value" lines, topmost first. */
  readonly headers?: readonly string[];
  readonly id?: string | null;
  readonly sentAtMs?: number | null;
  readonly body?: string;
  readonly meeting?: boolean;
  readonly report?: boolean;
  readonly isDraft?: boolean;
  readonly sensitivity?: ImportedMessage['sensitivity'];
}

export function mail(written: Written = {}): ImportedMessage {
  const from = written.from === undefined ? 'paula@acme.example' : written.from;
  return {
    providerId: 'p1',
    internetMessageId: written.id === undefined ? 'm1@acme.example' : written.id,
    from: from === null ? null : person(from),
    sender: null,
    replyTo: [],
    to: (written.to ?? ['ann@contoso.test']).map(person),
    cc: (written.cc ?? []).map(person),
    bcc: (written.bcc ?? []).map(person),
    subject: written.subject ?? 'Offer',
    sentAtMs: written.sentAtMs === undefined ? 1_760_000_000_000 : written.sentAtMs,
    receivedAtMs: 1_760_000_005_000,
    body: { kind: 'text', content: written.body ?? 'Hello' },
    uniqueBody: null,
    headers: (written.headers ?? []).map(header),
    conversationId: null,
    isDraft: written.isDraft ?? false,
    sensitivity: written.sensitivity ?? 'normal',
    meeting: written.meeting ?? false,
    report: written.report ?? false,
    protection: 'none',
    attachments: [],
    original: null,
  };
}

export function header(line: string): Header {
  const colon = line.indexOf(':');
  return { name: line.slice(0, colon), value: line.slice(colon + 1) };
}

/** "Paula Porter <paula@acme.example>", or an address alone, or a name alone. */
function person(text: string): Person {
  const found = /^(.*)<(.*)>$/u.exec(text);
  if (found !== null) return { name: (found[1] ?? '').trim(), address: found[2] ?? '' };
  return text.includes('@') ? { name: '', address: text } : { name: text, address: '' };
}
