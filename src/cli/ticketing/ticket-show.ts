import { terminalText } from '../../content/terminal.ts';
import type { Person } from '../../domain/message.ts';
import type { ActionView, TicketView } from '../../tickets/ticket-view.ts';
import { responseText, type ResponseView } from '../../tickets/response-view.ts';
import { notVerified } from '../inbox/words.ts';
import { count, formatBytes, formatTime } from '../format.ts';
import type { Page } from '../output.ts';

/** A ticket as a person reads it; every text from outside is made safe here. */
export function ticketLines(ticket: TicketView, page: Page, timezone: string): string[] {
  const { style } = page;
  const field = (name: string, value: string | null | undefined) =>
    value === null || value === undefined || value === ''
      ? []
      : [`${style.dim(name.padEnd(10))}${terminalText(value)}`];
  const time = (iso: string) => formatTime(Date.parse(iso), timezone);
  return [
    `${style.bold(terminalText(ticket.id))}  ${style.bold(terminalText(ticket.summary))}`,
    ...field('Status', `${ticket.status}, ${ticket.type} (${ticket.use})`),
    ...field('Client', ticket.client?.name),
    ...field('Contacts', ticket.contacts.join(', ')),
    ...field('Units', ticket.units.join(', ')),
    ...field('Reference', ticket.reference),
    ...field('Created', time(ticket.created_at)),
    ...field('Updated', time(ticket.updated_at)),
    ...(ticket.details === '' ? [] : ['', terminalText(ticket.details, { multiline: true })]),
    ...ticket.actions.flatMap((action) => ['', ...actionLines(action, page, time(action.at))]),
    '',
    style.dim(count(ticket.actions.length, 'action')),
  ];
}

function actionLines(action: ActionView, { style }: Page, time: string): string[] {
  const direction = action.direction === null ? action.kind : `${action.kind} ${action.direction}`;
  const about = [direction, ...(action.opening ? ['opening action'] : []), `filed by ${action.filed_by}`].join(', ');
  const people = action.from === null ? [] : [`${personText(action.from)} → ${action.to.map(personText).join(', ')}`];
  return [
    `${style.cyan(time)}  ${style.dim(terminalText(about))}`,
    ...people.map((text) => terminalText(text)),
    ...(action.verified === 'fail' ? [style.yellow(notVerified(action.verified_because ?? ''))] : []),
    ...action.responses.map((response) => responseLine(response, style)),
    ...(action.subject === null ? [] : [style.bold(terminalText(action.subject))]),
    ...terminalText(action.body_text.trim(), { multiline: true })
      .split('\n')
      .map((line) => `  ${line}`.trimEnd()),
    ...action.attachments
      .filter((attachment) => !attachment.inline)
      .map(({ name, size }) => style.dim(`  [${terminalText(name)}, ${formatBytes(size)}]`)),
    ...(action.chain_hidden && !action.opening ? [style.dim('  (email chain hidden; --chain shows it)')] : []),
  ];
}

function responseLine(response: ResponseView, style: Page['style']): string {
  const text = terminalText(`${responseText(response)}${response.mail === null ? '' : ` (${response.mail})`}`);
  return response.kind === 'bounce' ? style.red(text) : style.dim(text);
}

function personText({ name, address }: Person): string {
  return name === '' ? address : `${name} <${address}>`;
}
