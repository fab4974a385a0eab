import { isApplication } from '../../auth/credential-in-use.ts';
import { IntegratorError, toIntegratorError } from '../../domain/errors.ts';
import type { MailboxAddress } from '../provider.ts';
import {
  type Draft,
  type FindBy,
  type FoundMail,
  largestFile,
  type MailSender,
  type OutgoingFile,
  type OutgoingMail,
  type OutgoingReply,
  type Tried,
} from '../sender.ts';
import { expectOk } from './answer.ts';
import { segment } from './query.ts';
import { folderSchema, pageSchema } from './schema.ts';
import type { GraphSenderClient, GraphWrite, Sending } from './sender-client.ts';
import {
  bearsMark,
  draftJson,
  draftOf,
  findQuery,
  foundOf,
  lacksMark,
  type MadeDraft,
  markQuery,
  type OwnFolders,
  ownFolders,
  recipient,
  replyJson,
} from './sender-message.ts';
import { isGone } from './sender-rules.ts';
import { smallBytes, Upload, type UploadOptions, uploadTarget } from './sender-upload.ts';

/** 201 is what Graph says; what comes back, not the number, is the proof of a draft. */
const draftStatuses = [200, 201];

/** Sends from one mailbox through Microsoft Graph: POST draft, attachments, POST send; never sendMail, which gives no id. */
export class GraphSender implements MailSender {
  readonly #client: GraphSenderClient;
  readonly #uploads: UploadOptions;
  readonly #address: string;
  readonly #user: string;
  readonly #path: string;
  #folders: OwnFolders | undefined;

  constructor(client: GraphSenderClient, { address, user }: MailboxAddress, uploads: UploadOptions) {
    this.#client = client;
    this.#uploads = uploads;
    this.#address = address;
    this.#user = (user ?? address).toLowerCase();
    this.#path = `/users/${segment(user ?? address)}`;
  }

  async createDraft(mail: OutgoingMail, signal: AbortSignal): Promise<Tried<Draft>> {
    return this.#makeDraft('/messages', draftJson(mail), 'a draft', signal);
  }

