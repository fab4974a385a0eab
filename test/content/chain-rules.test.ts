import { Parser } from 'htmlparser2';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { splitChain } from '../../src/content/chain.ts';
import type { MessageBody } from '../../src/domain/message.ts';
import { htmlToText } from '../../src/content/text.ts';

const answer = { nature: 'answer', uniqueBody: null } as const;
const textOf = (content: string) => splitChain({ kind: 'text', content }, answer);
const htmlOf = (content: string) => splitChain({ kind: 'html', content }, answer);

const withoutChain: readonly (readonly [what: string, content: string])[] = [
  ['a short note', 'Thanks, Ann!'],
  ['nothing', ''],
  ['a signature', 'See you on Monday.\n\n-- \nBob Baker\nAcme Ltd. | +44 20 7946 0000\nbob@acme.example'],
  ['a signature between rules', 'See you.\n\n________________\nBob Baker\nFrom Acme with love\n________________'],
  ['an itinerary', 'Your trip:\n\nFrom: Berlin\nTo: Munich\nDate: 5 May 2026\n\nHave a good journey'],
  ['a holiday request', 'Please approve.\n\nFrom: 2 February 2026\nTo: 5 February 2026\nSubject: Holiday\n\nBob'],
  [
    'a memorandum',
    'MEMORANDUM\n\nTO: All staff\nFROM: Ann Archer\nDATE: 5 May 2026\nSUBJECT: Opening hours\n\nWe open at nine.',
  ],
  [
    'appointments',
    'Invitation:\n\nDate: Wednesday, 3 October 2026\nTime: 7:00\nPlace: 130 Fox Street\n\nPlease bring your ID.',
  ],
  ['somebody who wrote', 'As Ann wrote in 2019:\n\nthe bolts are too short.\n\nI agree.'],
  [
    'somebody who wrote to somebody',
    'On 5 May 2026 at 10:00 I wrote to ann@contoso.test:\n\n400 bolts, please.\n\nNothing came.',
  ],
  [
    'a deadline with an address',
    'Please send these by 5 May 2026, 14:00 to Ann Archer <ann@contoso.test>:\n\n- price\n- date',
  ],
  [
    'a deadline in German',
    'Bitte bis zum 05.05.2026 um 14:00 Uhr an Ann Archer <ann@contoso.test> senden:\n\n- Preis\n- Termin',
  ],
  ['people to write to', 'Please copy:\nAnn Archer <ann@contoso.test>\nBob Baker <bob@acme.example>\nThanks'],
  ['a colon at every line', 'Price: 12.50\nDate: tomorrow\nTo do: call Ann\nSubject: to change'],
  ['one line of a command prompt', 'Run this:\n\n> npm install\n\nand tell me what happens.'],
  ['prompts at the end', 'Run this:\n\n> npm install\n> npm test'],
  ['arrows', 'Visit us now\n>>> >>> https://acme.example <<< <<<\nand win'],
  ['an escaped From', 'Hello,\n\n>From where can we download it?\n\nBob'],
  ['dashes around a title', 'Dear all,\n\n----- Programme -----\n\n9:00 Coffee\n10:00 Talk\n\n----- End -----'],
  ['a Markdown table', 'Numbers:\n\n| Item | Price |\n|------|-------|\n| Bolt | 2 |\n| Nut | 1 |'],
  ['a list of answers', 'Q: When?\nA: Tomorrow.\nQ: Where?\nA: Here.'],
  ['a contact form', 'From: Carl Cook <carl@acme.example>\nSubject: Question\n\nMessage:\nDo you sell bolts?'],
  [
    'a forward without a word',
    '---------- Forwarded message ---------\nFrom: Ann Archer <ann@contoso.test>\nDate: Mon, 2 Feb 2026 at 10:05\nSubject: Bolts\nTo: Bob <bob@acme.example>\n\nHello',
  ],
  ['a reply without a word', 'On Mon, 2 Feb 2026 at 10:05, Ann Archer <ann@contoso.test> wrote:\n> Hello\n> Ann'],
  ['a quote alone', '> Hello\n> Ann\n> Archer'],
  [
    'answers between the quoted lines',
    'On Mon, 2 Feb 2026 at 10:05, Ann Archer <ann@contoso.test> wrote:\n> Can you deliver?\n\nYes.\n\n> By when?\n\nBy 10 March.\n',
  ],
  [
    'answers, with a word before',
    'See below.\n\n2 Feb 2026, Ann Archer <ann@contoso.test>:\n> Can you deliver?\nYes.\n> By when?\nBy 10 March.\n\nBob',
  ],
];

