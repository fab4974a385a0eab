import { empty, json } from '../reply.ts';
import type { Reply, Request } from '../reply.ts';
import type { Service } from '../server.ts';
import { plainErrors } from '../fault-effects.ts';
import { buildAttachment } from '../world/build-item.ts';
import type { UploadSession, UploadSessions } from './upload-sessions.ts';

export interface UploadParts {
  readonly uploads: UploadSessions;
  now(): number;
}

const largestSlice = 4 * 1024 * 1024;

/** The pre-authenticated address that slices go to: in the real world another host, without Authorization. */
export function uploadService(parts: UploadParts): Service {
  const sessionOf = (request: Request): UploadSession | null =>
    parts.uploads.find(request.url.searchParams.get('authtoken') ?? '', parts.now());
  return {
    name: 'upload',
    errors: plainErrors,
    subject: (request) => ({
      mailbox: sessionOf(request)?.mailbox.address ?? null,
      mutating: request.method !== 'GET',
    }),
    handle: (request) => {
      if (request.headers['authorization'] !== undefined)
        return problem(401, 'InvalidAuthenticationToken', 'The address is pre-authenticated.');
      const session = sessionOf(request);
      if (session === null) return problem(404, 'ErrorItemNotFound', 'The upload session was not found.');
      switch (request.method) {
        case 'PUT':
          return slice(parts, session, request);
        case 'GET':
          return progress(session, 200);
        case 'DELETE':
          parts.uploads.remove(request.url.searchParams.get('authtoken') ?? '');
          return empty(204);
        default:
          return problem(405, 'ErrorInvalidRequest', 'Specified HTTP method is not allowed.');
      }
    },
  };
}

function slice(parts: UploadParts, session: UploadSession, request: Request): Reply {
  const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(request.headers['content-range'] ?? '');
  const [from, to, total] = [Number(range?.[1]), Number(range?.[2]), Number(range?.[3])];
  if (range === null || total !== session.size || to - from + 1 !== request.body.length) {
    return problem(400, 'InvalidContentRangeHeader', 'The Content-Range header does not fit the content.');
  }
  if (request.body.length > largestSlice)
    return problem(413, 'ErrorMessageSizeExceeded', 'The slice is larger than 4 MB.');
  if (from !== session.receivedBytes) return problem(416, 'InvalidRange', `Expected byte ${session.receivedBytes}.`);
  session.received.push(request.body);
  session.receivedBytes += request.body.length;
  return session.receivedBytes < session.size ? progress(session, 200) : finish(parts, session, request);
}

function finish(parts: UploadParts, session: UploadSession, request: Request): Reply {
  const { mailbox } = session;
  const item = mailbox.byKey(session.itemKey);
  parts.uploads.remove(request.url.searchParams.get('authtoken') ?? '');
  if (item === null) return problem(404, 'ErrorItemNotFound', 'The specified object was not found in the store.');
  const spec = {
    kind: 'file' as const,
    name: session.name,
    contentType: session.contentType,
    content: Buffer.concat(session.received),
    inline: session.inline,
    ...(session.contentId === null ? {} : { contentId: session.contentId }),
  };
  const attachment = buildAttachment(spec, { mailbox, folder: item.folder, now: parts.now() });
  mailbox.change(item, { attachments: [...item.attachments, attachment], modifiedAt: parts.now() }, 'updated');
  const id = mailbox.ids.make('attachment', attachment.serial);
  const address = `${request.url.origin}/upload/api/v2.0/Users('${mailbox.objectId}')/Messages('${encodeURIComponent(mailbox.ids.make('item', item.instance))}')/Attachments('${encodeURIComponent(id)}')`;
  return empty(201, { location: address });
}

/** This service writes its property names in another case than Graph. */
function progress(session: UploadSession, status: number): Reply {
  return json(status, {
    ExpirationDateTime: new Date(session.expiresAt).toISOString(),
    NextExpectedRanges: [String(session.receivedBytes)],
  });
}

function problem(status: number, code: string, message: string): Reply {
  return json(status, { error: { code, message } });
}
