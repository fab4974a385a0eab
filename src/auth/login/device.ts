import type { DeviceCodeRequest, INetworkModule, NetworkRequestOptions, NetworkResponse } from '@azure/msal-node';
import { IntegratorError } from '../../domain/errors.ts';
import { sleep } from '../../http/deadline.ts';
import { scopesFor } from '../cloud.ts';
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
    const app = publicApp({ settings, network: patientPolling(network, parts.signal) });
    const request: DeviceCodeRequest = {
      scopes: [...scopesFor(settings, settings.resources[0])],
      timeout: Math.ceil(timeoutMs / 1000),
      deviceCodeCallback: ({ verificationUri, userCode, expiresIn }) => {
        show({ url: verificationUri, code: userCode, expiresInSeconds: expiresIn });
      },
    };
    const polling = app.acquireTokenByDeviceCode(request).catch((error: unknown) => {
      throw ranOut(error) ? tooLate(settings.connection, timeoutMs) : error;
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
function patientPolling(network: EntraNetwork, signal: AbortSignal): INetworkModule {
  let polls = 0;
  return {
    sendGetRequestAsync: <T>(url: string, options?: NetworkRequestOptions) =>
      network.sendGetRequestAsync<T>(url, options),
    sendPostRequestAsync: async <T>(url: string, options?: NetworkRequestOptions): Promise<NetworkResponse<T>> => {
      const isPoll = options?.body?.includes('device_code=') === true;
      if (!isPoll) return network.sendPostRequestAsync<T>(url, options);
      polls += 1;
      try {
        const answer = await network.sendPostRequestAsync<T>(url, options);
        if (network.trouble?.kind !== 'refused' || network.trouble.refusal.error !== 'slow_down') return answer;
        await sleep(slowDownMs, signal);
      } catch (error) {
        if (polls === 1 || !isHiccup(error)) throw error;
      }
      return { status: 400, headers: {}, body: JSON.parse('{"error":"authorization_pending"}') };
    },
  };
}

function isHiccup(error: unknown): boolean {
  return error instanceof IntegratorError && error.kind === 'unreachable' && error.code !== 'stopped';
}
