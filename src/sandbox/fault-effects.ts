import { gzipSync } from 'node:zlib';
import type { AfterFault, Fault, InsteadFault, PageFault, RewriteFault, StatusFault } from './faults.ts';
import { replaceField } from './replace-field.ts';
import { bytes, empty, html, json } from './reply.ts';
import type { JsonObject, Reply, Request } from './reply.ts';

/** How the bytes leave: the part of a fault below HTTP. */
export type Wire =
  | { readonly kind: 'normal' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'hang' }
  | { readonly kind: 'cut' }
  | { readonly kind: 'drip'; readonly pieceBytes: number; readonly pauseMs: number };

/** Each service words its errors in its own way. */
export interface ErrorWriter {
  error(status: number, code: string, message: string, request?: Request): Reply;
  expiredToken(): Reply;
  aadsts(code: number, request: Request): Reply;
}

export const normal: Wire = { kind: 'normal' };

const insteadKinds: ReadonlySet<string> = new Set<InsteadFault['kind']>([
  'status',
  'html',
  'reset_before',
  'hang',
  'gzip_bomb',
  'expired_token',
  'aadsts',
]);

/** True where the request must not be carried out. */
export function isInstead(fault: Fault): fault is InsteadFault {
  return insteadKinds.has(fault.kind);
}

/** The answer that replaces carrying the request out. */
export function instead(fault: InsteadFault, request: Request, writer: ErrorWriter): { reply: Reply; wire: Wire } {
  switch (fault.kind) {
    case 'status':
      return { reply: statusReply(fault, request, writer), wire: normal };
    case 'html':
      return { reply: html(fault.status ?? 200, fault.text ?? portal), wire: normal };
    case 'reset_before':
      return { reply: empty(200), wire: { kind: 'reset' } };
    case 'hang':
      return { reply: empty(200), wire: { kind: 'hang' } };
    case 'gzip_bomb':
      return { reply: bomb(fault.megabytes), wire: normal };
    case 'expired_token':
      return { reply: writer.expiredToken(), wire: normal };
    case 'aadsts':
      return { reply: withRetryAfter(writer.aadsts(fault.code, request), fault.retryAfter), wire: normal };
  }
}

/** What becomes of the answer of a request that was carried out. */
export function spoil(
  fault: AfterFault,
  reply: Reply,
  request: Request,
  writer: ErrorWriter,
): { reply: Reply; wire: Wire } {
  if (isJsonFault(fault)) {
    const value = reply.body.kind === 'json' ? reply.body.value : null;
    return { reply: value === null ? reply : changed(fault, reply, value, request), wire: normal };
  }
  switch (fault.kind) {
    case 'status_after':
      return { reply: statusReply(fault, request, writer), wire: normal };
    case 'reset_after':
      return { reply, wire: { kind: 'reset' } };
    case 'hang_after':
      return { reply, wire: { kind: 'hang' } };
    case 'cut_connection':
      return { reply, wire: { kind: 'cut' } };
    case 'drip':
      return { reply, wire: { kind: 'drip', pieceBytes: fault.pieceBytes, pauseMs: fault.pauseMs } };
    case 'where':
      return holds(reply, fault.holds) ? spoil(fault.fault, reply, request, writer) : { reply, wire: normal };
    case 'content_type':
      return { reply: withContentType(reply, fault.contentType), wire: normal };
    case 'rewrite':
      return { reply: rewritten(reply, fault), wire: normal };
  }
}

const jsonKinds: ReadonlySet<string> = new Set<JsonFault['kind']>([
  'cut_json',
  'next_link',
  'foreign_link',
  'empty_page',
  'double_entries',
  'drop_fields',
  'replace_field',
]);

function isJsonFault(fault: AfterFault): fault is JsonFault {
  return jsonKinds.has(fault.kind);
}

function holds(reply: Reply, text: string): boolean {
  return reply.body.kind === 'json' && JSON.stringify(reply.body.value).includes(text);
}

type JsonFault = Exclude<PageFault, { kind: 'content_type' }>;

