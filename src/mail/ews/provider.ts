import { FolderMemory } from '../folder-memory.ts';
import type { MailboxAddress, MailboxReader, MailProvider } from '../provider.ts';
import { FolderFinder } from './folders.ts';
import { EwsMailbox } from './mailbox.ts';
import { type EwsConnectionOptions, openEws } from './open.ts';
import { EwsReader } from './reader.ts';

export interface EwsProviderOptions extends EwsConnectionOptions {
  /** Ask for the server's idea of the new part of each mail too. */
  readonly uniqueBody: boolean;
  /** Something tried to send anything but a read; it was refused before it left. */
  readonly onMutation: (operation: string) => void;
}

/** Mailboxes of one connection through Exchange Web Services. Throws `config` where the address cannot be used. */
export function createEwsProvider(options: EwsProviderOptions): MailProvider {
  const { client, close } = openEws(options, { onMutation: options.onMutation });
  const memories = new Map<string, FolderMemory>();
  return {
    reader: ({ address }: MailboxAddress): MailboxReader => {
      const memory = memories.get(address) ?? new FolderMemory();
      memories.set(address, memory);
      const mailbox = new EwsMailbox(client, address);
      return new EwsReader({ mailbox, finder: new FolderFinder(mailbox, memory) }, options.uniqueBody);
    },
    close,
  };
}
