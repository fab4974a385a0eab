import type { MessageSpec } from '../world/types.ts';
import type { World } from '../world/world.ts';
import { pdf } from './files.ts';
import { outlook } from './mail-clients.ts';
import { ann, ben, dana, elena, juergen, tom } from './people.ts';
import { outside } from './sample-mail.ts';
import type { Calendar } from './sample-mail.ts';

/** Mail that a machine wrote: out of office, a bounce, a newsletter. */
export function automaticMail(world: World, calendar: Calendar): void {
  world.addMessage(
    ann.address,
    'Inbox',
    outside({
      from: tom,
      to: ann,
      subject: 'Automatic reply: Quote for conveyor sensors',
      internetMessageId: '<ooo-1@acme.example>',
      inReplyTo: '<dayton-2@contoso.test>',
      receivedAt: calendar.ago(9.05),
      headers: [
        { name: 'Auto-Submitted', value: 'auto-replied' },
        { name: 'X-Auto-Response-Suppress', value: 'All' },
      ],
      html: outlook(['I am out of the office until Monday. In urgent cases please call Dana Reyes.']),
    }),
  );
  world.addMessage(ann.address, 'Inbox', bounce(calendar));
  world.addMessage(
    ann.address,
    'Inbox',
    outside({
      from: { name: 'Trade Weekly', address: 'digest@trade-weekly.example' },
      to: ann,
      subject: 'Trade Weekly: 7 trends in intralogistics',
      internetMessageId: '<issue-311@trade-weekly.example>',
      receivedAt: calendar.ago(1.9),
      headers: [
        { name: 'List-Unsubscribe', value: '<https://trade-weekly.example/out?u=7>' },
        { name: 'List-Id', value: 'Trade Weekly <digest.trade-weekly.example>' },
        { name: 'Precedence', value: 'bulk' },
      ],
      html: '<table width="600"><tr><td><h1>Trade Weekly</h1><p>Seven trends you must not miss.</p><img src="https://trade-weekly.example/open.gif?u=7" width="1" height="1"></td></tr></table>',
    }),
  );
}

function bounce(calendar: Calendar): MessageSpec {
  const report =
    'Reporting-MTA: dns; mail.contoso.test\r\n\r\nFinal-Recipient: rfc822; info@acme.exampl\r\nAction: failed\r\nStatus: 5.4.4\r\nDiagnostic-Code: smtp; 550 5.4.4 host not found\r\n';
  return {
    from: { name: 'Microsoft Outlook', address: 'postmaster@contoso.test' },
    to: ann,
    subject: 'Undeliverable: Introduction',
    internetMessageId: '<ndr-9@contoso.test>',
    itemClass: 'REPORT.IPM.Note.NDR',
    receivedAt: calendar.ago(5.1),
    headers: [
      { name: 'Auto-Submitted', value: 'auto-replied' },
      { name: 'Return-Path', value: '<>' },
      { name: 'Content-Type', value: 'multipart/report; report-type=delivery-status' },
    ],
    html: outlook([
      'Your message to info@acme.exampl could not be delivered.',
      'acme.exampl was not found. Check the address.',
    ]),
    attachments: [{ kind: 'file', name: 'details.txt', contentType: 'message/delivery-status', content: report }],
  };
}

/** Mail that wants to deceive: a forged sender, a subject that attacks terminals and eyes. */
export function hostileMail(world: World, calendar: Calendar): void {
  world.addMessage(ann.address, 'Inbox', {
    from: dana,
    to: ann,
    subject: 'RE: Quote for conveyor sensors',
    internetMessageId: '<x8841@bulk.invalid>',
    receivedAt: calendar.ago(1.4),
    auth: 'fail',
    html: outlook([
      'Hello Ann,',
      '',
      'our bank account has changed. Please pay the deposit to the new one in the attachment, today if possible.',
      '',
      'Dana Reyes',
    ]),
    attachments: [
      {
        kind: 'file',
        name: '../../new-account.pdf',
        contentType: 'application/pdf',
        content: pdf(['IBAN XX00 0000 0000']),
      },
    ],
  });
  world.addMessage(
    ann.address,
    'Inbox',
    outside({
      from: { name: 'Accounts \u001b[2J', address: 'billing@cheap-toner.example' },
      to: ann,
      receivedAt: calendar.ago(1.2),
      internetMessageId: '<toner-1@cheap-toner.example>',
      subject: 'Invoice \u001b]0;owned\u0007\u001b[31mURGENT\u001b[0m \u202Efdp.exe\u2066 \u200B=cmd|calc',
      html: '<p>Pay now</p><script>alert(document.domain)</script><img src=x onerror="alert(1)"><a href="javascript:alert(2)">open</a>',
      attachments: [
        { kind: 'file', name: 'invoice\u202Efdp.exe', contentType: 'application/octet-stream', content: 'MZ' },
      ],
    }),
  );
}

