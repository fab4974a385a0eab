import { describe, expect, test } from 'vitest';
import { splitChain } from '../../src/content/chain.ts';
import { htmlToText } from '../../src/content/text.ts';
import { attributions } from './chain/attributions.ts';
import { headerWords } from './chain/header-blocks.ts';

const fresh =
  'Dear Ann,\n\nplease find our answer in two sentences: yes, we can. The bolts cost 12.50 each.\n\nKind regards\nBob Baker';
const older = 'Hello Bob,\n\ncan you deliver 400 bolts by 10 March?\n\nAnn';
const quoted = older.replace(/^/gmu, '> ');
const freshHtml = fresh
  .split('\n\n')
  .map((part) => `<p>${part.replaceAll('\n', '<br>')}</p>`)
  .join('');
const olderHtml = '<p>Hello Bob,</p><p>can you deliver 400 bolts by 10 March?</p><p>Ann</p>';
const squeezed = (text: string) => text.replace(/\s+/gu, '');
const escaped = (text: string) => text.replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const answer = { nature: 'answer', uniqueBody: null } as const;
const textOf = (content: string) => splitChain({ kind: 'text', content }, answer);
const htmlOf = (content: string) => splitChain({ kind: 'html', content }, answer);

function expectFresh(split: ReturnType<typeof splitChain>): void {
  const content = split.fresh.kind === 'html' ? htmlToText(split.fresh.content) : split.fresh.content;
  expect(squeezed(content)).toBe(squeezed(fresh));
  expect(squeezed(split.chain?.content ?? '')).toContain('400bolts');
}

describe('the chain below an attribution line is found', () => {
  test.each(attributions)('%s, %s: quoted text', (_client, _language, line) => {
    expectFresh(textOf(`${fresh}\n\n${line}\n\n${quoted}\n`));
  });

  test.each(attributions)('%s, %s: text without quote marks', (_client, _language, line) => {
    expectFresh(textOf(`${fresh}\n\n${line}\n\n${older}\n`));
  });

  test.each(attributions)('%s, %s: HTML with a blockquote', (_client, _language, line) => {
    expectFresh(
      htmlOf(
        `<html><body><div>${freshHtml}</div><div class="x">${escaped(line)}<br><blockquote>${olderHtml}</blockquote></div></body></html>`,
      ),
    );
  });

  test.each(attributions.filter(([, , line]) => line.length > 60))(
    '%s, %s: the line wrapped',
    (_client, _language, line) => {
      const space = line.lastIndexOf(' ', 60);
      if (space < 20) return;
      expectFresh(textOf(`${fresh}\n\n${line.slice(0, space)}\n${line.slice(space + 1)}\n\n${quoted}\n`));
    },
  );
});

describe('the chain below a header block is found', () => {
  const block = ([, from, sent, to, cc, subject, date]: (typeof headerWords)[number]) => [
    `${from} Ann Archer <ann@contoso.test>`,
    `${sent} ${date}`,
    `${to} Bob Baker <bob@acme.example>`,
    `${cc} Carl Cook <carl@acme.example>; Dora Dean <dora@contoso.test>`,
    `${subject} 400 bolts`,
  ];
  const named = headerWords.map((words) => [words[0], words] as const);

  test.each(named)('%s: Outlook, with a rule', (_language, words) => {
    expectFresh(textOf(`${fresh}\n\n________________________________\n${block(words).join('\n')}\n\n${older}\n`));
  });

  test.each(named)('%s: new Outlook, without any separator', (_language, words) => {
    expectFresh(textOf(`${fresh}\r\n\r\n${block(words).join('\r\n')}\r\n${older}\r\n`));
  });

  test.each(named)('%s: names without addresses, no copy', (_language, words) => {
    const lines = block(words).map((line) => line.replace(/ <[^>]*>/gu, ''));
    expectFresh(textOf(`${fresh}\n\n${lines.filter((_, index) => index !== 3).join('\n')}\n\n${older}\n`));
  });

  test.each(named)('%s: a forward with the subject first', (_language, words) => {
    const [from = '', sent = '', to = '', cc = '', subject = ''] = block(words);
    expectFresh(
      textOf(`${fresh}\n\n-------- Qwerty --------\n${[subject, sent, from, to, cc].join('\n')}\n\n\n${older}\n`),
    );
  });

  test.each(named)('%s: bold labels with stars', (_language, words) => {
    const lines = block(words).map((line) => line.replace(/^([^:：]*[:：])/u, '*$1*'));
    expectFresh(textOf(`${fresh}\n\n${lines.join('\n')}\n\n${older}\n`));
  });

  test.each(named)('%s: Outlook for Windows, HTML', (_language, words) => {
    const lines = block(words).map((line) => escaped(line).replace(/^([^:：]*[:：])/u, '<b>$1</b>'));
    expectFresh(
      htmlOf(
        `<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal{margin:0}</style></head><body lang=EN-US><div class=WordSection1>${freshHtml.replaceAll('<p>', '<p class=MsoNormal>')}<p class=MsoNormal><o:p>&nbsp;</o:p></p><div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal>${lines.join('<br>\n')}<o:p></o:p></p></div></div><p class=MsoNormal><o:p>&nbsp;</o:p></p>${olderHtml}</div></body></html>`,
      ),
    );
  });

  test.each(named)('%s: Outlook on the web, HTML without any names on its elements', (_language, words) => {
    const lines = block(words).map((line) => escaped(line).replace(/^([^:：]*[:：])/u, '<b>$1</b>'));
    expectFresh(
      htmlOf(
        `<div dir="ltr">${freshHtml}</div><hr style="display:inline-block;width:98%"><div dir="ltr"><font face="Calibri">${lines.join('<br>')}</font><div>&nbsp;</div></div><div>${olderHtml}</div>`,
      ),
    );
  });

  test.each(named)('%s: a table of labels, HTML', (_language, words) => {
    const rows = block(words).map(
      (line) => escaped(line).replace(/^([^:：]*[:：]) /u, '<tr><td><b>$1</b></td><td>') + '</td></tr>',
    );
    expectFresh(htmlOf(`<div>${freshHtml}</div><br><table>${rows.join('')}</table>${olderHtml}`));
  });
});
