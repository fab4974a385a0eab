import { answerTo, quoteOf } from './answer.ts';
import { buildItem } from './build-item.ts';
import type { Mailbox } from './mailbox.ts';
import { person, sameAddress } from './people.ts';
import type { PostOffice } from './post-office.ts';
import { textToHtml } from './text.ts';
import type { AttachmentSpec, Item, PersonSpec } from './types.ts';

export interface AnswerSpec {
  /** Where the mail lies that is answered. */
  readonly mailbox: string;
  /** With angle brackets. Undefined: the mail that came last. */
  readonly internetMessageId?: string;
  /** Who answers, where that is not the mailbox itself: somebody on a list. With an account, the copy goes there. */
  readonly as?: PersonSpec;
  /** Where answers to the answer shall go, as a Reply-To header says. */
  readonly replyTo?: PersonSpec | readonly PersonSpec[];
  readonly text: string;
  readonly all?: boolean;
  readonly attachments?: readonly AttachmentSpec[];
  /** The folder into which a rule of the recipient's files it; else it stays in the inbox. */
  readonly into?: string;
}

export interface AnswerWorld {
  readonly post: PostOffice;
  now(): number;
  find(address: string): Mailbox | null;
}

/** A person answers a mail as Outlook does, with the quoted original below. Gives the answer's internet message id. */
export function answerMail(world: AnswerWorld, spec: AnswerSpec): string {
  const mailbox = world.find(spec.mailbox);
  if (mailbox === null) throw new Error(`sandbox: there is no mailbox ${spec.mailbox}`);
  const original = mailToAnswer(mailbox, spec);
  const from = spec.as === undefined ? { name: mailbox.displayName, address: mailbox.address } : person(spec.as);
  const folder = mailbox.folder('drafts');
  const answer = buildItem(
    {
      ...answerTo(original, mailbox, spec.all === true ? 'reply_all' : 'reply'),
      from,
      ...(spec.replyTo === undefined ? {} : { replyTo: spec.replyTo }),
      html: `${textToHtml(spec.text)}${quoteOf(original)}`,
      ...(spec.attachments === undefined ? {} : { attachments: spec.attachments }),
    },
    { mailbox, folder, now: world.now() },
  );
  world.post.send(answer, world.find(from.address) ?? mailbox, 0);
  const id = answer.internetMessageId ?? '';
  if (spec.into !== undefined) fileInto(world, answer, spec.into);
  return id;
}

function mailToAnswer(mailbox: Mailbox, { internetMessageId }: AnswerSpec): Item {
  const found = [...mailbox.items()].filter(
    (item) =>
      item.folder.wellKnown !== 'sentitems' &&
      (internetMessageId === undefined || item.internetMessageId === internetMessageId),
  );
  const newest = found.toSorted((one, other) => one.receivedAt - other.receivedAt || one.key - other.key).at(-1);
  if (newest === undefined) throw new Error(`sandbox: there is no such mail in ${mailbox.address} to answer`);
  return newest;
}

function fileInto(world: AnswerWorld, answer: Item, path: string): void {
  for (const { address } of answer.to) {
    const target = world.find(address);
    if (target === null || sameAddress(address, answer.from?.address ?? '')) continue;
    const arrived = [...target.items()].find(
      (item) => item.internetMessageId === answer.internetMessageId && item.folder.wellKnown === 'inbox',
    );
    if (arrived !== undefined) target.move(arrived, target.folders.ensure(path), world.now());
  }
}
