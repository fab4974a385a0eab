import PostalMime from 'postal-mime';

/** What the parser knows of a part; the package does not publish its types. */
interface Part {
  readonly contentType: { readonly parsed: { readonly value: string } };
  readonly contentDisposition: {
    readonly parsed: { readonly value: string; readonly params: Readonly<Record<string, string>> };
  };
}

/** The parser takes every text that does not call itself an attachment into the body; Exchange, only what is no file. */
export class MimeParser extends PostalMime {
  #hasText = false;

  constructor() {
    super({ forceRfc822Attachments: true, attachmentEncoding: 'arraybuffer' });
  }

  /** Called by the parser for each part that holds something. */
  isInlineTextNode(part: Part): boolean {
    const { value, params } = part.contentDisposition.parsed;
    const isText = /^text\/(?:plain|html)$/.test(part.contentType.parsed.value) && value !== 'attachment';
    // A mailer may name the very text of its mail.
    const isFile = this.#hasText && (params['filename'] ?? '') !== '';
    if (!isText || isFile) return false;
    this.#hasText = true;
    return true;
  }
}
