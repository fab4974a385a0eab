/**
 * Mail that claims to be of a contact, and mail that is: each with what must become of it. It is served as raw mail;
 * `shows` says what a server makes of From, at its worst.
 */
export interface SenderForm {
  readonly name: string;
  /** Lines of the header block that say who sent it, and the server's Authentication-Results. */
  readonly lines: readonly string[];
  /** The From that the server shows; by default what its parser reads. */
  readonly shows?: { readonly name: string; readonly address: string } | null;
  /** False: no server delivered it. */
  readonly received?: false;
  /**
   * held: waits as `unverified_sender`, whatever the rule. stranger: the sender is nobody that we know, and it is on no
   * ticket of ours. matched: it is on the ticket.
   */
  readonly becomes: 'held' | 'stranger' | 'matched';
}

type Becomes = SenderForm['becomes'];
export const bob = 'bob@acme.example';
const from = 'From: Bob Stone <bob@acme.example>';
const bobShown = { name: 'Bob Stone', address: bob };
const results = (value: string): string => `Authentication-Results: ${value}`;
const ofEvil = results(
  'spf=pass smtp.mailfrom=evil.example; dkim=pass header.d=evil.example;dmarc=pass action=none header.from=evil.example;compauth=pass reason=100',
);
const none = results(
  'spf=none smtp.mailfrom=x.example; dkim=none header.d=none;dmarc=none action=none header.from=acme.example;compauth=none reason=405',
);

