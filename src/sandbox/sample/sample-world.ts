import type { MailboxSpec } from '../world/mailbox.ts';
import type { World } from '../world/world.ts';
import { acmeThread, mailToTwoAgents, otherCustomers } from './ann-customers.ts';
import { automaticMail, hostileMail, unusualMail } from './ann-oddities.ts';
import { colleaguesMail, sharedMail } from './colleagues.ts';
import { ann, ben, carla, cfo, emi, fiona, lin, marcus } from './people.ts';
import { prospects } from './prospects.ts';
import { Calendar } from './sample-mail.ts';

const box = (person: { name: string; address: string }, more: Partial<MailboxSpec> = {}): MailboxSpec => ({
  address: person.address,
  displayName: person.name,
  ...more,
});

const mailboxes: readonly MailboxSpec[] = [
  box(ann),
  box(ben, { userPrincipalName: 'ben.okafor@corp.contoso.test' }),
  box(carla, { language: 'de' }),
  box(emi, { language: 'ja' }),
  box(marcus),
  box(lin),
  box(cfo),
  // Nobody gave the service account rights on this one.
  box(fiona, { access: 'none', sendAs: 'denied' }),
  box({ name: 'Information', address: 'info@contoso.test' }, { kind: 'shared' }),
  box({ name: 'Sales', address: 'sales@contoso.test' }, { kind: 'shared', sendAs: 'on_behalf' }),
  box({ name: 'Security Operations', address: 'soc@contoso.test' }, { kind: 'shared' }),
  box({ name: 'Finance leads', address: 'finance-leads@contoso.test' }, { kind: 'shared' }),
  box({ name: 'Plant operations', address: 'plant-ops@contoso.test' }, { kind: 'shared' }),
  box({ name: 'Room Berlin', address: 'room-berlin@contoso.test' }, { kind: 'room' }),
];

/** Fills the world with the sample tenant: people, customers, threads, and some of everything that mail can be. */
export function fillSampleWorld(world: World, seed: number): void {
  const calendar = new Calendar(world.now());
  for (const spec of mailboxes) world.addMailbox(spec);
  world.addFolder('soc@contoso.test', 'IR/Business Units');
  world.addFolder(ann.address, 'Inbox/Acme');
  world.addFolder(ann.address, 'Reading');
  prospects(world, calendar, { seed, to: ann, count: 9 });
  prospects(world, calendar, { seed: seed + 1, to: ben, count: 6 });
  acmeThread(world, calendar);
  otherCustomers(world, calendar);
  mailToTwoAgents(world, calendar);
  automaticMail(world, calendar);
  hostileMail(world, calendar);
  unusualMail(world, calendar);
  colleaguesMail(world, calendar);
  sharedMail(world, calendar);
}