const parts: readonly (readonly [what: string, content: string, fresh: string])[] = [
  [
    'a forward with a word',
    'FYI\n\n---------- Forwarded message ---------\nFrom: Ann\nDate: Mon\nSubject: Bolts\nTo: Bob\n\nHello',
    'FYI',
  ],
  ['an emoji as answer', '👍\n\nOn Mon, 2 Feb 2026 at 10:05, Ann <ann@contoso.test> wrote:\n> Fine?', '👍'],
  [
    'answer and attribution on one line',
    'Fine. On Mon, 2 Feb 2026 at 10:05, Ann <ann@contoso.test> wrote:\n\n> Fine?',
    'Fine.',
  ],
  [
    'an answer below the quote',
    'On Mon, 2 Feb 2026 at 10:05, Ann <ann@contoso.test> wrote:\n> Can you\n> deliver?\n\nYes, we can.\n\nBob',
    'Yes, we can.\n\nBob',
  ],
  [
    'a signature below the quote',
    'Yes.\n\nOn Mon, 2 Feb 2026 at 10:05, Ann <ann@contoso.test> wrote:\n> Fine?\n\nBob Baker',
    'Yes.\n\nBob Baker',
  ],
  [
    'quoted lines broken by a mail program',
    `Yes.\n\nOn Mon, 2 Feb 2026 at 10:05, Ann <ann@contoso.test> wrote:\n> Would it be possible to deliver four hundred bolts by the tenth of this\nmonth?\n> Ann\n`,
    'Yes.',
  ],
  ['quotes without an attribution', 'Yes.\n\n> Hello Bob,\n> can you deliver?\n> Ann', 'Yes.'],
  [
    'quotes with another mark',
    'Yes.\n\n2026/2/2 Ann Archer <ann@contoso.test>\n\n| Hello Bob,\n|\n| can you deliver?\n| Ann',
    'Yes.',
  ],
  [
    'an older header below other quotes',
    'Yes.\n\n> Fine?\n> Ann\n\n-----Original Message-----\nFrom: Bob\nSent: Monday\nTo: Ann\nSubject: x\n\nHello',
    'Yes.',
  ],
  [
    'answers above a chain that is not quoted',
    'See below.\n> Fine?\nYes.\n> Sure?\nYes.\n\nFrom: Ann <ann@contoso.test>\nSent: Monday, 2 February 2026 10:05\nTo: Bob\nSubject: x\n\nFine? Sure?',
    'See below.\n> Fine?\nYes.\n> Sure?\nYes.',
  ],
  ['a line to reply above', 'Yes.\n\n##- Please type your reply above this line -##\n\nTicket 12 was opened.', 'Yes.'],
  [
    'a German line to reply above',
    'Ja.\n\n--- Bitte antworten Sie oberhalb dieser Linie ---\n\nTicket 12 wurde eröffnet.',
    'Ja.',
  ],
  [
    'many recipients',
    `Yes.\n\nFrom: Ann\nSent: Monday, 2 February 2026 10:05\nTo: ${'Somebody Else <x@contoso.test>;\n '.repeat(20)}Bob\nSubject: x\n\nHello`,
    'Yes.',
  ],
  [
    'a header on one line',
    'Yes.\n\n----- Mensaje reenviado ----- De: Ann <ann@contoso.test>Para: Bob <bob@acme.example>Enviado: lunes, 2 de febrero de 2026Asunto: x\nHello',
    'Yes.',
  ],
  [
    'labels with their values below',
    'Yes.\n\nFrom:\nAnn Archer <ann@contoso.test>\nSent:\nMonday, 2 February 2026 10:05\nTo:\nBob\nSubject:\nBolts\n\nHello',
    'Yes.',
  ],
  [
    'Notes',
    'Yes.\n\nBob\n\n\n\nAnn Archer/SALES/CONTOSO\n02/02/2026 10:05 AM\n\nTo:\tBob Baker/ACME\ncc:\nSubject:\tBolts\n\nHello',
    'Yes.\n\nBob',
  ],
  [
    'Notes, forwarded',
    'Yes.\n\n----- Forwarded by Bob Baker/ACME on 02/02/2026 10:05 AM -----\n\n\tAnn Archer\n\t02/02/2026 09:05 AM\n\t\t To: Bob\n\t\t cc:\n\t\t Subject: Bolts\n\nHello',
    'Yes.',
  ],
  [
    'Notes, in columns',
    'Yes.\n\n                    "Ann Archer"\n                    <ann@contoso.test>       To:     <bob@acme.example>\n                    02/02/2026 10:05         cc:\n                    AM                       Subject:  Bolts\n\nHello',
    'Yes.',
  ],
  [
    'a header quoted',
    'Yes.\n\n>From: Ann <ann@contoso.test>\n>To: bob@acme.example\n>Subject: Bolts\n>Date: Mon, 2 Feb 2026 10:05:00 +0100\n>\n>Hello Bob',
    'Yes.',
  ],
  [
    'a phone',
    'Yes.\n\nSent from my phone\n\n-------- Original message --------\nFrom: Ann <ann@contoso.test>\nDate: 02/02/2026 10:05 (GMT+01:00)\nTo: Bob\nSubject: Bolts\n\nHello',
    'Yes.\n\nSent from my phone',
  ],
];

