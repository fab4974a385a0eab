import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadTemplate, renderTemplate } from '../../src/content/template.ts';
import { IntegratorError } from '../../src/domain/errors.ts';

let root = '';
let count = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'templates-'));
});
afterAll(() => rm(root, { recursive: true }));

type Files = Readonly<Record<string, string | Uint8Array>>;

async function directory(files: Files): Promise<string> {
  count += 1;
  const dir = join(root, String(count));
  await mkdir(dir);
  for (const [name, content] of Object.entries(files)) await writeFile(join(dir, name), content);
  return dir;
}

async function rendered(files: Files, variables: Readonly<Record<string, unknown>> = {}) {
  return renderTemplate(await loadTemplate(await directory(files), 'welcome'), variables);
}

async function refusal(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof IntegratorError)) throw new Error(`no refusal, but ${String(error)}`);
  expect(error.kind).toBe('usage');
  return `${error.message} | ${error.hint ?? ''}`;
}

const text = (body: string, subject = 'Hello') => ({ 'welcome.txt': `Subject: ${subject}\n\n${body}` });
const html = (body: string) => ({ 'welcome.html': `Subject: Hello\n\n${body}` });

describe('a template', () => {
  test('fills in subject and text, with simple conditions and loops', async () => {
    const body =
      'Dear {{ contact.name }},\n{% if phone %}call {{ phone }}{% else %}write{% endif %}{% for x in items %} {{ x }}{% endfor %}';
    expect(
      await rendered(text(body, 'News for {{ company }}'), {
        company: 'Acme & Sons',
        contact: { name: 'Bob' },
        items: ['a', 'b'],
      }),
    ).toEqual({ subject: 'News for Acme & Sons', text: 'Dear Bob,\nwrite a b\n', html: null });
  });

  test('of HTML alone gets its text from the HTML', async () => {
    expect(await rendered(html('<p>Dear {{ name }},</p><ul><li>one</li></ul>'), { name: 'Bob' })).toEqual({
      subject: 'Hello',
      text: 'Dear Bob,\n\n- one\n',
      html: '<p>Dear Bob,</p><ul><li>one</li></ul>',
    });
  });

  test('of both keeps both, with the subject in the .txt', async () => {
    const files = { ...text('Dear {{ name }}'), 'welcome.html': '<b>{{ name }}</b>\n' };
    expect(await rendered(files, { name: 'Bob' })).toEqual({
      subject: 'Hello',
      text: 'Dear Bob\n',
      html: '<b>Bob</b>\n',
    });
  });

  test('may have a byte order mark and the line ends of Windows', async () => {
    expect(await rendered({ 'welcome.txt': '\ufeffSubject: Hello\r\n\r\nDear\r\nBob\r\n' })).toMatchObject({
      subject: 'Hello',
      text: 'Dear\nBob\n',
    });
  });

  test('that changes by one character has another hash', async () => {
    const [one, same, other] = await Promise.all(
      ['a', 'a', 'b'].map(async (body) => loadTemplate(await directory(text(body)), 'welcome')),
    );
    expect(one?.hash).toBe(same?.hash);
    expect(one?.hash).not.toBe(other?.hash);
  });
});

describe('a value', () => {
  const hostile = `<img src=x onerror="a('b')"> & {{ secret }}`;
  const escaped = '&lt;img src=x onerror=&quot;a(&#39;b&#39;)&quot;&gt; &amp; {{ secret }}';

  test.each([
    ['as it stands', '{{ v }}'],
    ['through a filter', '{{ v | append: "" }}'],
    ['that was assigned', '{% assign w = v %}{{ w }}'],
    ['as an element of a list', '{% for w in list %}{{ w }}{% endfor %}'],
    ['that is a list', '{{ list }}'],
    ['with its line breaks', '{{ v | newline_to_br }}'],
    ['in place of a missing one', '{{ none | default: v }}'],
  ])('%s is never markup in HTML', async (_, body) => {
    expect((await rendered(html(body), { v: hostile, list: [hostile], secret: 's' })).html).toBe(escaped);
  });

  test('keeps its lines where the template says so', async () => {
    expect((await rendered(html('{{ v | newline_to_br }}'), { v: 'a<b>\r\nc' })).html).toBe('a&lt;b&gt;<br>\nc');
  });

  test('is never a template, and in text stands as it is', async () => {
    expect((await rendered(text('{{ v }}'), { v: hostile })).text).toBe(`${hostile}\n`);
  });

  test.each([
    ['a line break', 'a\r\nBcc: eve@evil.example'],
    ['a line separator', 'a\u2028b'],
    ['an escape', 'a\u001b[2Jb'],
  ])('with %s is refused in a subject', async (_, v) => {
    expect(await refusal(rendered(text('x', '{{ v }}'), { v }))).toContain(
      'welcome.txt: the subject has a line break or another control character',
    );
  });
});

