import type { SendProvider } from '../sender.ts';
import { EwsMailbox } from './mailbox.ts';
import { type EwsConnectionOptions, openEws } from './open.ts';
import { EwsSender } from './sender.ts';
import { isPartOfSending } from './sender-rules.ts';

/** Sending from the mailboxes of one connection through Exchange Web Services. Throws `config` for an address that is none. */
export function createEwsSendProvider(options: EwsConnectionOptions): SendProvider {
  const { client, close } = openEws(options, { onMutation: () => undefined, writes: isPartOfSending });
  return { sender: ({ address }) => new EwsSender(new EwsMailbox(client, address)), close };
}
