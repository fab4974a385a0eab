import { IntegratorError } from '../../domain/errors.ts';
import { HttpTransport } from '../../http/transport.ts';
import { isLoopback } from '../../http/same-origin.ts';
import type { MailboxAddress, MailboxReader, MailProvider } from '../provider.ts';
import { EwsClient } from './client.ts';
import type { EwsSignIn } from './exchange.ts';
import { FolderFinder, type FolderMemory } from './folders.ts';
import { type EwsLimits, usualLimits } from './limits.ts';
import { EwsMailbox } from './mailbox.ts';
import { EwsReader } from './reader.ts';

export interface EwsProviderOptions {
  /** The address of Exchange.asmx. */
  readonly url: string;
  readonly signIn: EwsSignIn;
  /** Further certificate authorities, as PEM. */
  readonly caPem?: string | undefined;
  /** See `proxyFor` in http/proxy.ts. */
  readonly proxy?: string | undefined;
  /** Ask for the server's idea of the new part of each mail too. */
  readonly uniqueBody: boolean;
  /** The wall clock, epoch milliseconds. */
  readonly clock: () => number;
  /** Something tried to send anything but a read; it was refused before it left. */
  readonly onMutation: (operation: string) => void;
  readonly limits?: Partial<EwsLimits>;
}

/** Mailboxes of one connection through Exchange Web Services. Throws `config` where the address cannot be used. */
export function createEwsProvider(options: EwsProviderOptions): MailProvider {
  const url = addressOf(options.url);
  const transport = new HttpTransport({ root: url, caPem: options.caPem, proxy: options.proxy });
  const { signIn, clock: nowMs, onMutation } = options;
  const limits = { ...usualLimits, ...options.limits };
  const client = new EwsClient({ url, signIn, transport, limits, nowMs, onMutation });
  const memories = new Map<string, FolderMemory>();
  return {
    reader: ({ address }: MailboxAddress): MailboxReader => {
      const memory = memories.get(address) ?? { known: new Map(), all: null };
      memories.set(address, memory);
      const mailbox = new EwsMailbox(client, address);
      return new EwsReader({ mailbox, finder: new FolderFinder(mailbox, memory) }, options.uniqueBody);
    },
    close: async () => {
      client.close();
      await transport.close();
    },
  };
}

function addressOf(written: string): URL {
  const url = URL.canParse(written) ? new URL(written) : null;
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
  if (url !== null && isSafe && url.username === '' && url.hash === '') return url;
  throw new IntegratorError('config', `the address ${JSON.stringify(written)} cannot be used for Exchange`, {
    hint: 'It must be an https address such as https://mail.contoso.test/EWS/Exchange.asmx; http is for loopback only.',
  });
}
