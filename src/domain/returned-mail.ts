import type { AutomaticSource } from './automatic.ts';
import { automaticKind, automaticSubject } from './automatic.ts';
import { bouncedMessageKeys } from './bounce.ts';
import { headerIndex, headerValue } from './headers.ts';
import { messageKeysIn } from './message-id.ts';
import type { MessageBody } from './message.ts';

/** What a machine answered to mail that we may have sent. */
export interface MailResponse {
  readonly kind: 'bounce' | 'auto_reply';
  /** Message keys of the mail it may be about; the likeliest few. */
  readonly keys: readonly string[];
  /** Whom it did not reach, or who answers so; '' where that is not told. */
  readonly recipient: string;
  /** In the words of the machine; one line. */
  readonly reason: string;
}

export type ResponseSource = AutomaticSource & { readonly body: MessageBody };

const longestReason = 300;
const longestRecipients = 500;
/** It is about one mail, which a few texts and headers name; a list of hundreds is somebody's attempt to fill the store. */
const mostKeys = 5;

/**
 * Reads a bounce (RFC 3464, and what mail systems wrote before it) or an automatic reply (RFC 3834); null for anything
 * else, also for notices that a mail is late or arrived. `parts`: the texts of its attached reports and returned mail.
 */
export function mailResponse(mail: ResponseSource, parts: readonly string[]): MailResponse | null {
  const headers = headerIndex(mail.headers);
  const known = automaticKind(mail, headers);
  // By its subject alone it is a reply to the mail it names, where that turns out to be ours.
  const automatic = known ?? automaticSubject(mail.subject);
  if (automatic === null || known?.weak === true) return null;
  if (automatic.kind === 'bounce') return bounceOf(mail, [plainText(mail.body), ...parts]);
  if (automatic.kind !== 'auto_reply') return null;
  const named = [...messageKeysIn(headers, 'in-reply-to'), ...messageKeysIn(headers, 'references').slice(-1)];
  const keys = [...new Set(named)].slice(0, mostKeys);
  if (keys.length === 0) return null;
  const recipient = mail.from?.address ?? '';
  return { kind: 'auto_reply', keys, recipient, reason: oneLine(mail.subject, longestReason) };
}

function bounceOf(mail: ResponseSource, texts: readonly string[]): MailResponse | null {
  const keys = bouncedMessageKeys(mail, texts).slice(0, mostKeys);
  if (keys.length === 0) return null;
  const headers = headerIndex(mail.headers);
  const told = texts.flatMap(failedRecipients);
  const named = told.length > 0 ? told : [headerValue(headers, 'x-failed-recipients') ?? ''];
  return {
    kind: 'bounce',
    keys,
    recipient: oneLine([...new Set(named)].join(', '), longestRecipients),
    reason: oneLine(reasonIn(texts) ?? mail.subject, longestReason),
  };
}

const recipientLine = /^final-recipient:[ \t]*[\w.-]+[ \t]*;[ \t]*<?([^<>\s]{3,320}?)>?[ \t]*$/gimu;

function failedRecipients(text: string): string[] {
  return [...text.matchAll(recipientLine)].map((match) => (match[1] ?? '').toLowerCase());
}

/** A field of a delivery status may be folded. */
const diagnostic = /^diagnostic-code:[ \t]*(?:[\w.-]+[ \t]*;[ \t]*)?(\S(?:.|\r?\n[ \t]){0,600})/imu;
/** What a mail system says in prose: a reply code with an enhanced status code (RFC 3463) behind it. */
const prose = /\b[45]\d\d[ -]#?[45]\.\d{1,3}\.\d{1,3}\b[^\r\n]{0,400}/u;
const status = /^status:[ \t]*([45]\.\d{1,3}\.\d{1,3})/imu;

function reasonIn(texts: readonly string[]): string | null {
  for (const pattern of [diagnostic, prose, status]) {
    for (const text of texts) {
      const match = pattern.exec(text);
      if (match !== null) return match[1] ?? match[0];
    }
  }
  return null;
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', nbsp: ' ' };

/** Good enough to find ids and codes in: Exchange writes its reports as HTML alone. */
function plainText({ kind, content }: MessageBody): string {
  if (kind === 'text') return content;
  return content
    .replace(/<(?:\/?(?:p|div|tr|li|table)|br)\b[^<>]*>/giu, '\n')
    .replace(/<[^<>@]*>/gu, ' ')
    .replace(/&#(\d{2,3});/gu, (_whole, code: string) => String.fromCharCode(Number(code)))
    .replace(/&(lt|gt|amp|quot|nbsp);/gu, (_whole, name: string) => entities[name] ?? ' ');
}

function oneLine(text: string, longest: number): string {
  const line = text.replace(/\s+/gu, ' ').trim();
  return line.length <= longest ? line : `${line.slice(0, longest - 1)}…`;
}
