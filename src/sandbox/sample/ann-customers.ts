import type { World } from '../world/world.ts';
import { pdf, png } from './files.ts';
import { appleReply, gmailReply, outlook, outlookReply, owaReply, textReply } from './mail-clients.ts';
import { ann, ben, dana, elena, juergen, keiko, kwame, marta, tom } from './people.ts';
import { outside } from './sample-mail.ts';
import type { Calendar } from './sample-mail.ts';

const firstLines = [
  'Hello Ann,',
  '',
  'we are planning 120 conveyor sensors for the Dayton line. The requirements are attached.',
  'Could you send a quote by the end of next week?',
  '',
  'Kind regards',
  'Dana Reyes',
  'Acme Robotics, Purchasing',
];
const answerLines = ['Hello Dana,', '', 'thank you, you will have it on Thursday.', '', 'Best regards', 'Ann'];
const quoteSubject = 'Quote for conveyor sensors';

const [request, answer, confirm] = [
  '<dayton-1@acme.example>',
  '<dayton-2@contoso.test>',
  '<dayton-3@acme.example>',
] as const;

/** The thread with Acme: a request, an answer in Sent Items, two replies in two mail programs. */
export function acmeThread(world: World, calendar: Calendar): void {
  acmeRequest(world, calendar);
  acmeAnswer(world, calendar);
  acmeConfirmation(world, calendar);
  acmeFollowUp(world, calendar);
}

const logo = {
  kind: 'file',
  name: 'image001.png',
  contentType: 'image/png',
  content: png(96, 32, [200, 40, 40]),
  inline: true,
  contentId: 'image001.png@acme',
} as const;
const requirements = {
  kind: 'file',
  name: 'Requirements Dayton.pdf',
  contentType: 'application/pdf',
  content: pdf(['Conveyor sensors, Dayton line', 'Quantity: 120', 'Delivery: before the summer stop']),
} as const;

function acmeRequest(world: World, calendar: Calendar): void {
  world.addMessage(
    ann.address,
    'Inbox',
    outside({
      from: dana,
      to: ann,
      subject: quoteSubject,
      internetMessageId: request,
      receivedAt: calendar.ago(9.3),
      html: outlook(firstLines).replace(
        '</div></body>',
        '<p><img src="cid:image001.png@acme" width="96"></p></div></body>',
      ),
      attachments: [requirements, logo],
      isRead: true,
    }),
  );
}

function acmeAnswer(world: World, calendar: Calendar): void {
  world.addMessage(ann.address, 'Sent Items', {
    from: ann,
    to: dana,
    subject: `RE: ${quoteSubject}`,
    internetMessageId: answer,
    inReplyTo: request,
    references: [request],
    receivedAt: calendar.ago(9.1),
    isRead: true,
    html: outlookReply(answerLines, {
      from: dana.name,
      address: dana.address,
      to: ann.name,
      subject: quoteSubject,
      at: calendar.ago(9.3),
      lines: firstLines,
    }),
  });
}

function acmeConfirmation(world: World, calendar: Calendar): void {
  world.addMessage(
    ann.address,
    'Inbox',
    outside({
      from: dana,
      to: ann,
      cc: tom,
      subject: `RE: ${quoteSubject}`,
      internetMessageId: confirm,
      inReplyTo: answer,
      references: [request, answer],
      receivedAt: calendar.ago(8.2),
      isRead: true,
      html: outlookReply(['Great, thank you.', 'Please make it 130, we found another belt.', '', 'Dana'], {
        from: ann.name,
        address: ann.address,
        to: dana.name,
        subject: `RE: ${quoteSubject}`,
        at: calendar.ago(9.1),
        lines: answerLines,
      }),
    }),
  );
}

/** Another subject, and not the address that asked: only the thread says where it belongs. */
function acmeFollowUp(world: World, calendar: Calendar): void {
  world.addMessage(
    ann.address,
    'Inbox',
    outside({
      from: tom,
      to: [ann, dana],
      subject: 'Delivery dates?',
      internetMessageId: '<dayton-4@acme.example>',
      inReplyTo: confirm,
      references: [request, answer, confirm],
      receivedAt: calendar.ago(6.4),
      html: owaReply(['Hi Ann,', 'one more question: could 30 of them come in the first week?', 'Tom'], {
        from: dana.name,
        address: dana.address,
        to: ann.name,
        subject: `RE: ${quoteSubject}`,
        at: calendar.ago(8.2),
        lines: ['Great, thank you.', 'Please make it 130, we found another belt.'],
      }),
    }),
  );
}

