import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { bareText, isSameMail, isShownBefore } from '../../src/domain/copies.ts';
import type { NamedHash, Trust } from '../../src/domain/copies.ts';
import { comparable } from '../../src/filing/comparable.ts';
import type { Content } from '../../src/filing/copies.ts';

const sentence = 'We order twelve conveyor sensors at 4,200 EUR. Please confirm by Friday.';
const safelinks = 'https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Facme.example%2Forder&data=';

const text = (content: string, trust: Trust = 'unknown', attachments: readonly NamedHash[] = []): Content => ({
  trust,
  body: { kind: 'text', content },
  attachments,
});
const html = (content: string, trust: Trust = 'unknown', attachments: readonly NamedHash[] = []): Content => ({
  trust,
  body: { kind: 'html', content },
  attachments,
});
const plain = (trust: Trust) => text(sentence, trust);
const offer = (sha256: string | null): NamedHash => ({ name: 'offer.pdf', sha256 });
const logo = (sha256: string | null): NamedHash => ({ name: 'image001.png', sha256 });
const added = (length: number) => 'x'.repeat(length);
const banner = '<table><tr><td>CAUTION: this mail came from outside Contoso.</td></tr></table>';
const paid = 'Pay twelve conveyor sensors to our new account DE99 at once.';

/** [what, the copy stored first, the copy that comes, which of the two is shown of one mail, or that it is another] */
type Pair = readonly [what: string, first: Content, second: Content, shown: 'first' | 'second' | 'another'];

