import { blocks, cells, isHidden } from './html-elements.ts';
import { type Attributes, type HtmlVisitor, type OpenElement, walkHtml } from './html-walk.ts';
import { detectorText, imageMark, type Line, type LineScan, maxLines, unquoted } from './lines.ts';

/** Names mail clients give to what holds the chain, or to the line before it. */
const dividerNames =
  /divRplyFwdMsg|appendonsend|stopSpelling|OLK_SRC_BODY_SECTION|reference-message|moz-cite-prefix|moz-forward-container|gmail_attr|yahoo_quoted|yahooQuoted|protonmail_quote|tutanota_quote|zmail_extra|zimbra_quote|WM_ForwardMessage|mail_android_quote|originbody|isReplyContent|x_divRply|replyHeader|quoteHeader|reply-header|hs_reply|mimecast|qt-head|msg-quote/iu;
const citationNames = /quote|citation|cite|moz-email|WordSection.*quote/iu;
const outlookRule = /border-top:\s*solid[^;]*;?[^"]*padding:\s*3(?:\.0)?pt/iu;
/** Windows Mail, Outlook.com and others draw a rule above the header of the quoted mail. */
const topRule = /border-top(?:-style)?:[^;]*\bsolid/iu;
const leftRule = /border-left(?:-width|-style)?:\s*[^;]*(?:solid|px|pt)/iu;

/** The lines of an HTML body, as far as `maxChars` characters of its text. */
export function htmlLines(html: string, maxChars: number): LineScan {
  const builder = new LineBuilder(maxChars);
  walkHtml(html, builder);
  return builder.finish(html.length);
}

class LineBuilder implements HtmlVisitor {
  private readonly lines: Line[] = [];
  private readonly maxChars: number;
  private chars = 0;
  full = false;
  private scannedTo: number | undefined;
  /** Open elements whose text nobody sees, and those that quote. */
  private readonly hiddenBy: OpenElement[] = [];
  private readonly quotedBy: { readonly element: OpenElement; readonly citation: boolean }[] = [];
  private preformatted = 0;
  private parts: string[] = [];
  private start = 0;
  private end = 0;
  private startAt: OpenElement | null = null;
  private endAt: OpenElement | null = null;
  private divider = false;
  private ruled = false;
  private gap = '';

  constructor(maxChars: number) {
    this.maxChars = maxChars;
  }

  open(element: OpenElement, attributes: Attributes): void {
    const { name } = element;
    if (isHidden(name, attributes)) this.hiddenBy.push(element);
    if (name === 'br' || blocks.has(name)) this.endLine();
    if (cells.has(name)) this.gap = '\t';
    if (name === 'pre') this.preformatted += 1;
    if (name === 'img' && !isPixel(attributes)) this.add(imageMark, element.start, element.end, element.parent);
    if (name === 'hr') this.rule(element);
    if (isDivider(name, attributes)) this.divider = true;
    if (name !== 'hr' && topRule.test(named(attributes).style)) this.ruled = true;
    if (name === 'blockquote') this.quotedBy.push({ element, citation: isCitation(attributes) });
  }

  close(element: OpenElement): void {
    const { name } = element;
    if (this.hiddenBy.at(-1) === element) this.hiddenBy.pop();
    if (blocks.has(name)) this.endLine();
    if (cells.has(name)) this.gap = '\t';
    if (name === 'pre') this.preformatted -= 1;
    if (this.quotedBy.at(-1)?.element === element) this.quotedBy.pop();
  }

  text(text: string, span: { readonly start: number; readonly end: number }, parent: OpenElement | null): void {
    if (this.hiddenBy.length > 0 || this.full) return;
    if (this.preformatted === 0 || !/[\r\n]/u.test(text)) return this.add(text, span.start, span.end, parent);
    let { start } = span;
    for (const piece of text.split(/(?<=\n)/u)) {
      this.add(piece, start, start + piece.length, parent);
      if (piece.endsWith('\n')) this.endLine();
      start += piece.length;
    }
  }

  finish(length: number): LineScan {
    this.endLine();
    return { lines: this.lines, scannedTo: this.scannedTo ?? length };
  }

  private rule(element: OpenElement): void {
    if (this.hiddenBy.length > 0) return;
    this.add('________________', element.start, element.end, element.parent);
    this.endLine();
  }

  private add(text: string, start: number, end: number, at: OpenElement | null): void {
    if (this.hiddenBy.length > 0 || this.full) return;
    const blank = text.trim() === '';
    if (this.parts.length === 0) {
      if (blank) return;
      this.start = start;
      this.startAt = at;
    } else if (this.gap !== '') this.parts.push(this.gap);
    this.gap = '';
    this.parts.push(text);
    this.chars += text.length;
    if (blank) return;
    this.end = end;
    this.endAt = at;
  }

  /** A line without anything on it leaves no trace but its divider, which belongs to the next. */
  private endLine(): void {
    this.gap = '';
    if (this.parts.length === 0) return;
    const { text, quote } = unquoted(this.parts.join('').trimStart());
    const depth = this.quotedBy.length;
    const citation = this.quotedBy.some((by) => by.citation);
    this.lines.push({
      text: detectorText(text),
      quote: quote + depth,
      length: this.end - this.start,
      start: this.start,
      end: this.end,
      indented: false,
      marks: { divider: this.divider, ruled: this.ruled, citation, inset: quote === 0 && !citation && depth > 0 },
      at: { start: this.startAt, end: this.endAt },
    });
    this.parts = [];
    this.divider = false;
    this.ruled = false;
    if (this.chars < this.maxChars && this.lines.length < maxLines) return;
    this.full = true;
    this.scannedTo ??= this.end;
  }
}

/** What newsletters and trackers put in to see a mail being opened. */
function isPixel(attributes: Attributes): boolean {
  return /^[01](?:px)?$/u.test(attributes.get('width') ?? '') || /^[01](?:px)?$/u.test(attributes.get('height') ?? '');
}

function isDivider(name: string, attributes: Attributes): boolean {
  const { id, className, style } = named(attributes);
  return (
    dividerNames.test(id) ||
    dividerNames.test(className) ||
    (name === 'div' && (outlookRule.test(style) || className.includes('gmail_quote')))
  );
}

function isCitation(attributes: Attributes): boolean {
  const { id, className, style } = named(attributes);
  // What the indent button of a mail client makes has a style of its own, without a rule at the left.
  if (style === '' && className === '') return true;
  return (
    attributes.get('type') === 'cite' ||
    attributes.has('cite') ||
    citationNames.test(id) ||
    citationNames.test(className) ||
    leftRule.test(style)
  );
}

function named(attributes: Attributes): { id: string; className: string; style: string } {
  const bounded = (name: string) => (attributes.get(name) ?? '').slice(0, 500);
  return { id: bounded('id'), className: bounded('class'), style: bounded('style') };
}
