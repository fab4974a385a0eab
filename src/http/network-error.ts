import { IntegratorError } from '../domain/errors.ts';
import { setTheClock } from './clock-skew.ts';

/**
 * Anything an HTTP library throws, as `unreachable` with the cause kept and its code; our own errors stay as they are.
 * `proxy`: the address that stands between, where one does.
 */
export function networkError(thrown: unknown, host: string, proxy?: string): IntegratorError {
  if (thrown instanceof IntegratorError) return thrown;
  const status = proxyStatus(thrown);
  if (proxy !== undefined && status !== undefined) return refusedByProxy(status, { host, proxy, cause: thrown });
  const code = codeOf(thrown);
  const words = thrown instanceof Error && thrown.message !== '' ? thrown.message : (code ?? 'the connection failed');
  const way = proxy === undefined ? host : `${host} through the proxy ${shown(proxy)}`;
  return new IntegratorError('unreachable', `cannot talk to ${way}: ${words}`, {
    cause: thrown,
    hint: hintOf(code, host, proxy),
    ...(code === undefined ? {} : { code }),
  });
}

function codeOf(thrown: unknown): string | undefined {
  for (const error of causesOf(thrown)) {
    if ('code' in error && typeof error.code === 'string') return error.code;
  }
  return undefined;
}

/** undici says of a proxy that opens no tunnel only this, and only in words. */
function proxyStatus(thrown: unknown): number | undefined {
  for (const { message } of causesOf(thrown)) {
    const status = /\bProxy (?:response|Authentication Required) \((\d{3})\)/.exec(message)?.[1];
    if (status !== undefined) return Number(status);
  }
  return undefined;
}

function causesOf(thrown: unknown): readonly Error[] {
  const causes: Error[] = [];
  for (let error = thrown; error instanceof Error && causes.length < 5; error = error.cause) causes.push(error);
  return causes;
}

interface ProxyRefusal {
  readonly host: string;
  readonly proxy: string;
  readonly cause: unknown;
}

function refusedByProxy(status: number, { host, proxy, cause }: ProxyRefusal): IntegratorError {
  const message = `the proxy ${shown(proxy)} does not let us through to ${host}: it answered HTTP ${status}`;
  return new IntegratorError('unreachable', message, {
    cause,
    code: `proxy HTTP ${status}`,
    hint: proxyHint(status, host),
  });
}

function proxyHint(status: number, host: string): string {
  if (status === 407) {
    return `It wants a sign-in: write user and password into HTTPS_PROXY (http://user:password@proxy:port; Basic only), have this machine let through without one, or name ${host} in NO_PROXY.`;
  }
  if (status >= 500) return `The proxy itself cannot reach ${host}: is it up, and can it resolve the name?`;
  return `Have ${host}:443 allowed on the proxy, or name it in NO_PROXY where it can be reached without one.`;
}

/** Without user and password. */
function shown(proxy: string): string {
  return URL.canParse(proxy) ? new URL(proxy).origin : 'of HTTPS_PROXY';
}

const untrusted = /^(?:CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_)/;
const outOfTime = /^CERT_(?:NOT_YET_VALID|HAS_EXPIRED)$/;

function hintOf(code: string | undefined, host: string, proxy: string | undefined): string {
  const first = proxy === undefined ? host : shown(proxy);
  if (code === undefined) return networkHint(proxy);
  if (outOfTime.test(code)) return clockHint(code, host);
  if (untrusted.test(code))
    return `The certificate of ${host} is not trusted here: name its authority in endpoints.ca_file.`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `The name ${first} cannot be resolved: check it${proxy === undefined ? '' : ' (HTTPS_PROXY)'}, and the DNS.`;
  if (code === 'ECONNREFUSED')
    return `Nothing listens at ${first}: check the address and the port${proxy === undefined ? '' : ' (HTTPS_PROXY)'}.`;
  return networkHint(proxy);
}

function networkHint(proxy: string | undefined): string {
  return proxy === undefined
    ? 'Is the network up, and is a proxy needed (HTTPS_PROXY)?'
    : 'Is the network up, and is the proxy the right one (HTTPS_PROXY, NO_PROXY)?';
}

/** Of the two, a clock that is wrong by days is the commoner cause. */
function clockHint(code: string, host: string): string {
  const now = new Date().toISOString().slice(0, 16).replace('T', ' ');
  const fault = code === 'CERT_NOT_YET_VALID' ? 'begins later' : 'has ended';
  return `The clock of this machine says ${now} UTC. If that is wrong, ${setTheClock}; if it is right, the certificate of ${host} ${fault}, and its operator has to renew it.`;
}
