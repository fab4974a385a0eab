import type { MailResponseRow } from '../store/mail-responses.ts';

/** What came back on a mail we sent; the names are those of the JSON. */
export interface ResponseFields {
  readonly bounced_at: string | null;
  readonly bounce_reason: string | null;
  readonly auto_replied_at: string | null;
  readonly responses: readonly ResponseView[];
}

export interface ResponseView {
  readonly kind: 'bounce' | 'auto_reply';
  readonly at: string;
  readonly recipient: string;
  readonly reason: string;
  /** The id of the bounce or reply itself ("m12"); null where it is not stored. */
  readonly mail: string | null;
}

/** Oldest first. */
export function responseFields(rows: readonly MailResponseRow[]): ResponseFields {
  const responses = rows.map(({ kind, atMs, recipient, reason, itemId }) => ({
    kind,
    at: new Date(atMs).toISOString(),
    recipient,
    reason,
    mail: itemId === null ? null : `m${itemId}`,
  }));
  const bounce = responses.find(({ kind }) => kind === 'bounce');
  return {
    bounced_at: bounce?.at ?? null,
    bounce_reason: bounce?.reason ?? null,
    auto_replied_at: responses.find(({ kind }) => kind === 'auto_reply')?.at ?? null,
    responses,
  };
}

/** For people: "bounced for bob@acme.example: 550 5.1.1 no such user". */
export function responseText({ kind, recipient, reason }: ResponseView): string {
  const whom = recipient === '' ? '' : kind === 'bounce' ? ` for ${recipient}` : ` by ${recipient}`;
  return `${kind === 'bounce' ? 'bounced' : 'answered automatically'}${whom}: ${reason}`;
}
