import type { ImportedMessage } from '../domain/message.ts';
import { prepareMail } from '../filing/prepared-mail.ts';
import type { PreparedMail } from '../filing/prepared-mail.ts';
import { reportParts } from '../filing/report-parts.ts';
import type { ImportMailboxDeps, MailboxJob } from './mailbox-job.ts';

/** A mail of this mailbox as it was read; of a bounce with what its reports say. */
export async function prepareRead(
  mail: ImportedMessage,
  { context: { verifiesSenders } }: MailboxJob,
  { pages }: ImportMailboxDeps,
): Promise<PreparedMail> {
  const prepared = prepareMail(mail, { verifiesSenders });
  if (prepared.facts.automatic?.kind !== 'bounce') return prepared;
  return { ...prepared, reports: await reportParts(mail, pages.store.files) };
}
