import type { Attachment } from '../../domain/message.ts';
import { type Library, referenceMark } from './client.ts';
import { countIn, flagIn, listIn, textIn } from './values.ts';

/** An attachment as its mail lists it: everything but the bytes. */
export interface ListedAttachment {
  readonly id: string;
  readonly described: Omit<Attachment, 'content'>;
}

/** Together in one request up to here; a larger one comes alone. */
const togetherBytes = 2 * 1_048_576;
const togetherMost = 20;

export function attachmentsOf(item: unknown, library: Library): readonly ListedAttachment[] {
  return listIn(item, 'Attachments').map((one) => ({
    id: textIn(one, 'Id'),
    described: descriptionOf(one, kindOf(one, library)),
  }));
}

function kindOf(one: unknown, library: Library): Attachment['kind'] {
  if (textIn(one, 'ContentLocation') === referenceMark) return 'reference';
  return one instanceof library.ItemAttachment ? 'item' : 'file';
}

function descriptionOf(one: unknown, kind: Attachment['kind']): ListedAttachment['described'] {
  const isItem = kind === 'item';
  return {
    name: textIn(one, 'Name') || (isItem ? 'attached item' : 'attachment'),
    contentType: textIn(one, 'ContentType') || (isItem ? 'message/rfc822' : 'application/octet-stream'),
    size: countIn(one, 'Size'),
    kind,
    inline: flagIn(one, 'IsInline'),
    contentId:
      textIn(one, 'ContentId')
        .trim()
        .replace(/^<(.*)>$/s, '$1') || null,
  };
}

export function groupsOf(listed: readonly ListedAttachment[]): readonly (readonly ListedAttachment[])[] {
  const groups: ListedAttachment[][] = [];
  let bytes = Infinity;
  for (const one of listed) {
    const { size } = one.described;
    bytes += size;
    const last = groups.at(-1);
    if (last === undefined || bytes > togetherBytes || last.length >= togetherMost) {
      groups.push([one]);
      bytes = size;
    } else last.push(one);
  }
  return groups;
}
