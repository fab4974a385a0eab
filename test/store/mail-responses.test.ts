import { expect, it } from 'vitest';
import { addMailResponses } from '../../src/store/mail-responses.ts';
import { onBothStores } from './both-stores.ts';

await onBothStores('answers of machines', (stores) => {
  it('are kept each once, however many come in one page', async () => {
    const store = await stores.open();
    const about = {
      mailbox: 'ann@contoso.test',
      kind: 'bounce',
      message_id: null,
      at: 1,
      recipient: '',
      reason: '',
    } as const;
    const page = Array.from({ length: 9_000 }, (_, number) => ({
      ...about,
      identity: `bounce ${number % 20}`,
      message_key: `${number}@contoso.test`,
    }));
    await store.write((trx) => addMailResponses(trx, page));
    await store.write((trx) => addMailResponses(trx, page.slice(0, 10)));
    const { count } = await store.db
      .selectFrom('mail_response')
      .select(({ fn }) => fn.countAll().as('count'))
      .executeTakeFirstOrThrow();
    expect(Number(count)).toBe(9_000);
  });
});
