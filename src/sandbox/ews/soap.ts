import { randomUUID } from 'node:crypto';
import { empty } from '../reply.ts';
import type { Reply } from '../reply.ts';
import { escaped, tag, value } from './xml.ts';

const types = 'http://schemas.microsoft.com/exchange/services/2006/types';
const messages = 'http://schemas.microsoft.com/exchange/services/2006/messages';
const errors = 'http://schemas.microsoft.com/exchange/services/2006/errors';

/** Something the service refuses: as one response message of several, or as a fault of the whole request. */
export class EwsRefusal extends Error {
  readonly code: string;
  readonly backOffMs: number | null;
  /** The whole request fails, with a SOAP fault. */
  readonly whole: boolean;

  constructor(
    code: string,
    message: string,
    more: { readonly backOffMs?: number | null; readonly whole?: boolean } = {},
  ) {
    super(message);
    this.code = code;
    this.backOffMs = more.backOffMs ?? null;
    this.whole = more.whole ?? false;
  }
}

export function soap(body: string, status = 200): Reply {
  const info = `<h:ServerVersionInfo MajorVersion="15" MinorVersion="20" MajorBuildNumber="9000" MinorBuildNumber="14" Version="V2018_01_08" xmlns:h="${types}"/>`;
  const text = `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header>${info}</s:Header><s:Body>${body}</s:Body></s:Envelope>`;
  const headers = { 'request-id': randomUUID(), 'x-feserver': 'SBXFE01' };
  return { status, headers, body: { kind: 'text', contentType: 'text/xml; charset=utf-8', text } };
}

/** The answer of an operation: one response message for each thing that was asked. */
export function answerOf(operation: string, responses: readonly string[]): Reply {
  const list = tag('m:ResponseMessages', responses);
  return soap(tag(`m:${operation}Response`, list, { 'xmlns:m': messages, 'xmlns:t': types }));
}

/** One response message of a success. */
export function success(operation: string, content: string): string {
  return tag(`m:${operation}ResponseMessage`, `${value('m:ResponseCode', 'NoError')}${content}`, {
    ResponseClass: 'Success',
  });
}

/** What the schema demands of a response message even where it says nothing but an error. */
const emptyParts: Readonly<Record<string, string>> = {
  GetItem: '<m:Items/>',
  CreateItem: '<m:Items/>',
  UpdateItem: '<m:Items/>',
  MoveItem: '<m:Items/>',
  GetFolder: '<m:Folders/>',
  GetAttachment: '<m:Attachments/>',
  CreateAttachment: '<m:Attachments/>',
  // An empty state and "this was the last": who stores that has lost the place and believes to be up to date.
  SyncFolderItems: '<m:SyncState/><m:IncludesLastItemInRange>true</m:IncludesLastItemInRange>',
};

/** One response message of a refusal. A warning says that this one was not looked at. */
export function refused(operation: string, refusal: EwsRefusal): string {
  const more = refusal.backOffMs === null ? '' : tag('m:MessageXml', backOff(refusal.backOffMs));
  const content = [
    value('m:MessageText', refusal.message),
    value('m:ResponseCode', refusal.code),
    value('m:DescriptiveLinkKey', 0),
    more,
    emptyParts[operation] ?? '',
  ];
  const kind = refusal.code === 'ErrorBatchProcessingStopped' ? 'Warning' : 'Error';
  return tag(`m:${operation}ResponseMessage`, content, { ResponseClass: kind });
}

export function fault(refusal: EwsRefusal, status = 500): Reply {
  const more = refusal.backOffMs === null ? '' : tag('t:MessageXml', backOff(refusal.backOffMs), { 'xmlns:t': types });
  const detail = [
    tag('e:ResponseCode', escaped(refusal.code), { 'xmlns:e': errors }),
    tag('e:Message', escaped(refusal.message), { 'xmlns:e': errors }),
    more,
  ];
  const content = [
    tag('faultcode', `a:${escaped(refusal.code)}`, { 'xmlns:a': types }),
    tag('faultstring', escaped(refusal.message), { 'xml:lang': 'en-US' }),
    tag('detail', detail),
  ];
  return soap(tag('s:Fault', content), status);
}

/** A header for each, as IIS does: many clients read no more than the first of several in one. */
const offered = ['NTLM', 'Basic realm="localhost"', 'Bearer client_id="00000002-0000-0ff1-ce00-000000000000"'];

/** The way in is shut: no token, or none that is good. `diagnostics` tells who is to blame, as Exchange does. */
export function unauthorized(diagnostics: string | null, challenge: string | string[] = offered): Reply {
  return empty(401, {
    'www-authenticate': challenge,
    'request-id': randomUUID(),
    ...(diagnostics === null ? {} : { 'x-ms-diagnostics': diagnostics }),
  });
}

function backOff(ms: number): string {
  return tag('t:Value', String(ms), { Name: 'BackOffMilliseconds' });
}
