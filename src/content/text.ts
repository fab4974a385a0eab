import { Buffer } from 'node:buffer';
import type { MessageBody } from '../domain/message.ts';
import { type Attributes, type HtmlVisitor, type OpenElement, walkHtml } from './html-walk.ts';
import { blocks, cells, isHidden } from './html-elements.ts';

export interface TextOptions {
  /** UTF-8 bytes of the result at most; a longer text ends in "…". */
  readonly maxBytes?: number;
  /** Addresses of links: those that a person reads (default), none, or every one as it is written. */
  readonly links?: 'readable' | 'none' | 'all';
}

const defaultMaxBytes = 1024 * 1024;
const paragraphs = new Set('blockquote dl h1 h2 h3 h4 h5 h6 hr ol p pre table ul'.split(' '));
const maxIndent = 20;
const maxUrlLength = 500;

/** A body of either kind as plain text with "\n" line ends. */
export function bodyText(body: MessageBody, options: TextOptions = {}): string {
  if (body.kind === 'html') return htmlToText(body.content, options);
  return limited(body.content.replace(/\r\n?/gu, '\n'), options.maxBytes ?? defaultMaxBytes);
}

/**
 * HTML as readable text: links with their address, lists with their marks, table cells side by side, quotes behind
 * ">". Linear in the length of the input, for any input.
 */
export function htmlToText(html: string, options: TextOptions = {}): string {
  const maxBytes = options.maxBytes ?? defaultMaxBytes;
  const renderer = new TextRenderer(maxBytes, options.links ?? 'readable');
  walkHtml(html, renderer);
  return limited(renderer.finish(), maxBytes);
}

class TextRenderer implements HtmlVisitor {
  /** More than was asked for has been written. */
  full = false;
  private readonly out: string[] = [];
  private length = 0;
  private readonly maxLength: number;
  private readonly shownLinks: 'readable' | 'none' | 'all';
  private parts: string[] = [];
  /** Line breaks to write before the next text: 1 ends a line, 2 leaves one blank. */
  private breaks = 0;
  private gap = '';
  private marker = '';
  private quotes = 0;
  private quotesAbove = 0;
  private preformatted = 0;
  private readonly hiddenBy: OpenElement[] = [];
  private readonly lists: { readonly ordered: boolean; next: number }[] = [];
  private readonly links: { readonly element: OpenElement; readonly href: string; readonly text: string[] }[] = [];

  constructor(maxLength: number, shownLinks: 'readable' | 'none' | 'all') {
    this.maxLength = maxLength;
    this.shownLinks = shownLinks;
  }

  open(element: OpenElement, attributes: Attributes): void {
    const { name } = element;
    if (isHidden(name, attributes)) this.hiddenBy.push(element);
    if (this.hiddenBy.length > 0) return;
    if (name === 'br') this.lineBreak();
    else if (blocks.has(name)) this.endBlock(paragraphs.has(name) && this.lists.length === 0 ? 2 : 1);
    if (cells.has(name)) this.gap = ' | ';
    if (name === 'tr') this.gap = '';
    this.openSpecial(element, attributes);
  }

  close(element: OpenElement): void {
    const { name } = element;
    if (this.hiddenBy.at(-1) === element) this.hiddenBy.pop();
    if (this.hiddenBy.length > 0) return;
    const isList = name === 'ul' || name === 'ol';
    if (blocks.has(name)) this.endBlock(paragraphs.has(name) && this.lists.length <= (isList ? 1 : 0) ? 2 : 1);
    if (name === 'blockquote') this.quotes = Math.max(0, this.quotes - 1);
    if (name === 'pre') this.preformatted = Math.max(0, this.preformatted - 1);
    if (isList) this.lists.pop();
    if (this.links.at(-1)?.element === element) this.closeLink();
  }

  text(text: string): void {
    if (this.hiddenBy.length > 0 || this.full) return;
    if (this.preformatted === 0) return this.addWords(text);
    const [first = '', ...rest] = text.split(/\r\n?|\n/u);
    this.addRaw(first);
    for (const line of rest) {
      this.lineBreak();
      this.addRaw(line);
    }
  }

  finish(): string {
    this.endLine();
    return this.out.join('').trim();
  }

