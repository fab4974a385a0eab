import { describe, expect, test } from 'vitest';
import { mailResponse, type ResponseSource } from '../../src/domain/returned-mail.ts';

interface Written {
  readonly from?: string;
  readonly subject?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly text?: string;
  readonly html?: string;
}

function mail({
  from = 'postmaster@mx.acme.example',
  subject = 'Undeliverable: Offer',
  ...rest
}: Written): ResponseSource {
  const headers = Object.entries({ 'Message-ID': '<ndr@mx.acme.example>', ...rest.headers });
  return {
    from: { name: '', address: from },
    sender: null,
    subject,
    headers: headers.map(([name, value]) => ({ name, value })),
    meeting: false,
    report: false,
    body: rest.html === undefined ? { kind: 'text', content: rest.text ?? '' } : { kind: 'html', content: rest.html },
  };
}

const report = { 'Content-Type': 'multipart/report; report-type=delivery-status; boundary=b' };
const returned = 'From: ann@contoso.test\r\nMessage-ID: <Offer1@contoso.test>\r\nSubject: Offer\r\n';
const status = [
  'Reporting-MTA: dns; mx.acme.example',
  '',
  'Final-Recipient: rfc822; Bob@acme.example',
  'Action: failed',
  'Status: 5.1.1',
  'Diagnostic-Code: smtp; 550 5.1.1 <bob@acme.example>:',
  '    user unknown',
  '',
].join('\r\n');

describe('a bounce tells which mail it returns, for whom, and why', () => {
  test.each<[string, Written, readonly string[], { recipient: string; reason: string }]>([
    [
      'in its delivery status, with a folded reason',
      { headers: report },
      [status, returned],
      { recipient: 'bob@acme.example', reason: '550 5.1.1 <bob@acme.example>: user unknown' },
    ],
    [
      'for several recipients',
      { headers: report },
      [`${status}\r\nFinal-Recipient: rfc822;carol@acme.example\r\nAction: failed\r\n`, returned],
      { recipient: 'bob@acme.example, carol@acme.example', reason: '550 5.1.1 <bob@acme.example>: user unknown' },
    ],
    [
      'in HTML alone, as Exchange writes it',
      {
        headers: report,
        html: '<p>Remote Server returned &#39;550 5.4.1 Recipient address rejected&#39;</p><pre>Message-ID: &lt;Offer1@contoso.test&gt;<br>Subject: Offer</pre>',
      },
      [],
      { recipient: '', reason: "550 5.4.1 Recipient address rejected'" },
    ],
    [
      'in the headers, as Exim and qmail do',
      {
        headers: { 'X-Failed-Recipients': 'bob@acme.example' },
        text: 'This message was created automatically.\n\n  bob@acme.example\n    550 5.1.1 no such user\n\nMessage-ID: <Offer1@contoso.test>\n',
      },
      [],
      { recipient: 'bob@acme.example', reason: '550 5.1.1 no such user' },
    ],
    [
      'by the mail it answers, with nothing but a subject',
      { headers: { ...report, 'In-Reply-To': '<Offer1@contoso.test>' } },
      [],
      { recipient: '', reason: 'Undeliverable: Offer' },
    ],
  ])('%s', (_name, written, parts, told) => {
    const response = mailResponse(mail(written), parts);
    expect(response).toMatchObject({ kind: 'bounce', ...told });
    expect(response?.keys).toContain('offer1@contoso.test');
  });
});

test.each<[string, Written, readonly string[]]>([
  ['a notice that it is late', { headers: report }, [status.replace('failed', 'delayed'), returned]],
  ['a report that it arrived', { headers: report }, [status.replace('failed', 'delivered'), returned]],
  ['a bounce that names no mail', { headers: report }, [status]],
  ['a reply by a person', { from: 'bob@acme.example', headers: { 'In-Reply-To': '<Offer1@contoso.test>' } }, []],
  [
    'a reply by a person that quotes a bounce',
    { from: 'bob@acme.example', text: `${status}\n${returned}`, headers: { 'In-Reply-To': '<Offer1@contoso.test>' } },
    [],
  ],
  [
    'an automatic mail that answers nothing',
    { headers: { 'Auto-Submitted': 'auto-generated' }, from: 'x@y.example' },
    [],
  ],
  [
    'mail that only has an empty return path',
    { from: 'x@y.example', headers: { 'Return-Path': '<>', 'In-Reply-To': '<Offer1@contoso.test>' } },
    [returned],
  ],
])('%s is no answer of a machine to our mail', (_name, written, parts) => {
  expect(mailResponse(mail(written), parts)).toBeNull();
});

test('an automatic reply tells whose it is and what it answers', () => {
  const written = {
    from: 'bob@acme.example',
    subject: 'Automatic reply: Offer',
    headers: { 'Auto-Submitted': 'auto-replied', 'In-Reply-To': '<Offer1@contoso.test>' },
  };
  expect(mailResponse(mail(written), [])).toEqual({
    kind: 'auto_reply',
    keys: ['offer1@contoso.test'],
    recipient: 'bob@acme.example',
    reason: 'Automatic reply: Offer',
  });
});

test('what a machine wrote stays one line of bounded length', () => {
  const long = `Diagnostic-Code: smtp; 550 5.7.1 ${'spam '.repeat(500)}\r\n`;
  const reason = mailResponse(mail({ headers: report }), [`Action: failed\r\n${long}`, returned])?.reason ?? '';
  expect(reason).toMatch(/^550 5\.7\.1 spam [^\n]+…$/u);
  expect(reason.length).toBeLessThanOrEqual(300);
});

test.each<[string, Record<string, string>]>([
  ['a bounce', report],
  ['an automatic reply', { 'Auto-Submitted': 'auto-replied' }],
])('%s that names hundreds of mails is about a few of them', (_name, headers) => {
  const ids = Array.from({ length: 300 }, (_, number) => `<mail${number}@contoso.test>`).join(' ');
  const named = { ...headers, 'In-Reply-To': ids };
  const parts = Array.from({ length: 50 }, (_, number) => `Message-ID: <part${number}@contoso.test>\r\n`);
  const keys = mailResponse(mail({ headers: named, subject: 'Automatic reply: Offer' }), parts)?.keys ?? [];
  expect(keys).toHaveLength(5);
});
