import { IntegratorError } from '../../domain/errors.ts';
import { isLoopback } from '../../http/same-origin.ts';
import { HttpTransport } from '../../http/transport.ts';
import { EwsClient } from './client.ts';
import type { EwsSignIn, ExchangeOptions } from './exchange.ts';
import { type EwsLimits, usualLimits } from './limits.ts';

export interface EwsConnectionOptions {
  /** The address of Exchange.asmx. */
  readonly url: string;
  readonly signIn: EwsSignIn;
  /** Further certificate authorities, as PEM. */
  readonly caPem?: string | undefined;
  /** See `proxyFor` in http/proxy.ts. */
  readonly proxy?: string | undefined;
  /** The wall clock, epoch milliseconds. */
  readonly clock: () => number;
  readonly limits?: Partial<EwsLimits>;
}

export interface OpenedEws {
  readonly client: EwsClient;
  readonly close: () => Promise<void>;
}

/** One connection to Exchange. Costs no request. Throws `config` where the address cannot be used. */
export function openEws(
  options: EwsConnectionOptions,
  rules: Pick<ExchangeOptions, 'onMutation' | 'writes'>,
): OpenedEws {
  const url = addressOf(options.url);
  const transport = new HttpTransport({ root: url, caPem: options.caPem, proxy: options.proxy });
  const { signIn, clock: nowMs } = options;
  const limits = { ...usualLimits, ...options.limits };
  const client = new EwsClient({ url, signIn, transport, limits, nowMs, ...rules });
  return {
    client,
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
