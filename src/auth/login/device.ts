import type { DeviceCodeRequest, INetworkModule, NetworkRequestOptions, NetworkResponse } from '@azure/msal-node';
import { z } from 'zod';
import { IntegratorError } from '../../domain/errors.ts';
import { sleep } from '../../http/deadline.ts';
import { scopesFor } from '../cloud.ts';
import { explainRefusal } from '../failure.ts';
import { publicApp } from '../msal-app.ts';
import type { EntraNetwork } from '../network.ts';
import type { Redeemed } from './accept.ts';
import { patiently, tooLate } from './patience.ts';
import { signIn } from './sign-in.ts';
import type { SignInParts, SignedIn } from './sign-in.ts';

export interface DevicePrompt {
  /** The page to open, on any machine. */
  readonly url: string;
  /** What to enter there. */
  readonly code: string;
  readonly expiresInSeconds: number;
}

/**
 * Sign-in with a code that is entered on another machine. No secret takes part, so the app must allow public client
 * flows, and its tokens are refreshed without a secret for ever after. Rejects with IntegratorError.
 */
export function signInByDevice(parts: SignInParts, show: (prompt: DevicePrompt) => void): Promise<SignedIn> {
  return signIn(parts, async (network) => {
    const { settings, timeoutMs } = parts;
    const polls = new PatientPolling(network, parts);
    const app = publicApp({ settings, network: polls });
    const request: DeviceCodeRequest = {
      scopes: [...scopesFor(settings, settings.resources[0])],
      timeout: Math.ceil(timeoutMs / 1000),
      deviceCodeCallback: ({ verificationUri, userCode, expiresIn }) => {
        show({ url: verificationUri, code: userCode, expiresInSeconds: expiresIn });
      },
    };
    const polling = app.acquireTokenByDeviceCode(request).catch((error: unknown) => {
      throw polls.problem ?? (ranOut(error) ? tooLate(settings, timeoutMs) : error);
    });
    const result = await patiently(parts, polling).finally(() => {
      request.cancel = true;
    });
    if (result === null) throw new IntegratorError('protocol', 'Entra gave no token for the code');
    return { app, result, clientKind: 'public' } satisfies Redeemed;
  });
}

/** MSAL's words for a code, or the time given, that ran out. */
function ranOut(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'errorCode' in error ? error.errorCode : undefined;
  return code === 'user_timeout_reached' || code === 'device_code_expired';
}

const slowDownMs = 5_000;

/**
 * MSAL takes every hiccup between two polls for the end. RFC 8628, 3.5: after slow_down the client waits 5 s more, and
 * a poll that got no answer is repeated.
 */
class PatientPolling implements INetworkModule {
  readonly #network: EntraNetwork;
  readonly #parts: SignInParts;
  #polls = 0;
  /** The error that ended the request for a code: MSAL drops errors that we throw. */
  problem: IntegratorError | undefined;

  constructor(network: EntraNetwork, parts: SignInParts) {
    this.#network = network;
    this.#parts = parts;
  }

  sendGetRequestAsync<T>(url: string, options?: NetworkRequestOptions): Promise<NetworkResponse<T>> {
    return this.#network.sendGetRequestAsync<T>(url, options);
  }

  sendPostRequestAsync<T>(url: string, options?: NetworkRequestOptions): Promise<NetworkResponse<T>> {
    const isPoll = options?.body?.includes('device_code=') === true;
    return isPoll ? this.#poll<T>(url, options) : this.#askForCode<T>(url, options);
  }

  async #poll<T>(url: string, options: NetworkRequestOptions | undefined): Promise<NetworkResponse<T>> {
    this.#polls += 1;
    try {
      const answer = await this.#network.sendPostRequestAsync<T>(url, options);
      const { trouble } = this.#network;
      if (trouble?.kind !== 'refused' || trouble.refusal.error !== 'slow_down') return answer;
      await sleep(slowDownMs, this.#parts.signal);
    } catch (error) {
      if (this.#polls === 1 || !isHiccup(error)) throw error;
    }
    return { status: 400, headers: {}, body: JSON.parse('{"error":"authorization_pending"}') };
  }

  /** MSAL shows any answer to the person; a refusal, or one that lacks a part, ends here. */
  async #askForCode<T>(url: string, options: NetworkRequestOptions | undefined): Promise<NetworkResponse<T>> {
    const answer = await this.#network.sendPostRequestAsync<T>(url, options);
    const { settings, world } = this.#parts;
    const { trouble } = this.#network;
    if (trouble?.kind === 'refused') {
      this.problem = explainRefusal(trouble.refusal, { settings, nowMs: world.clock() });
      throw this.problem;
    }
    const checked = deviceAnswer.safeParse(answer.body);
    if (checked.success) return { ...answer, body: JSON.parse(JSON.stringify(checked.data)) };
    this.problem = noCode(settings.connection, checked.error);
    throw this.problem;
  }
}

function noCode(connection: string, cause: z.ZodError): IntegratorError {
  const parts = cause.issues.map(({ path }) => path.join('.') || 'everything').join(', ');
  return new IntegratorError('protocol', `Entra gave no code that could be shown: wrong or missing ${parts}`, {
    hint: `Sign in with the browser: integrator auth login ${connection}, or --paste on a machine without one.`,
    cause,
  });
}

/** RFC 8628, 3.2: where no interval is given it is 5 s. */
const usualIntervalSeconds = 5;
const longestIntervalSeconds = 60;

const deviceAnswer = z.object({
  device_code: z.string().min(1),
  // Both are printed on a terminal, for a person to open and to type.
  user_code: z.string().regex(/^[A-Za-z0-9-]{1,32}$/),
  verification_uri: z.url({ protocol: /^https$/ }),
  expires_in: z.coerce.number().positive().max(86_400),
  interval: z.coerce.number().positive().max(longestIntervalSeconds).catch(usualIntervalSeconds),
});

function isHiccup(error: unknown): boolean {
  return error instanceof IntegratorError && error.kind === 'unreachable' && error.code !== 'stopped';
}
