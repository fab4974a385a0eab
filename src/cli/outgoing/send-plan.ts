import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import { terminalText } from '../../content/terminal.ts';
import { IntegratorError, toErrorReport } from '../../domain/errors.ts';
import type { Person } from '../../domain/message.ts';
import { largestFile } from '../../mail/sender.ts';
import type { Envelope } from '../../outgoing/mail-job.ts';
import { draftedEnvelope } from '../../outgoing/mail-job.ts';
import { queueMail } from '../../outgoing/send-mail.ts';
import { waitingTwin } from '../../outgoing/waiting-twin.ts';
import type { FileToSend, SendPlan } from '../../outgoing/send-mail.ts';
import type { YesFlag } from '../confirm.ts';
import type { CommandContext } from '../context.ts';
import { exitCodeOf, exitCodes } from '../exit-codes.ts';
import type { Outgoing } from './with-outgoing.ts';

export interface SendingFlags extends YesFlag {
  readonly dryRun?: boolean;
}

/** Sends what was planned, or with --dry-run says from which mailbox it would go out, and by which rule. */
export async function sendPlan(
  context: CommandContext,
  outgoing: Outgoing,
  plan: SendPlan,
  flags: SendingFlags,
): Promise<void> {
  const planned = plan.addressing ?? plan.job;
  sayDiversion(context, plan);
  if (flags.dryRun === true) {
    const words = `would be sent ${wordsOf(plan, planned)}`;
    context.output.print({ dry_run: true, ...documentOf(plan, planned) }, () => [terminalText(words)]);
    return;
  }
  if (!(await isMeant(context, outgoing, plan, flags))) return;
  const id = await queueMail(outgoing, plan);
  const delivery = await outgoing.deliver(id).catch((thrown: unknown) => {
    context.output.warn(waitsText(id));
    throw thrown;
  });
  if (delivery.state === 'dead') throw kept(id, delivery.error);
  const sent = (await draftedEnvelope(outgoing.store.db, id)) ?? planned;
  const words = wordsOf(plan, sent);
  const error = 'error' in delivery ? toErrorReport(delivery.error) : null;
  const document = { dry_run: false, id: String(id), state: delivery.state, error, ...documentOf(plan, sent) };
  context.output.print(document, () => [
    terminalText(delivery.state === 'done' ? `sent ${words}` : `outbox ${id}: ${delivery.state}, ${words}`),
  ]);
  sayDifference(context, planned, sent);
  if (delivery.state === 'done') return;
  context.setExitCode(delivery.state === 'elsewhere' ? exitCodes.tryAgain : exitCodeOf(delivery.error.kind));
  if (delivery.state === 'elsewhere') return;
  context.output.warn(delivery.error.message);
  if (delivery.error.hint !== undefined) context.output.warn(delivery.error.hint);
  if (delivery.state === 'pending') context.output.warn(waitsText(id));
}

function waitsText(id: number): string {
  return `it waits in the outbox as ${id}, and \`integrator run\` will send it: do not send it again. At once: integrator outbox retry ${id}; to take it back: integrator outbox drop ${id}`;
}

/** The same content that still waits is probably the same mail. */
async function isMeant(context: CommandContext, outgoing: Outgoing, plan: SendPlan, flags: YesFlag): Promise<boolean> {
  if (flags.yes === true) return true;
  const twin = await waitingTwin(outgoing, plan);
  if (twin === null) return true;
  const state = twin.state === 'unsure' ? 'is unsure' : 'waits to be sent';
  const message = `a mail with this content ${state} in the outbox as ${twin.id}; nothing was sent`;
  const hint = `to see it: integrator outbox list; to try it at once: integrator outbox retry ${twin.id}; to send a second one: --yes`;
  if (!context.output.interactive) throw new IntegratorError('usage', message, { hint });
  context.output.warn(message);
  const { ask } = await import('../inbox/ask.ts');
  return ask('Send a second one?');
}

/** What was refused stays in the outbox: sent anew it would be there twice. */
function kept(id: number, error: IntegratorError): IntegratorError {
  const again = `integrator outbox retry ${id}`;
  if (error.hint?.includes(again) === true) return error;
  const next = `it is in the outbox as ${id}: when the cause is mended ${again}, or else integrator outbox drop ${id}`;
  const hint = error.hint === undefined ? next : `${error.hint}; ${next}`;
  const { kind, message, code } = error;
  return new IntegratorError(kind, message, { hint, cause: error, ...(code === undefined ? {} : { code }) });
}

function documentOf({ job, from, files, addressing }: SendPlan, { to, cc, subject }: Envelope) {
  return {
    from: from.address,
    rule: from.rule,
    because: from.because,
    ticket: job.ticketId,
    to: addresses(to),
    cc: addresses(cc),
    ...(addressing === undefined ? {} : { reply_to: addresses(addressing.replyTo) }),
    subject,
    attachments: files.map(({ name }) => name),
  };
}

function wordsOf({ from }: SendPlan, { to, cc }: Envelope): string {
  const copies = cc.length === 0 ? '' : `, cc ${addresses(cc).join(', ')}`;
  return `from ${from.address} (${from.because}) to ${addresses(to).join(', ')}${copies}`;
}

function addresses(people: readonly Person[]): string[] {
  return people.map(({ address }) => address);
}

/** Whoever wrote a mail chose its Reply-To: the answer may leave for somebody the reader never saw. */
function sayDiversion({ output }: CommandContext, { addressing }: SendPlan): void {
  if (addressing === undefined || addressing.replyTo.length === 0) return;
  const { replyTo, foreign, sender } = addressing;
  output.say(
    `the answer goes to its Reply-To, ${addresses(replyTo).join(', ')}, not to ${sender?.address ?? 'a sender'}`,
  );
  if (foreign.length === 0) return;
  output.warn(`${addresses(foreign).join(', ')} is of another domain than the sender: is that meant?`);
}

function sayDifference({ output }: CommandContext, planned: Envelope, sent: Envelope): void {
  const expected = new Set(addresses([...planned.to, ...planned.cc]));
  const others = addresses([...sent.to, ...sent.cc]).filter((address) => !expected.has(address));
  if (others.length > 0) output.warn(`the server addressed it to ${others.join(', ')} too, which was not foreseen`);
}

const types: Readonly<Record<string, string>> = {
  '.pdf': 'application/pdf',
  '.txt': 'text/plain',
  '.csv': 'text/csv',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.docx': 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  '.xlsx': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

/** Throws `usage` for a file that is not there, is no file, or is larger than Exchange takes. */
export async function filesToSend(context: CommandContext, paths: readonly string[]): Promise<FileToSend[]> {
  const files: FileToSend[] = [];
  for (const path of paths) {
    const full = resolve(context.cwd, path);
    const found = await stat(full).catch(() => null);
    if (found === null || !found.isFile()) throw new IntegratorError('usage', `there is no file ${path}`);
    if (found.size > largestFile) throw new IntegratorError('usage', `${path} is larger than 150 MB`);
    const contentType = types[extname(full).toLowerCase()] ?? 'application/octet-stream';
    files.push({ name: basename(full), contentType, bytes: () => createReadStream(full) });
  }
  return files;
}
