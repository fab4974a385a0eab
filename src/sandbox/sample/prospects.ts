import { Random } from '../random.ts';
import type { World } from '../world/world.ts';
import { outlook } from './mail-clients.ts';
import { outside } from './sample-mail.ts';
import type { Calendar } from './sample-mail.ts';

const companies = [
  'fennwald-tech',
  'harbor-mills',
  'sunrise-bakery',
  'okeke-motors',
  'lumen-print',
  'ridgeline-foods',
  'tallow-and-pine',
  'veldt-energy',
] as const;
const people = [
  'Ivo Brandt',
  'Mira Petrovic',
  'Sam Whitlock',
  'Amaka Obi',
  'Paul Lindqvist',
  'Noor Haddad',
  'Greta Olsen',
  'Luis Ortega',
] as const;
const openings = [
  [
    'Question about your sensors',
    'we saw your stand at the fair and would like to know whether the sensors work at minus 30 degrees.',
  ],
  ['Request for a catalogue', 'could you send us your catalogue and the price list for resellers?'],
  ['Appointment next month', 'our plant manager would like to see a demonstration. Which days would suit you?'],
  ['Spare parts', 'do you still have the bracket for the 2019 model? We need six.'],
  ['Order 4711', 'please confirm our order of last Friday.'],
  ['Introduction', 'I took over purchasing from my colleague and would like to get to know you.'],
] as const;

/** People nobody has a ticket for yet: they fill My Inbox. The seed decides who writes what. */
export function prospects(
  world: World,
  calendar: Calendar,
  options: { seed: number; to: { name: string; address: string }; count: number },
): void {
  const random = new Random(options.seed);
  for (let index = 0; index < options.count; index += 1) {
    const name = random.pick(people);
    const company = random.pick(companies);
    const [subject, text] = openings[random.below(openings.length)] ?? openings[0];
    const local = name.toLowerCase().replace(' ', '.');
    world.addMessage(
      options.to.address,
      'Inbox',
      outside({
        from: { name, address: `${local}@${company}.example` },
        to: options.to,
        subject,
        internetMessageId: `<p${options.seed}.${index}.${options.to.address.split('@')[0] ?? ''}@${company}.example>`,
        receivedAt: calendar.ago(0.2 + random.next() * 12),
        html: outlook(['Good day,', '', text, '', 'Kind regards', name]),
      }),
    );
  }
}
