import { IntegratorError } from '../domain/errors.ts';

/** Anything an HTTP library throws, as `unreachable` with the cause kept and its code; our own errors stay as they are. */
export function networkError(thrown: unknown, host: string): IntegratorError {
  if (thrown instanceof IntegratorError) return thrown;
  const code = codeOf(thrown);
  const words = thrown instanceof Error && thrown.message !== '' ? thrown.message : (code ?? 'the connection failed');
  return new IntegratorError('unreachable', `cannot talk to ${host}: ${words}`, {
    cause: thrown,
    hint: hintOf(code, host),
    ...(code === undefined ? {} : { code }),
  });
}

function codeOf(thrown: unknown): string | undefined {
  for (let error = thrown, depth = 0; error instanceof Error && depth < 5; error = error.cause, depth += 1) {
    if ('code' in error && typeof error.code === 'string') return error.code;
  }
  return undefined;
}

const untrusted = /^(?:CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_)/;

function hintOf(code: string | undefined, host: string): string {
  if (code === undefined) return 'Is the network up, and is a proxy needed (HTTPS_PROXY)?';
  if (untrusted.test(code))
    return `The certificate of ${host} is not trusted here: name its authority in endpoints.ca_file.`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `The name ${host} cannot be resolved: check it, and the DNS.`;
  if (code === 'ECONNREFUSED') return `Nothing listens at ${host}: check the address and the port.`;
  return 'Is the network up, and is a proxy needed (HTTPS_PROXY)?';
}
