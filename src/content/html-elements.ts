import { type Attributes, isLeaf } from './html-walk.ts';

/** Elements that begin and end a line. */
export const blocks: ReadonlySet<string> = new Set(
  'address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 head header hr html li main nav ol p pre section table tbody tfoot thead tr ul'.split(
    ' ',
  ),
);

export const cells: ReadonlySet<string> = new Set(['td', 'th']);

/** Elements whose content is no text of the mail. */
export const unread: ReadonlySet<string> = new Set(
  'applet audio canvas datalist embed frame frameset head iframe math noembed noframes noscript object plaintext script select style svg template textarea title video xmp'.split(
    ' ',
  ),
);

const hiddenStyle = /display:\s*none|mso-hide:\s*all/iu;
const maxStyleLength = 500;

/** Nobody who opens the mail sees what is in this element. */
export function isHidden(name: string, attributes: Attributes): boolean {
  return (
    !isLeaf(name) && (unread.has(name) || hiddenStyle.test((attributes.get('style') ?? '').slice(0, maxStyleLength)))
  );
}