describe('missing', () => {
  test.each([
    ['a variable', {}],
    ['one that is empty', { name: '' }],
    ['one that is null', { name: null }],
    ['one of an object without it', { name: undefined }],
  ])('%s is refused with file, line and name', async (_, variables) => {
    const said = await refusal(rendered(text('Hello\n\nDear {{ name }}'), variables));
    expect(said).toContain('welcome.txt, line 5: there is no value for name');
    expect(said).toContain('{{ name | default: "…" }}');
  });

  test('a variable of the subject is on line 1, one of an HTML file beside a text on its own line', async () => {
    expect(await refusal(rendered(text('x', '{{ a }}')))).toContain('welcome.txt, line 1: there is no value for a');
    const files = { ...text('x'), 'welcome.html': '<p>\n{{ ticket.id }}' };
    expect(await refusal(rendered(files, { ticket: {} }))).toContain(
      'welcome.html, line 2: there is no value for ticket.id',
    );
  });

  test('what "default" or "if" deals with is no error', async () => {
    const body = '{{ name | default: "customer" }}{% if name %}!{% endif %}';
    expect((await rendered(text(body), { name: '' })).text).toBe('customer\n');
  });
});

describe('a template cannot', () => {
  test.each([
    ['include a file', '{% include "/etc/passwd" %}', 'there is no tag include'],
    ['render a file', '{% render "welcome.txt" %}', 'there is no tag render'],
    ['have a layout', '{% layout "welcome.txt" %}', 'there is no tag layout'],
    ['write markup through echo', '{% echo name %}', 'there is no tag echo'],
    ['write markup through cycle', '{% cycle name %}', 'there is no tag cycle'],
    ['write values as markup', '{{ name | raw }}', 'there is no filter raw'],
    ['reach a prototype', '{{ name.constructor }}', 'there is no value for name.constructor'],
    ['reach the prototype of its variables', '{{ __proto__ }}', 'there is no value for __proto__'],
    ['reach a constructor', '{{ constructor }}', 'there is no value for constructor'],
    ['run a method of ours as a filter', '{{ name | constructor }}', 'there is no filter constructor'],
    ['loop for ever', '{% for i in (1..100000000) %}x{% endfor %}', 'it grows too large or takes too long'],
    [
      'loop within loops for ever',
      '{% for i in (1..9999) %}{% for j in (1..9999) %}x{% endfor %}{% endfor %}',
      'it grows too large or takes too long',
    ],
    [
      'grow for ever',
      '{% assign a = "xxxxxxxxxx" %}{% for i in (1..99) %}{% assign a = a | append: a %}{% endfor %}',
      'it grows too large or takes too long',
    ],
    ['leave a tag open', '{% if name %}', 'not closed'],
  ])('%s', async (_, body, said) => {
    for (const files of [text(body), html(body)]) {
      expect(await refusal(rendered(files, { name: { first: 'Bob' } }))).toContain(
        `, line 3: ${said}`.slice(said === 'not closed' ? 10 : 0),
      );
    }
  });
});

describe('a template file is refused', () => {
  test.each<[string, Files, string]>([
    ['without a subject', { 'welcome.txt': 'Dear Bob' }, 'welcome.txt: the first line is no subject'],
    ['without an empty line', { 'welcome.txt': 'Subject: a\nDear' }, 'welcome.txt: line 2 is not empty'],
    ['with an empty subject', { 'welcome.txt': 'Subject:\n\nDear' }, 'welcome.txt: the subject is empty'],
    ['with two subjects', { ...text('x'), ...html('x') }, 'the subject stands in welcome.txt already'],
    ['that is not UTF-8', { 'welcome.txt': Uint8Array.of(0x53, 0xfc, 0x0a) }, 'is not UTF-8'],
    ['that is UTF-16', { 'welcome.txt': Buffer.from('Subject: a\n\nb', 'utf16le') }, 'is not UTF-8'],
    ['that is huge', { 'welcome.txt': `Subject: a\n\n${'x'.repeat(1_000_001)}` }, 'is larger than'],
  ])('%s', async (_, files, said) => {
    expect(await refusal(rendered(files))).toContain(said);
  });

  test('that is not there, with those that are', async () => {
    const dir = await directory({ 'offer.txt': 'Subject: a\n\nb', 'news.html': '', 'notes.md': '' });
    expect(await refusal(loadTemplate(dir, 'ofer'))).toMatch(
      /there is no template "ofer" .*templates are: news, offer/u,
    );
    expect(await refusal(loadTemplate(join(dir, 'none'), 'offer'))).toContain('see outgoing.templates_dir');
  });

  test.each(['../secret', '..', 'a/../../secret', '/etc/passwd', '.hidden', 'a\\b', 'a\0b', ''])(
    'whose name is %j, which could lead out of the directory',
    async (name) => {
      await writeFile(join(root, 'secret.txt'), 'Subject: a\n\nb');
      const dir = await directory({ '.hidden.txt': 'Subject: a\n\nb' });
      expect(await refusal(loadTemplate(dir, name))).toContain('there is no template');
    },
  );

  test('where it is a link that leads out of the directory; within, links are fine', async () => {
    await writeFile(join(root, 'outside.txt'), 'Subject: a\n\nb');
    const dir = await directory({ '..data': 'Subject: linked\n\nb' });
    await symlink(join(root, 'outside.txt'), join(dir, 'welcome.txt'));
    await symlink('..data', join(dir, 'linked.txt'));
    expect(await refusal(loadTemplate(dir, 'welcome'))).toContain('a link to a file outside');
    expect((await renderTemplate(await loadTemplate(dir, 'linked'), {})).subject).toBe('linked');
  });
});
