import { expect, test } from 'vitest';
import { normalAddress } from '../../src/mail/address.ts';

test.each([
  [' <Bob@ACME.example> ', 'bob@acme.example'],
  ['bob@acme.example.', 'bob@acme.example'],
  ['bob+Pumps@acme.example', 'bob+pumps@acme.example'],
  ['info@MÜNCHEN-pumpen.example', 'info@xn--mnchen-pumpen-wob.example'],
  ['info@mu\u0308nchen-pumpen.example', 'info@xn--mnchen-pumpen-wob.example'],
  ['jörg@acme.example', 'jörg@acme.example'],
  ['"bob@acme.example"@evil.example', '"bob@acme.example"@evil.example'],
  ['/O=CONTOSO/OU=Sales/CN=Ann', '/o=contoso/ou=sales/cn=ann'],
  ['bob@', 'bob@'],
  ['', ''],
])('compares %j as %j', (written, compared) => {
  expect(normalAddress(written)).toBe(compared);
});

test.each(['/', '?', '#', '\\', ':80', '%', ' '])(
  "does not take an address for one at a contact's domain because of %j in it",
  (end) => {
    const written = `bob@acme.example${end}é.evil.example`;
    expect(normalAddress(written)).toBe(written);
  },
);
