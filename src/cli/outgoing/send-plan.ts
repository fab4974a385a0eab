import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import { terminalText } from '../../content/terminal.ts';
import { IntegratorError } from '../../domain/errors.ts';
import { queueMail } from '../../outgoing/send-mail.ts';
import type { FileToSend, SendPlan } from '../../outgoing/send-mail.ts';
import type { CommandContext } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Outgoing } from './with-outgoing.ts';

/** Sends what was planned, or with --dry-run says from which mailbox it would go out, and by which rule. */
export async function sendPlan(
  context: CommandContext,
  outgoing: Outgoing,
  plan: SendPlan,
  dryRun: boolean,
): Promise<void> {
  const { job, from } = plan;
  const document = {
    from: from.address,
    rule: from.rule,
    because: from.because,
    ticket: job.ticketId,
    to: job.to.map(({ address }) => address),
    cc: job.cc.map(({ address }) => address),
    subject: job.subject,
    attachments: plan.files.map(({ name }) => name),
  };
  const words = `from ${from.address} (${from.because})`;
  if (dryRun) {
    context.output.print({ dry_run: true, ...document }, () => [terminalText(`would be sent ${words}`)]);
    return;
  }
  const id = await queueMail(outgoing, plan);
  const delivery = await outgoing.deliver(id).catch((thrown: unknown) => {
    context.output.warn(`it waits in the outbox as ${id}; to take it back: integrator outbox drop ${id}`);
    throw thrown;
  });
  if (delivery.state === 'dead') throw delivery.error;
  context.output.print({ dry_run: false, id: String(id), state: delivery.state, ...document }, () => [
    terminalText(delivery.state === 'done' ? `sent ${words}` : `outbox ${id}: ${delivery.state}, ${words}`),
  ]);
  if (delivery.state === 'done') return;
  context.setExitCode(exitCodes.tryAgain);
  if (delivery.state === 'elsewhere') return;
  context.output.warn(delivery.error.message);
  context.output.warn(delivery.error.hint ?? `integrator outbox retry ${id}`);
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
    if (found.size > 150 * 1_048_576) throw new IntegratorError('usage', `${path} is larger than 150 MB`);
    const contentType = types[extname(full).toLowerCase()] ?? 'application/octet-stream';
    files.push({ name: basename(full), contentType, bytes: () => createReadStream(full) });
  }
  return files;
}