const pairs: readonly Pair[] = [
  // Both are to be believed.
  ['the copies of two mailboxes', plain('trusted'), plain('trusted'), 'first'],
  ['trusted copies, one with a banner', html(`${banner}<p>${sentence}</p>`, 'trusted'), plain('trusted'), 'second'],
  ['what was sent, and what was received of it', plain('trusted'), text(`${sentence}\nDisclaimer`, 'trusted'), 'first'],
  ['trusted copies with other texts', text(paid, 'trusted'), plain('trusted'), 'first'],
  ['trusted copies with another file', text('', 'trusted', [offer('a')]), text('', 'trusted', [offer('b')]), 'first'],
  ['trusted copies, one much longer', plain('trusted'), text(sentence + added(9_000), 'trusted'), 'first'],

  // One with something added, none found forged.
  ['copies that nobody judged', plain('unknown'), plain('unknown'), 'first'],
  ['a banner above', plain('unknown'), html(`${banner}<p>${sentence}</p>`), 'first'],
  ['a banner above, without which it comes later', html(`${banner}<p>${sentence}</p>`), plain('unknown'), 'second'],
  [
    'a list footer below',
    plain('unknown'),
    text(`${sentence}\n-- \nYou get this as a member of buyers@list.example`),
    'first',
  ],
  ['a disclaimer below, in a trusted copy', plain('unknown'), text(`${sentence}\nConfidential.`, 'trusted'), 'second'],
  ['a trusted copy after one nobody judged', plain('unknown'), plain('trusted'), 'second'],
  ['a trusted copy before one nobody judged', plain('trusted'), plain('unknown'), 'first'],
  ['a banner above and a disclaimer below', plain('unknown'), text(`External!\n${sentence}\nConfidential.`), 'first'],
  ['1,999 characters below', plain('unknown'), text(sentence + added(1_999)), 'first'],
  ['2,000 characters below', plain('unknown'), text(sentence + added(2_000)), 'first'],
  ['2,001 characters below', plain('unknown'), text(sentence + added(2_001)), 'another'],
  ['1,999 characters above', plain('unknown'), text(added(1_999) + sentence), 'first'],
  ['2,001 characters above', text(added(2_001) + sentence), plain('unknown'), 'another'],
  ['1,001 characters above and 1,000 below', plain('unknown'), text(added(1_001) + sentence + added(1_000)), 'another'],
  ['2,000 characters of two units each below', plain('unknown'), text(sentence + '🙂'.repeat(2_000)), 'first'],
  ['2,001 characters of two units each below', plain('unknown'), text(sentence + '🙂'.repeat(2_001)), 'another'],
  ['a word in the middle', plain('unknown'), text(sentence.replace('sensors', 'and sorter sensors')), 'another'],
  ['another amount', plain('unknown'), text(sentence.replace('4,200', '9,200')), 'another'],
  ['another text', plain('unknown'), text(paid), 'another'],
  ['another text, trusted', text(paid), plain('trusted'), 'another'],
  ['each with a banner of its own', text(`For Ann.\n${sentence}`), text(`For Ben.\n${sentence}`), 'another'],
  ['no text and a banner', text('', 'unknown', [offer('a')]), text('External!', 'unknown', [offer('a')]), 'first'],

  // White space and kinds of body.
  ['other line ends', text('One\nTwo\n\nThree'), text('One\r\nTwo\r\n\r\nThree\r\n'), 'first'],
  ['blanks that do not break', text('12 000 EUR'), text('12\u00a0000\u00a0EUR'), 'first'],
  ['lines that a server wrapped', text(sentence), text(sentence.replace('. ', '.\n')), 'first'],
  ['text and HTML', plain('unknown'), html(`<html><body><div>${sentence}</div></body></html>`), 'first'],
  ['HTML with other markup', html(`<p>${sentence}</p>`), html(`<div class="x"><b>${sentence}</b><br></div>`), 'first'],
  ['composed and decomposed letters', text('Lübeck'), text('Lu\u0308beck'), 'first'],

  // Links, which are rewritten for each recipient.
  [
    'links rewritten in HTML',
    html('<p>See <a href="https://acme.example/order">the order</a>.</p>'),
    html(`<p>See <a href="${safelinks}ann">the order</a>.</p>`),
    'first',
  ],
  [
    'links rewritten for each',
    html(`<p>See <a href="${safelinks}ann">the order</a>.</p>`),
    html(`<p>See <a href="${safelinks}ben">the order</a>.</p>`),
    'first',
  ],
  [
    'links that are their own text',
    html('<a href="https://acme.example/order">https://acme.example/order</a> now'),
    html(`<a href="${safelinks}b">https://acme.example/order</a> now`),
    'first',
  ],
  [
    'links rewritten in text',
    text('See https://acme.example/order now'),
    text(`See ${safelinks}ben&reserved=0 now`),
    'first',
  ],
  [
    'links beside a word in text',
    text('See the order now'),
    text('See the order<https://acme.example/order> now'),
    'first',
  ],
  [
    'a point behind a link, which a gateway puts a space before',
    text('See https://acme.example/order. (Or ask: https://acme.example/a)'),
    text('See https://urldefense.com/v3/__https://acme.example/order__;!!a$ . (Or ask: https://urldefense.com/b$ )'),
    'first',
  ],
  [
    'a link with letters of its language',
    text('Siehe https://acme.example/büro jetzt'),
    text(`Siehe ${safelinks}b jetzt`),
    'first',
  ],
  [
    'another sentence right behind a link',
    text('https://acme.example/をご覧ください。'),
    text('https://acme.example/に払ってください。'),
    'another',
  ],
  [
    'the same behind a full stop',
    text('参照https://acme.example。十二個注文。'),
    text('参照https://acme.example。口座DE99へ。'),
    'another',
  ],
  [
    'another sentence behind a zero-width space',
    text('https://acme.example\u200bOrder.'),
    text('https://acme.example\u200bPay.'),
    'another',
  ],
  ['links without a scheme', text('See www.acme.example/order now'), text(`See ${safelinks}ben now`), 'first'],
  [
    'another link target, both trusted',
    html('<a href="https://a.example">pay</a>', 'trusted'),
    html('<a href="https://b.example">pay</a>', 'trusted'),
    'first',
  ],
  [
    'another link target, one forged',
    html('<a href="https://a.example">pay</a>', 'trusted'),
    html('<a href="https://b.example">pay</a>', 'failed'),
    'another',
  ],
  [
    'another link target, one forged, in text',
    text('Pay: https://a.example', 'failed'),
    text('Pay: https://b.example'),
    'another',
  ],
  [
    'another link without a scheme, one forged',
    html('<a href="javascript:a()">pay</a>', 'failed'),
    html('<a href="javascript:b()">pay</a>', 'trusted'),
    'another',
  ],

  // Files.
  ['the same file', text(sentence, 'unknown', [offer('a')]), text(sentence, 'unknown', [offer('a')]), 'first'],
  [
    'a file of the same name and size with another content',
    text(sentence, 'unknown', [offer('a')]),
    text(sentence, 'unknown', [offer('b')]),
    'another',
  ],
  ['a file that a gateway took out', text(sentence, 'unknown', [offer('a')]), plain('unknown'), 'first'],
  [
    'a file that could not be read',
    text(sentence, 'unknown', [offer('a')]),
    text(sentence, 'unknown', [offer(null)]),
    'first',
  ],
  [
    'another file of another name',
    text(sentence, 'unknown', [offer('a')]),
    text(sentence, 'unknown', [logo('b')]),
    'first',
  ],
  [
    'one of two files of the same name',
    text(sentence, 'unknown', [offer('a'), offer('b')]),
    text(sentence, 'unknown', [offer('b')]),
    'first',
  ],
  [
    'one of two files of the same name changed',
    text(sentence, 'unknown', [offer('a'), offer('b')]),
    text(sentence, 'unknown', [offer('a'), offer('c')]),
    'another',
  ],
  ['another inline picture', text(sentence, 'unknown', [logo('a')]), text(sentence, 'trusted', [logo('b')]), 'another'],

  // Forged ones are the same only where they say the same.
  ['a forged copy after the genuine one', plain('trusted'), text(paid, 'failed'), 'another'],
  ['a forged copy before the genuine one', text(paid, 'failed'), plain('trusted'), 'another'],
  ['a forged copy with a banner', plain('trusted'), text(`External!\n${sentence}`, 'failed'), 'another'],
  ['a forged copy that says the same', plain('trusted'), plain('failed'), 'first'],
  ['the genuine one that says the same as a forged one', plain('failed'), plain('trusted'), 'second'],
  ['one nobody judged that says the same as a forged one', plain('failed'), plain('unknown'), 'second'],
  ['a forged copy in HTML that says the same', plain('trusted'), html(`<p>${sentence}</p>`, 'failed'), 'first'],
  ['a forged copy without the file', text(sentence, 'trusted', [offer('a')]), plain('failed'), 'another'],
  [
    'a forged copy whose file is not known',
    text(sentence, 'trusted', [offer('a')]),
    text(sentence, 'failed', [offer(null)]),
    'another',
  ],
  [
    'a forged copy with files in another order',
    text(sentence, 'trusted', [offer('a'), logo('b')]),
    text(sentence, 'failed', [logo('b'), offer('a')]),
    'first',
  ],
  ['forged copies that say the same', plain('failed'), plain('failed'), 'first'],
  ['forged copies of which one is longer', plain('failed'), text(`${sentence} Now.`, 'failed'), 'another'],
];

