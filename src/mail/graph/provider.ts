import type { TokenSource } from '../../auth/token-source.ts';
import { apiRoot } from '../../http/same-origin.ts';
import { HttpTransport } from '../../http/transport.ts';
import { FolderMemory } from '../folder-memory.ts';
import type { MailboxAddress, MailboxReader, MailProvider } from '../provider.ts';
import { GraphClient } from './client.ts';
import { FolderFinder } from './folders.ts';
import { type GraphLimits, usualLimits } from './limits.ts';
import { GraphMailbox } from './mailbox.ts';
import { Dialect } from './query.ts';
import { GraphReader } from './reader.ts';

export interface GraphProviderOptions {
  /** Without version: "https://graph.microsoft.com/". */
  readonly baseUrl: string;
  readonly tokens: TokenSource;
  /** Further certificate authorities, as PEM. */
  readonly caPem?: string | undefined;
  /** See `proxyFor` in http/proxy.ts. */
  readonly proxy?: string | undefined;
  /** Ask for the server's idea of the new part of each mail too. */
  readonly uniqueBody: boolean;
  /** False where the service has no message delta (the cloud in China). */
  readonly delta: boolean;
  /** The wall clock, epoch milliseconds. */
  readonly clock: () => number;
  /** Something tried to send anything but a read; it was refused before it left. */
  readonly onMutation: (method: string) => void;
  readonly limits?: Partial<GraphLimits>;
}

export interface GraphProvider extends MailProvider {
  /** Refused attempts to send anything but a read, since the start. */
  readonly mutatingRequests: number;
}

/** Mailboxes of one connection through Microsoft Graph. Throws `config` where the address cannot be used. */
export function createGraphProvider(options: GraphProviderOptions): GraphProvider {
  return new ConnectedGraph(options);
}

class ConnectedGraph implements GraphProvider {
  readonly #options: GraphProviderOptions;
  readonly #transport: HttpTransport;
  readonly #client: GraphClient;
  readonly #dialect = new Dialect();
  /** What a list refuses, a single mail may have. */
  readonly #mailDialect = new Dialect();
  readonly #folders = new Map<string, FolderMemory>();
  #mutatingRequests = 0;

  constructor(options: GraphProviderOptions) {
    this.#options = options;
    const root = apiRoot(options.baseUrl, 'v1.0/');
    this.#transport = new HttpTransport({ root, caPem: options.caPem, proxy: options.proxy });
    this.#client = new GraphClient({
      root,
      tokens: options.tokens,
      transport: this.#transport,
      limits: { ...usualLimits, ...options.limits },
      nowMs: options.clock,
      onMutation: (method) => {
        this.#mutatingRequests += 1;
        options.onMutation(method);
      },
    });
  }

  get mutatingRequests(): number {
    return this.#mutatingRequests;
  }

  reader(address: MailboxAddress): MailboxReader {
    const mailbox = new GraphMailbox(this.#client, address);
    const source = {
      mailbox,
      finder: new FolderFinder(mailbox, this.#memoryOf(mailbox.path)),
      dialect: this.#dialect,
      uniqueBody: this.#options.uniqueBody,
      delta: this.#options.delta,
      nowMs: this.#options.clock,
    };
    return new GraphReader(source, this.#mailDialect);
  }

  async close(): Promise<void> {
    this.#client.close();
    await this.#transport.close();
  }

  #memoryOf(mailbox: string): FolderMemory {
    const memory = this.#folders.get(mailbox) ?? new FolderMemory();
    this.#folders.set(mailbox, memory);
    return memory;
  }
}
