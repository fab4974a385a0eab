import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadLibrary } from '../../../src/mail/ews/library.ts';
import { toMessage } from '../../../src/mail/ews/map.ts';
import { countIn, flagIn, listIn, textIn, textOf, timeIn, timeWritten } from '../../../src/mail/ews/values.ts';

const library = await loadLibrary();
const nothing = { attachments: [], original: null, protection: 'none' } as const;

describe('a value of the library that is not what its type says reads as the empty one', () => {
  const strange = fc.oneof(
    fc.anything(),
    fc.constantFrom(null, undefined, {}, [], Number.NaN, Number.POSITIVE_INFINITY, { Subject: 'x' }),
  );

  test('text', () => {
    fc.assert(
      fc.property(strange, (value) => {
        const text = textIn({ Subject: value }, 'Subject');
        expect(text).toBe(typeof value === 'string' ? text : '');
        expect(/\p{Surrogate}/u.test(text)).toBe(false);
      }),
    );
    expect(textOf('a\ud800b😀')).toBe('a\ufffdb😀');
  });

  test('counts, flags, dates, lists', () => {
    fc.assert(
      fc.property(strange, (value) => {
        const item = { Size: value, IsDraft: value, DateTimeSent: value, ToRecipients: value };
        expect(Number.isSafeInteger(countIn(item, 'Size'))).toBe(true);
        expect(flagIn(item, 'IsDraft')).toBe(value === true);
        const ms = timeIn(item, 'DateTimeSent');
        expect(ms === null || Number.isFinite(ms)).toBe(true);
        expect(listIn(item, 'ToRecipients').every((one) => typeof one === 'object' && one !== null)).toBe(true);
      }),
    );
    expect(countIn({ Size: '12' }, 'Size')).toBe(0);
    expect(timeIn({ DateTimeSent: { TotalMilliSeconds: 8.7e15 } }, 'DateTimeSent')).toBeNull();
  });

  test('a field that throws', () => {
    const item = {
      get Subject(): string {
        throw new Error('the property must be loaded');
      },
    };
    expect(textIn(item, 'Subject')).toBe('');
  });
});

test.each([
  ['2026-01-02T03:04:05Z', Date.UTC(2026, 0, 2, 3, 4, 5)],
  ['2026-01-02T03:04:05', Date.UTC(2026, 0, 2, 3, 4, 5)],
  ['2026-01-02T03:04:05+01:00', Date.UTC(2026, 0, 2, 2, 4, 5)],
  ['', null],
  ['soon', null],
  ['0000-01-01T00:00:00Z', null],
  ['0001-01-01T00:00:00Z', null],
  ['1601-01-01T00:00:00Z', null],
  ['1970-01-01T00:00:00Z', null],
])('the date %j is %j', (written, ms) => {
  expect(timeWritten(written)).toBe(ms);
});

test('no item, whatever its fields are, becomes a message with a field of another type', () => {
  const names =
    'Subject From Sender ToRecipients CcRecipients BccRecipients ReplyTo Body UniqueBody InternetMessageId ' +
    'InternetMessageHeaders ExtendedProperties InReplyTo References ItemClass ConversationId IsDraft Sensitivity DateTimeSent';
  const record = fc.record(Object.fromEntries(names.split(' ').map((name) => [name, fc.anything()])), {
    requiredKeys: [],
  });
  fc.assert(
    fc.property(record, (fields) => {
      const item = { ...fields, DateTimeReceived: { TotalMilliSeconds: 1 } };
      const message = toMessage(item, 'id', library, nothing);
      const texts = [message.subject, message.body.content, message.uniqueBody?.content, message.conversationId];
      for (const person of [message.from, message.sender, ...message.to, ...message.cc, ...message.replyTo]) {
        texts.push(person?.name, person?.address);
      }
      for (const { name, value } of message.headers) texts.push(name, value);
      texts.push(message.internetMessageId);
      for (const text of texts) expect(text === null || text === undefined || typeof text === 'string').toBe(true);
      expect(typeof message.isDraft).toBe('boolean');
    }),
  );
});
