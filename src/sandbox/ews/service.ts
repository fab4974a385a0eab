import { setTimeout as sleep } from 'node:timers/promises';
import { empty } from '../reply.ts';
import type { Reply, Request } from '../reply.ts';
import type { Service } from '../server.ts';
import type { Settings } from '../settings.ts';
import { actorOf, callerOf, expired, impersonated } from './caller.ts';
import type { CallerParts } from './caller.ts';
import type { Call } from './call.ts';
import { createAttachment, deleteItem, moveItem, sendItem, updateItem } from './change-item.ts';
import { createItem } from './create-item.ts';
import { findItem } from './find-item.ts';
import { findFolder, getFolder } from './folders.ts';
import { getAttachment, getItem } from './items.ts';
import { convertId, resolveNames } from './names.ts';
import { EwsRefusal, answerOf, fault, refused, unauthorized } from './soap.ts';
import { isLater, syncFolderItems } from './sync.ts';
import { below, child, parseXml, textOf } from './xml.ts';
import type { Node } from './xml.ts';

export interface EwsParts extends CallerParts {
  readonly settings: Settings;
}

type Operation = (call: Call) => readonly string[];

const reads: Readonly<Record<string, Operation>> = {
  GetFolder: getFolder,
  FindFolder: findFolder,
  SyncFolderItems: syncFolderItems,
  FindItem: findItem,
  GetItem: getItem,
  GetAttachment: getAttachment,
  ConvertId: convertId,
  ResolveNames: resolveNames,
};
/** What sending needs, and all else that changes a mailbox here. */
const writes: Readonly<Record<string, Operation>> = {
  CreateItem: createItem,
  CreateAttachment: createAttachment,
  UpdateItem: updateItem,
  MoveItem: moveItem,
  SendItem: sendItem,
  DeleteItem: deleteItem,
};
const operations: Readonly<Record<string, Operation>> = { ...reads, ...writes };

/** Exchange Web Services at /EWS/Exchange.asmx, in any case. */
export function ewsService(parts: EwsParts): Service {
  const underWay = new Map<string, number>();
  const parsed = new WeakMap<Request, Node | null>();
  const envelopeOf = (request: Request): Node | null => {
    const known = parsed.get(request);
    if (known !== undefined) return known;
    const envelope = parseXml(Buffer.from(request.body).toString('utf8'));
    parsed.set(request, envelope);
    return envelope;
  };
  return {
    name: 'ews',
    errors: {
      error: (status, code, message, request) =>
        spoken({ status, code, message }, operationOf(request && envelopeOf(request))),
      expiredToken: () => unauthorized(expired),
      aadsts: () => unauthorized(null),
    },
    subject: (request) => {
      const envelope = envelopeOf(request);
      const operation = operationOf(envelope);
      return {
        mailbox: mailboxOf(parts, envelope, request),
        mutating: operation !== undefined && reads[operation] === undefined,
        operation,
        ...(operation === 'SyncFolderItems' && isLater(bodyOf(envelope)) ? { detail: '?later' } : {}),
      };
    },
    enter: (request) => {
      const key = mailboxOf(parts, envelopeOf(request), request) ?? '';
      const concurrent = (underWay.get(key) ?? 0) + 1;
      underWay.set(key, concurrent);
      return { refusal: null, concurrent, leave: () => void underWay.set(key, (underWay.get(key) ?? 1) - 1) };
    },
    handle: async (request) => {
      if (parts.settings.latencyMs > 0) await sleep(parts.settings.latencyMs, undefined, { ref: false });
      const reply = carryOut(parts, request, envelopeOf(request));
      const id = request.headers['client-request-id'];
      return id === undefined ? reply : { ...reply, headers: { ...reply.headers, 'client-request-id': id } };
    },
  };
}

function carryOut(parts: EwsParts, request: Request, envelope: Node | null): Reply {
  const caller = callerOf(request, parts);
  if (caller.kind === 'nobody') return unauthorized(caller.diagnostics, caller.challenge);
  if (request.method !== 'POST') return empty(200);
  if (request.body.length > parts.settings.maxEwsRequestBytes) return empty(413);
  parts.world.post.settle();
  try {
    const body = bodyOf(envelope);
    const operation = operations[body?.name ?? ''];
    if (envelope === null || body === null || operation === undefined) throw invalid();
    const actor = actorOf(caller, envelope, parts.world);
    const { world, settings } = parts;
    return answerOf(body.name, operation({ world, actor, body, settings, operation: body.name }));
  } catch (error) {
    if (error instanceof EwsRefusal) return fault(error);
    throw error;
  }
}

/**
 * A fault on request. Exchange's own codes come as a SOAP fault under the status, under 200 inside the answer of the
 * operation; a number after BackOffMilliseconds in the message is told as the time to stay away.
 */
function spoken(
  asked: { readonly status: number; readonly code: string; readonly message: string },
  operation: string | undefined,
): Reply {
  const { status, code, message } = asked;
  if (!code.startsWith('Error')) return { ...empty(status), headers: { 'x-feserver': 'SBXFE01' } };
  const wait = /BackOffMilliseconds\D*(\d+)/.exec(message)?.[1];
  const refusal = new EwsRefusal(code, message, { backOffMs: wait === undefined ? null : Number(wait) });
  if (status !== 200 || operation === undefined) return fault(refusal, status === 200 ? 500 : status);
  return answerOf(operation, [refused(operation, refusal)]);
}

/** The mailbox a request says it is about. */
function mailboxOf(parts: EwsParts, envelope: Node | null, request: Request): string | null {
  const anchor = request.headers['x-anchormailbox'];
  const folder = below(bodyOf(envelope), 'DistinguishedFolderId');
  const named = impersonated(envelope) ?? textOf(folder, 'Mailbox', 'EmailAddress') ?? anchor;
  return named === undefined ? null : (parts.world.find(named)?.address ?? named);
}

function operationOf(envelope: Node | null | undefined): string | undefined {
  return bodyOf(envelope ?? null)?.name;
}

function bodyOf(envelope: Node | null): Node | null {
  return child(envelope, 'Body')?.children[0] ?? null;
}

function invalid(): EwsRefusal {
  return new EwsRefusal('ErrorSchemaValidation', 'The request failed schema validation.');
}
