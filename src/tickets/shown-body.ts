import { splitChain } from '../content/chain.ts';
import { sanitizeHtml } from '../content/sanitize.ts';
import { bodyText } from '../content/text.ts';
import { mailNature } from '../domain/mail-nature.ts';
import type { MessageBody } from '../domain/message.ts';
import type { StoredMail } from '../store/stored-mails.ts';
import type { ShownBody } from './ticket-view.ts';

/** The new part of a stored mail without its email chain; null where it has none, and nothing is left out. */
export function newPartOf(mail: StoredMail): MessageBody | null {
  const { fresh, chain } = splitChain(mail.body, { nature: mailNature(mail), uniqueBody: mail.uniqueBody });
  return chain === null ? null : fresh;
}

/** A body as text, and as HTML that does nothing. */
export function renderBody(body: MessageBody): ShownBody {
  return { text: bodyText(body), html: body.kind === 'html' ? sanitizeHtml(body.content).html : asHtml(body.content) };
}

function asHtml(text: string): string {
  if (text === '') return '';
  return `<pre>${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')}</pre>`;
}