  async createReply(reply: OutgoingReply, signal: AbortSignal): Promise<Tried<Draft>> {
    const verb = reply.all ? 'createReplyAll' : 'createReply';
    const made = await this.#makeDraft(
      `/messages/${segment(reply.to)}/${verb}`,
      replyJson(reply),
      'the mail answered',
      signal,
    );
    if (made.kind !== 'done') return made;
    // A comment never reached such a draft; what stands above the quote is put there afterwards.
    const body = { contentType: 'html', content: `${reply.html}${made.value.html}` };
    const copies =
      reply.cc.length === 0 ? {} : { ccRecipients: [...made.value.cc.map(bare), ...reply.cc].map(recipient) };
    const filled = await this.#write(
      {
        method: 'PATCH',
        path: `/messages/${segment(made.value.id)}`,
        body: { body, ...copies },
        accepts: [200],
        answers: true,
      },
      'a draft',
      signal,
    );
    return filled.kind === 'done' ? draftFrom(filled, 'a draft') : filled;
  }

  async attach(draft: Draft, file: OutgoingFile, signal: AbortSignal): Promise<Tried<null>> {
    if (file.size > largestFile) {
      const error = new IntegratorError('usage', `the attachment ${JSON.stringify(file.name)} is larger than 150 MB`);
      return { kind: 'refused', error };
    }
    return file.size < smallBytes ? this.#attachSmall(draft, file, signal) : this.#attachLarge(draft, file, signal);
  }

  async send(draft: Draft, signal: AbortSignal): Promise<Tried<null>> {
    return nothing(
      await this.#write(
        { method: 'POST', path: `/messages/${segment(draft.id)}/send`, accepts: [202], answers: false },
        'sending',
        signal,
      ),
    );
  }

  async find(by: FindBy, signal: AbortSignal): Promise<readonly FoundMail[]> {
    const folders = await this.#ownFolders(signal);
    const sending = this.#sending('the search for sent mail', signal);
    const page = pageSchema.safeParse(await this.#client.readOk(`${this.#path}/messages?${findQuery(by)}`, sending));
    if (!page.success) {
      throw new IntegratorError('protocol', `${sending.about}: the answer is no list`, { cause: page.error });
    }
    const found = page.data.value.map((entry) => foundOf(entry, folders));
    for (const one of found) await this.#checkFound(one, by, sending);
    return found;
  }

  /** A service that passes over what is asked for gives any mail: taking that for ours would leave ours unsent. */
  async #checkFound(found: FoundMail, by: FindBy, sending: Sending): Promise<void> {
    if ('internetMessageId' in by) {
      if (isOther(found.internetMessageId, by.internetMessageId)) throw searchedForNothing(sending);
      return;
    }
    const seen = await this.#client.read(`${this.#path}${markQuery(found.id)}`, sending);
    if (isGone(seen)) return;
    if (lacksMark(expectOk(seen), by.mark)) throw searchedForNothing(sending);
  }

  async remove(id: string, mark: string, signal: AbortSignal): Promise<Tried<null>> {
    const sending = this.#sending('a mail of ours', signal);
    const seen = await this.#client.read(`${this.#path}${markQuery(id)}`, sending);
    if (isGone(seen)) return { kind: 'done', value: null };
    if (seen.kind === 'refused') return { kind: 'refused', error: seen.error };
    if (!bearsMark(seen.value, mark)) {
      return { kind: 'refused', error: new IntegratorError('bug', 'a mail that is not ours was to be removed') };
    }
    return nothing(
      await this.#write(
        { method: 'DELETE', path: `/messages/${segment(id)}`, accepts: [204], answers: false },
        'a mail of ours',
        signal,
      ),
    );
  }

  async #makeDraft(path: string, body: GraphWrite['body'] & object, about: string, signal: AbortSignal) {
    const write = { method: 'POST', path, body, accepts: draftStatuses, answers: true } as const;
    return draftFrom(await this.#write(write, about, signal), about);
  }

  async #attachSmall(draft: Draft, file: OutgoingFile, signal: AbortSignal): Promise<Tried<null>> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of file.bytes()) chunks.push(chunk);
    const body = {
      '@odata.type': '#microsoft.graph.fileAttachment',
      name: file.name,
      contentType: file.contentType,
      contentBytes: Buffer.concat(chunks).toString('base64'),
    };
    const path = `/messages/${segment(draft.id)}/attachments`;
    return nothing(
      await this.#write({ method: 'POST', path, body, accepts: [201], answers: false }, 'an attachment', signal),
    );
  }

  async #attachLarge(draft: Draft, file: OutgoingFile, signal: AbortSignal): Promise<Tried<null>> {
    const { name, size, contentType } = file;
    const body = { AttachmentItem: { attachmentType: 'file', name, size, contentType } };
    const path = `/messages/${segment(draft.id)}/attachments/createUploadSession`;
    const session = await this.#write(
      { method: 'POST', path, body, accepts: draftStatuses, answers: true },
      'a large attachment',
      signal,
    );
    if (session.kind === 'refused') {
      const { credential } = this.#client;
      const known = credential !== undefined && isApplication(credential);
      return { kind: 'refused', error: known ? session.error : explained(session.error, this.#address) };
    }
    if (session.kind === 'unsure') return session;
    try {
      const url = uploadTarget(uploadUrlOf(session.value), this.#uploads.root);
      await new Upload(url, `a large attachment of ${this.#address}`, this.#uploads).run(file, signal);
      return { kind: 'done', value: null };
    } catch (thrown) {
      if (signal.aborted) throw thrown;
      return { kind: 'unsure', error: toIntegratorError(thrown) };
    }
  }

  async #ownFolders(signal: AbortSignal): Promise<OwnFolders> {
    if (this.#folders !== undefined) return this.#folders;
    const found = new Map<string, 'drafts' | 'sent_items' | 'deleted'>();
    for (const [name, place] of ownFolders) found.set(await this.#folderId(name, signal), place);
    this.#folders = found;
    return this.#folders;
  }

  async #folderId(name: string, signal: AbortSignal): Promise<string> {
    const sending = this.#sending(`the folder ${name}`, signal);
    const answer = await this.#client.readOk(`${this.#path}/mailFolders/${name}?$select=id`, sending);
    const folder = folderSchema.safeParse(answer);
    if (folder.success) return folder.data.id;
    throw new IntegratorError('protocol', `${sending.about}: the answer is no folder`, { cause: folder.error });
  }

  #write(write: GraphWrite, about: string, signal: AbortSignal): Promise<Tried<unknown>> {
    return this.#client.write({ ...write, path: `${this.#path}${write.path}` }, this.#sending(about, signal));
  }

  #sending(about: string, signal: AbortSignal): Sending {
    return { about: `${about} of ${this.#address}`, mailbox: this.#user, signal };
  }
}

function draftFrom(tried: Tried<unknown>, about: string): Tried<MadeDraft> {
  if (tried.kind !== 'done') return tried;
  const draft = draftOf(tried.value);
  if (draft !== null) return { kind: 'done', value: draft };
  return { kind: 'unsure', error: new IntegratorError('protocol', `${about}: the answer is no mail`) };
}

/** One that is not given says nothing, and another case no more. */
function isOther(found: string | null, asked: string): boolean {
  return found !== null && found.toLowerCase() !== asked.toLowerCase();
}

function searchedForNothing({ about }: Sending): IntegratorError {
  return new IntegratorError('protocol', `${about} gave mail that was not asked for`, {
    hint: 'The service passes over $filter, so that nobody can tell here whether a mail went out: look into the mailbox.',
  });
}

function nothing(tried: Tried<unknown>): Tried<null> {
  return tried.kind === 'done' ? { kind: 'done', value: null } : tried;
}

function bare(address: string): { readonly name: string; readonly address: string } {
  return { name: '', address };
}

function uploadUrlOf(answer: unknown): string {
  if (typeof answer === 'object' && answer !== null && 'uploadUrl' in answer && typeof answer.uploadUrl === 'string') {
    return answer.uploadUrl;
  }
  throw new IntegratorError('protocol', 'no address came back to upload an attachment to');
}

/** A documented known issue: upload sessions are refused to an account that is not the mailbox's own. */
function explained(error: IntegratorError, address: string): IntegratorError {
  if (error.kind !== 'access_denied') return error;
  return new IntegratorError('access_denied', error.message, {
    cause: error,
    hint: `Microsoft refuses attachments of 3 MB and more to a service account in another mailbox (${address}): send a link or a smaller file, or use a connection with auth: application.`,
    ...(error.code === undefined ? {} : { code: error.code }),
  });
}