/** By the server's verdict alone; From is written as it should be. */
const verdicts: readonly (readonly [Becomes, string, ...(readonly string[])])[] = [
  ['held', 'dmarc failed', 'mx.contoso.test; dmarc=fail (p=none) header.from=acme.example'],
  [
    'held',
    'compauth failed',
    'spf=fail smtp.mailfrom=acme.example; dkim=none header.d=none;dmarc=fail action=none header.from=acme.example;compauth=fail reason=000',
  ],
  [
    'held',
    'compauth failed though dmarc passed',
    'dmarc=pass action=none header.from=acme.example;compauth=fail reason=601',
  ],
  ['held', 'a pass of another domain', 'mx.contoso.test; dmarc=pass header.from=evil.example'],
  [
    'held',
    'a composite pass of another domain',
    'dmarc=pass action=none header.from=evil.example;compauth=pass reason=100',
  ],
  [
    'held',
    'a composite pass beside a failure of another domain',
    'dmarc=fail action=none header.from=evil.example;compauth=pass reason=130',
  ],
  ['held', 'a best guess of another domain', 'dmarc=bestguesspass action=none header.from=evil.example'],
  ['held', 'a pass of a domain that ends in another', 'mx; dmarc=pass header.from=acme.example.evil.example'],
  ['held', 'a pass of a domain below', 'mx; dmarc=pass header.from=eu.acme.example'],
  ['held', 'a pass of the domain above', 'mx; dmarc=pass header.from=example'],
  ['held', 'passes of two domains', 'mx; dmarc=pass header.from=acme.example; dmarc=pass header.from=evil.example'],
  ['held', 'a pass that names two domains', 'mx; dmarc=pass header.from=acme.example header.from=evil.example'],
  [
    'held',
    'a result inside of an envelope address',
    'spf=none smtp.mailfrom=x;compauth=pass;@evil; dkim=none header.d=none;dmarc=fail action=none header.from=acme.example',
  ],
  [
    'held',
    'a result with a reason inside of an envelope address',
    'spf=none smtp.mailfrom=x;compauth=pass reason=100;y@evil.example; dmarc=fail action=none header.from=acme.example',
  ],
  [
    'held',
    'a whole result inside of an envelope address',
    'spf=none smtp.mailfrom=x;dmarc=pass header.from=acme.example;compauth=pass reason=100;y@evil.example; dmarc=fail header.from=acme.example',
  ],
  [
    'held',
    'a result that looks whole before the server’s',
    'spf=none smtp.mailfrom=x;compauth=pass reason=100;dkim=none header.d=y.example; dmarc=fail header.from=acme.example',
  ],
  [
    'held',
    'a result in quotation marks',
    'mx; spf=none smtp.mailfrom="x; compauth=pass; y"@evil.example; dmarc=fail header.from=acme.example',
  ],
  [
    'held',
    'a result in a comment',
    'mx; spf=none (x; compauth=pass; dmarc=pass header.from=acme.example) smtp.mailfrom=x; dmarc=fail header.from=acme.example',
  ],
  [
    'held',
    'a quotation mark that hides the failure',
    'mx; spf=none smtp.mailfrom=x"y@evil.example; dmarc=fail header.from="acme.example"',
  ],
  [
    'held',
    'a quotation from the sender that the server’s closes',
    'mx; spf=none smtp.mailfrom="x; dmarc=fail header.from="acme.example"',
  ],
  [
    'held',
    'a bracket that hides the failure',
    'mx; spf=none smtp.mailfrom=x(y@evil.example; dmarc=fail header.from=acme.example; dkim=none header.d=z)evil.example',
  ],
  [
    'held',
    'a quotation that never ends',
    'mx; spf=none smtp.mailfrom="x@evil.example; dmarc=fail header.from=acme.example',
  ],
  ['held', 'a comment that never ends', 'mx; spf=none (x; dmarc=fail header.from=acme.example'],
  [
    'held',
    'an encoded word',
    'mx; spf=none smtp.mailfrom==?utf-8?Q?x=3Bcompauth=3Dpass?=; dmarc=fail header.from=acme.example',
  ],
  ['held', 'a second result', 'mx; dmarc=pass header.from=acme.example; dmarc=fail header.from=acme.example'],
  [
    'held',
    'a second composite result',
    'dmarc=fail header.from=acme.example;compauth=pass reason=100;compauth=fail reason=000',
  ],
  [
    'held',
    'a composite pass that stands before all',
    'compauth=pass reason=100; spf=pass smtp.mailfrom=x.example; dmarc=fail header.from=acme.example',
  ],
  [
    'held',
    'a failure without a semicolon before it',
    'mx dmarc=fail header.from=acme.example; compauth=pass reason=100',
  ],
  [
    'held',
    'a failure in capitals, with a version and blanks',
    'mx.contoso.test 1; DMARC / 1 = FAIL Header.From=acme.example',
  ],
  [
    'held',
    'a folded failure',
    'mx;\r\n\tspf=none smtp.mailfrom=x.example;\r\n\tdmarc=\r\n fail header.from=acme.example',
  ],
  [
    'held',
    'a pass of the sender’s below a failure',
    'mx; dmarc=fail header.from=acme.example',
    'mx; dmarc=pass header.from=acme.example',
  ],
  [
    'held',
    'a failure in another header of the same server',
    'mx; dkim=none header.d=none',
    'mx; dmarc=fail header.from=acme.example',
  ],
  ['matched', 'dmarc passed', 'mx.contoso.test; dmarc=pass (p=reject) header.from=acme.example'],
  [
    'matched',
    'a composite pass',
    'spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=acme.example; dkim=pass (signature was verified) header.d=acme.example;dmarc=pass action=none header.from=acme.example;compauth=pass reason=100',
  ],
  [
    'matched',
    'a composite pass beside a failed dmarc',
    'spf=fail smtp.mailfrom=list.example; dkim=none header.d=none;dmarc=fail action=none header.from=acme.example;compauth=pass reason=130',
  ],
  [
    'matched',
    'bare domains between the results',
    'spf=none smtp.mailfrom=acme.example; contoso.test; dkim=none header.d=none;contoso.test; dmarc=pass action=none header.from=acme.example;compauth=pass reason=109',
  ],
  ['matched', 'the domain in capitals', 'mx; dmarc=pass header.from=ACME.Example'],
  ['matched', 'a whole address as the domain', 'mx; dmarc=pass header.from=bob@acme.example'],
  ['matched', 'the domain in quotation marks', 'mx; dmarc=pass header.from="acme.example"'],
  [
    'matched',
    'several signatures',
    'mx; dkim=pass header.i=@acme.example header.b="AbC/+d="; dkim=fail reason="no key" header.d=x.example; spf=pass smtp.mailfrom=a@acme.example; spf=none smtp.helo=h.example; dmarc=pass header.from=acme.example',
  ],
  ['matched', 'no verdict for the domain', 'mx; dmarc=none header.from=acme.example'],
  ['matched', 'a verdict that names no domain', 'mx; dmarc=pass'],
  ['matched', 'a passing trouble', 'mx; dmarc=temperror header.from=acme.example'],
  [
    'matched',
    'a failure of an earlier server below',
    'mx; dmarc=pass header.from=acme.example',
    'mx.list.example; dmarc=fail header.from=acme.example',
  ],
];

