import { z } from 'zod';
import type { Person } from '../../domain/message.ts';
import { IntegratorError } from '../../domain/errors.ts';
import { normalAddress, normalMessageId } from '../address.ts';
import { markHeader, markName, markSet } from '../mark.ts';
import type { Draft, FindBy, FoundMail, OutgoingMail, OutgoingReply, OwnHeaders } from '../sender.ts';
import { segment } from './query.ts';

/** At most five headers can be set, when creating only, and only x- ones. */
const markProperty = `String {${markSet}} Name ${markName}`;

export function draftJson(mail: OutgoingMail): Record<string, unknown> {
  return {
    subject: mail.subject,
    body: { contentType: mail.body.kind, content: mail.body.content },
    from: recipient(mail.from),
    toRecipients: mail.to.map(recipient),
    ccRecipients: mail.cc.map(recipient),
    bccRecipients: mail.bcc.map(recipient),
    ...marks(mail.mark, mail.headers),
  };
}

/** The mark goes on with the first request, so that a reply draft of unknown fate is found too. */
export function replyJson(reply: OutgoingReply): Record<string, unknown> {
  return { message: { from: recipient(reply.from), ...marks(reply.mark, reply.headers) } };
}

function marks(mark: string, headers: OwnHeaders = []): Record<string, unknown> {
  return {
    singleValueExtendedProperties: [{ id: markProperty, value: mark }],
    internetMessageHeaders: [{ name: markHeader, value: mark }, ...headers],
  };
}

export function recipient({ name, address }: Person): Record<string, unknown> {
  return { emailAddress: { address, ...(name === '' ? {} : { name }) } };
}

const text = z.string().nullish();
const address = z.object({ emailAddress: z.object({ address: text, name: text }).nullish() });
const draftSchema = z.object({
  id: z.string().min(1),
  subject: text,
  internetMessageId: text,
  conversationId: text,
  toRecipients: z.array(address).nullish(),
  ccRecipients: z.array(address).nullish(),
  body: z.object({ content: text }).nullish(),
});
type GraphDraft = z.infer<typeof draftSchema>;

export interface MadeDraft extends Draft {
  /** HTML of the draft as the server made it. */
  readonly html: string;
}

/** Null where the answer is no message. */
export function draftOf(answer: unknown): MadeDraft | null {
  const parsed = draftSchema.safeParse(answer);
  if (!parsed.success) return null;
  const { id, internetMessageId, conversationId, subject, toRecipients, ccRecipients, body } = parsed.data;
  return {
    id,
    subject: subject ?? '',
    internetMessageId: normalMessageId(internetMessageId),
    conversationId: conversationId ?? null,
    to: addresses(toRecipients),
    cc: addresses(ccRecipients),
    html: body?.content ?? '',
  };
}

function addresses(list: GraphDraft['toRecipients']): readonly string[] {
  return (list ?? []).map((one) => normalAddress(one.emailAddress?.address ?? '')).filter((one) => one !== '');
}

const foundFields = 'id,isDraft,parentFolderId,internetMessageId,conversationId,from,sender';

export function findQuery(by: FindBy): string {
  return `$filter=${encodeURIComponent(filterOf(by))}&$select=${foundFields}&$top=50`;
}

function filterOf(by: FindBy): string {
  if ('internetMessageId' in by) return `internetMessageId eq '<${quoted(by.internetMessageId)}>'`;
  return `singleValueExtendedProperties/Any(ep: ep/id eq '${markProperty}' and ep/value eq '${quoted(by.mark)}')`;
}

function quoted(value: string): string {
  return value.replaceAll("'", "''");
}

const foundSchema = z.object({
  id: z.string().min(1),
  isDraft: z.boolean().nullish(),
  parentFolderId: text,
  internetMessageId: text,
  conversationId: text,
  from: address.nullish(),
  sender: address.nullish(),
});

/** The folders that matter here, by id. */
export type OwnFolders = ReadonlyMap<string, Exclude<FoundMail['place'], 'elsewhere'>>;

/** Under the names Graph has for them in any language. */
export const ownFolders = [
  ['drafts', 'drafts'],
  ['sentitems', 'sent_items'],
  ['deleteditems', 'deleted'],
] as const;

export function foundOf(entry: unknown, folders: OwnFolders): FoundMail {
  const parsed = foundSchema.safeParse(entry);
  if (!parsed.success) {
    throw new IntegratorError('protocol', 'a search for sent mail gave something that is no mail', {
      cause: parsed.error,
    });
  }
  const { id, isDraft, parentFolderId, internetMessageId, conversationId, from, sender } = parsed.data;
  const fromAddress = normalAddress(from?.emailAddress?.address ?? '');
  return {
    id,
    isDraft: isDraft ?? false,
    place: folders.get(parentFolderId ?? '') ?? 'elsewhere',
    internetMessageId: normalMessageId(internetMessageId),
    conversationId: conversationId ?? null,
    from: fromAddress,
    sender: normalAddress(sender?.emailAddress?.address ?? '') || fromAddress,
  };
}

/** What tells whether a mail bears our mark: the property on our side, the header on the recipient's. */
export function markQuery(id: string): string {
  const expand = encodeURIComponent(`singleValueExtendedProperties($filter=id eq '${markProperty}')`);
  return `/messages/${segment(id)}?$select=id,internetMessageHeaders&$expand=${expand}`;
}

const markedSchema = z.object({
  singleValueExtendedProperties: z.array(z.object({ value: text })).nullish(),
  internetMessageHeaders: z.array(z.object({ name: text, value: text })).nullish(),
});

export function bearsMark(answer: unknown, mark: string): boolean {
  const { properties, headers } = shownBy(answer);
  return (
    properties.some(({ value }) => value === mark) ||
    headers.some(({ name, value }) => name?.toLowerCase() === markHeader && value?.trim() === mark)
  );
}

/** True where the answer shows what a mail bears and this mark is not among it; what shows nothing proves nothing. */
export function lacksMark(answer: unknown, mark: string): boolean {
  const { properties, headers } = shownBy(answer);
  return properties.length + headers.length > 0 && !bearsMark(answer, mark);
}

function shownBy(answer: unknown) {
  const shown = markedSchema.safeParse(answer).data;
  return { properties: shown?.singleValueExtendedProperties ?? [], headers: shown?.internetMessageHeaders ?? [] };
}
