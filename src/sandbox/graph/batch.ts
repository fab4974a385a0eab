import { z } from 'zod';
import { instead, isInstead } from '../fault-effects.ts';
import type { FaultControl } from '../faults.ts';
import { json } from '../reply.ts';
import type { Reply, Request } from '../reply.ts';
import type { RequestLog } from '../request-log.ts';
import type { Service } from '../server.ts';
import { badRequest } from './errors.ts';
import { parseJson } from './users.ts';

const partSchema = z.object({
  id: z.string(),
  method: z.string(),
  url: z.string(),
  headers: z.record(z.string(), z.string()).exactOptional(),
  body: z.unknown().optional(),
  dependsOn: z.array(z.string()).exactOptional(),
});
const batchSchema = z.object({ requests: z.array(partSchema).max(20) });
type Part = z.infer<typeof partSchema>;

export interface BatchParts {
  readonly faults: FaultControl;
  readonly log: RequestLog;
  now(): number;
}

/** `POST /$batch`: every part passes gate and faults like a request of its own; the whole answers 200. */
export async function batch(parts: BatchParts, service: Service, request: Request): Promise<Reply> {
  const parsed = batchSchema.safeParse(parseJson(request.body));
  if (!parsed.success) throw badRequest('Invalid batch payload format.');
  const { requests } = parsed.data;
  if (new Set(requests.map(({ id }) => id)).size !== requests.length) throw badRequest('Request ids must be unique.');
  const answers = new Map<string, Record<string, unknown>>();
  for (const part of requests) {
    const failed = part.dependsOn?.some((id) => Number(answers.get(id)?.['status'] ?? 424) >= 400) ?? false;
    answers.set(
      part.id,
      failed ? dependencyFailed(part) : partAnswer(part, await carryOut(parts, service, inner(request, part))),
    );
  }
  // The service promises no order: the last comes first here.
  return json(200, { responses: [...answers.values()].toReversed() });
}

function inner(outer: Request, part: Part): Request {
  const version = outer.url.pathname.split('/').slice(0, 3).join('/');
  const headers = Object.fromEntries(
    Object.entries(part.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return {
    method: part.method.toUpperCase(),
    url: new URL(`${version}/${part.url.replace(/^\//, '')}`, outer.url),
    headers: { authorization: outer.headers['authorization'], ...headers },
    body: part.body === undefined ? new Uint8Array(0) : Buffer.from(JSON.stringify(part.body)),
    connection: outer.connection,
  };
}

async function carryOut(parts: BatchParts, service: Service, request: Request): Promise<Reply> {
  const { mailbox, mutating } = service.subject(request);
  const passage = service.enter?.(request);
  const path = request.url.pathname + request.url.search;
  const fault = parts.faults.take({
    service: 'graph',
    mailbox,
    path: decodeURIComponent(path),
    method: request.method,
  });
  const refusal =
    passage?.refusal ?? (fault !== null && isInstead(fault) ? instead(fault, request, service.errors).reply : null);
  const reply = refusal ?? (await service.handle(request));
  passage?.leave();
  const { method } = request;
  const entry = { at: parts.now(), service: 'graph' as const, method, path, host: request.url.host, authorized: true };
  parts.log.add({ ...entry, mailbox, mutating, status: reply.status, concurrent: passage?.concurrent ?? 1 });
  return reply;
}

function partAnswer(part: Part, reply: Reply): Record<string, unknown> {
  const headers = { ...reply.headers, ...(reply.body.kind === 'json' ? { 'Content-Type': 'application/json' } : {}) };
  return { id: part.id, status: reply.status, headers: canonical(headers), ...bodyOf(reply) };
}

function bodyOf(reply: Reply): { body?: unknown } {
  switch (reply.body.kind) {
    case 'empty':
      return {};
    case 'json':
      return { body: reply.body.value };
    case 'text':
      return { body: Buffer.from(reply.body.text).toString('base64') };
    case 'bytes':
      return { body: Buffer.from(reply.body.bytes).toString('base64') };
  }
}

function canonical(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase()),
      value,
    ]),
  );
}

function dependencyFailed(part: Part): Record<string, unknown> {
  const error = { code: 'FailedDependency', message: 'A request this one depends on failed.' };
  return { id: part.id, status: 424, headers: { 'Content-Type': 'application/json' }, body: { error } };
}
