import type { TokenSource } from '../../auth/token-source.ts';
import { apiRoot } from '../../http/same-origin.ts';
import { HttpTransport } from '../../http/transport.ts';
import type { SendProvider } from '../sender.ts';
import { type GraphLimits, usualLimits } from './limits.ts';
import { GraphSender } from './sender.ts';
import { GraphSenderClient } from './sender-client.ts';

export interface GraphSendOptions {
  /** Without version: "https://graph.microsoft.com/". */
  readonly baseUrl: string;
  readonly tokens: TokenSource;
  readonly caPem?: string | undefined;
  /** See `proxyFor` in http/proxy.ts. */
  readonly proxy: (target: URL) => string | undefined;
  readonly clock: () => number;
  readonly limits?: Partial<GraphLimits>;
}

/** Sending from the mailboxes of one connection through Microsoft Graph. Throws `config` for an address that is none. */
export function createGraphSendProvider(options: GraphSendOptions): SendProvider {
  const root = apiRoot(options.baseUrl, 'v1.0/');
  const transport = new HttpTransport({ root, caPem: options.caPem, proxy: options.proxy(root) });
  const client = new GraphSenderClient({
    root,
    tokens: options.tokens,
    transport,
    limits: { ...usualLimits, ...options.limits },
    nowMs: options.clock,
  });
  const uploads = { root, caPem: options.caPem, proxy: options.proxy, nowMs: options.clock };
  return {
    sender: (mailbox) => new GraphSender(client, mailbox, uploads),
    close: async () => {
      client.close();
      await transport.close();
    },
  };
}
