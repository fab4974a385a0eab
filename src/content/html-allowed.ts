export const allowedTags: ReadonlySet<string> = new Set(
  'a abbr acronym address b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn div dl dt em figcaption figure font h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strike strong sub sup table tbody td tfoot th thead time tr tt u ul var wbr'.split(
    ' ',
  ),
);

const everywhere = ['align', 'bgcolor', 'dir', 'lang', 'style', 'title', 'valign'];

/** No id, class or name: nothing in a mail may meet the style or the script of the page that shows it. */
export const allowedAttributes: Record<string, string[]> = {
  '*': everywhere,
  a: ['href', 'rel'],
  blockquote: ['type'],
  col: ['span', 'width'],
  colgroup: ['span', 'width'],
  font: ['color', 'face', 'size'],
  img: ['src', 'alt', 'width', 'height', 'border'],
  li: ['value'],
  ol: ['start', 'type'],
  table: ['border', 'cellpadding', 'cellspacing', 'width', 'height'],
  td: ['colspan', 'rowspan', 'width', 'height', 'nowrap'],
  th: ['colspan', 'rowspan', 'width', 'height', 'nowrap'],
  tr: ['height'],
  ul: ['type'],
};

/** Styles that can only change how the text itself looks. */
const properties =
  /^(?:color|background-color|font-(?:weight|style|size|family|variant)|text-(?:align|decoration|indent|transform)|line-height|letter-spacing|white-space|vertical-align|direction|list-style-type|border(?:-(?:top|right|bottom|left))?(?:-(?:width|style|color))?|border-collapse|border-spacing|border-radius|(?:margin|padding)(?:-(?:top|right|bottom|left))?|width|max-width)$/u;
/** Words, numbers, colours; neither functions but those of colours, nor escapes, comments or addresses. */
const value = /^(?:[\w#%.,\s"'!-]|rgba?\([\d\s.,%]+\)|hsla?\([\d\s.,%deg]+\))+$/u;
/** Would move text over other text, or make it larger than anybody reads. */
const outOfBounds = /(?:^|[\s,])-\s*[\d.]|\d{4,}/u;
const maxStyleLength = 4000;
const maxValueLength = 120;

/** An inline style reduced to what is harmless; '' where nothing is left. */
export function harmlessStyle(style: string): string {
  return style
    .slice(0, maxStyleLength)
    .split(';')
    .map((declaration) => harmlessDeclaration(declaration))
    .filter((declaration) => declaration !== '')
    .join(';');
}

function harmlessDeclaration(declaration: string): string {
  const colon = declaration.indexOf(':');
  const property = declaration.slice(0, Math.max(0, colon)).trim().toLowerCase();
  const setting = declaration.slice(colon + 1).trim();
  if (colon < 1 || setting === '' || setting.length > maxValueLength) return '';
  if (!properties.test(property) || !value.test(setting) || outOfBounds.test(setting)) return '';
  return `${property}:${setting}`;
}
