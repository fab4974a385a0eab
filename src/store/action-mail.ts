import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { MessageBody, Person } from '../domain/message.ts';
import { inParts } from './messages.ts';
import type { AttachmentTable } from './schema.ts';
import type { StoreReader } from './store.ts';

/** A stored mail as a ticket shows it. */
export interface ActionMail {
  readonly from: Person | null;
  readonly to: readonly Person[];
  readonly cc: readonly Person[];
  readonly subject: string;
  readonly internetMessageId: string | null;
  readonly body: MessageBody;
  readonly uniqueBody: MessageBody | null;
  readonly attachments: readonly Selectable<AttachmentTable>[];
}

const personSchema = z.object({ name: z.string(), address: z.string() });
const peopleSchema = z.object({ to: z.array(personSchema), cc: z.array(personSchema) });

/** These mails with their content, by id; what is not there any more is left out. */
export async function loadActionMail(db: StoreReader, messageIds: readonly number[]): Promise<Map<number, ActionMail>> {
  const mails = new Map<number, ActionMail>();
  for (const ids of inParts(messageIds, 200)) {
    const attachments = await attachmentsOf(db, ids);
    const rows = await db
      .selectFrom('message')
      .innerJoin('message_content', 'message_content.message_id', 'message.id')
      .selectAll()
      .where('message.id', 'in', ids)
      .execute();
    for (const row of rows) {
      const { to, cc } = peopleSchema.parse(JSON.parse(row.people_json));
      const nobody = row.from_address === '' && row.from_name === '';
      mails.set(row.id, {
        from: nobody ? null : { name: row.from_name, address: row.from_address },
        to,
        cc,
        subject: row.subject,
        internetMessageId: row.internet_message_id,
        body: { kind: row.body_kind, content: row.body },
        uniqueBody:
          row.unique_kind === null || row.unique_body === null
            ? null
            : { kind: row.unique_kind, content: row.unique_body },
        attachments: attachments.filter((attachment) => attachment.message_id === row.id),
      });
    }
  }
  return mails;
}

function attachmentsOf(db: StoreReader, messageIds: readonly number[]): Promise<Selectable<AttachmentTable>[]> {
  return db
    .selectFrom('attachment')
    .selectAll()
    .where('message_id', 'in', messageIds)
    .orderBy('message_id')
    .orderBy('position')
    .execute();
}
