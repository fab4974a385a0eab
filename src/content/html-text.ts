const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text that stays text inside an element or a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/gu, (character) => entities[character] ?? '');
}

/** The same with its line breaks kept. */
export function escapeHtmlLines(text: string): string {
  return escapeHtml(text).replace(/\r\n?|\n/gu, '<br>\n');
}

/** Text as a fragment of HTML that looks the same. */
export function htmlFromText(text: string): string {
  return `<div>${escapeHtmlLines(text.trimEnd())}</div>`;
}
