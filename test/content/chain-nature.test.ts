import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { splitChain } from '../../src/content/chain.ts';
import { htmlToText } from '../../src/content/text.ts';
import type { MailNature } from '../../src/domain/mail-nature.ts';
import { clientMade, firstHtml, firstTexts } from './chain/first-mails.ts';

const split = (kind: 'text' | 'html', content: string, nature: MailNature) =>
  splitChain({ kind, content }, { nature, uniqueBody: null });

const whole = [
  ...firstTexts.map(([what, content]) => [what, 'text', content] as const),
  ...firstHtml.map(([what, content]) => [`HTML: ${what}`, 'html', content] as const),
];

describe('a mail that answers nothing', () => {
  test.each(whole)('is kept whole: %s', (_what, kind, content) => {
    expect(split(kind, content, 'first')).toMatchObject({ fresh: { kind, content }, chain: null });
  });

  test.each(clientMade)('is cut at what a mail client alone writes: %s', (_client, kind, content) => {
    const { fresh, chain } = split(kind, content, 'first');
    expect(kind === 'html' ? htmlToText(fresh.content) : fresh.content).toBe('See below.');
    expect(chain?.content).toContain('Old words');
  });

  test('is not cut where the server calls its beginning the new part', () => {
    const body = { kind: 'text', content: 'Hello Ann,\n\nplease sign:\n\nthe contract\n' } as const;
    const uniqueBody = { kind: 'text', content: 'Hello Ann,\n' } as const;
    expect(splitChain(body, { nature: 'first', uniqueBody }).chain).toBeNull();
  });

  test('is kept whole where answers stand between what its client quoted', () => {
    const [, , gmail = ''] = clientMade.find(([client]) => client === 'Gmail, HTML') ?? [];
    const answered = gmail.replace(
      '</blockquote></div>',
      '</blockquote><div>Yes.</div><blockquote>More</blockquote></div>',
    );
    expect(split('html', answered, 'first')).toMatchObject({ chain: null, reason: 'interleaved' });
  });

  test('is never cut where nothing in it is like a mail client, whatever it says', () => {
    const word = fc.constantFrom(
      ...'please write your name above the dotted line from to on at wrote said subject date sent Berlin Ann Archer 5 May 2026 10:05 ann@contoso.test <ann@contoso.test> > | : - — Message Mail Von An Betreff'.split(
        ' ',
      ),
    );
    const line = fc.array(word, { maxLength: 8 }).map((words) => words.join(' '));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
        const content = lines.join('\n');
        expect(split('text', content, 'first').fresh.content).toBe(content);
      }),
    );
  });
});

describe('a notice', () => {
  test.each([...clientMade, ...whole])('is never split: %s', (_what, kind, content) => {
    expect(split(kind, content, 'notice')).toMatchObject({ fresh: { kind, content }, chain: null, reason: 'notice' });
  });
});

describe('an answer', () => {
  test.each(clientMade)('is cut there too: %s', (_client, kind, content) => {
    const { fresh } = split(kind, content, 'answer');
    expect(kind === 'html' ? htmlToText(fresh.content) : fresh.content).toBe('See below.');
  });

  test.each([
    ['a line to sign on', 'please write your name above the dotted line and send the contract back.'],
    ['a sentence about such lines', 'What about those who use "reply above this line"?'],
    ['a telephone line', 'bitte antworten Sie über die Linie 3 unserer Hotline.'],
    ['headings in dashes', '---- E-Mail ----\nkarl@acme.example\n---- Post ----\nHauptstraße 1'],
    ['an agenda in dashes', '--- Offer ---\n\n20 EUR each.\n\n----- Message -----\n\nCall me about the bolts.'],
    ['what was sent in dashes', '--- sent from a phone ---\n\nand more'],
    ['somebody cited', 'As Ann wrote:\n\nthe bolts are too short.'],
    ['an itinerary', 'From: Berlin (BER)\nTo: Paris (CDG)\nDate: Thu, 5 February 2026 10:05\nSeat: 12A'],
  ])('keeps %s, and loses the chain below it', (_what, prose) => {
    const fresh = `Hello Ann,\n\n${prose}\n\nBob`;
    const quoted = 'On Mon, 2 Feb 2026 at 10:05, Ann Archer <ann@contoso.test> wrote:\n> Old words\n> and more\n';
    expect(split('text', `${fresh}\n\n${quoted}`, 'answer').fresh.content).toBe(fresh);
    expect(split('text', fresh, 'answer').fresh.content).toBe(fresh);
  });
});
