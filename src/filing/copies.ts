import { hash } from 'node:crypto';
import { fileList, haveConflict, haveSameFiles } from '../domain/copies.ts';
import type { NamedHash, Trust } from '../domain/copies.ts';
import type { ImportedMessage, MessageBody } from '../domain/message.ts';
import { withoutNul } from './message-rows.ts';

/** What of a copy is compared with others, as it came or as it is stored. */
export interface Content {
  readonly trust: Trust;
  readonly body: MessageBody;
  readonly attachments: readonly NamedHash[];
}

/** Of an imported mail, in the form in which it is stored. */
export function contentOf({ body, attachments }: ImportedMessage, trust: Trust): Content {
  return {
    trust,
    body: { kind: body.kind, content: withoutNul(body.content) },
    attachments: attachments.map(({ name, content }) => ({
      name: withoutNul(name),
      sha256: content.kind === 'stored' ? content.file.sha256 : null,
    })),
  };
}

/** To the last character: no text has to be made to see it. */
export function isIdentical(one: Content, other: Content): boolean {
  if (one === other) return true;
  return (
    one.body.kind === other.body.kind &&
    one.body.content === other.body.content &&
    haveSameFiles(one.attachments, other.attachments)
  );
}

/** The same as far as is known: an attachment may not have been readable the other time. */
export function isAlike(one: Content, other: Content): boolean {
  const named = ({ attachments }: Content) => fileList(attachments.map(({ name }) => ({ name, sha256: null })));
  return (
    one.body.content === other.body.content &&
    named(one) === named(other) &&
    !haveConflict(one.attachments, other.attachments)
  );
}

/** SHA-256 (hex): by it a copy is known again that is not the one that is stored. */
export function contentHash({ body, attachments }: Content): string {
  return hash('sha256', JSON.stringify([body.kind, body.content, fileList(attachments)]));
}