function changed(fault: JsonFault, reply: Reply, page: JsonObject, request: Request): Reply {
  switch (fault.kind) {
    case 'cut_json': {
      const text = JSON.stringify(page);
      return {
        ...reply,
        body: { kind: 'text', contentType: 'application/json', text: text.slice(0, text.length / 2) },
      };
    }
    case 'next_link':
      return withJson(reply, withNextLink(fault.how, page, request));
    case 'foreign_link': {
      const link = new URL(request.url.pathname + request.url.search, fault.origin);
      return withJson(reply, { ...withoutLinks(page), '@odata.nextLink': link.href });
    }
    case 'empty_page':
      return withJson(reply, { ...withoutLinks(page), value: [], '@odata.nextLink': request.url.href });
    case 'double_entries':
      return withJson(reply, { ...page, value: entriesOf(page).flatMap((entry) => [entry, entry]) });
    case 'drop_fields':
      return withJson(reply, dropFields(page, fault.names));
    case 'replace_field':
      return withJson(reply, replaceField(page, fault));
  }
}

function withNextLink(how: 'loop' | 'none' | 'both', page: JsonObject, request: Request): JsonObject {
  switch (how) {
    case 'loop':
      return { ...withoutLinks(page), '@odata.nextLink': request.url.href };
    case 'none':
      return withoutLinks(page);
    case 'both':
      return { ...page, '@odata.nextLink': request.url.href, '@odata.deltaLink': request.url.href };
  }
}

function dropFields(page: JsonObject, names: readonly string[]): JsonObject {
  const strip = (entry: unknown): unknown =>
    typeof entry === 'object' && entry !== null
      ? Object.fromEntries(Object.entries(entry).filter(([name]) => !names.includes(name)))
      : entry;
  if (!Array.isArray(page['value']))
    return Object.fromEntries(Object.entries(page).filter(([n]) => !names.includes(n)));
  return { ...page, value: entriesOf(page).map(strip) };
}

function withoutLinks(page: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(page).filter(([name]) => !/^@odata\.(next|delta)Link$/.test(name)));
}

function entriesOf(page: JsonObject): readonly unknown[] {
  const value = page['value'];
  return Array.isArray(value) ? value : [];
}

function withJson(reply: Reply, value: JsonObject): Reply {
  return { ...reply, body: { kind: 'json', value } };
}

function withContentType(reply: Reply, contentType: string): Reply {
  const { body } = reply;
  switch (body.kind) {
    case 'empty':
      return reply;
    case 'json':
      return { ...reply, body: { kind: 'text', contentType, text: JSON.stringify(body.value) } };
    case 'text':
      return { ...reply, body: { ...body, contentType } };
    case 'bytes':
      return { ...reply, body: { ...body, contentType } };
  }
}

function rewritten(reply: Reply, { changes }: RewriteFault): Reply {
  const { body } = reply;
  if (body.kind !== 'json' && body.kind !== 'text') return reply;
  const contentType = body.kind === 'text' ? body.contentType : 'application/json';
  const text = changes.reduce(
    (whole, { pattern, replacement }) => whole.replace(new RegExp(pattern, 'gu'), replacement),
    body.kind === 'text' ? body.text : JSON.stringify(body.value),
  );
  return { ...reply, body: { kind: 'text', contentType, text } };
}

function statusReply(fault: StatusFault, request: Request, writer: ErrorWriter): Reply {
  const reply =
    fault.noBody === true
      ? empty(fault.status)
      : writer.error(fault.status, fault.code ?? '', fault.message ?? '', request);
  const { location } = fault;
  return withRetryAfter(
    location === undefined ? reply : { ...reply, headers: { ...reply.headers, location } },
    fault.retryAfter,
  );
}

function withRetryAfter(reply: Reply, retryAfter: string | undefined): Reply {
  return retryAfter === undefined ? reply : { ...reply, headers: { ...reply.headers, 'retry-after': retryAfter } };
}

const portal =
  '<!doctype html><html><head><title>Sign in to this network</title></head><body><h1>Welcome</h1></body></html>';

function bomb(megabytes: number): Reply {
  const packed = gzipSync(Buffer.alloc(megabytes * 1024 * 1024, 0x20), { level: 9 });
  return { ...bytes(200, 'application/json', packed), headers: { 'content-encoding': 'gzip' } };
}

/** For an answer that has no service of its own. */
export const plainErrors: ErrorWriter = {
  error: (status, code, message) => json(status, { error: { code, message } }),
  expiredToken: () => json(401, { error: { code: 'expired', message: 'expired' } }),
  aadsts: (code) => json(400, { error: { code: String(code), message: '' } }),
};