/** Replies of the other customers, each with the prefix and the quote of another mail program and language. */
export function otherCustomers(world: World, calendar: Calendar): void {
  nordwindReply(world, calendar);
  hoshinoReply(world, calendar);
  martaReply(world, calendar);
  kwameFindings(world, calendar);
}

function nordwindReply(world: World, calendar: Calendar): void {
  world.addMessage(
    ann.address,
    'Inbox',
    outside({
      from: juergen,
      to: ann,
      subject: 'AW: Lagerautomatisierung Hamburg',
      internetMessageId: '<hh-77@nordwind-logistik.example>',
      receivedAt: calendar.ago(5.6),
      html: outlookReply(
        [
          'Guten Tag Frau Archer,',
          '',
          'die Geschäftsführung hat das Budget freigegeben. Können wir nächste Woche über die Förderstrecke sprechen?',
          '',
          'Mit freundlichen Grüßen',
          'Jürgen Krause',
        ],
        {
          from: ann.name,
          address: ann.address,
          to: juergen.name,
          subject: 'Lagerautomatisierung Hamburg',
          at: calendar.ago(7),
          lines: ['Guten Tag Herr Krause,', 'anbei unser Vorschlag für die Lagerautomatisierung.'],
        },
        'de',
      ),
    }),
  );
}

function hoshinoReply(world: World, calendar: Calendar): void {
  world.addMessage(
    ann.address,
    'Inbox',
    outside({
      from: keiko,
      to: ann,
      subject: 'RE: センサー見積依頼',
      internetMessageId: '<mitsumori-12@hoshino-seimitsu.example>',
      receivedAt: calendar.ago(4.9),
      text: textReply(
        [
          'アーチャー様',
          '',
          'いつもお世話になっております。星野精密の星野です。',
          '数量を40個に変更したいのですが、可能でしょうか。',
          '',
          '星野',
        ],
        '2026年 Ann Archer <ann@contoso.test>:',
        ['星野様', 'お見積書をお送りいたします。'],
      ),
    }),
  );
}

function martaReply(world: World, calendar: Calendar): void {
  world.addMessage(
    ann.address,
    'Inbox',
    outside({
      from: marta,
      to: ann,
      subject: 'Re: Studio lighting package',
      internetMessageId: '<CAKmarta.001@mail.gmail.com>',
      receivedAt: calendar.ago(3.7),
      html: gmailReply(['Hi Ann,', 'the second package fits better. Can I pay in two parts?', 'Marta'], {
        from: ann.name,
        address: ann.address,
        to: marta.name,
        subject: 'Studio lighting package',
        at: calendar.ago(4),
        lines: ['Hello Marta,', 'here are the two packages we talked about.'],
      }),
    }),
  );
}

function kwameFindings(world: World, calendar: Calendar): void {
  world.addMessage(
    ann.address,
    'Inbox',
    outside({
      from: kwame,
      to: ann,
      subject: 'Network audit',
      internetMessageId: '<audit-3@osei-consulting.example>',
      receivedAt: calendar.ago(2.8),
      html: appleReply(['Dear Ann,', 'attached are my findings of the first week.', 'Kwame'], {
        from: ann.name,
        address: ann.address,
        to: kwame.name,
        subject: 'Network audit',
        at: calendar.ago(6),
        lines: ['Dear Kwame,', 'when can you start?'],
      }),
      attachments: [
        {
          kind: 'file',
          name: 'findings week 1.pdf',
          contentType: 'application/pdf',
          content: pdf(['Network audit, findings of week 1']),
        },
      ],
    }),
  );
}

/** One mail that two agents received: it lies in both mailboxes under one internet message id. */
export function mailToTwoAgents(world: World, calendar: Calendar): void {
  const spec = outside({
    from: elena,
    to: ann,
    cc: ben,
    subject: 'Cold storage for the new warehouse',
    internetMessageId: '<cold-1@brightwater.example>',
    receivedAt: calendar.ago(2.2),
    html: outlook([
      'Hello Ann, hello Ben,',
      '',
      'the new warehouse needs 14 cold rooms. Who of you can come and measure?',
      '',
      'Elena Rossi',
      'Brightwater Foods',
    ]),
  });
  world.addMessage(ann.address, 'Inbox', spec);
  world.addMessage(ben.address, 'Inbox', spec);
}