const more: readonly (readonly [what: string, content: string, fresh: string])[] = [
  [
    'a last line between dashes',
    'Yes.\n-- I will call you if not. --Bob\n\nAnn Archer\n02/02/2026 10:05 AM\nTo: Bob\ncc:\nSubject: Bolts\n\nHello',
    'Yes.\n-- I will call you if not. --Bob',
  ],
  [
    'an old quote that was broken in places',
    'Yes.\n\nOn Mon, 2 Feb 2026 at 10:05, Ann <ann@contoso.test> wrote:\n> Fine?\n>\n>> an older line, quoted twice, that was longer than it might be.\nThe\n>> end of it\n',
    'Yes.',
  ],
  [
    'a line of an earlier mail quoted in the answer',
    'To which he replied:\n>The new one is fine.\n\nBut I did not ask that.\n\nOn Mon, 2 Feb 2026 at 10:05, Ann <ann@contoso.test> wrote:\n> Fine?\n> Ann',
    'To which he replied:\n>The new one is fine.\n\nBut I did not ask that.',
  ],
  ['a forum', 'Yes.\n\n\nAnn Archer wrote\n> Fine?\n> Ann', 'Yes.'],
  ['a name and an address', 'Yes.\n\nAnn Archer <ann@contoso.test> wrote:\n\nFine?', 'Yes.'],
  ['answer and separator on one line', 'Yes. -----Original Message-----\nFrom: Ann\nTo: Bob\n\nFine?', 'Yes.'],
  [
    'an address on lines of its own',
    'Yes.\n\nOn Mon, 2 Feb 2026 at 10:05 AM Ann Archer\n\n<\nmailto:Ann Archer <ann@contoso.test>\n> wrote:\n\nFine?',
    'Yes.',
  ],
];

