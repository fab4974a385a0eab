import type { Mailbox } from './mailbox.ts';
import { people, sameAddress } from './people.ts';
import { escapeHtml, textToHtml } from './text.ts';
import type { AttachmentSpec, Item, MessageSpec, Person } from './types.ts';

export type AnswerKind = 'reply' | 'reply_all' | 'forward';

/** All of an answer's draft but its text: In-Reply-To and References follow the answered mail. */
export function answerTo(original: Item, mailbox: Mailbox, kind: AnswerKind): MessageSpec {
  return {
    ...threadOf(original),
    ...addresseesOf(original, mailbox, kind),
    ...(kind === 'forward' ? { attachments: original.attachments.flatMap(carriedOver) } : {}),
    subject: `${kind === 'forward' ? 'FW' : 'RE'}: ${(original.subject ?? '').replace(/^(?:re|fw|fwd):\s*/i, '')}`,
  };
}

function threadOf(original: Item): MessageSpec {
  const id = original.internetMessageId;
  if (id === null) return { conversation: original.conversation };
  return { inReplyTo: id, references: [...original.references, id], conversation: original.conversation };
}

function addresseesOf(original: Item, mailbox: Mailbox, kind: AnswerKind): MessageSpec {
  if (kind === 'forward') return { to: [] };
  const author = original.replyTo.length > 0 ? original.replyTo : original.from === null ? [] : [original.from];
  if (kind === 'reply') return { to: [...author] };
  const others = (list: readonly Person[]): Person[] =>
    list.filter(
      ({ address }) =>
        !sameAddress(address, mailbox.address) && !author.some((one) => sameAddress(one.address, address)),
    );
  return { to: [...people(author), ...others(original.to)], cc: others(original.cc) };
}

function carriedOver(attachment: Item['attachments'][number]): AttachmentSpec[] {
  if (attachment.kind !== 'file') return [];
  const { name, bytes, inline, contentId, contentType } = attachment;
  return [
    {
      kind: 'file',
      name,
      content: bytes,
      inline,
      ...(contentType === null ? {} : { contentType }),
      ...(contentId === null ? {} : { contentId }),
    },
  ];
}

/** The answered mail as HTML, to stand below the new part. */
export function quoteOf(original: Item): string {
  const from =
    original.from === null ? '' : `${escapeHtml(original.from.name)} &lt;${escapeHtml(original.from.address)}&gt;`;
  const to = original.to.map(({ name }) => escapeHtml(name)).join('; ');
  const inner = original.body.kind === 'html' ? original.body.content : textToHtml(original.body.content);
  return (
    '<hr tabindex="-1" style="display:inline-block; width:98%"><div id="divRplyFwdMsg" dir="ltr"><font face="Calibri, sans-serif" style="font-size:11pt">' +
    `<b>From:</b> ${from}<br><b>Sent:</b> ${new Date(original.sentAt).toUTCString()}<br><b>To:</b> ${to}<br><b>Subject:</b> ${escapeHtml(original.subject ?? '')}</font></div>${inner}`
  );
}
