import type { EmailMessage } from 'ews-javascript-api';
import { IntegratorError } from '../../domain/errors.ts';
import type {
  Draft,
  FindBy,
  FoundMail,
  MailSender,
  OutgoingFile,
  OutgoingMail,
  OutgoingReply,
  Tried,
} from '../sender.ts';
import type { Library, Work } from './client.ts';
import { folderId, type WellKnownId } from './folder-id.ts';
import type { EwsMailbox } from './mailbox.ts';
import { findSent } from './sender-find.ts';
import { bearsMark, boundMail, completeReply, draftOf, newMessage } from './sender-message.ts';
import { FateUnknown } from './sender-rules.ts';

/** A request of EWS has 64 MB unless told otherwise, and base64 makes a third more of a file. */
const largestBytes = 47 * 1_048_576;

/**
 * Sends from one mailbox through Exchange Web Services: a draft is saved, gets its attachments, and is sent with its
 * newest change key; never SendAndSaveCopy, which gives no id. Drafts and copies lie in the owner's folders.
 */
export class EwsSender implements MailSender {
  readonly #mailbox: EwsMailbox;

  constructor(mailbox: EwsMailbox) {
    this.#mailbox = mailbox;
  }

  createDraft(mail: OutgoingMail, signal: AbortSignal): Promise<Tried<Draft>> {
    return this.#try('a draft', signal, async (service, library) => {
      const message = newMessage(service, library, mail);
      await message.Save(this.#folder(library, 'drafts'));
      return draftOf(await boundMail({ service, library }, message.Id.UniqueId, 'draft'));
    });
  }

  /**
   * A reply cannot bear our mark from the start: Exchange takes none with it. It is made in Deleted Items, where a draft
   * that was lost sight of is sent by nobody, and moves to Drafts when it is marked.
   */
  createReply(reply: OutgoingReply, signal: AbortSignal): Promise<Tried<Draft>> {
    return this.#try('the mail answered', signal, async (service, library) => {
      const world = { service, library };
      const answer = (await boundMail(world, reply.to, 'state')).CreateReply(reply.all);
      answer.BodyPrefix = new library.MessageBody(library.BodyType.HTML, reply.html);
      const saved = await answer.Save(this.#folder(library, 'deleteditems'));
      const message = await boundMail(world, saved.Id.UniqueId, 'draft');
      completeReply(library, message, reply);
      const made = draftOf(message);
      await message.Update(library.ConflictResolutionMode.AlwaysOverwrite);
      const moved = await message.Move(this.#folder(library, 'drafts'));
      return { ...made, id: moved.Id.UniqueId };
    });
  }

  async attach(draft: Draft, file: OutgoingFile, signal: AbortSignal): Promise<Tried<null>> {
    if (file.size > largestBytes) return { kind: 'refused', error: tooLarge(file) };
    const content = await base64Of(file);
    return this.#try(`the attachment ${JSON.stringify(file.name)}`, signal, async (service, library) => {
      const message = unspent(await boundMail({ service, library }, draft.id, 'state'));
      message.Attachments.AddFileAttachment(file.name, content).ContentType = file.contentType;
      await message.Update(library.ConflictResolutionMode.AlwaysOverwrite);
      return null;
    });
  }

  send(draft: Draft, signal: AbortSignal): Promise<Tried<null>> {
    return this.#try('sending', signal, async (service, library) => {
      const message = unspent(await boundMail({ service, library }, draft.id, 'state'));
      await message.SendAndSaveCopy(this.#folder(library, 'sentitems'));
      return null;
    });
  }

  find(by: FindBy, signal: AbortSignal): Promise<readonly FoundMail[]> {
    return findSent(this.#mailbox, by, signal);
  }

  async remove(id: string, mark: string, signal: AbortSignal): Promise<Tried<null>> {
    const tried = await this.#try('a mail of ours', signal, async (service, library) => {
      const message = await boundMail({ service, library }, id, 'marks');
      if (!bearsMark(message, mark)) return 'not_ours';
      await message.Delete(library.DeleteMode.MoveToDeletedItems);
      return 'removed';
    });
    if (tried.kind === 'refused' && tried.error.code === 'ErrorItemNotFound') return { kind: 'done', value: null };
    if (tried.kind !== 'done') return tried;
    if (tried.value === 'removed') return { kind: 'done', value: null };
    return { kind: 'refused', error: new IntegratorError('bug', 'a mail that is not ours was to be removed') };
  }

  /** Throws only where the caller's signal or a bug ended it. */
  async #try<T>(about: string, signal: AbortSignal, work: Work<T>): Promise<Tried<T>> {
    try {
      return { kind: 'done', value: await this.#mailbox.call(about, signal, work) };
    } catch (thrown) {
      if (signal.aborted) throw thrown instanceof FateUnknown ? thrown.error : thrown;
      if (thrown instanceof FateUnknown) return { kind: 'unsure', error: thrown.error };
      if (!(thrown instanceof IntegratorError) || thrown.kind === 'bug' || thrown.code === 'stopped') throw thrown;
      return { kind: thrown.code === 'unreadable' ? 'unsure' : 'refused', error: thrown };
    }
  }

  #folder(library: Library, name: WellKnownId) {
    return folderId(library, name, this.#mailbox.address);
  }
}

/** A mail that was sent already could be sent again by its id where the server still has it. */
function unspent(message: EmailMessage): EmailMessage {
  if (message.IsDraft) return message;
  throw new IntegratorError('not_found', 'the draft was sent already', { code: 'ErrorItemNotFound' });
}

async function base64Of(file: OutgoingFile): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of file.bytes()) chunks.push(chunk);
  return Buffer.concat(chunks).toString('base64');
}

function tooLarge({ name }: OutgoingFile): IntegratorError {
  return new IntegratorError('usage', `the attachment ${JSON.stringify(name)} is larger than 47 MB`, {
    hint: 'Exchange takes no larger request over EWS: send a link or a smaller file, or use a Graph connection.',
  });
}
