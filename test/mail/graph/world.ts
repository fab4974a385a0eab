import { afterEach } from 'vitest';
import type { GraphProvider, GraphProviderOptions } from '../../../src/mail/graph/provider.ts';
import type { MailboxReader, PresentEntry } from '../../../src/mail/provider.ts';
import {
  type ScriptedReply,
  type ScriptedServer,
  type SeenRequest,
  scriptedServer,
} from '../../http/scripted-server.ts';
import { ann, changesOptions, collect, inbox, providerOf } from './fixtures.ts';

export interface ScriptedGraph {
  readonly server: ScriptedServer;
  readonly provider: GraphProvider;
  readonly reader: MailboxReader;
}

export type GraphScript = (
  request: SeenRequest,
  number: number,
  root: string,
) => ScriptedReply | Promise<ScriptedReply>;

const open: { close(): Promise<void> }[] = [];

/** Closes what the tests of this file opened. Call once at the top of a test file. */
export function closeAfterEach(): void {
  afterEach(async () => {
    for (const one of open.splice(0).toReversed()) await one.close();
  });
}

/** A Graph that answers as the script says, and our provider on it. `root` is the server's address with the version. */
export async function scriptedGraph(
  script: GraphScript,
  options: Partial<GraphProviderOptions> = {},
): Promise<ScriptedGraph> {
  const server: ScriptedServer = await scriptedServer((request, number) =>
    script(request, number, `${server.url}v1.0`),
  );
  const provider = providerOf(server, options);
  open.push(server, provider);
  return { server, provider, reader: provider.reader(ann) };
}

/** A page that ends a round. */
export function lastPage(root: string, entries: readonly unknown[] = []): ScriptedReply {
  return { body: { value: entries, '@odata.deltaLink': `${root}/delta?$deltatoken=end` } };
}

/** The entries of a whole round through the Inbox. */
export async function entriesOfRound(reader: MailboxReader): Promise<PresentEntry[]> {
  const pages = await collect(reader.changes(inbox, null, changesOptions));
  return pages.flatMap((page) => page.entries.filter((entry) => entry.kind === 'present'));
}