const htmlParts: readonly (readonly [what: string, html: string, fresh: string])[] = [
  [
    'Gmail',
    '<div dir="ltr">Yes.<div>Bob</div></div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">On Mon, 2 Feb 2026 at 10:05, Ann &lt;<a href="mailto:ann@contoso.test">ann@contoso.test</a>&gt; wrote:<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex"><div>Fine?</div></blockquote></div>',
    'Yes.\nBob',
  ],
  [
    'Gmail, as a server gives it back, names gone',
    '<div>Yes.</div><div><div>On Mon, 2 Feb 2026 at 10:05, Ann &lt;ann@contoso.test&gt; wrote:<br></div><blockquote style="margin:0 0 0 .8ex; border-left:1px #ccc solid; padding-left:1ex"><div>Fine?</div></blockquote></div>',
    'Yes.',
  ],
  [
    'Apple Mail',
    '<html><body style="overflow-wrap: break-word;">Yes.<div>Bob<br><div><br><blockquote type="cite"><div>On 2 Feb 2026, at 10:05, Ann &lt;ann@contoso.test&gt; wrote:</div><br class="Apple-interchange-newline"><div>Fine?</div></blockquote></div><br></div></body></html>',
    'Yes.\nBob',
  ],
  [
    'Apple Mail, forwarded',
    '<div>FYI<br><blockquote type="cite"><div>Begin forwarded message:</div><br><div><b>From: </b>Ann &lt;ann@contoso.test&gt;<br></div><div><b>Subject: </b>Bolts<br></div><div><b>Date: </b>2 February 2026<br></div><br><div>Hello</div></blockquote></div>',
    'FYI',
  ],
  [
    'Thunderbird',
    '<p>Yes.</p><div class="moz-cite-prefix">On 02/02/2026 10:05, Ann wrote:<br></div><blockquote type="cite" cite="mid:1@contoso.test"><p>Fine?</p></blockquote><div class="moz-signature">-- <br>Bob</div>',
    'Yes.',
  ],
  [
    'Thunderbird, answered below',
    '<div class="moz-cite-prefix">Am 02.02.26 um 10:05 schrieb Ann:<br></div><blockquote type="cite"><p>Fine?</p></blockquote><p>Yes.</p>',
    'Yes.',
  ],
  [
    'Yahoo',
    '<div><div dir="ltr">Yes.</div><div><br></div></div><div id="yahoo_quoted_1" class="yahoo_quoted"><div><div>On Monday, February 2, 2026 at 10:05:11 AM GMT+1, Ann &lt;ann@contoso.test&gt; wrote: </div><div><br></div><div>Fine?</div></div></div>',
    'Yes.',
  ],
  [
    'Outlook for iOS',
    '<div dir="ltr">Yes.</div><div id="ms-outlook-mobile-signature">Get <a href="https://aka.ms/x">Outlook for iOS</a></div><hr><div id="divRplyFwdMsg" dir="ltr"><b>From:</b> Ann<br><b>Sent:</b> Monday, February 2, 2026 10:05:11 AM<br><b>To:</b> Bob<br><b>Subject:</b> Bolts</div><div>Fine?</div>',
    'Yes.\nGet Outlook for iOS (https://aka.ms/x)',
  ],
  [
    'Outlook for Mac',
    '<div><p>Yes.</p><div id="mail-editor-reference-message-container"><div style="border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p><b><span>From: </span></b><span>Ann &lt;ann@contoso.test&gt;<br><b>Date: </b>Monday, 2 February 2026 at 10:05<br><b>To: </b>Bob<br><b>Subject: </b>Bolts</span></p></div><p>Fine?</p></div></div>',
    'Yes.',
  ],
  [
    'Zoho',
    '<div>Yes.</div><div class="zmail_extra"><div id="Zm-_Id_-Sgn1">---- On Mon, 02 Feb 2026 10:05:11 +0100 <b>Ann &lt;ann@contoso.test&gt;</b> wrote ---</div><blockquote>Fine?</blockquote></div>',
    'Yes.',
  ],
  [
    'GMX',
    '<div>Yes.<div name="quote" style="margin:10px 5px 5px 10px; border-left:2px solid #C3D9E5;"><div><b>Gesendet:</b> Montag, 02. Februar 2026 um 10:05 Uhr<br><b>Von:</b> "Ann" &lt;ann@contoso.test&gt;<br><b>An:</b> bob@acme.example<br><b>Betreff:</b> Bolts</div><div>Fine?</div></div></div>',
    'Yes.',
  ],
  [
    'Proton Mail',
    '<div>Yes.</div><div class="protonmail_quote">On Monday, February 2nd, 2026 at 10:05 AM, Ann &lt;ann@contoso.test&gt; wrote:<br><blockquote class="protonmail_quote" type="cite">Fine?</blockquote></div>',
    'Yes.',
  ],
  ['plain text made HTML', '<pre>Yes.\n\nOn 02/02/2026 10:05, Ann wrote:\n&gt; Fine?\n&gt; Ann\n</pre>', 'Yes.'],
  ['plain text with line breaks', 'Yes.<br><br>On 02/02/2026 10:05, Ann wrote:<br>&gt; Fine?<br>&gt; Ann<br>', 'Yes.'],
  [
    'a picture before the chain',
    '<p>See:</p><p><img src="cid:1" alt="plan"></p><p>On 2 Feb 2026, at 10:05, Ann &lt;ann@contoso.test&gt; wrote:</p><p>Where?</p>',
    'See:\n\n[plan]',
  ],
  [
    'a forward without a word, of a mail with a chain of its own',
    '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p><b>From:</b> Ann &lt;ann@contoso.test&gt;<br><b>Sent:</b> Monday, 2 February 2026 10:05<br><b>To:</b> Bob<br><b>Subject:</b> RE: Bolts</p></div><p>Forty, please.</p><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p><b>From:</b> Bob<br><b>Sent:</b> Monday, 2 February 2026 09:05<br><b>To:</b> Ann<br><b>Subject:</b> Bolts</p></div><p>How many?</p>',
    'From: Ann <ann@contoso.test>\nSent: Monday, 2 February 2026 10:05\nTo: Bob\nSubject: RE: Bolts\n\nForty, please.',
  ],
  [
    'only a picture',
    '<p><img src="cid:1" alt="plan"></p><p>On 2 Feb 2026, at 10:05, Ann &lt;ann@contoso.test&gt; wrote:</p><p>Where?</p>',
    '[plan]',
  ],
];

