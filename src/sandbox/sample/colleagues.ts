import type { World } from '../world/world.ts';
import { outlook, outlookReply, textReply } from './mail-clients.ts';
import { ben, carla, cfo, dana, elena, emi, keiko, marcus, sabine, tom } from './people.ts';
import { outside } from './sample-mail.ts';
import type { Calendar } from './sample-mail.ts';

/** Ben sells too, Carla runs projects in a German mailbox, Emi has a Japanese one. */
export function colleaguesMail(world: World, calendar: Calendar): void {
  benRenewal(world, calendar);
  benSent(world, calendar);
  carlaForwarded(world, calendar);
  carlaRollOut(world, calendar);
  emiMeeting(world, calendar);
}

function benRenewal(world: World, calendar: Calendar): void {
  world.addMessage(
    ben.address,
    'Inbox',
    outside({
      from: dana,
      to: ben,
      subject: 'Support contract 2027',
      internetMessageId: '<support-27@acme.example>',
      receivedAt: calendar.ago(7.2),
      html: outlook(['Hi Ben,', 'can we talk about the renewal in autumn?', 'Dana']),
    }),
  );
}

function benSent(world: World, calendar: Calendar): void {
  world.addMessage(ben.address, 'Sent Items', {
    from: ben,
    to: elena,
    subject: 'Cold storage for the new warehouse',
    internetMessageId: '<cold-2@contoso.test>',
    inReplyTo: '<cold-1@brightwater.example>',
    references: ['<cold-1@brightwater.example>'],
    receivedAt: calendar.ago(1.7),
    isRead: true,
    html: outlook(['Hello Elena,', 'I can come on Tuesday.', 'Ben']),
  });
}

function carlaForwarded(world: World, calendar: Calendar): void {
  world.addMessage(
    carla.address,
    'Inbox',
    outside({
      from: sabine,
      to: carla,
      subject: 'AW: WG: Scanner-Integration Lübeck',
      internetMessageId: '<luebeck-5@nordwind-logistik.example>',
      receivedAt: calendar.ago(3.9),
      html: outlookReply(
        ['Hallo Frau Weiss,', 'die Scanner sind da, wir können am Montag anfangen.', 'Viele Grüße', 'Sabine Thoma'],
        {
          from: carla.name,
          address: carla.address,
          to: sabine.name,
          subject: 'WG: Scanner-Integration Lübeck',
          at: calendar.ago(6),
          lines: ['Hallo Frau Thoma,', 'wie besprochen der Zeitplan.'],
        },
        'de',
      ),
    }),
  );
}

function carlaRollOut(world: World, calendar: Calendar): void {
  world.addMessage(
    carla.address,
    'Inbox',
    outside({
      from: tom,
      to: carla,
      subject: 'Re[2]: Dayton line: roll-out',
      internetMessageId: '<rollout-2@acme.example>',
      receivedAt: calendar.ago(2.4),
      text: textReply(['Fine with us, hall 3 first.', 'Tom'], 'On Monday, Carla Weiss <carla@contoso.test> wrote:', [
        'Which hall shall we start with?',
      ]),
    }),
  );
}

function emiMeeting(world: World, calendar: Calendar): void {
  world.addMessage(
    emi.address,
    'Inbox',
    outside({
      from: keiko,
      to: emi,
      subject: '来週の打ち合わせについて',
      internetMessageId: '<uchiawase@hoshino-seimitsu.example>',
      receivedAt: calendar.ago(1.1),
      text: '田中様\r\n\r\n来週火曜日の10時はいかがでしょうか。\r\n\r\n星野',
    }),
  );
}

/** The shared mailbox and the team mailbox of the security people. */
export function sharedMail(world: World, calendar: Calendar): void {
  world.addMessage(
    'info@contoso.test',
    'Inbox',
    outside({
      from: { name: 'Greta Olsen', address: 'greta.olsen@lumen-print.example' },
      to: 'info@contoso.test',
      subject: 'Opening hours',
      internetMessageId: '<hours@lumen-print.example>',
      receivedAt: calendar.ago(1.5),
      text: 'Are you open on Saturdays?',
    }),
  );
  world.addMessage('soc@contoso.test', 'IR/Business Units', {
    from: cfo,
    to: 'soc@contoso.test',
    subject: 'RE: Suspicious payroll e-mails',
    internetMessageId: '<payroll-2@contoso.test>',
    receivedAt: calendar.ago(1.3),
    auth: 'pass',
    html: outlook(['Two people in my team opened the attachment. Their names are below.', 'Clara Novak']),
  });
  world.addMessage('soc@contoso.test', 'Inbox', {
    from: marcus,
    to: 'soc@contoso.test',
    subject: 'Suspicious payroll e-mails',
    internetMessageId: '<payroll-1@contoso.test>',
    receivedAt: calendar.ago(1.8),
    text: 'First reports came in at nine. I open an incident.',
  });
  world.addMessage('soc@contoso.test', 'Inbox', {
    from: cfo,
    to: 'soc@contoso.test',
    subject: 'RE: Suspicious payroll e-mails',
    internetMessageId: '<payroll-x@bulk.invalid>',
    receivedAt: calendar.ago(1.0),
    auth: 'fail',
    text: 'All clear, please close the incident.',
  });
}
