import { allowedAttributes, allowedTags, harmlessStyle } from './html-allowed.ts';
import { isHidden } from './html-elements.ts';
import { type Attributes, type HtmlVisitor, isLeaf, type OpenElement, walkHtml } from './html-walk.ts';

export interface CanonicalHtml {
  readonly html: string;
  readonly remoteRemoved: number;
}

/** A logo or a signature; a photograph comes as an attachment. */
const maxDataImageLength = 64 * 1024;
const dataImage = /^data:image\/(?:png|gif|jpe?g|webp|bmp);base64,[a-z0-9+/=\s]+$/iu;
const contentId = /^cid:[^\s"'<>\\]{1,300}$/iu;
const linkTarget = /^(?:https?:\/\/|mailto:|tel:)[^\s<>"'\\]+$/iu;
const maxAttributeValue = 2000;
const remoteAttributes = ['src', 'srcset', 'background', 'poster', 'data', 'lowsrc', 'dynsrc'];

/**
 * HTML written anew from what our reader understood: allowed tags only, every one closed, every attribute quoted,
 * all text escaped, nothing nested deeper than the reader goes. What is hidden or unread is left out with its content.
 */
export function canonicalHtml(html: string): CanonicalHtml {
  const writer = new CanonicalWriter();
  walkHtml(html, writer);
  return writer.finish();
}

class CanonicalWriter implements HtmlVisitor {
  private readonly out: string[] = [];
  private readonly hiddenBy: OpenElement[] = [];
  private remoteRemoved = 0;

  open(element: OpenElement, attributes: Attributes): void {
    this.remoteRemoved += remoteReferences(attributes);
    if (isHidden(element.name, attributes)) this.hiddenBy.push(element);
    if (this.hiddenBy.length > 0 || !allowedTags.has(element.name)) return;
    if (element.name === 'img' && embeddedSource(attributes) === undefined) return this.imageText(attributes);
    this.out.push(`<${element.name}${writtenAttributes(element.name, attributes)}>`);
  }

  close(element: OpenElement): void {
    const hidden = this.hiddenBy.length > 0;
    if (this.hiddenBy.at(-1) === element) this.hiddenBy.pop();
    if (!hidden && allowedTags.has(element.name) && !isLeaf(element.name)) this.out.push(`</${element.name}>`);
  }

  text(text: string): void {
    if (this.hiddenBy.length === 0) this.out.push(escaped(text));
  }

  finish(): CanonicalHtml {
    return { html: this.out.join(''), remoteRemoved: this.remoteRemoved };
  }

  private imageText(attributes: Attributes): void {
    const alt = (attributes.get('alt') ?? '').trim().slice(0, maxAttributeValue);
    if (alt !== '') this.out.push(escaped(`[${alt}]`));
  }
}

function remoteReferences(attributes: Attributes): number {
  const remote = remoteAttributes.filter((name) => /^\s*(?:[a-z][a-z\d+.-]*:)?\/\//iu.test(attributes.get(name) ?? ''));
  const styled = /url\s*\(/iu.test(attributes.get('style') ?? '') ? 1 : 0;
  return remote.length + styled;
}

function embeddedSource(attributes: Attributes): string | undefined {
  const source = (attributes.get('src') ?? '').trim();
  if (contentId.test(source)) return source;
  return source.length <= maxDataImageLength && dataImage.test(source) ? source.replace(/\s+/gu, '') : undefined;
}

function writtenAttributes(name: string, attributes: Attributes): string {
  const allowed = [...(allowedAttributes['*'] ?? []), ...(allowedAttributes[name] ?? [])];
  const written = allowed.flatMap((attribute) => {
    const value = attributes.get(attribute);
    const safe = value === undefined || attribute === 'rel' ? undefined : safeValue(attribute, value, attributes);
    return safe === undefined ? [] : [` ${attribute}="${escaped(safe)}"`];
  });
  const rel = name === 'a' ? ' rel="noopener noreferrer nofollow"' : '';
  return written.join('') + rel;
}

function safeValue(attribute: string, value: string, attributes: Attributes): string | undefined {
  if (attribute === 'src') return embeddedSource(attributes);
  if (value.length > maxAttributeValue && attribute !== 'style') return undefined;
  if (attribute === 'href') return linkTarget.test(value.trim()) ? value.trim() : undefined;
  if (attribute === 'style') return harmlessStyle(value) || undefined;
  return value;
}

function escaped(text: string): string {
  return text
    .replace(/[^\P{Cc}\t\n\r]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
