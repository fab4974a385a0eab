import { describe, expect, test } from 'vitest';
import { splitChain } from '../../src/content/chain.ts';
import { htmlToText } from '../../src/content/text.ts';
import { headerWords } from './chain/header-blocks.ts';
import { notesMails } from './chain/notes-mails.ts';

const about = { nature: 'answer', uniqueBody: null } as const;
const freshText = (content: string) => splitChain({ kind: 'text', content }, about).fresh.content.trim();
const freshHtml = (content: string) => htmlToText(splitChain({ kind: 'html', content }, about).fresh.content);
const named = headerWords.map((words) => [words[0], words] as const);
type Words = (typeof headerWords)[number];

const fresh = 'Fine.\n\nBob';
const older = 'Hello Bob,\n\nforty bolts by March?\n\nAnn';

describe('the header of a quoted mail without a subject', () => {
  const block = ([, from, sent, to, , , date]: Words) => [`${from} Ann Archer`, `${sent} ${date}`, `${to} Bob Baker`];

  test.each(named)('begins the chain, in text: %s', (_language, words) => {
    expect(freshText(`${fresh}\n\n${block(words).join('\n')}\n\n${older}`)).toBe(fresh);
  });

  test.each(named)('begins the chain, below a rule that HTML draws: %s', (_language, words) => {
    const lines = block(words).map((line) => line.replace(/^([^:：]*[:：])/u, '<b>$1</b>'));
    const style =
      'padding-top: 5px; border-top-color: rgb(229, 229, 229); border-top-width: 1px; border-top-style: solid;';
    const html = `<div>Fine.</div><div>Bob</div><div style="${style}"><div><font>${lines.join('<br>')}</font></div></div><div>Old words</div>`;
    expect(freshHtml(html)).toBe('Fine.\nBob');
  });

  test.each(named)('begins the chain, in HTML without a rule: %s', (_language, words) => {
    expect(freshHtml(`<div>Fine.</div><div>${block(words).join('<br>')}</div><div>Old words</div>`)).toBe('Fine.');
  });
});

describe('author and date on one line below a rule', () => {
  test.each(named)('begin the chain, in HTML: %s', (_language, [, from, , , , , date]) => {
    const sent = headerWords.find(([language]) => language === _language)?.[2] ?? '';
    const line = `<b>${from} ann@contoso.test</b> <b>${sent} ${date}</b>`;
    expect(freshHtml(`Fine.<div><hr><div><font>${line}</font></div><div>Old words</div></div>`)).toBe('Fine.');
  });

  test.each(named)('begin the chain, in text: %s', (_language, [, from, sent, , , , date]) => {
    const line = `${from} ann@contoso.test ${sent} ${date}`;
    expect(freshText(`${fresh}\n\n________________________________\n${line}\n\n${older}`)).toBe(fresh);
  });
});

const verbs = [
  ['en', 'wrote:'],
  ['de', 'schrieb:'],
  ['fr', 'a écrit :'],
  ['es', 'escribió:'],
  ['pt', 'escreveu:'],
  ['it', 'ha scritto:'],
  ['nl', 'schreef:'],
  ['sv', 'skrev:'],
  ['fi', 'kirjoitti:'],
  ['pl', 'napisał(a):'],
  ['cs', 'napsal(a):'],
  ['hu', 'írta:'],
  ['ro', 'a scris:'],
  ['hr', 'je napisao:'],
  ['tr', 'yazdı:'],
  ['ru', 'написал(а):'],
  ['uk', 'пише:'],
  ['el', 'έγραψε:'],
] as const;
const names = ['Ann Archer', 'Ann van der Archer', 'Anna-Lena Öberg', '"Ann Archer"', 'Archer, Ann', 'Анна Лукина'];

describe('an attribution without a date', () => {
  test.each(verbs)('begins the chain: %s', (_language, verb) => {
    for (const name of names)
      expect([name, freshText(`${fresh}\n\n${name} ${verb}\n\n\n${older}`)]).toEqual([name, fresh]);
    expect(freshHtml(`<div>Fine.</div><div>Ann Archer ${verb}</div><div>Old words</div>`)).toBe('Fine.');
  });

  test.each([
    ['ja', '山田太郎 さんは書きました:'],
    ['zh', '王小明 写道：'],
    ['ko', '홍길동님이 작성:'],
  ])('begins the chain: %s', (_language, line) => {
    expect(freshText(`${fresh}\n\n${line}\n\n${older}`)).toBe(fresh);
  });

  test.each([
    'As Ann wrote:',
    'Wie Ann schrieb:',
    'Comme Ann a écrit :',
    'Como Ana escribió:',
    'Zoals Ann schreef:',
    'I wrote:',
    'Ann and I wrote:',
    'Date Sent:',
    'Ann Archer said:',
    'The Contract wrote:',
  ])('is not the sentence %j', (line) => {
    const mail = `Hello,\n\n${line}\n\nthe bolts are too short.\n\nBob`;
    expect(freshText(mail)).toBe(mail);
  });
});

