import { Tokenizer } from 'htmlparser2';

/** An element of the source; elements are linked upwards, so that a place in the document is one reference. */
export interface OpenElement {
  readonly name: string;
  /** Where its opening tag lies in the source. */
  readonly start: number;
  readonly end: number;
  readonly parent: OpenElement | null;
  readonly depth: number;
}

export type Attributes = ReadonlyMap<string, string>;

export interface HtmlVisitor {
  /** True ends the walk soon; elements still open are closed then. */
  readonly full?: boolean;
  /** Void elements are opened and never closed. `element.parent` is where it stands. */
  open?(element: OpenElement, attributes: Attributes): void;
  /** `at` is the source offset after which the element is closed. */
  close?(element: OpenElement, at: number): void;
  /** Decoded text and where its source lies. */
  text?(text: string, span: { readonly start: number; readonly end: number }, parent: OpenElement | null): void;
}

/** Deeper elements are read as if their tags were not there; nobody writes such mail by hand. */
export const maxDepth = 200;
const maxAttributes = 40;
/** Characters read between two looks at `full`. */
const chunkLength = 64 * 1024;
export const maxAttributeLength = 100_000;

const voidElements = new Set(
  'area base basefont br col embed frame hr img input keygen link meta param source track wbr'.split(' '),
);
/** Opened and never closed: void elements, and the ones Office writes (`<o:p>`), whose tags mean nothing. */
export function isLeaf(name: string): boolean {
  return voidElements.has(name) || name.includes(':');
}

/** An opening tag that closes the element it finds on top (the HTML standard's optional end tags). */
const closedBy = new Map<string, ReadonlySet<string>>([
  ...'address article aside blockquote div dl fieldset footer form h1 h2 h3 h4 h5 h6 header hr main nav ol p pre section table ul'
    .split(' ')
    .map((name) => [name, new Set(['p'])] as const),
  ['li', new Set(['li'])],
  ['dt', new Set(['dt', 'dd'])],
  ['dd', new Set(['dt', 'dd'])],
  ['tr', new Set(['tr', 'td', 'th'])],
  ['td', new Set(['td', 'th'])],
  ['th', new Set(['td', 'th'])],
  ['tbody', new Set(['thead', 'tbody'])],
  ['tfoot', new Set(['thead', 'tbody'])],
  ['option', new Set(['option'])],
]);

/**
 * Reads HTML once, in linear time, whatever its shape: htmlparser2's tokenizer with a stack of our own, because the
 * stack of its Parser costs quadratic time in the nesting depth (100,000 nested elements: two seconds).
 */
export function walkHtml(html: string, visitor: HtmlVisitor): void {
  const walk = new Walk(html, visitor);
  const tokenizer = new Tokenizer({ decodeEntities: true }, walk);
  for (let at = 0; at < html.length && visitor.full !== true; at += chunkLength) {
    tokenizer.write(html.slice(at, at + chunkLength));
  }
  if (visitor.full !== true) tokenizer.end();
  walk.finish();
}

class Walk {
  private readonly html: string;
  private readonly visitor: HtmlVisitor;
  private top: OpenElement | null = null;
  private readonly openCounts = new Map<string, number>();
  /** Opened beyond `maxDepth` and not closed yet. */
  private ignored = 0;
  private textFrom = 0;
  private tagName = '';
  private tagStart = 0;
  private attributes = new Map<string, string>();
  private attributeName = '';
  private attributeParts: string[] = [];
  private attributeLength = 0;

  constructor(html: string, visitor: HtmlVisitor) {
    this.html = html;
    this.visitor = visitor;
  }

  ontext(start: number, end: number): void {
    this.visitor.text?.(this.html.slice(start, end), { start, end }, this.top);
    this.textFrom = end;
  }

  ontextentity(codePoint: number, end: number): void {
    this.visitor.text?.(String.fromCodePoint(codePoint), { start: this.textFrom, end }, this.top);
    this.textFrom = end;
  }

  onopentagname(start: number, end: number): void {
    this.tagName = this.html.slice(start, end).toLowerCase();
    this.tagStart = start - 1;
    this.attributes = new Map();
  }

  onattribname(start: number, end: number): void {
    this.attributeName = this.html.slice(start, Math.min(end, start + 100)).toLowerCase();
    this.attributeParts = [];
    this.attributeLength = 0;
  }

  onattribdata(start: number, end: number): void {
    this.addToAttribute(this.html.slice(start, Math.min(end, start + maxAttributeLength)));
  }

  onattribentity(codePoint: number): void {
    this.addToAttribute(String.fromCodePoint(codePoint));
  }

  onattribend(): void {
    if (this.attributes.size >= maxAttributes || this.attributes.has(this.attributeName)) return;
    this.attributes.set(this.attributeName, this.attributeParts.join(''));
  }

  onopentagend(endIndex: number): void {
    const end = endIndex + 1;
    this.textFrom = end;
    this.closeImplied();
    const depth = this.top === null ? 1 : this.top.depth + 1;
    const leaf = isLeaf(this.tagName);
    const element = { name: this.tagName, start: this.tagStart, end, parent: this.top, depth };
    if (!leaf && depth > maxDepth) {
      this.ignored += 1;
      // Lines still end where they would.
      if (closedBy.has(this.tagName)) this.visitor.open?.({ ...element, name: 'br' }, new Map());
      return;
    }
    this.visitor.open?.(element, this.attributes);
    if (leaf) return;
    this.top = element;
    this.openCounts.set(element.name, (this.openCounts.get(element.name) ?? 0) + 1);
  }

  onselfclosingtag(endIndex: number): void {
    this.onopentagend(endIndex);
  }

  onclosetag(start: number, endIndex: number): void {
    this.textFrom = endIndex + 1;
    const name = this.html
      .slice(start, Math.min(endIndex, start + 100))
      .trim()
      .toLowerCase();
    if (this.ignored > 0) {
      if (!isLeaf(name)) this.ignored -= 1;
      return;
    }
    if ((this.openCounts.get(name) ?? 0) === 0) return;
    while (this.top !== null && this.top.name !== name) this.pop(endIndex + 1);
    this.pop(endIndex + 1);
  }

  oncomment(_start: number, endIndex: number): void {
    this.textFrom = endIndex + 1;
  }

  oncdata(_start: number, endIndex: number): void {
    this.textFrom = endIndex + 1;
  }

  ondeclaration(_start: number, endIndex: number): void {
    this.textFrom = endIndex + 1;
  }

  onprocessinginstruction(_start: number, endIndex: number): void {
    this.textFrom = endIndex + 1;
  }

  onend(): void {
    this.textFrom = this.html.length;
  }

  isInForeignContext(): boolean {
    return false;
  }

  finish(): void {
    while (this.top !== null) this.pop(this.html.length);
  }

  private addToAttribute(part: string): void {
    if (this.attributeLength > maxAttributeLength) return;
    this.attributeParts.push(part);
    this.attributeLength += part.length;
  }

  private closeImplied(): void {
    const implied = this.ignored > 0 ? undefined : closedBy.get(this.tagName);
    if (implied === undefined) return;
    while (this.top !== null && implied.has(this.top.name)) this.pop(this.tagStart);
  }

  private pop(at: number): void {
    const element = this.top;
    if (element === null) return;
    this.top = element.parent;
    this.openCounts.set(element.name, (this.openCounts.get(element.name) ?? 1) - 1);
    this.visitor.close?.(element, at);
  }
}
