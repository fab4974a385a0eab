import type { GraphMessage } from './schema.ts';

/**
 * Whether asking for attachments is worth a request. `hasAttachments` counts no inline part, whatever file it is (Apple
 * Mail sends contracts so, without a Content-ID), so the text and the headers that came anyway are asked too. A wrong
 * guess costs one request, a missed one the file.
 */
export function mayHaveAttachments(mail: GraphMessage): boolean {
  if (mail.hasAttachments !== false && mail.hasAttachments !== null) return true;
  return mentionsContentId(mail.body?.content ?? '') || (mail.internetMessageHeaders ?? []).some(tellsOfFiles);
}

interface Header {
  readonly name?: string | null | undefined;
  readonly value?: string | null | undefined;
}

function tellsOfFiles({ name, value }: Header): boolean {
  const said = (value ?? '').trim();
  switch ((name ?? '').trim().toLowerCase()) {
    case 'content-type':
      return mayHoldFiles(said);
    case 'content-disposition':
      return /^attachment\b/i.test(said) || namesFile.test(said);
    case 'x-ms-has-attach':
      return said !== '' && said.toLowerCase() !== 'no';
    case 'x-mailer':
    case 'user-agent':
    case 'mime-version':
      return appleMail.test(said);
    default:
      return false;
  }
}

const namesFile = /\b(?:file)?name\*?(?:\d+\*?)?\s*=/i;
/** Its files may lie within the HTML half of a multipart/alternative, where the top header shows nothing of them. */
const appleMail = /\b(?:Apple[ -](?:Web)?Mail|Mac OS X Mail|i(?:Phone|Pad|Pod) Mail)\b/i;
/** Of these the whole mail is text, unless they say otherwise. */
const textTypes = /^(?:text\/(?:plain|html)|multipart\/alternative)\s*(?:;|$)/i;

function mayHoldFiles(contentType: string): boolean {
  if (contentType === '') return false;
  return !textTypes.test(contentType) || namesFile.test(contentType) || appleMail.test(contentType);
}

/** Whether "cid:" occurs in any case: by its colon, since a search for a letter in either case looks at every one. */
function mentionsContentId(text: string): boolean {
  for (let colon = text.indexOf(':'); colon >= 0; colon = text.indexOf(':', colon + 1)) {
    if (isLetter(text, colon - 3, 'c') && isLetter(text, colon - 2, 'i') && isLetter(text, colon - 1, 'd')) return true;
  }
  return false;
}

/** Of ASCII letters the capital differs from the small one in one bit. */
function isLetter(text: string, at: number, small: string): boolean {
  return at >= 0 && (text.charCodeAt(at) | 0x20) === small.charCodeAt(0);
}
