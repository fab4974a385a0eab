import { mimeOf } from '../world/mime.ts';
import type { Mailbox } from '../world/mailbox.ts';
import type { Attachment } from '../world/types.ts';
import { mustSee } from './caller.ts';
import { itemOf, listed, malformed } from './call.ts';
import type { Call } from './call.ts';
import { each } from './folders.ts';
import { attachmentXml, elementOf, itemXml } from './item-xml.ts';
import { shapeOf } from './shape.ts';
import { EwsRefusal, refused, success } from './soap.ts';
import { child, tag, value } from './xml.ts';
import type { Node } from './xml.ts';

export function getItem(call: Call): readonly string[] {
  const shape = shapeOf(child(call.body, 'ItemShape'));
  return batch(call, 'ItemIds', (id) => {
    const { mailbox, item } = itemOf(call, id);
    if (item.damaged && shape.fields.size > 1) {
      throw new EwsRefusal(call.settings.damagedAs || 'ErrorItemCorrupt', 'The item is corrupt, and cannot be read.');
    }
    return success(call.operation, tag('m:Items', itemXml(item, mailbox, shape, true)));
  });
}

export function getAttachment(call: Call): readonly string[] {
  const shape = shapeOf(child(call.body, 'AttachmentShape'));
  const withMime = shape.fields.has('item:MimeContent');
  return batch(call, 'AttachmentIds', (id) => {
    const { mailbox, attachment } = attachmentOf(call, id.attributes['Id'] ?? '');
    const content = contentOf(attachment, withMime, call.settings);
    return success(call.operation, tag('m:Attachments', attachmentXml(attachment, mailbox, content)));
  });
}

/** An answer for each thing asked, as far as the settings let it. */
function batch(call: Call, list: string, answer: (id: Node) => string): readonly string[] {
  const { batchAnswers, batchRest } = call.settings;
  const stopped = new EwsRefusal('ErrorBatchProcessingStopped', 'The batch processing was stopped.');
  return listed(call, list).flatMap((id, index) => {
    if (index < batchAnswers) return each(call.operation, () => answer(id));
    return batchRest === 'missing' ? [] : refused(call.operation, stopped);
  });
}

function attachmentOf(call: Call, id: string): { mailbox: Mailbox; attachment: Attachment } {
  for (const mailbox of call.world.mailboxes()) {
    const serial = mailbox.ids.read('attachment', id);
    if (serial === null) continue;
    mustSee(call.actor, mailbox, 'read');
    for (const item of mailbox.items()) {
      const attachment = item.attachments.find((one) => one.serial === serial);
      if (attachment !== undefined) return { mailbox, attachment };
    }
    throw new EwsRefusal('ErrorInvalidAttachmentId', 'The specified attachment Id is invalid.');
  }
  throw malformed();
}

function contentOf(attachment: Attachment, withMime: boolean, { damagedAs }: Call['settings']): string {
  if (attachment.damaged) {
    throw new EwsRefusal(damagedAs || 'ErrorCannotOpenFileAttachment', 'The attachment could not be opened.');
  }
  if (attachment.kind === 'file') return value('t:Content', Buffer.from(attachment.bytes).toString('base64'));
  const { item } = attachment;
  if (item === null) return '';
  const mime = Buffer.from(mimeOf(item)).toString('base64');
  const parts = [
    withMime ? tag('t:MimeContent', mime, { CharacterSet: 'UTF-8' }) : '',
    value('t:ItemClass', item.itemClass),
  ];
  return tag(elementOf(item), [...parts, value('t:Subject', item.subject)]);
}
