import sanitize from 'sanitize-html';
import { type CanonicalHtml, canonicalHtml } from './canonical-html.ts';
import { allowedAttributes, allowedTags } from './html-allowed.ts';

/** Read from the source at most; more is cut off. Word's own mails stay far below. */
const maxLength = 2 * 1024 * 1024;

export interface SanitizedHtml {
  readonly html: string;
  /** References to content on other machines (images, backgrounds, media) that were taken out. */
  readonly remoteRemoved: number;
  readonly truncated: boolean;
}

/**
 * HTML that can be shown without doing anything: no script, style sheet, form, frame, plug-in or drawing, no event
 * handler, nothing loaded from elsewhere; pictures of the mail itself (`cid:`) and small embedded ones stay. The source
 * is first read and written anew by our own linear reader, so that the library and a browser see the same tags, never
 * nested deeply; then the library's allow-list decides.
 */
export function sanitizeHtml(html: string): SanitizedHtml {
  const canonical: CanonicalHtml = canonicalHtml(html.slice(0, maxLength));
  const clean = sanitize(canonical.html, {
    allowedTags: [...allowedTags],
    allowedAttributes,
    allowedSchemes: ['http', 'https', 'mailto', 'tel'],
    allowedSchemesByTag: { img: ['cid', 'data'] },
    allowedSchemesAppliedToAttributes: ['href', 'src', 'cite'],
    allowProtocolRelative: false,
    disallowedTagsMode: 'discard',
    parseStyleAttributes: false,
  });
  return { html: clean, remoteRemoved: canonical.remoteRemoved, truncated: html.length > maxLength };
}