/** By how From is written; the server verified the one who really sent it, or nobody. */
const forms: readonly SenderForm[] = [
  form('held', 'two addresses', ['From: bob@acme.example, eve@evil.example', ofEvil], bobShown),
  form(
    'held',
    'two addresses, the other first',
    ['From: eve@evil.example, Bob Stone <bob@acme.example>', ofEvil],
    bobShown,
  ),
  form('held', 'two addresses with a semicolon', ['From: bob@acme.example; eve@evil.example', none], bobShown),
  form('held', 'two From headers', [from, 'From: eve@evil.example', ofEvil], bobShown),
  form('held', 'two From headers, one in capitals', ['FROM: eve@evil.example', from, none], bobShown),
  form('held', 'a group', ['From: Sales: bob@acme.example;', none], bobShown),
  form('held', 'a group of two', ['From: Sales: bob@acme.example, eve@evil.example;', ofEvil], bobShown),
  form('held', 'two pairs of angle brackets', ['From: <bob@acme.example> <eve@evil.example>', ofEvil], bobShown),
  form('held', 'an address behind the angle brackets', ['From: <bob@acme.example> eve@evil.example', none], bobShown),
  form('held', 'an address as the name', ['From: bob@acme.example <eve@evil.example>', none], bobShown),
  form('held', 'a quoted address as the name', ['From: "bob@acme.example" <eve@evil.example>', none], bobShown),
  form('held', 'a quotation that never ends', ['From: "Bob <bob@acme.example>, eve@evil.example', none], bobShown),
  form('held', 'an address in a comment', ['From: eve@evil.example (bob@acme.example)', none], bobShown),
  form('held', 'an encoded word that is an address', ['From: =?utf-8?Q?bob=40acme.example?=', none], bobShown),
  form(
    'held',
    'an encoded word that ends in a comma',
    ['From: =?utf-8?Q?bob=40acme.example=2C?= <eve@evil.example>', none],
    bobShown,
  ),
  form('held', 'no From, a Sender', ['Sender: Bob Stone <bob@acme.example>', none], null),
  form(
    'held',
    'no From, a Sender that the server shows as From',
    ['Sender: Bob Stone <bob@acme.example>', none],
    bobShown,
  ),
  form('held', 'no From, a Reply-To', ['Reply-To: Bob Stone <bob@acme.example>', none], null),
  form('held', 'an empty From, a Sender', ['From: ', 'Sender: Bob Stone <bob@acme.example>', none], null),
  form('held', 'angle brackets around nothing', ['From: <>', 'Sender: Bob Stone <bob@acme.example>', none], null),
  form('held', 'a From that is a name only', ['From: Bob Stone', 'Sender: bob@acme.example', none], {
    name: 'Bob Stone',
    address: '',
  }),
  form('matched', 'a verified address alone', [
    'From: bob@acme.example',
    results('mx; dmarc=pass header.from=acme.example'),
  ]),
  form('matched', 'no report of a server', [from]),
  { ...form('matched', 'an item that no server delivered', [from]), received: false },
  form('matched', 'letter case', [
    'From: Bob Stone <BOB@ACME.Example>',
    results('mx; dmarc=pass header.from=acme.example'),
  ]),
  form('matched', 'a quoted name with a comma', ['From: "Stone, Bob" <bob@acme.example>', none]),
  form('matched', 'a quoted name with a colon', ['From: "Acme: Bob" <bob@acme.example>', none]),
  form('matched', 'an encoded name', ['From: =?utf-8?Q?Stone=2C_B=C3=B6b?= <bob@acme.example>', none]),
  form('matched', 'the own address as the name', ['From: bob@acme.example <bob@acme.example>', none]),
  form('matched', 'a name in a comment', ['From: bob@acme.example (Bob Stone)', none]),
  form('matched', 'a folded From', ['From: Bob Stone\r\n <bob@acme.example>', none]),
  form('matched', 'the same From twice', [from, from, none]),
  form('matched', 'a delegate', [from, 'Sender: Peter <peter@office.example>', none]),
  form('matched', 'a plus-tag', ['From: bob+sales@acme.example', none]),
  form('matched', 'a name with an address of another', ['From: "eve@evil.example" <bob@acme.example>', none]),
  form('matched', 'an international domain', [
    'From: Otto <otto@bücher.example>',
    results('mx; dmarc=pass header.from=xn--bcher-kva.example'),
  ]),
  form('matched', 'an international domain in capitals', ['From: Otto <otto@BÜCHER.example>', none]),
  form('matched', 'an international domain as ASCII', [
    'From: Otto <otto@xn--bcher-kva.example>',
    results('mx; dmarc=pass header.from=bücher.example'),
  ]),
  form('stranger', 'somebody else', ['From: eve@evil.example', ofEvil]),
  form('stranger', 'the contact’s address as the name', [
    'From: "Bob Stone <bob@acme.example>" <eve@evil.example>',
    ofEvil,
  ]),
  form('stranger', 'an encoded full stop', ['From: bob@acme%2eexample', none], {
    name: '',
    address: 'bob@acme%2eexample',
  }),
  form('stranger', 'another letter of the same look', ['From: bob@аcme.example', none], {
    name: '',
    address: 'bob@аcme.example',
  }),
  form('stranger', 'a wide form of a domain that is nobody’s', ['From: eve@ｅｖｉｌ.example', none], {
    name: '',
    address: 'eve@ｅｖｉｌ.example',
  }),
  form('held', 'a wide at sign', ['From: bob＠acme.example', none], bobShown),
];

