import type { Body } from './types.ts';

/**
 * What Exchange calls the unique body: it knows its own clients' quote marks and little else. A reply written in
 * Gmail keeps the whole quote, with the class that marks it taken away.
 */
export function uniqueBodyOf(body: Body): string {
  return body.kind === 'html' ? uniqueHtml(body.content) : uniqueText(body.content);
}

function uniqueHtml(html: string): string {
  const mark = html.search(/<div[^>]*\bid="?(?:appendonsend|divRplyFwdMsg|mail-editor-reference-message-container)/i);
  if (mark >= 0) return `${html.slice(0, mark)}</body></html>`;
  const border = html.search(/<div[^>]*style="[^"]*border-top:\s*solid\s*#[0-9a-f]{6}\s*1\.0pt/i);
  if (border >= 0) return `${html.slice(0, border)}</body></html>`;
  return html.replace(/\s+class="gmail_[a-z_]+"/gi, '');
}

function uniqueText(text: string): string {
  const mark = text.search(/^(?:-----\s*Original Message\s*-----|_{20,})\s*$/m);
  return mark > 0 ? text.slice(0, mark).trimEnd() : text;
}
