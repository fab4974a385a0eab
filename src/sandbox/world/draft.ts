import { buildAttachment, buildItem } from './build-item.ts';
import type { Mailbox } from './mailbox.ts';
import { people, person } from './people.ts';
import type { Attachment, AttachmentSpec, Folder, Item, MessageSpec, Person } from './types.ts';

/** Puts an unsent mail into a folder; what the spec leaves open is empty, and it is from `owner`. */
export function addDraft(
  place: { readonly mailbox: Mailbox; readonly folder: Folder; readonly owner: Person },
  spec: MessageSpec,
  now: number,
): Item {
  const { mailbox, folder, owner } = place;
  const bodyless = spec.html === undefined && spec.text === undefined;
  const whole: MessageSpec = {
    from: owner,
    to: [],
    subject: '',
    ...(bodyless ? { text: '' } : {}),
    isRead: true,
    ...spec,
    isDraft: true,
  };
  const item = buildItem(whole, { mailbox, folder, now });
  mailbox.put(item);
  return item;
}

export function addAttachment(mailbox: Mailbox, item: Item, spec: AttachmentSpec, now: number): Attachment {
  const attachment = buildAttachment(spec, { mailbox, folder: item.folder, now });
  mailbox.change(item, { attachments: [...item.attachments, attachment], modifiedAt: now }, 'updated');
  return attachment;
}

/** What a spec says of a mail that exists already, as the fields to change. */
export function contentFields(spec: MessageSpec): Partial<Item> {
  return {
    ...(spec.subject === undefined ? {} : { subject: spec.subject }),
    ...(spec.html === undefined ? {} : { body: { kind: 'html' as const, content: spec.html } }),
    ...(spec.text === undefined ? {} : { body: { kind: 'text' as const, content: spec.text } }),
    ...(spec.from === undefined || spec.from === null ? {} : { from: person(spec.from) }),
    ...(spec.to === undefined ? {} : { to: people(spec.to) }),
    ...(spec.cc === undefined ? {} : { cc: people(spec.cc) }),
    ...(spec.bcc === undefined ? {} : { bcc: people(spec.bcc) }),
    ...(spec.replyTo === undefined ? {} : { replyTo: people(spec.replyTo) }),
    ...(spec.internetMessageId === undefined ? {} : { internetMessageId: spec.internetMessageId }),
    ...(spec.extendedProperties === undefined ? {} : { extendedProperties: spec.extendedProperties }),
  };
}