/** Mail of unusual make: a meeting, encrypted and rights-protected mail, attached mail, links to files, gaps. */
export function unusualMail(world: World, calendar: Calendar): void {
  meetingRequest(world, calendar);
  encryptedMail(world, calendar);
  protectedMail(world, calendar);
  attachedMail(world, calendar);
  scanWithoutSubject(world, calendar);
  internalMail(world, calendar);
}

function meetingRequest(world: World, calendar: Calendar): void {
  world.addMessage(
    ann.address,
    'Inbox',
    outside({
      from: dana,
      to: [ann, tom],
      subject: 'Site visit Dayton',
      internetMessageId: '<visit-1@acme.example>',
      receivedAt: calendar.ago(4.2),
      html: outlook(['Let us look at the belts together.']),
      meeting: {
        kind: 'request',
        startsAt: calendar.ahead(6),
        endsAt: calendar.ahead(6.1),
        location: 'Dayton, hall 3',
      },
    }),
  );
}

function encryptedMail(world: World, calendar: Calendar): void {
  world.addMessage(
    ann.address,
    'Inbox',
    outside({
      from: elena,
      to: ann,
      subject: 'Contract draft',
      internetMessageId: '<smime-1@brightwater.example>',
      receivedAt: calendar.ago(3.3),
      text: '',
      protection: 'smime_encrypted',
      attachments: [
        {
          kind: 'file',
          name: 'smime.p7m',
          contentType: 'application/pkcs7-mime; smime-type=enveloped-data',
          content: Buffer.from('MIAGCSqGSIb3DQEHA6CAMIACAQA=', 'base64'),
        },
      ],
    }),
  );
}

function protectedMail(world: World, calendar: Calendar): void {
  world.addMessage(
    ann.address,
    'Inbox',
    outside({
      from: juergen,
      to: ann,
      subject: 'Vertraulich: Kalkulation',
      internetMessageId: '<rpmsg-1@nordwind-logistik.example>',
      receivedAt: calendar.ago(3.1),
      protection: 'rights',
      sensitivity: 'confidential',
      text: 'This message is protected with Microsoft Information Protection. Open it in a program that supports it.',
      attachments: [
        { kind: 'file', name: 'message.rpmsg', contentType: 'application/x-microsoft-rpmsg-message', content: 'rpmsg' },
      ],
    }),
  );
}

function attachedMail(world: World, calendar: Calendar): void {
  world.addMessage(
    ann.address,
    'Inbox',
    outside({
      from: tom,
      to: ann,
      subject: 'FW: Old correspondence about the belts',
      internetMessageId: '<fw-2@acme.example>',
      receivedAt: calendar.ago(2.6),
      html: outlook(['Hi Ann, this is what we agreed on two years ago.', 'Tom']),
      attachments: [
        {
          kind: 'item',
          message: {
            from: dana,
            to: tom,
            subject: 'Belts: agreement',
            text: 'Dear Tom,\r\nas agreed: 80 sensors in the first step.\r\nDana',
            receivedAt: calendar.ago(720),
          },
        },
        { kind: 'reference', name: 'Layout hall 3.vsdx', url: 'https://acme-files.example/hall3.vsdx' },
      ],
    }),
  );
}

function scanWithoutSubject(world: World, calendar: Calendar): void {
  world.addMessage(
    ann.address,
    'Inbox',
    outside({
      from: { name: '', address: 'scanner@print.contoso-office.example' },
      to: ann,
      subject: null,
      internetMessageId: null,
      receivedAt: calendar.ago(0.9),
      text: '',
      attachments: [{ kind: 'file', name: 'scan0007.pdf', contentType: 'application/pdf', content: pdf(['scan']) }],
    }),
  );
}

function internalMail(world: World, calendar: Calendar): void {
  world.addMessage(ann.address, 'Inbox', {
    from: ben,
    to: ann,
    subject: 'Lunch on Thursday?',
    internetMessageId: '<lunch@contoso.test>',
    receivedAt: calendar.ago(0.8),
    text: 'The new place round the corner, at noon?\r\n\r\nBen',
  });
}
