import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzip } from 'node:zlib';
import { promisify } from 'node:util';
import type { Wire } from './fault-effects.ts';
import type { Reply } from './reply.ts';

const pack = promisify(gzip);
/** Below this, packing costs more than it saves. */
const packFromBytes = 1_400;

/** Writes an answer, packed if the client asked for that, in the way the fault wants. */
export async function writeReply(
  request: IncomingMessage,
  response: ServerResponse,
  reply: Reply,
  wire: Wire,
): Promise<void> {
  if (wire.kind === 'hang') return;
  if (wire.kind === 'reset') {
    request.socket.destroy();
    return;
  }
  const plain = bytesOf(reply);
  const packed = wantsGzip(request, reply, plain.length) ? await pack(plain, { level: 1 }) : null;
  const content = packed ?? plain;
  const headers: Record<string, string | string[]> = { ...reply.headers };
  if (reply.body.kind !== 'empty') headers['content-type'] = contentTypeOf(reply);
  if (packed !== null) headers['content-encoding'] = 'gzip';
  if (reply.status !== 204 && reply.status !== 304) headers['content-length'] = String(content.length);
  response.writeHead(reply.status, headers);
  if (request.method === 'HEAD') response.end();
  else await send(request, response, content, wire);
}

async function send(
  request: IncomingMessage,
  response: ServerResponse,
  content: Uint8Array,
  wire: Wire,
): Promise<void> {
  if (wire.kind === 'cut') {
    response.write(content.subarray(0, Math.max(1, Math.floor(content.length / 2))), () => request.socket.destroy());
    return;
  }
  if (wire.kind !== 'drip') {
    response.end(content);
    return;
  }
  for (let at = 0; at < content.length && !response.destroyed; at += wire.pieceBytes) {
    response.write(content.subarray(at, at + wire.pieceBytes));
    await sleep(wire.pauseMs, undefined, { ref: false });
  }
  response.end();
}

function bytesOf(reply: Reply): Uint8Array {
  switch (reply.body.kind) {
    case 'empty':
      return new Uint8Array(0);
    case 'json':
      return Buffer.from(JSON.stringify(reply.body.value));
    case 'text':
      return Buffer.from(reply.body.text);
    case 'bytes':
      return reply.body.bytes;
  }
}

function contentTypeOf(reply: Reply): string {
  switch (reply.body.kind) {
    case 'empty':
      return '';
    case 'json':
      return 'application/json; odata.metadata=minimal; odata.streaming=true; IEEE754Compatible=false; charset=utf-8';
    case 'text':
      return reply.body.contentType;
    case 'bytes':
      return reply.body.contentType;
  }
}

function wantsGzip(request: IncomingMessage, reply: Reply, length: number): boolean {
  if (reply.body.kind === 'empty' || reply.body.kind === 'bytes' || length < packFromBytes) return false;
  const accepted = request.headers['accept-encoding'];
  return typeof accepted === 'string' && /\bgzip\b/i.test(accepted) && reply.headers['content-encoding'] === undefined;
}
