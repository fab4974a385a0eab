import { splitChain } from '../content/chain.ts';
import { sanitizeHtml } from '../content/sanitize.ts';
import { bodyText } from '../content/text.ts';
import type { MessageBody } from '../domain/message.ts';
import type { ShownBody } from './ticket-view.ts';

/**
 * A stored body made fit to be read: as text, and as HTML that does nothing. `newPartOnly` leaves the email chain out;
 * the store keeps it.
 */
export function shownBody(
  mail: { readonly body: MessageBody; readonly uniqueBody: MessageBody | null },
  newPartOnly: boolean,
): ShownBody {
  const body = newPartOnly ? splitChain(mail.body, mail.uniqueBody).fresh : mail.body;
  return { text: bodyText(body), html: body.kind === 'html' ? sanitizeHtml(body.content).html : asHtml(body.content) };
}

function asHtml(text: string): string {
  if (text === '') return '';
  return `<pre>${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')}</pre>`;
}
