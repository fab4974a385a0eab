import type { Delivery } from '../world/post-office.ts';
import type { MessageSpec } from '../world/types.ts';

/** The report that Exchange Online puts into the sender's Inbox when a mail cannot be delivered. */
export function bounceOf({ internetMessageId, from, to, cc, bcc, subject }: Delivery): MessageSpec {
  const recipient = [...to, ...cc, ...bcc][0]?.address ?? '';
  const reason = '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup';
  const status = [
    'Reporting-MTA: dns;mail.contoso.test',
    '',
    `Final-Recipient: rfc822;${recipient}`,
    'Action: failed',
    'Status: 5.1.10',
    `Diagnostic-Code: smtp;${reason}`,
    '',
  ].join('\r\n');
  const returned = `From: ${from.address}\r\nTo: ${recipient}\r\nSubject: ${subject}\r\nMessage-ID: ${internetMessageId}\r\n`;
  return {
    from: { name: 'Microsoft Outlook', address: 'postmaster@contoso.test' },
    to: from.address,
    subject: `Undeliverable: ${subject}`,
    itemClass: 'REPORT.IPM.Note.NDR',
    inReplyTo: internetMessageId,
    headers: [
      { name: 'Auto-Submitted', value: 'auto-replied' },
      { name: 'Content-Type', value: 'multipart/report; report-type=delivery-status; boundary=b' },
    ],
    text: `Your message to ${recipient} couldn't be delivered.\n\n${reason}\n`,
    attachments: [
      { kind: 'file', name: 'details.txt', contentType: 'message/delivery-status', content: status },
      { kind: 'file', name: 'headers.txt', contentType: 'text/rfc822-headers', content: returned },
    ],
  };
}

/** What the first recipient's mail program answers while its owner is away. */
export function awayReplyTo({ internetMessageId, from, to, subject }: Delivery): MessageSpec {
  return {
    ...(to[0] === undefined ? {} : { from: to[0] }),
    to: from.address,
    subject: `Automatic reply: ${subject}`,
    inReplyTo: internetMessageId,
    references: [internetMessageId],
    headers: [{ name: 'Auto-Submitted', value: 'auto-replied' }],
    text: 'I am out of the office until Monday.',
  };
}
