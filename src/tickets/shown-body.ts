import { sanitizeHtml } from '../content/sanitize.ts';
import type { Splitter } from '../content/splitter.ts';
import { bodyText } from '../content/text.ts';
import type { MessageBody } from '../domain/message.ts';
import type { ShownBody, ShownMail } from './ticket-view.ts';

/**
 * A stored mail made fit to be read. `newPartOnly` leaves the email chain out, found under the splitter's deadline; the
 * store keeps it.
 */
export async function shownBody(mail: ShownMail, newPartOnly: boolean, splitter: Splitter): Promise<ShownBody> {
  return renderBody(newPartOnly ? (await splitter.split(mail.body, mail.uniqueBody)).fresh : mail.body);
}

/** A body as text, and as HTML that does nothing. */
export function renderBody(body: MessageBody): ShownBody {
  return { text: bodyText(body), html: body.kind === 'html' ? sanitizeHtml(body.content).html : asHtml(body.content) };
}

function asHtml(text: string): string {
  if (text === '') return '';
  return `<pre>${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')}</pre>`;
}
