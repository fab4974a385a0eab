import type { Attachment, ImportedMessage } from '../domain/message.ts';

/** Where the bytes of attachments are read from. */
export interface StoredBytes {
  read(sha256: string): AsyncIterable<Uint8Array>;
}

const mostBytes = 65_536;
const mostParts = 6;

/**
 * The texts of what a bounce has attached: the delivery status, the returned mail or its headers, from the start of
 * each. Empty where the bytes are not there, as in a dry run.
 */
export async function reportParts(mail: ImportedMessage, files: StoredBytes): Promise<readonly string[]> {
  const texts: string[] = [];
  for (const { content } of mail.attachments.filter(isReportPart).slice(0, mostParts)) {
    if (content.kind !== 'stored') continue;
    texts.push(await startOf(files, content.file.sha256).catch(() => ''));
  }
  return texts;
}

/** Graph and Exchange give a delivery status a name of its own or none, and the type they have for bytes. */
function isReportPart({ kind, contentType, name }: Attachment): boolean {
  return (
    kind === 'item' ||
    /^(?:message\/|text\/rfc822-headers)/iu.test(contentType) ||
    /^(?:details\.txt|att\d+(?:\.(?:txt|dat|bin))?|.*\.eml)$/iu.test(name.trim())
  );
}

async function startOf(files: StoredBytes, sha256: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of files.read(sha256)) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= mostBytes) break;
  }
  // Ids and codes are ASCII; other letters need not come out right.
  return Buffer.concat(chunks).subarray(0, mostBytes).toString('latin1');
}
