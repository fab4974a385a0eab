import { randomUUID } from 'node:crypto';
import { json } from '../reply.ts';
import type { Reply } from '../reply.ts';

/** Thrown inside the Graph service; becomes its JSON. */
export class GraphRefusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

export const itemNotFound = (): GraphRefusal =>
  new GraphRefusal(404, 'ErrorItemNotFound', 'The specified object was not found in the store.');

export const malformedId = (): GraphRefusal => new GraphRefusal(400, 'ErrorInvalidIdMalformed', 'Id is malformed.');

export const accessDenied = (): GraphRefusal =>
  new GraphRefusal(403, 'ErrorAccessDenied', 'Access is denied. Check credentials and try again.');

export const badRequest = (message: string, code = 'BadRequest'): GraphRefusal => new GraphRefusal(400, code, message);

/** The usual shape, with the ids that support asks for. `now`: epoch milliseconds. */
export function errorReply(refusal: GraphRefusal, now: number, clientRequestId: string = randomUUID()): Reply {
  const requestId = randomUUID();
  const innerError = {
    date: new Date(now).toISOString().slice(0, 19),
    'request-id': requestId,
    'client-request-id': clientRequestId,
  };
  const error = { code: refusal.code, message: refusal.message, innerError };
  return json(refusal.status, { error }, { 'request-id': requestId, ...refusal.headers });
}