const htmlWhole: readonly (readonly [what: string, html: string])[] = [
  [
    'indented paragraphs',
    '<p>The terms:</p><blockquote style="margin:0 0 0 40px;border:none;padding:0px"><p>Thirty days.</p><p>No discount.</p><p>Two years of warranty.</p></blockquote>',
  ],
  [
    'an indented paragraph',
    '<p>The terms:</p><blockquote style="margin:0 0 0 40px;border:none;padding:0px"><p>Thirty days.</p></blockquote>',
  ],
  [
    'answers between quotes',
    '<p>See below</p><blockquote type="cite">Fine?</blockquote><p>Yes.</p><blockquote type="cite">Sure?</blockquote><p>Yes.</p>',
  ],
  [
    'a newsletter of tables',
    '<table><tr><td><table><tr><td>From: 9.99</td><td>To: 12.99</td></tr></table></td></tr><tr><td>Subject to change</td></tr></table>',
  ],
  [
    'a forward behind a tracking pixel',
    '<img src="https://t.example/x" width="1" height="1"><div>---------- Forwarded message ---------<br>From: Ann &lt;ann@contoso.test&gt;<br>Date: Mon<br>Subject: x<br>To: Bob<br></div><p>Hello</p>',
  ],
  ['everything in a quote', '<blockquote type="cite"><p>Hello</p><p>Bob</p></blockquote>'],
];

