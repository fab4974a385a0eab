import { Buffer } from 'node:buffer';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bodyText, htmlToText } from '../../src/content/text.ts';

const cases: readonly (readonly [what: string, html: string, text: string])[] = [
  ['paragraphs', '<p>One</p><p>Two</p>', 'One\n\nTwo'],
  ['lines of an Outlook mail', '<div>One</div><div>Two</div><div><br></div><div>Three</div>', 'One\nTwo\n\nThree'],
  ['line breaks', 'One<br>Two<br><br>Three', 'One\nTwo\n\nThree'],
  ['never more than one blank line', 'One<br><br><br><br><p></p><p>Two</p>', 'One\n\nTwo'],
  ['spaces folded', '<p>  One \n\t two&nbsp;&nbsp;three </p>', 'One two three'],
  ['entities', '<p>A &amp; B &lt;c&gt; &euro; &#8364; &#x20ac;</p>', 'A & B <c> € € €'],
  ['a link with its address', '<a href="https://acme.example/x">our offer</a>', 'our offer (https://acme.example/x)'],
  ['a link that shows its address', '<a href="https://www.acme.example/">acme.example</a>', 'acme.example'],
  ['a mail link', '<a href="mailto:ann@contoso.test?subject=x">Ann</a>', 'Ann (ann@contoso.test)'],
  ['a mail link that shows its address', '<a href="mailto:ann@contoso.test">ann@contoso.test</a>', 'ann@contoso.test'],
  ['a link around a picture', '<a href="https://acme.example/x"><img src="cid:1"></a>', 'https://acme.example/x'],
  ['a script link', '<a href="javascript:alert(1)">click</a>', 'click'],
  ['an anchor', '<a href="#top">up</a>', 'up'],
  ['a list', '<ul><li>one</li><li>two</li></ul>', '- one\n- two'],
  ['a numbered list', '<ol start="3"><li>one<li>two</ol>', '3. one\n4. two'],
  ['a nested list', '<ul><li>one<ul><li>inner</li></ul></li><li>two</li></ul>', '- one\n  - inner\n- two'],
  ['a list of paragraphs', '<ul><li><p>one</p></li><li><p>two</p></li></ul>', '- one\n- two'],
  [
    'a table',
    '<table><tr><th>Item</th><th>Price</th></tr><tr><td>Bolt</td><td>2 €</td></tr></table>',
    'Item | Price\nBolt | 2 €',
  ],
  ['a layout table', '<table><tr><td><p>One</p></td></tr><tr><td></td><td>Two</td></tr></table>', 'One\n\nTwo'],
  [
    'a quote',
    'New<blockquote>old<br>text<blockquote>older</blockquote></blockquote>',
    'New\n\n> old\n> text\n>\n> > older',
  ],
  ['text after a quote', '<blockquote>old</blockquote>New', '> old\n\nNew'],
  ['preformatted text', '<pre>a\n  b\n\nc</pre>', 'a\n  b\n\nc'],
  ['a rule', 'One<hr>Two', 'One\n\n---\n\nTwo'],
  ['a picture', '<img src="cid:1" alt="Logo"> Acme', '[Logo] Acme'],
  ['a picture without words', 'a<img src="cid:1">b', 'ab'],
  ['headings', '<h1>Title</h1>Text', 'Title\n\nText'],
  [
    'script, style, title and comment',
    '<title>t</title><style>p{}</style><script>x()</script><!-- c --><p>Text</p>',
    'Text',
  ],
  ['hidden text', '<div style="display:none">preheader</div><p>Text</p>', 'Text'],
  ['conditional comments of Outlook', '<!--[if mso]><p>no</p><![endif]--><p>Text<o:p></o:p></p>', 'Text'],
  ['tags left open', '<div><p>One<p>Two<b>!', 'One\n\nTwo!'],
  ['tags closed twice', '</div></p><p>One</p></p></b>', 'One'],
  ['a tag that never ends', 'One<p class="', 'One'],
  ['nothing', '', ''],
  ['only markup', '<html><body><p>&nbsp;</p></body></html>', ''],
];

describe('an HTML body as text', () => {
  test.each(cases)('keeps what a reader needs: %s', (_what, html, text) => {
    expect(htmlToText(html)).toBe(text);
  });

  test('is no longer than asked for, and says that it was cut', () => {
    const text = htmlToText(`<p>${'é'.repeat(500)}</p>`, { maxBytes: 100 });
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(100);
    expect(text).toMatch(/^é+…$/u);
  });

  test('reads what is nested deeper than anybody writes', () => {
    expect(htmlToText(`${'<div>'.repeat(5000)}deep<div>deeper</div>${'</div>'.repeat(5000)}<p>after</p>`)).toBe(
      'deep\ndeeper\n\nafter',
    );
  });

  test('never throws and never exceeds its bytes, whatever comes', () => {
    const tags = fc.constantFrom(
      '<p>',
      '</p>',
      '<li>',
      '<ol>',
      '</ol>',
      '<td>',
      '<tr>',
      '<blockquote>',
      '</blockquote>',
      '<pre>',
      '<a href="http://x">',
      '</a>',
      '<!--',
      '&amp;',
      '&#0;',
      '<',
      '>',
      '\n',
      'x',
      '<br/>',
      '"',
      '<b ',
      '<script>',
    );
    fc.assert(
      fc.property(fc.array(tags, { maxLength: 60 }), fc.integer({ min: 4, max: 200 }), (parts, maxBytes) => {
        expect(Buffer.byteLength(htmlToText(parts.join(''), { maxBytes }))).toBeLessThanOrEqual(maxBytes);
      }),
    );
  });
});

describe('a text body', () => {
  test('keeps its lines, with one kind of line end', () => {
    expect(bodyText({ kind: 'text', content: 'a\r\nb\rc\n<b>' })).toBe('a\nb\nc\n<b>');
  });

  test('is cut as HTML is', () => {
    expect(bodyText({ kind: 'text', content: 'x'.repeat(50) }, { maxBytes: 10 })).toBe('xxxxxxx…');
  });
});
