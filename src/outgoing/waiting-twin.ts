import { createHash } from 'node:crypto';
import { eachOutboxRow } from '../store/outbox.ts';
import type { OutboxRow } from '../store/outbox.ts';
import type { OutgoingDeps } from './deps.ts';
import { mailJobSchema, mailKind } from './mail-job.ts';
import type { MailJob } from './mail-job.ts';
import type { FileToSend, SendPlan } from './send-mail.ts';

/**
 * An entry of the outbox with the very content of this plan that still waits or is unsure; null where there is none.
 * Who repeats a command because it failed would else send the mail twice.
 */
export async function waitingTwin(deps: Pick<OutgoingDeps, 'store'>, plan: SendPlan): Promise<OutboxRow | null> {
  const wanted = contentOf(plan.job);
  let files: string | null = null;
  for await (const rows of eachOutboxRow(deps.store.db, { done: false })) {
    for (const row of rows) {
      if (row.kind !== mailKind || row.state === 'dead') continue;
      const job = mailJobSchema.safeParse(JSON.parse(row.payload_json)).data;
      if (job === undefined || contentOf(job) !== wanted) continue;
      files ??= await filesOf(plan.files);
      if (files === JSON.stringify(job.files.map(({ name, sha256 }) => [name, sha256]))) return row;
    }
  }
  return null;
}

function contentOf({ mailbox, ticketId, action, to, cc, bcc, subject, body, reply }: MailJob): string {
  const addresses = [to, cc, bcc].map((people) => people.map(({ address }) => address));
  const answered = reply === null ? null : [reply.internetMessageId ?? reply.to, reply.all];
  return JSON.stringify([mailbox, ticketId, action, addresses, subject, body, answered]);
}

async function filesOf(files: readonly FileToSend[]): Promise<string> {
  const hashed: (readonly [string, string])[] = [];
  for (const file of files) {
    const hash = createHash('sha256');
    for await (const chunk of file.bytes()) hash.update(chunk);
    hashed.push([file.name, hash.digest('hex')]);
  }
  return JSON.stringify(hashed);
}
