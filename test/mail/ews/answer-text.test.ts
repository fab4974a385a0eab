import { describe, expect, test } from 'vitest';
import { answerText } from '../../../src/mail/ews/answer-text.ts';
import { isFault, spokenBy } from '../../../src/mail/ews/spoken.ts';

const xml = '<a>Grüße</a>';
const marked = (encoding: BufferEncoding) => Buffer.from(`\u{feff}${xml}`, encoding);

describe('an answer is read in the charset of its server', () => {
  test.each([
    ['none named', Buffer.from(xml), ''],
    ['UTF-8 named', Buffer.from(xml), 'text/xml; charset=utf-8'],
    ['Latin-1 in the header', Buffer.from(xml, 'latin1'), 'text/xml; charset="ISO-8859-1"'],
    ['UTF-16 with its mark', marked('utf16le'), 'text/xml; charset=utf-16'],
    ['UTF-16 with nothing but its mark', marked('utf16le'), 'text/xml'],
    ['one that does not exist', Buffer.from(xml), 'text/xml; charset=klingon-1'],
  ])('%s', (_name, body, contentType) => {
    expect(answerText(body, contentType)).toBe(xml);
  });

  test('Latin-1 in the XML declaration', () => {
    const declared = `<?xml version="1.0" encoding="iso-8859-1"?>${xml}`;
    expect(answerText(Buffer.from(declared, 'latin1'), 'text/xml')).toBe(declared);
  });

  test('a mark of UTF-8 counts for more than a header that names something else', () => {
    expect(answerText(marked('utf8'), 'text/xml; charset=iso-8859-1')).toContain(xml);
  });
});

describe('CDATA', () => {
  test('is text like any other', () => {
    const body = Buffer.from('<b><![CDATA[<p>1 & 2</p>]]></b><c><![CDATA[]]></c>');
    expect(answerText(body, 'text/xml')).toBe('<b>&lt;p&gt;1 &amp; 2&lt;/p&gt;</b><c></c>');
  });

  test('in which a mail writes a response code does not speak for the server', () => {
    const body = Buffer.from(
      '<s:Body><m:X><t:Body><![CDATA[<ResponseCode>ErrorAccessDenied</ResponseCode>]]></t:Body>',
    );
    expect(spokenBy(answerText(body, 'text/xml')).codes).toEqual([]);
  });
});

test.each(['s:', 'SOAP-ENV:', 'soap.env:', ''])('a fault is a fault under the prefix "%s"', (prefix) => {
  const fault = `<${prefix}Envelope><${prefix}Body><${prefix}Fault><detail><e-1:ResponseCode>ErrorServerBusy</e-1:ResponseCode><x-y:Value Name="BackOffMilliseconds">300</x-y:Value></detail></${prefix}Fault></${prefix}Body></${prefix}Envelope>`;
  expect(isFault(fault)).toBe(true);
  expect(spokenBy(fault)).toMatchObject({ codes: ['ErrorServerBusy'], backOffMs: 300 });
});