describe('a mail is kept whole that is', () => {
  test.each(withoutChain)('%s', (_what, content) => {
    expect(textOf(content)).toMatchObject({ fresh: { kind: 'text', content }, chain: null });
  });

  test.each(htmlWhole)('HTML: %s', (_what, content) => {
    expect(htmlOf(content)).toMatchObject({ fresh: { kind: 'html', content }, chain: null });
  });

  test('answered between the lines, and says so', () => {
    const answers = withoutChain.filter(([what]) => what.startsWith('answers')).map(([, content]) => textOf(content));
    expect(answers.map(({ reason, flags }) => [reason, flags.interleaved])).toEqual(
      answers.map(() => ['interleaved', true]),
    );
  });

  test('answered between the lines, but for what HTML quotes below the last answer', () => {
    const answered = '<p>See below</p><blockquote>Fine?</blockquote><p>Yes.</p>';
    const split = htmlOf(`<div>${answered}<blockquote>And the rest of an old mail</blockquote></div>`);
    expect(htmlToText(split.fresh.content)).toBe(htmlToText(answered));
    expect(split).toMatchObject({ reason: 'interleaved', flags: { interleaved: true } });
  });

  test('all forwarded or all quoted, and says that nothing is new', () => {
    expect(textOf(withoutChain.find(([what]) => what === 'a forward without a word')?.[1] ?? '').reason).toBe(
      'nothing_new',
    );
  });
});

describe('the new part is found', () => {
  test.each([...parts, ...more])('%s', (_what, content, fresh) => {
    expect(textOf(content).fresh.content.trim()).toBe(fresh);
  });

  test.each([...parts, ...more])('with Windows line ends: %s', (_what, content, fresh) => {
    const split = textOf(content.replaceAll('\n', '\r\n'));
    expect(split.fresh.content.replaceAll('\r\n', '\n').trim()).toBe(fresh);
  });

  test.each(htmlParts)('HTML: %s', (_what, html, fresh) => {
    expect(htmlToText(htmlOf(html).fresh.content)).toBe(fresh);
  });

  test.each(htmlParts)('HTML inside a document: %s', (_what, html, fresh) => {
    const document = `<html><head><style>p{margin:0}</style></head><body><div><table><tr><td>${html}</td></tr></table></div></body></html>`;
    expect(htmlToText(htmlOf(document).fresh.content)).toBe(fresh);
  });
});

describe('both parts together', () => {
  test.each([...[...parts, ...more].map(([what, content]) => [what, content] as const), ...withoutChain])(
    'hold every word of the mail: %s',
    (_what, content) => {
      const { fresh, chain } = textOf(content);
      const words = (text: string) => (text.match(/\S+/gu) ?? []).toSorted();
      expect(words(`${fresh.content}\n${chain?.content ?? ''}`)).toEqual(words(content));
    },
  );

  test.each(htmlParts)('are well-formed HTML: %s', (_what, html) => {
    const { fresh, chain } = htmlOf(`<html><body><div>${html}</div></body></html>`);
    expect(unbalanced(fresh.content)).toEqual([]);
    expect(unbalanced(chain?.content ?? '')).toEqual([]);
  });

  test('hold every line, whatever the mail', () => {
    const lines = fc.constantFrom(
      'Hello',
      '',
      '> quoted',
      '>> deeper',
      'On Mon, 2 Feb 2026 at 10:05, Ann <ann@contoso.test> wrote:',
      'From: Ann <ann@contoso.test>',
      'Sent: Monday 10:05',
      'To: Bob',
      'Subject: x',
      '-----Original Message-----',
      '________________',
      '-- ',
      'wrote:',
      '   ',
      '| bar',
    );
    fc.assert(
      fc.property(fc.array(lines, { maxLength: 25 }), (mail) => {
        const { fresh, chain } = textOf(mail.join('\n'));
        const kept = `${fresh.content}\n${chain?.content ?? ''}`.split('\n').map((line) => line.trim());
        const wanted = mail.map((line) => line.trim()).filter((line) => line !== '');
        expect(kept.filter((line) => line !== '').toSorted()).toEqual(wanted.toSorted());
        expect(chain === null || fresh.content.trim() !== '').toBe(true);
      }),
    );
  });
});