describe('two copies with the same message id, sender, date and subject', () => {
  it('are tried in many ways', () => {
    expect(pairs.length).toBeGreaterThanOrEqual(60);
  });

  test.each(pairs)('%s', (_what, first, second, shown) => {
    const same = shown !== 'another';
    const [one, other] = [comparable(first), comparable(second)];
    expect(isSameMail(one, other)).toBe(same);
    expect(isSameMail(other, one)).toBe(same);
    if (same) expect(isShownBefore(other, one) ? 'second' : 'first').toBe(shown);
  });
});

describe('comparing', () => {
  const trusts = fc.constantFrom<Trust[]>('trusted', 'unknown', 'failed');
  const words = fc.array(fc.constantFrom('pay', 'order', 'now', 'https://a.example', '\n', '\u00a0', ''));
  const copies = fc.record({ trust: trusts, words }).map((made) => text(made.words.join(' '), made.trust));

  it('says of a copy that it is the same as itself, and of two the same in either order', () => {
    fc.assert(
      fc.property(copies, copies, (one, other) => {
        expect(isSameMail(comparable(one), comparable(one))).toBe(true);
        expect(isSameMail(comparable(one), comparable(other))).toBe(isSameMail(comparable(other), comparable(one)));
      }),
    );
  });

  it('finds what was put around a text wherever it begins', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'b') }), fc.string(), fc.string(), (core, before, after) => {
        const bare = (part: string) => bareText(part).replaceAll(/[<:/]/gu, '');
        const around = text(bare(before) + core + bare(after));
        expect(isSameMail(comparable(text(core)), comparable(around))).toBe(true);
      }),
    );
  });

  it('never shows a forged copy before another, nor two copies before each other', () => {
    fc.assert(
      fc.property(copies, copies, (one, other) => {
        const [a, b] = [comparable(one), comparable(other)];
        if (one.trust === 'failed' && other.trust !== 'failed') expect(isShownBefore(a, b)).toBe(false);
        expect(isShownBefore(a, b) && isShownBefore(b, a)).toBe(false);
      }),
    );
  });

  it('looks at each character a fixed number of times, however the texts repeat', () => {
    const long = `b${'a'.repeat(1_000_000)}b${'a'.repeat(1_000)}`;
    const short = `${'a'.repeat(1_000_000)}c`;
    expect(isSameMail(comparable(text(short)), comparable(text(long)))).toBe(false);
  });
});
