import { escapeHtml } from '../world/text.ts';

/** What a quote block says about the mail it quotes. */
export interface Quoted {
  readonly from: string;
  readonly address: string;
  readonly to: string;
  readonly subject: string;
  readonly at: number;
  /** Lines of the quoted mail. */
  readonly lines: readonly string[];
}

/** Outlook for Windows: Word's HTML, in the style of today's builds. */
export function outlook(lines: readonly string[]): string {
  return `${outlookHead}<div class="WordSection1">${paragraphs(lines)}</div></body></html>`;
}

const outlookHead =
  '<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word"><head>' +
  '<meta http-equiv="Content-Type" content="text/html; charset=utf-8"><meta name="Generator" content="Microsoft Word 15 (filtered medium)">' +
  '<style><!-- p.MsoNormal{margin:0cm;font-size:11.0pt;font-family:"Calibri",sans-serif;} --></style></head><body lang="EN-GB" link="#0563C1">';

const outlookWords = {
  en: { from: 'From', sent: 'Sent', to: 'To', subject: 'Subject' },
  de: { from: 'Von', sent: 'Gesendet', to: 'An', subject: 'Betreff' },
} as const;

/** An Outlook reply: header block with a rule above it, whole mail below. */
export function outlookReply(
  lines: readonly string[],
  quoted: Quoted,
  language: keyof typeof outlookWords = 'en',
): string {
  const words = outlookWords[language];
  const sent = new Date(quoted.at).toLocaleString(language === 'de' ? 'de-DE' : 'en-GB', {
    dateStyle: 'full',
    timeStyle: 'short',
    timeZone: 'UTC',
  });
  const block = [
    `<b>${words.from}:</b> ${escapeHtml(quoted.from)} &lt;${quoted.address}&gt;`,
    `<b>${words.sent}:</b> ${sent}`,
    `<b>${words.to}:</b> ${escapeHtml(quoted.to)}`,
    `<b>${words.subject}:</b> ${escapeHtml(quoted.subject)}`,
  ].join('<br>');
  return (
    `${outlookHead}<div class="WordSection1">${paragraphs(lines)}<p class="MsoNormal"><o:p>&nbsp;</o:p></p>` +
    `<div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal">${block}</p></div></div>` +
    `${paragraphs(quoted.lines)}</div></body></html>`
  );
}

/** Outlook on the web: the quote is marked by ids. */
export function owaReply(lines: readonly string[], quoted: Quoted): string {
  return (
    `<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head><body dir="ltr">${divs(lines)}` +
    `<div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><font face="Calibri, sans-serif" style="font-size:11pt">` +
    `<b>From:</b> ${escapeHtml(quoted.from)} &lt;${quoted.address}&gt;<br><b>Sent:</b> ${new Date(quoted.at).toUTCString()}<br><b>To:</b> ${escapeHtml(quoted.to)}<br><b>Subject:</b> ${escapeHtml(quoted.subject)}</font><div>&nbsp;</div></div>` +
    `${divs(quoted.lines)}</body></html>`
  );
}

export function gmailReply(lines: readonly string[], quoted: Quoted): string {
  const when = new Date(quoted.at).toUTCString().slice(0, 22);
  return (
    `<div dir="ltr">${divs(lines)}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">On ${when} ${escapeHtml(quoted.from)} &lt;` +
    `<a href="mailto:${quoted.address}">${quoted.address}</a>&gt; wrote:<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">${divs(quoted.lines)}</blockquote></div>`
  );
}

export function appleReply(lines: readonly string[], quoted: Quoted): string {
  const when = new Date(quoted.at).toUTCString().slice(5, 22);
  return (
    '<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head><body style="overflow-wrap: break-word; -webkit-nbsp-mode: space; line-break: after-white-space;">' +
    `${divs(lines)}<div><br><blockquote type="cite"><div>On ${when}, ${escapeHtml(quoted.from)} &lt;${quoted.address}&gt; wrote:</div><br class="Apple-interchange-newline"><div>${divs(quoted.lines)}</div></blockquote></div></body></html>`
  );
}

/** Plain text with an attribution line and `>` quotes. `attribution` has the client's own words. */
export function textReply(lines: readonly string[], attribution: string, quotedLines: readonly string[]): string {
  return [...lines, '', attribution, ...quotedLines.map((line) => `> ${line}`)].join('\r\n');
}

function paragraphs(lines: readonly string[]): string {
  return lines
    .map((line) => `<p class="MsoNormal">${line === '' ? '<o:p>&nbsp;</o:p>' : escapeHtml(line)}</p>`)
    .join('\r\n');
}

function divs(lines: readonly string[]): string {
  return lines.map((line) => `<div>${line === '' ? '<br>' : escapeHtml(line)}</div>`).join('');
}
