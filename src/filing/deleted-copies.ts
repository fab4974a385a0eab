import { hash } from 'node:crypto';
import { charactersIn, fileList, mostAdded } from '../domain/copies.ts';
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

/** All the text there may be to hash for one copy: a tenth of a second of work. */
const mostHashed = 20_000_000;

function hasText(copy: Copy, { hash: deleted, length }: DeletedCopy): boolean {
  const text = copy.text();
  if (text.length < length) return false;
  const added = text.length - length;
  const isDeletedAt = (at: number) =>
    textHash(text.slice(at, at + length), copy) === deleted &&
    charactersIn(text.slice(0, at)) + charactersIn(text.slice(at + length)) <= mostAdded;
  if (isDeletedAt(0) || isDeletedAt(added)) return true;
  // With a banner and a footer: a very long text is compared at its ends only.
  if (added > 2 * mostAdded || added * length > mostHashed) return false;
  for (let at = 1; at < added; at += 1) if (isDeletedAt(at)) return true;
  return false;
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
