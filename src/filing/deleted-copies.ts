import { hash } from 'node:crypto';
import { fileList, mostAdded } from '../domain/copies.ts';
import type { Copy } from '../domain/copies.ts';
import type { DeletedCopy } from '../store/families.ts';
import { contentHash } from './copies.ts';
import type { Content } from './copies.ts';

/** A copy with the texts it is compared by. */
export interface ComparedContent {
  readonly content: Content;
  readonly copy: Copy;
}

/**
 * Whether a copy is of mail that an administrator deleted: it has its content, or its text with something before or
 * after it, or both could be believed. Another mail of the family is not.
 */
export function isDeleted({ content, copy }: ComparedContent, deleted: readonly DeletedCopy[]): boolean {
  return deleted.some((row) => {
    switch (row.kind) {
      case 'family':
        return true;
      case 'content':
        return row.hash === contentHash(content);
      case 'trusted':
        return copy.trust === 'trusted';
      case 'text':
        return copy.trust !== 'failed' && hasText(copy, row);
    }
  });
}

function hasText(copy: Copy, { hash: deleted, length }: DeletedCopy): boolean {
  const text = copy.text();
  if (text.length < length || text.length - length > mostAdded) return false;
  return [text.slice(0, length), text.slice(text.length - length)].some((part) => textHash(part, copy) === deleted);
}

/** What is remembered of a mail that is deleted, besides the hashes of its further copies. */
export function deletedCopiesOf({ content, copy }: ComparedContent, further: readonly string[]): DeletedCopy[] {
  const hashes = new Set([contentHash(content), ...further]);
  const rows: DeletedCopy[] = [...hashes].map((each) => ({ kind: 'content', hash: each, length: 0 }));
  if (copy.trust === 'trusted') rows.push({ kind: 'trusted', hash: '', length: 0 });
  if (copy.trust === 'failed') return rows;
  const text = copy.text();
  return [...rows, { kind: 'text', hash: textHash(text, copy), length: text.length }];
}

function textHash(text: string, { attachments }: Copy): string {
  return hash('sha256', JSON.stringify([text, fileList(attachments)]));
}