test('an attribution that is wrapped behind its author is found whole', () => {
  const lines = '--- "Archer, Ann" <ann.archer@contoso.test>\nwrote:\n> Hello Bob,\n> forty bolts?';
  expect(freshText(`${fresh}\n\n${lines}`)).toBe(fresh);
});

describe('an attribution in a frame', () => {
  test.each([
    '------On 2/2/2026 10:05, Ann Archer wrote-----',
    '-----On 2/2/2026 10:05 PM, Ann Archer <ann@contoso.test> wrote-----',
    '---- Ann Archer wrote ----',
    '--Ann Archer schrieb--',
    '===== Am 02.02.2026 um 10:05 schrieb Ann Archer: =====',
    '***** Ann Archer wrote: *****',
    '_____ Le 02/02/2026 à 10:05, Ann Archer a écrit _____',
    '—— 02.02.2026 10:05, Анна Лукина написал(а) ——',
    '~~~~ On Mon, 2 Feb 2026, ann@contoso.test wrote: ~~~~',
    '-----El 2/2/2026 10:05, Ana Arquero escribió-----',
  ])('begins the chain: %s', (line) => {
    expect(freshText(`${fresh}\n\n${line}\n\n${older}`)).toBe(fresh);
    expect(freshHtml(`<div>Fine.</div><div>${line.replaceAll('<', '&lt;')}</div><div>Old words</div>`)).toBe('Fine.');
  });
});

describe('the letterhead of Notes', () => {
  test.each(notesMails)('begins the chain: %s', (_what, head) => {
    expect(freshText(`${fresh}\n\n\n${head}\n\n${older}`)).toBe(fresh);
  });

  test.each([
    ['a draft that somebody proposes', 'To: all@contoso.test\nCc:\nSubject: Opening hours\n\nWe open at nine.'],
    ['somebody to write to', 'To: Ann Archer\nSubject: Bolts'],
    ['a company that is named', '\tAcme Ltd.\n\nis our supplier.'],
  ])('is not %s', (_what, prose) => {
    const mail = `Hello,\n\n${prose}\n\nBob`;
    expect(freshText(mail)).toBe(mail);
  });
});

describe('a line that breaks the quoted lines', () => {
  const attribution = 'On Mon, 2 Feb 2026 at 10:05, Ann Archer <ann@contoso.test> wrote:';
  test.each([
    ['a link', ['> See', 'https://acme.example/a/long/path', '> and answer.']],
    ['a link with words behind it', ['> See', 'https://acme.example/a/long/path for more', '> and answer.']],
    ['a link in brackets', ['> Acme', '<https://acme.example/a?b=c>', '>', '> Ann']],
    ['a link in brackets above a blank line', ['> www.acme.example', '<http://www.acme.example/>', '', '> Secret.']],
    ['a link in brackets at the end', ['> See', '> our page', '<https://acme.example/a/long/path>']],
    [
      'a link that is broken itself',
      ['> See', 'https://acme.example/a/long/path/that/goes/on-', 'and/on?x=1', '> Ann'],
    ],
    ['a link without a scheme', ['> See', 'www.acme.example/a', '> Ann']],
    ['an address to write to', ['> Write to me:', '<mailto:ann@contoso.test>', '> Ann']],
    ['a rule', ['> Ann', '>', '**********************', '> This e-mail is secret.']],
    ['a wrapped word, quoted often', ['> > > > > Below is', 'the', '> > call stack', '> Ann']],
  ])('belongs to the chain: %s', (_what, lines) => {
    expect(freshText(`${fresh}\n\n${attribution}\n\n> Hello Bob,\n${lines.join('\n')}\n`)).toBe(fresh);
  });

  test.each([
    ['an answer', ['> Can you deliver?', 'Yes.', '> By when?', 'By March.']],
    ['a link that answers', ['> Where is it?', '', 'https://acme.example/bolts', '', '> And the price?', '', '12.50']],
  ])('is kept: %s', (_what, lines) => {
    const mail = `Below.\n\n${attribution}\n${lines.join('\n')}`;
    expect(freshText(mail)).toBe(mail);
  });
});

describe('a line to reply above', () => {
  test.each([
    '-- REPLY ABOVE THIS LINE --',
    '##- Please type your reply above this line -##',
    'Reply above this line to answer.',
    'Write ABOVE THIS LINE to post a reply',
    '--- Bitte antworten Sie oberhalb dieser Linie ---',
    '--- Veuillez répondre au-dessus de cette ligne ---',
    '##- Escriba su respuesta por encima de esta línea -##',
    '##- Responda acima desta linha -##',
    '##- Scrivi la tua risposta sopra questa riga -##',
    '--- Antwoord boven deze regel ---',
    '--- Svara ovanför denna linje ---',
    '--- Skriv svar over denne linjen ---',
    '##- Proszę wpisać odpowiedź powyżej tej linii -##',
    '##- Prosím napište odpověď nad tímto řádkem -##',
    '##- Введите ответ выше этой строки -##',
    '##- Yanıtınızı bu satırın üzerine yazın -##',
  ])('begins the chain: %s', (line) => {
    expect(freshText(`${fresh}\n\n${line}\n\nTicket 12: forty bolts\n`)).toBe(fresh);
  });
});
