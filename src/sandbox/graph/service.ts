import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Reply, Request } from '../reply.ts';
import type { Service } from '../server.ts';
import type { Mailbox } from '../world/mailbox.ts';
import { mustBeAllowed, targetOf } from './access.ts';
import { batch } from './batch.ts';
import type { BatchParts } from './batch.ts';
import type { Call, GraphWorld } from './call.ts';
import { callerOf, expiredToken } from './caller.ts';
import type { Caller, CallerParts } from './caller.ts';
import { GraphRefusal, badRequest, errorReply } from './errors.ts';
import type { Gate } from './gate.ts';
import { segmentsOf } from './path.ts';
import { parsePrefer } from './prefer.ts';
import { parseQuery } from './query.ts';
import { findRoute, isRead } from './routes.ts';

export interface GraphParts extends GraphWorld, BatchParts {
  readonly gate: Gate;
  readonly callers: CallerParts;
}

/** Graph v1.0 (and the same under beta) below `/graph/`. */
export function graphService(parts: GraphParts): Service {
  const refuse = (refusal: GraphRefusal, request?: Request): Reply =>
    errorReply(refusal, parts.now(), request?.headers['client-request-id']);
  const service: Service = {
    name: 'graph',
    errors: {
      error: (status, code, message) => refuse(new GraphRefusal(status, code, message)),
      expiredToken: () => refuse(expiredToken()),
      aadsts: (code) => refuse(new GraphRefusal(401, 'InvalidAuthenticationToken', `AADSTS${code}`)),
    },
    subject: (request) => subjectOf(parts, request),
    enter: (request) => enter(parts, request, refuse),
    handle: async (request) => {
      if (parts.settings.latencyMs > 0) await sleep(parts.settings.latencyMs, undefined, { ref: false });
      return answered(parts, request, () =>
        isBatch(request) ? batch(parts, service, request) : carryOut(parts, request),
      );
    },
  };
  return service;
}

/** Refusals become answers, and every answer names the request. */
async function answered(parts: GraphParts, request: Request, work: () => Reply | Promise<Reply>): Promise<Reply> {
  const id = request.headers['client-request-id'];
  const echo: Readonly<Record<string, string>> = id === undefined ? {} : { 'client-request-id': id };
  try {
    const reply = await work();
    return { ...reply, headers: { 'request-id': randomUUID(), ...reply.headers, ...echo } };
  } catch (error) {
    if (!(error instanceof GraphRefusal)) throw error;
    const reply = errorReply(error, parts.now(), id);
    return { ...reply, headers: { ...reply.headers, ...echo } };
  }
}

function isBatch(request: Request): boolean {
  return request.method === 'POST' && /^\/graph\/[^/]+\/\$batch$/i.test(request.url.pathname);
}

function carryOut(parts: GraphParts, request: Request): Reply | Promise<Reply> {
  const caller = callerOf(request.headers['authorization'], parts.callers);
  parts.world.post.settle();
  const { user, rest } = split(request);
  const found = findRoute(request.method === 'HEAD' ? 'GET' : request.method, rest);
  if (found.kind === 'none') throw badRequest(`Resource not found for the segment '${rest.at(-1) ?? ''}'.`);
  if (found.kind === 'wrong_method') {
    throw new GraphRefusal(405, 'Request_BadRequest', 'Specified HTTP method is not allowed for the request target.');
  }
  const mailbox = targetOf(parts.world, caller, user, found.route.need);
  mustBeAllowed(caller, mailbox, found.route.need);
  return found.route.handle(callFor(parts, { caller, mailbox, request, values: found.values }));
}

function callFor(
  graph: GraphWorld,
  parts: { caller: Caller; mailbox: Mailbox; request: Request; values: readonly string[] },
): Call {
  const prefer = parsePrefer(parts.request.headers['prefer']);
  return {
    graph,
    ...parts,
    query: parseQuery(parts.request.url.searchParams),
    view: { mailbox: parts.mailbox, prefer, settings: graph.settings },
    base: `users('${parts.mailbox.objectId}')`,
  };
}

/** `/graph/v1.0/me/…` or `/graph/v1.0/users/{id}/…` */
function split(request: Request): { user: string | null; rest: readonly string[] } {
  const [, version = '', root = '', ...rest] = segmentsOf(request.url.pathname);
  if (version !== 'v1.0' && version !== 'beta') throw badRequest('Invalid version.', 'BadRequest');
  if (root.toLowerCase() === 'me') return { user: null, rest };
  const [user = '', ...below] = rest;
  if (root.toLowerCase() !== 'users' || user === '') throw badRequest(`Resource not found for the segment '${root}'.`);
  return { user, rest: below };
}

function subjectOf(parts: GraphParts, request: Request): { mailbox: string | null; mutating: boolean } {
  const [, , root = '', ...rest] = segmentsOf(request.url.pathname);
  if (root.toLowerCase() === '$batch') return { mailbox: null, mutating: false };
  const mutating = !isRead(request.method, rest);
  return { mailbox: mailboxOf(parts, request)?.address ?? null, mutating };
}

function mailboxOf(parts: GraphParts, request: Request): Mailbox | null {
  try {
    const { user } = split(request);
    if (user !== null) return parts.world.find(user);
    const caller = callerOf(request.headers['authorization'], parts.callers);
    return caller.kind === 'person' ? caller.account : null;
  } catch (error) {
    if (error instanceof GraphRefusal) return null;
    throw error;
  }
}

const open = { refusal: null, concurrent: 1, leave: (): void => undefined };

function enter(
  parts: GraphParts,
  request: Request,
  refuse: (refusal: GraphRefusal, request: Request) => Reply,
): ReturnType<NonNullable<Service['enter']>> {
  const mailbox = mailboxOf(parts, request);
  const appId = appIdOf(parts, request);
  if (mailbox === null || appId === null) return open;
  const passage = parts.gate.enter(mailbox.objectId, appId);
  return { ...passage, refusal: passage.refusal === null ? null : refuse(passage.refusal, request) };
}

function appIdOf(parts: GraphParts, request: Request): string | null {
  try {
    return callerOf(request.headers['authorization'], parts.callers).appId;
  } catch (error) {
    if (error instanceof GraphRefusal) return null;
    throw error;
  }
}