  private openSpecial(element: OpenElement, attributes: Attributes): void {
    const { name } = element;
    if (name === 'blockquote') this.quotes += 1;
    else if (name === 'pre') this.preformatted += 1;
    else if (name === 'ul' || name === 'ol') this.lists.push({ ordered: name === 'ol', next: firstNumber(attributes) });
    else if (name === 'li') this.marker = this.nextMarker();
    else if (name === 'hr') this.rule();
    else if (name === 'img') this.image(attributes);
    else if (name === 'a') this.links.push({ element, href: attributes.get('href') ?? '', text: [] });
  }

  private nextMarker(): string {
    const list = this.lists.at(-1);
    if (list?.ordered !== true) return '- ';
    list.next += 1;
    return `${list.next - 1}. `;
  }

  private rule(): void {
    this.addRaw('---');
    this.endBlock(2);
  }

  private image(attributes: Attributes): void {
    const alt = (attributes.get('alt') ?? '').trim();
    if (alt !== '') this.addWords(`[${alt.slice(0, maxUrlLength)}]`);
  }

  private closeLink(): void {
    const link = this.links.pop();
    if (link === undefined || this.shownLinks === 'none') return;
    if (this.shownLinks === 'all') return this.addRaw(` <${link.href}>`);
    const target = readableTarget(link.href);
    const shown = link.text.join('').trim();
    if (target === '' || sameTarget(shown, target)) return;
    this.addRaw(shown === '' ? target : ` (${target})`);
  }

  private addWords(text: string): void {
    const words = text.replace(/[\s\u00a0]+/gu, ' ');
    if (words === ' ' && this.parts.length === 0) return;
    this.addRaw(
      this.parts.length === 0 || this.parts.at(-1)?.endsWith(' ') === true ? words.replace(/^ /u, '') : words,
    );
  }

  private addRaw(text: string): void {
    if (text === '') return;
    if (this.parts.length > 0 && this.gap !== '') this.parts.push(this.gap);
    this.gap = '';
    this.parts.push(text);
    for (const link of this.links.slice(-1)) link.text.push(text);
  }

  private lineBreak(): void {
    this.endLine();
    this.breaks = Math.min(2, this.breaks + 1);
  }

  private endBlock(breaks: number): void {
    this.endLine();
    this.breaks = Math.max(this.breaks, breaks);
    this.gap = '';
  }

  private endLine(): void {
    const text = this.parts.join('').trimEnd();
    this.parts = [];
    if (text === '' || this.full) return;
    const quote = quoteMarks(this.quotes);
    const between = quoteMarks(Math.min(this.quotes, this.quotesAbove)).trimEnd();
    const indent = '  '.repeat(Math.min(Math.max(0, this.lists.length - 1), maxIndent));
    const hanging = this.marker === '' && this.lists.length > 0 ? '  ' : '';
    const before = this.out.length === 0 ? '' : this.breaks > 1 ? `\n${between}\n` : '\n';
    const line = `${before}${quote}${indent}${hanging}${this.marker}${text}`;
    this.out.push(line);
    this.length += line.length;
    this.full = this.length > this.maxLength;
    this.marker = '';
    this.breaks = 0;
    this.quotesAbove = this.quotes;
  }
}

function quoteMarks(depth: number): string {
  return '> '.repeat(Math.min(depth, maxIndent));
}

function firstNumber(attributes: Attributes): number {
  const start = Number(attributes.get('start'));
  return Number.isSafeInteger(start) && start > 0 ? start : 1;
}

/** An address worth showing beside a link's text; '' for anchors, scripts and data. */
function readableTarget(href: string): string {
  const target = href.trim();
  if (/^mailto:/iu.test(target)) return target.slice('mailto:'.length).split('?')[0] ?? '';
  if (!/^(?:https?|ftp|tel):/iu.test(target)) return '';
  return target.length > maxUrlLength ? `${target.slice(0, maxUrlLength)}…` : target;
}

function sameTarget(shown: string, target: string): boolean {
  const plain = (text: string) =>
    text
      .toLowerCase()
      .replace(/^(?:https?:\/\/|mailto:|tel:)?(?:www\.)?/u, '')
      .replace(/\/$/u, '');
  return plain(shown) === plain(target);
}

function limited(text: string, maxBytes: number): string {
  if (text.length * 3 <= maxBytes || Buffer.byteLength(text) <= maxBytes) return text;
  const cut = Buffer.from(text)
    .subarray(0, Math.max(0, maxBytes - 3))
    .toString('utf8')
    .replace(/\ufffd+$/u, '');
  return maxBytes < 3 ? '' : `${cut}…`;
}