describe("the server's idea of the new part", () => {
  const hinted = (uniqueBody: MessageBody) => ({ nature: 'answer', uniqueBody }) as const;
  const body = {
    kind: 'text',
    content: 'Yes, we can.\n\nBob\n\nIl messaggio di prima, senza segno:\nHello Bob',
  } as const;

  test('is taken where our own rules find nothing', () => {
    const split = splitChain(body, hinted({ kind: 'text', content: 'Yes, we can.\nBob\n' }));
    expect(split).toMatchObject({ fresh: { content: 'Yes, we can.\n\nBob' }, reason: 'unique_body' });
  });

  test('may be of the other kind', () => {
    const split = splitChain(body, hinted({ kind: 'html', content: '<p>Yes, we can.</p><p>Bob</p>' }));
    expect(split.fresh.content).toBe('Yes, we can.\n\nBob');
  });

  test.each([
    ['it is the whole mail', body.content],
    ['it is not the beginning', 'Bob\n\nIl messaggio di prima, senza segno:'],
    ['it ends within a line', 'Yes, we can.\n\nBob\n\nIl messaggio'],
    ['it has no word', '\n\n'],
  ])('is ignored where %s', (_what, content) => {
    expect(splitChain(body, hinted({ kind: 'text', content }))).toMatchObject({ chain: null, reason: 'no_chain' });
  });

  test('does not change what our own rules found', () => {
    const quoted = {
      kind: 'text',
      content: 'Yes.\n\nOn Mon, 2 Feb 2026 at 10:05, Ann <ann@contoso.test> wrote:\n> Fine?',
    } as const;
    expect(splitChain(quoted, hinted(quoted)).fresh.content).toBe('Yes.');
  });

  test('does not cut a mail answered between the lines', () => {
    const [, content = ''] = withoutChain.find(([what]) => what.startsWith('answers')) ?? [];
    const unique = { kind: 'text', content: content.split('\n').slice(0, 4).join('\n') } as const;
    expect(splitChain({ kind: 'text', content }, hinted(unique))).toMatchObject({ chain: null, reason: 'interleaved' });
  });
});

describe('a mail longer than what is looked at', () => {
  const filler = 'A line of the chain that is long enough to fill the mail up soon.\n'.repeat(6000);

  test('is cut where the chain begins within reach, the rest going with the chain', () => {
    const split = textOf(`Yes.\n\nOn Mon, 2 Feb 2026 at 10:05, Ann <ann@contoso.test> wrote:\n${filler}`);
    expect(split).toMatchObject({ fresh: { content: 'Yes.' }, flags: { truncated: true } });
  });

  test('is kept whole where it begins beyond, and says so', () => {
    const split = textOf(`${filler}\n\nOn Mon, 2 Feb 2026 at 10:05, Ann <ann@contoso.test> wrote:\n> x`);
    expect(split).toMatchObject({ chain: null, flags: { truncated: true } });
  });
});

/** Tags opened and not closed, or closed and not opened. */
function unbalanced(html: string): readonly string[] {
  const wrong: string[] = [];
  const parser = new Parser({
    onclosetag: (name, implied) => void (implied && !isVoid(name) && wrong.push(`/${name}`)),
  });
  parser.write(html);
  parser.end();
  const opened = (html.match(/<[a-z][a-z0-9]*(?=[\s>])/giu) ?? [])
    .map((tag) => tag.slice(1))
    .filter((name) => !isVoid(name));
  const closed = (html.match(/<\/[a-z][a-z0-9]*/giu) ?? []).map((tag) => tag.slice(2));
  return opened.length === closed.length ? wrong : [...wrong, `${opened.length} opened, ${closed.length} closed`];
}

function isVoid(name: string): boolean {
  return ['br', 'hr', 'img', 'meta'].includes(name);
}
