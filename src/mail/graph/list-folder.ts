import type { Folder, ListedMessage } from '../provider.ts';
import { normalAddress, normalMessageId } from '../address.ts';
import { advance } from './advance.ts';
import { expectOk } from './answer.ts';
import type { ChangesSource } from './changes.ts';
import { type WindowPosition, windowPosition } from './cursor.ts';
import { entriesOf } from './entries.ts';
import { askWithPieces, receivedWithin, segment } from './query.ts';
import { folderError } from './refusals.ts';
import { type GraphPage, messageSchema } from './schema.ts';
import { timeOf } from './values.ts';

/** Ids are small: the largest page Graph gives. */
const pageSize = 1000;
const fields = '$select=id,internetMessageId,receivedDateTime,subject,from';

/** See MailboxReader.list: every mail of the folder received at or after `sinceMs`, once. */
export async function* listFolder(
  source: ChangesSource,
  folder: Folder,
  sinceMs: number,
  signal: AbortSignal,
): AsyncGenerator<ListedMessage> {
  const told = new Set<string>();
  let at: WindowPosition = windowPosition();
  for (;;) {
    const page = await askPage(source, folder, at, { sinceMs, signal });
    for (const listed of listedOf(page, sinceMs)) {
      if (!told.has(listed.providerId)) yield listed;
      told.add(listed.providerId);
    }
    const receivedMs = entriesOf(page, folder).flatMap((entry) =>
      entry.kind === 'present' ? (entry.receivedAtMs ?? []) : [],
    );
    const next = advance(at, { nextLink: page['@odata.nextLink'], deltaLink: undefined, receivedMs, nowMs: Infinity });
    if (next.last || next.at.phase !== 'window') return;
    at = next.at;
  }
}

async function askPage(
  source: ChangesSource,
  folder: Folder,
  at: WindowPosition,
  { sinceMs, signal }: { readonly sinceMs: number; readonly signal: AbortSignal },
): Promise<GraphPage> {
  const about = `the folder "${folder.path}"`;
  const { mailbox } = source;
  if (at.link !== null) return expectOk(await mailbox.page({ link: at.link, pageSize }, about, signal));
  const window = { fromMs: sinceMs, untilMs: at.untilMs };
  const answer = await askWithPieces(source.dialect, ['orderby'], (pieces) => {
    const path = `${mailbox.path}/mailFolders/${segment(folder.id)}/messages?${fields}${receivedWithin(window, pieces)}`;
    return mailbox.page({ path, pageSize }, about, signal);
  });
  if (answer.kind === 'refused') throw folderError(answer, folder);
  return answer.value;
}

/** A mail whose time cannot be read is as old as the oldest asked for: it was listed, so it is not older. */
function listedOf(page: GraphPage, sinceMs: number): readonly ListedMessage[] {
  return page.value.flatMap((entry) => {
    const parsed = messageSchema.safeParse(entry);
    if (!parsed.success) return [];
    const { id, internetMessageId, receivedDateTime, subject, from } = parsed.data;
    return {
      providerId: id,
      internetMessageId: normalMessageId(internetMessageId),
      receivedAtMs: timeOf(receivedDateTime) ?? sinceMs,
      subject: subject ?? '',
      from: normalAddress(from?.emailAddress?.address ?? ''),
    };
  });
}