/** Domains that only become the contact’s when they are normalised. */
const disguises: readonly (readonly [string, string])[] = [
  ['wide letters', 'bob@ａｃｍｅ.example'],
  ['one wide letter', 'bob@acｍe.example'],
  ['wide capitals', 'bob@ＡＣＭＥ.ＥＸＡＭＰＬＥ'],
  ['a wide full stop', 'bob@acme．example'],
  ['an ideographic full stop', 'bob@acme。example'],
  ['a half-width ideographic full stop', 'bob@acme｡example'],
  ['a soft hyphen', 'bob@ac\u00adme.example'],
  ['a zero-width space', 'bob@ac\u200bme.example'],
  ['a word joiner', 'bob@ac\u2060me.example'],
  ['a byte order mark', 'bob@acme.example\ufeff'],
  ['a no-break space', 'bob@acme.example\u00a0'],
  ['a wide space', 'bob@\u3000acme.example'],
  ['a variation selector', 'bob@acme\ufe0f.example'],
  ['a grapheme joiner', 'bob@ac\u034fme.example'],
  ['a full stop at the end', 'bob@acme.example.'],
  ['mathematical letters', 'bob@𝐚𝐜𝐦𝐞.example'],
  ['a letter in a circle', 'bob@ⓐcme.example'],
  ['a superscript letter', 'bob@acᵐe.example'],
  ['a Kelvin sign', 'kim@\u212aiosk.example'],
  ['a long s', 'kim@kioſk.example'],
  ['a letter and its accent apart', 'otto@bu\u0308cher.example'],
];

export const senderForms: readonly SenderForm[] = [
  ...verdicts.map(([becomes, name, ...values]) => ({
    name: `${name} (verdict)`,
    becomes,
    lines: [...values.map(results), from],
  })),
  {
    name: 'a pass in ARC-Authentication-Results above a failure',
    becomes: 'held',
    lines: [
      'ARC-Authentication-Results: i=1; mx; dmarc=pass header.from=acme.example',
      results('mx; dmarc=fail header.from=acme.example'),
      from,
    ],
  },
  {
    name: 'a failure under a name in odd case',
    becomes: 'held',
    lines: ['aUTHENTICATION-rESULTS: mx; dmarc=fail header.from=acme.example', from],
  },
  ...forms,
  ...disguises.flatMap(([name, address]) => [
    { ...form('held', `${name}, nobody verified`, [`From: ${address}`, none]), shows: { name: '', address } },
    { ...form('held', `${name}, shown as it is meant`, [`From: <${address}>`]), received: false as const },
    {
      ...form('held', `${name}, verified`, [
        `From: "Bob" <${address}>`,
        results(`mx; dmarc=pass header.from=${address.slice(address.indexOf('@') + 1)}`),
      ]),
      shows: { name: 'Bob', address },
    },
  ]),
];

function form(becomes: Becomes, name: string, lines: readonly string[], shows?: SenderForm['shows']): SenderForm {
  return { name, becomes, lines, ...(shows === undefined ? {} : { shows }) };
}
