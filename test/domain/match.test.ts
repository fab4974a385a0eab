import { describe, expect, it, test } from 'vitest';
import { match } from '../../src/domain/match.ts';
import type { Situation } from './tickets.ts';
import { input, ticket } from './tickets.ts';

/** A decision in one line: "OPP-1 by reply", "inbox: ambiguous", "new ticket: Renewal", "ignored: draft". */
function decide(situation: Situation): string {
  const { decision } = match(input(situation));
  switch (decision.kind) {
    case 'matched':
      return `${decision.ticketId} by ${decision.rule}`;
    case 'new_ticket':
      return `new ticket: ${decision.ticketType}`;
    case 'inbox':
    case 'kept':
    case 'ignored':
      return `${decision.kind}: ${decision.reason}`;
  }
}

type Row = readonly [sentence: string, situation: Situation, decision: string];

function rows(table: readonly Row[]): void {
  test.each(table)('%s', (_sentence, situation, decision) => {
    expect(decide(situation)).toBe(decision);
  });
}

const matched = 'OPP-1 by address_and_subject';
const unmatched = 'inbox: unmatched';
const opens = { unmatched: { kind: 'new_ticket', ticketType: 'Opportunity' } } as const;
const automatic = ['Auto-Submitted: auto-replied'];
const forged = ['Authentication-Results: mx.contoso.test; dmarc=fail header.from=acme.example'];
const domain = { matching: 'domain' } as const;
const listHeaders = [
  'List-Id: <news.acme.example>',
  'List-Unsubscribe: <mailto:u@x>',
  'precedence: list',
  'Precedence: BULK',
];

describe('step 1: what is ignored', () => {
  const ignore = (part: object) => ({ ignore: { senders: [], internal: false, sensitivity: [], ...part } });
  rows([
    ['a draft is never imported', { mail: { isDraft: true } }, 'ignored: draft'],
    ['a listed sender', { rules: ignore({ senders: ['paula@acme.example'] }) }, 'ignored: sender'],
    ['a listed domain', { rules: ignore({ senders: ['@acme.example'] }) }, 'ignored: sender'],
    [
      'not a domain above or beside the listed one',
      { rules: ignore({ senders: ['@example', '@me.example'] }) },
      matched,
    ],
    [
      'not a domain below the listed one',
      { mail: { from: 'paula@eu.acme.example' }, rules: ignore({ senders: ['@acme.example'] }) },
      unmatched,
    ],
    [
      'not an address that only begins alike',
      { rules: ignore({ senders: ['paula@acme', 'aula@acme.example'] }) },
      matched,
    ],
    ['a sender, not a recipient', { rules: ignore({ senders: ['ann@contoso.test'] }) }, matched],
    [
      'mail among own domains, if internal mail is ignored',
      { mail: { from: 'marcus@contoso.test', cc: ['x@eu.contoso-group.test'] }, rules: ignore({ internal: true }) },
      'ignored: internal',
    ],
    [
      'own mail to undisclosed recipients',
      { mail: { from: 'marcus@contoso.test', to: [] }, rules: ignore({ internal: true }) },
      'ignored: internal',
    ],
    [
      'not mail that also goes outside',
      { mail: { from: 'marcus@contoso.test', cc: ['paula@acme.example'] }, rules: ignore({ internal: true }) },
      unmatched,
    ],
    [
      'not mail that also goes outside as a blind copy',
      { mail: { from: 'marcus@contoso.test', bcc: ['paula@acme.example'] }, rules: ignore({ internal: true }) },
      unmatched,
    ],
    ['not mail from outside', { rules: ignore({ internal: true }) }, matched],
    [
      'not mail without a sender',
      { mail: { from: null }, rules: ignore({ internal: true }) },
      'inbox: unverified_sender',
    ],
    [
      'internal mail the agent sent',
      { sent: true, mail: { to: ['marcus@contoso.test'] }, rules: ignore({ internal: true }) },
      'ignored: internal',
    ],
    ['internal mail is imported unless it is ignored', { mail: { from: 'marcus@contoso.test' } }, unmatched],
    [
      'a sensitivity that is listed',
      { mail: { sensitivity: 'private' }, rules: ignore({ sensitivity: ['private', 'confidential'] }) },
      'ignored: sensitivity',
    ],
    [
      'not another sensitivity',
      { mail: { sensitivity: 'personal' }, rules: ignore({ sensitivity: ['private', 'confidential'] }) },
      matched,
    ],
    [
      'before anything else is looked at',
      { mail: { headers: automatic }, rules: { ...ignore({ senders: ['@acme.example'] }), emailMatching: false } },
      'ignored: sender',
    ],
  ]);
});

describe('step 2: email matching switched off', () => {
  const off = { emailMatching: false };
  rows([
    ['everything goes to My Inbox', { rules: off }, 'inbox: matching_off'],
    [
      'also automatic mail that would be ignored',
      { mail: { headers: automatic }, rules: { ...off, automaticMail: 'ignore' } },
      'inbox: matching_off',
    ],
    ['and opens no ticket', { tickets: [], rules: { ...off, ...opens } }, 'inbox: matching_off'],
    [
      'mail the agent sent is kept',
      { sent: true, mail: { to: ['paula@acme.example'] }, rules: off },
      'kept: matching_off',
    ],
  ]);
});

describe('step 3: automatic and meeting mail', () => {
  rows([
    ['an automatic reply waits in My Inbox', { mail: { headers: automatic } }, 'inbox: automatic'],
    ['or is ignored', { mail: { headers: automatic }, rules: { automaticMail: 'ignore' } }, 'ignored: automatic'],
    ['or is matched', { mail: { headers: automatic }, rules: { automaticMail: 'match' } }, matched],
    ['a bounce waits', { mail: { from: 'mailer-daemon@acme.example' } }, 'inbox: automatic'],
    ['what the server calls a report waits', { mail: { report: true } }, 'inbox: automatic'],
    ['mailing-list mail is matched', { mail: { headers: ['List-Id: <x.example>', 'Precedence: list'] } }, matched],
    ['bulk mail is matched', { mail: { headers: ['Precedence: bulk'] } }, matched],
    ['a meeting request waits in My Inbox', { mail: { meeting: true } }, 'inbox: calendar'],
    ['or is ignored', { mail: { meeting: true }, rules: { calendarMail: 'ignore' } }, 'ignored: calendar'],
    ['or is matched', { mail: { meeting: true }, rules: { calendarMail: 'match' } }, matched],
    [
      'a meeting answered by a machine is automatic first',
      { mail: { meeting: true, headers: automatic } },
      'inbox: automatic',
    ],
    [
      'a meeting the agent sent is kept',
      { sent: true, mail: { meeting: true, to: ['paula@acme.example'] } },
      'kept: calendar',
    ],
    [
      'automatic mail opens no ticket',
      { tickets: [], mail: { headers: automatic }, rules: { ...opens, automaticMail: 'match' } },
      'inbox: automatic',
    ],
    [
      'meeting mail opens no ticket',
      { tickets: [], mail: { meeting: true }, rules: { ...opens, calendarMail: 'match' } },
      'inbox: calendar',
    ],
  ]);
});

describe('step 3: an automatic reply told by its subject', () => {
  const away = (subject: string) => ({ mail: { subject, headers: ['In-Reply-To: <o1@contoso.test>'] } });
  const onTicket = { thread: { 'o1@contoso.test': ['OPP-1'] } };
  const sentByUs = { sentByUs: ['o1@contoso.test'] };
  const german = away('Automatische Antwort: Offer');
  rows([
    ['waits where it answers mail on a ticket', { ...german, ...onTicket }, 'inbox: automatic'],
    ['waits where it answers mail sent by us', { ...german, ...sentByUs, rules: domain }, 'inbox: automatic'],
    [
      'waits where it refers to mail sent by us',
      {
        mail: { subject: '자동 회신: Offer', headers: ['References: <o0@x.example> <o1@contoso.test>'] },
        ...sentByUs,
        rules: domain,
      },
      'inbox: automatic',
    ],
    ['opens no ticket', { ...german, ...sentByUs, tickets: [], rules: opens }, 'inbox: automatic'],
    [
      'is ignored where automatic mail is',
      { ...german, ...onTicket, rules: { automaticMail: 'ignore' } },
      'ignored: automatic',
    ],
    [
      'follows the thread where automatic mail does',
      { ...german, ...onTicket, rules: { automaticMail: 'match' } },
      'OPP-1 by reply',
    ],
    ['is mail like any other where it answers strangers', { ...german, rules: domain }, 'OPP-1 by domain'],
    [
      'is mail like any other where it answers nothing',
      { mail: { subject: 'Automatic reply: Offer' }, ...onTicket, ...sentByUs, rules: domain },
      'OPP-1 by domain',
    ],
    ['is not meant by an answer to one', { ...away('RE: Automatic reply: Offer'), ...onTicket }, 'OPP-1 by reply'],
  ]);
});

describe('step 4: unverified senders', () => {
  const top = 'Authentication-Results: dmarc=fail header.from=acme.example;compauth=pass reason=130';
  const from = ['From: Paula <paula@acme.example>', 'From: Eve <eve@evil.example>'];
  rows([
    ['a failed dmarc keeps a mail from matching', { mail: { headers: forged } }, 'inbox: unverified_sender'],
    ['unless the connection allows it', { mail: { headers: forged }, rules: { unverifiedSender: 'match' } }, matched],
    ["Microsoft's composite result decides", { mail: { headers: [top] } }, matched],
    ['only the topmost result counts', { mail: { headers: [top, ...forged] } }, matched],
    ['a mail without results is matched', {}, matched],
    [
      'a reply is not believed either',
      { mail: { headers: [...forged, 'In-Reply-To: <o1@contoso.test>'] }, thread: { 'o1@contoso.test': ['OPP-1'] } },
      'inbox: unverified_sender',
    ],
    ['a mail with two different senders is not believed', { mail: { headers: from } }, 'inbox: unverified_sender'],
    [
      'nor one with two different subjects',
      { mail: { headers: ['Subject: Offer', 'subject: Other'] } },
      'inbox: unverified_sender',
    ],
    [
      'the same header twice is no contradiction',
      { mail: { headers: ['Subject: Offer', 'Subject:  Offer'] } },
      matched,
    ],
    [
      'an unverified mail opens no ticket',
      { tickets: [], mail: { headers: forged }, rules: { ...opens, unverifiedSender: 'match' } },
      'inbox: unverified_sender',
    ],
  ]);
});

describe('step 5: replies', () => {
  const answer = { subject: 'Something else', headers: ['In-Reply-To: <o1@contoso.test>'] };
  const thread = { 'o1@contoso.test': ['OPP-1'] };
  const byReply = 'OPP-1 by reply';
  const reply = (from: string, ticketNotes: object, more: object = {}) => ({
    mail: { ...answer, from },
    tickets: [ticket(ticketNotes)],
    thread,
    ...more,
  });
  const two = [ticket(), ticket({ id: 'OPP-2' })];
  const references = 'References: <first@x> <second@x> <third@x>';
  rows([
    ['a reply of a contact follows the mail it answers', { mail: answer, thread }, byReply],
    ['References do as well', { mail: { subject: 'x', headers: ['References: <o1@contoso.test>'] }, thread }, byReply],
    ['unless replies are not matched', { mail: answer, thread, rules: { matchReplies: false } }, unmatched],
    [
      'ids compare without regard to case',
      { mail: { ...answer, headers: ['in-reply-to: <O1@Contoso.test>'] }, thread },
      byReply,
    ],
    [
      'In-Reply-To goes before References',
      {
        mail: { subject: 'x', headers: ['In-Reply-To: <first@x>', 'References: <first@x> <third@x>'] },
        tickets: two,
        thread: { 'first@x': ['OPP-2'], 'third@x': ['OPP-1'] },
      },
      'OPP-2 by reply',
    ],
    [
      'References are read from the right',
      {
        mail: { subject: 'x', headers: [references] },
        tickets: two,
        thread: { 'first@x': ['OPP-2'], 'third@x': ['OPP-1'] },
      },
      byReply,
    ],
    [
      'what names no known mail is passed over',
      {
        mail: { subject: 'x', headers: ['In-Reply-To: <zero@x>', references] },
        tickets: two,
        thread: { 'second@x': ['OPP-2'], 'first@x': ['OPP-1'] },
      },
      'OPP-2 by reply',
    ],
    [
      'so is a closed ticket, for an open one further left',
      {
        mail: { subject: 'x', headers: [references] },
        tickets: [ticket({ open: false }), ticket({ id: 'OPP-2' })],
        thread: { 'third@x': ['OPP-1'], 'first@x': ['OPP-2'] },
      },
      'OPP-2 by reply',
    ],
    ['a closed ticket is not matched', reply('paula@acme.example', { open: false }), 'inbox: ticket_closed'],
    ['nor one of another use', reply('paula@acme.example', { use: 'project' }), unmatched],
    ['nor one of an excluded type', reply('paula@acme.example', { excluded: true }), unmatched],
    [
      'a participant belongs to the ticket',
      reply('lawyer@firm.example', { participants: ['lawyer@firm.example'] }),
      byReply,
    ],
    [
      'a colleague who took part does',
      reply('marcus@contoso.test', { participants: ['marcus@contoso.test'] }),
      byReply,
    ],
    ["somebody at a contact's domain does", reply('peter@acme.example', {}), byReply],
    ['somebody at a domain below it does not', reply('peter@eu.acme.example', {}), unmatched],
    ['a stranger does not, whatever he answers', reply('eve@evil.example', {}), unmatched],
    ['a free-mail contact does', reply('paula@gmail.com', { addresses: ['paula@gmail.com'] }), byReply],
    [
      'another address of that free-mail provider does not',
      reply('eve@gmail.com', { addresses: ['paula@gmail.com'] }),
      unmatched,
    ],
    [
      'not even where free mail may match domains',
      reply('eve@gmail.com', { addresses: ['paula@gmail.com'] }, { rules: { freeMailDomains: 'match' } }),
      unmatched,
    ],
    [
      'an own domain is none that is shared',
      reply('marcus@contoso.test', { addresses: ['lin@contoso.test'] }),
      unmatched,
    ],
    ['nor one below it', reply('marcus@eu.contoso.test', { addresses: ['lin@eu.contoso.test'] }), unmatched],
    ['mail without a sender does not', { mail: { ...answer, from: null }, thread }, 'inbox: unverified_sender'],
    [
      'sent mail follows what it answers, if a recipient belongs',
      { sent: true, mail: { ...answer, to: ['x@y.example'], bcc: ['paula@acme.example'] }, thread },
      byReply,
    ],
    ['and does not if none does', { sent: true, mail: { ...answer, to: ['x@y.example'] }, thread }, 'kept: unmatched'],
    [
      'the sender of sent mail is not the other party',
      { sent: true, mail: { ...answer, from: 'paula@acme.example', to: ['x@y.example'] }, thread },
      'kept: unmatched',
    ],
    [
      'a mail on two tickets is ambiguous',
      { mail: answer, tickets: two, thread: { 'o1@contoso.test': ['OPP-1', 'OPP-2'] } },
      'inbox: ambiguous',
    ],
    [
      'unless one of them is closed',
      {
        mail: answer,
        tickets: [ticket({ open: false }), ticket({ id: 'OPP-2' })],
        thread: { 'o1@contoso.test': ['OPP-1', 'OPP-2'] },
      },
      'OPP-2 by reply',
    ],
    [
      'or the sender belongs to one only',
      {
        mail: answer,
        tickets: [ticket({ addresses: ['x@y.example'] }), ticket({ id: 'OPP-2' })],
        thread: { 'o1@contoso.test': ['OPP-1', 'OPP-2'] },
      },
      'OPP-2 by reply',
    ],
    [
      'a reply goes before address and subject',
      {
        mail: { ...answer, subject: 'Offer' },
        tickets: [ticket({ summary: 'Else' }), ticket({ id: 'OPP-2' })],
        thread,
      },
      byReply,
    ],
    [
      'a reply that fits no ticket may fit by address and subject',
      { mail: { ...answer, subject: 'Offer' }, tickets: [ticket({ id: 'OPP-2' })] },
      'OPP-2 by address_and_subject',
    ],
    [
      'a reply that fits a closed ticket may fit an open one by address and subject',
      { mail: { ...answer, subject: 'Offer' }, tickets: [ticket({ open: false }), ticket({ id: 'OPP-2' })], thread },
      'OPP-2 by address_and_subject',
    ],
    ['a mail without a thread is not a reply', { mail: { subject: 'Something else' }, thread }, unmatched],
  ]);
});

describe('step 6: address and subject', () => {
  rows([
    ['both must fit', {}, matched],
    ['the address alone does not', { mail: { subject: 'Other' } }, unmatched],
    ['the subject alone does not', { mail: { from: 'peter@acme.example' } }, unmatched],
    [
      'the opening subject is as good as the summary',
      { mail: { subject: 'Your offer' }, tickets: [ticket({ summary: 'x', openingSubject: 'Your offer' })] },
      matched,
    ],
    [
      'each address of a contact is',
      {
        mail: { from: 'pp@acme.example' },
        tickets: [ticket({ addresses: ['paula@acme.example', 'pp@acme.example'] })],
      },
      matched,
    ],
    ['plus-tags count', { mail: { from: 'paula+sales@acme.example' } }, unmatched],
    [
      'plus-tags match themselves',
      { mail: { from: 'paula+sales@acme.example' }, tickets: [ticket({ addresses: ['paula+sales@acme.example'] })] },
      matched,
    ],
    [
      'international domains match as ASCII',
      { mail: { from: 'p@xn--mnchen-3ya.example' }, tickets: [ticket({ addresses: ['p@xn--mnchen-3ya.example'] })] },
      matched,
    ],
    ['prefixes do not count', { mail: { subject: 'AW: [EXTERNAL] RE: offer' } }, matched],
    ["prefixes in the ticket's subject do not either", { tickets: [ticket({ summary: 'Re: Offer' })] }, matched],
    ['exact: they do', { mail: { subject: 'Re: Offer' }, rules: { subjectMatch: 'exact' } }, unmatched],
    [
      'exact: an equal prefix fits',
      {
        mail: { subject: 'Re: Offer' },
        tickets: [ticket({ summary: 'RE:  offer' })],
        rules: { subjectMatch: 'exact' },
      },
      matched,
    ],
    [
      'exact: case and blanks still do not count',
      { mail: { subject: ' OFFER ' }, rules: { subjectMatch: 'exact' } },
      matched,
    ],
    ['a word that only looks like a prefix counts', { mail: { subject: 'OT: Offer' } }, unmatched],
    ['an empty subject never matches', { mail: { subject: '' }, tickets: [ticket({ summary: '' })] }, unmatched],
    ['nor does one of blanks', { mail: { subject: ' \u00a0' }, tickets: [ticket({ summary: ' ' })] }, unmatched],
    [
      'nor one of nothing but prefixes',
      { mail: { subject: 'Re:' }, tickets: [ticket({ summary: 'Fwd:' })] },
      unmatched,
    ],
    [
      'exact: an empty one does not either',
      { mail: { subject: '' }, tickets: [ticket({ summary: '' })], rules: { subjectMatch: 'exact' } },
      unmatched,
    ],
    ['a closed ticket is not matched', { tickets: [ticket({ open: false })] }, 'inbox: ticket_closed'],
    ['a ticket of another use is not', { tickets: [ticket({ use: 'project' })] }, unmatched],
    ['a ticket of an excluded type is not', { tickets: [ticket({ excluded: true })] }, unmatched],
    ['a closed one of an excluded type has no say', { tickets: [ticket({ open: false, excluded: true })] }, unmatched],
    [
      'a mailbox matched to projects finds projects',
      { tickets: [ticket(), ticket({ id: 'PRJ-1', use: 'project' })], rules: { use: 'project' } },
      'PRJ-1 by address_and_subject',
    ],
    [
      'an open ticket wins over closed, excluded and other ones',
      {
        tickets: [
          ticket({ id: 'OPP-7', open: false }),
          ticket({ id: 'OPP-8', excluded: true }),
          ticket({ id: 'PRJ-9', use: 'project' }),
          ticket(),
        ],
      },
      matched,
    ],
    [
      "a free-mail contact's address fits",
      { mail: { from: 'paula@gmail.com' }, tickets: [ticket({ addresses: ['paula@gmail.com'] })] },
      matched,
    ],
    [
      "a colleague's address fits, if he is a contact",
      { mail: { from: 'lin@contoso.test' }, tickets: [ticket({ addresses: ['lin@contoso.test'] })] },
      matched,
    ],
    ['mail without a sender fits nothing', { mail: { from: null } }, 'inbox: unverified_sender'],
    ['a sender without an address fits nothing', { mail: { from: 'Paula Porter' } }, 'inbox: unverified_sender'],
    ['what the agent sent fits by a To', { sent: true, mail: { to: ['x@y.example', 'paula@acme.example'] } }, matched],
    ['by a Cc', { sent: true, mail: { cc: ['paula@acme.example'] } }, matched],
    ['by a Bcc', { sent: true, mail: { to: [], bcc: ['paula@acme.example'] } }, matched],
    ['not by its sender', { sent: true, mail: { from: 'paula@acme.example', to: ['x@y.example'] } }, 'kept: unmatched'],
    [
      'an incoming mail does not fit by its recipients',
      { mail: { from: 'eve@evil.example', cc: ['paula@acme.example'] } },
      unmatched,
    ],
    [
      'two recipients of one ticket are one match',
      {
        sent: true,
        mail: { to: ['paula@acme.example', 'pp@acme.example'] },
        tickets: [ticket({ addresses: ['paula@acme.example', 'pp@acme.example'] })],
      },
      matched,
    ],
    [
      'recipients of two tickets are ambiguous, and sent mail does not wait',
      {
        sent: true,
        mail: { to: ['paula@acme.example', 'x@y.example'] },
        tickets: [ticket(), ticket({ id: 'OPP-2', addresses: ['x@y.example'] })],
      },
      'kept: ambiguous',
    ],
  ]);
});

describe('step 6: domain', () => {
  const byDomain = 'OPP-1 by domain';
  const from = (address: string, contact: string, more: object = {}): Situation => ({
    mail: { from: address, subject: 'Anything' },
    tickets: [ticket({ addresses: [contact] })],
    rules: { ...domain, ...more },
  });
  rows([
    ["a contact's domain fits, whatever the subject", from('peter@acme.example', 'paula@acme.example'), byDomain],
    ['also an empty one', { mail: { from: 'peter@acme.example', subject: '' }, rules: domain }, byDomain],
    ['a domain below it is another', from('peter@eu.acme.example', 'paula@acme.example'), unmatched],
    ['so is one above it', from('peter@acme.example', 'paula@eu.acme.example'), unmatched],
    ['so is one that ends alike', from('peter@notacme.example', 'paula@acme.example'), unmatched],
    ['own domains never match', from('marcus@contoso.test', 'lin@contoso.test'), unmatched],
    ['not even by the same address', from('lin@contoso.test', 'lin@contoso.test'), unmatched],
    ['nor do domains below them', from('marcus@eu.contoso.test', 'lin@eu.contoso.test'), unmatched],
    ['nor further own domains', from('a@contoso-group.test', 'b@contoso-group.test'), unmatched],
    ['free mail does not match', from('eve@gmail.com', 'paula@gmail.com'), unmatched],
    ['but the whole address of a contact does', from('paula@gmail.com', 'paula@gmail.com'), byDomain],
    [
      'also of the one recipient of sent mail who is one',
      {
        sent: true,
        mail: { to: ['eve@gmail.com', 'paula@gmail.com'] },
        tickets: [ticket({ addresses: ['paula@gmail.com'] })],
        rules: domain,
      },
      byDomain,
    ],
    [
      'not where free mail is an own domain',
      from('paula@gmail.com', 'paula@gmail.com', { ownDomains: new Set(['gmail.com']) }),
      unmatched,
    ],
    ['unless it is allowed', from('eve@gmail.com', 'paula@gmail.com', { freeMailDomains: 'match' }), byDomain],
    [
      'what the agent sent fits by any recipient',
      { sent: true, mail: { to: ['x@y.example'], bcc: ['peter@acme.example'] }, rules: domain },
      byDomain,
    ],
    [
      'but not by a colleague in copy',
      {
        sent: true,
        mail: { to: ['x@y.example'], cc: ['lin@contoso.test'] },
        tickets: [ticket({ addresses: ['lin@contoso.test'] })],
        rules: domain,
      },
      'kept: unmatched',
    ],
    [
      'two open tickets of a domain are ambiguous',
      { mail: { from: 'peter@acme.example' }, tickets: [ticket(), ticket({ id: 'OPP-2' })], rules: domain },
      'inbox: ambiguous',
    ],
    ['a closed ticket is not matched', { tickets: [ticket({ open: false })], rules: domain }, 'inbox: ticket_closed'],
    ['mail without a sender fits nothing', { mail: { from: null }, rules: domain }, 'inbox: unverified_sender'],
    [
      'a reply is still a reply',
      {
        mail: { headers: ['In-Reply-To: <o@x>'] },
        tickets: [ticket(), ticket({ id: 'OPP-2' })],
        thread: { 'o@x': ['OPP-2'] },
        rules: domain,
      },
      'OPP-2 by reply',
    ],
  ]);
});

describe('incidents', () => {
  const incident = ticket({
    id: 'INC-1',
    use: 'incident',
    addresses: ['finance-leads@contoso.test', 'cfo@contoso.test'],
    domains: ['finance.contoso.test'],
  });
  const of = (from: string, more: Situation = {}): Situation => ({
    ...more,
    mail: { from, ...more.mail },
    tickets: [incident],
    rules: { use: 'incident', ...more.rules },
  });
  const answer = { subject: 'x', headers: ['In-Reply-To: <n1@contoso.test>'] };
  const thread = { 'n1@contoso.test': ['INC-1'] };
  const fits = 'INC-1 by address_and_subject';
  rows([
    ["a unit's recipient fits, though it is an own address", of('finance-leads@contoso.test'), fits],
    ["a unit's member does", of('cfo@contoso.test'), fits],
    ["somebody at a unit's domain does", of('clerk@finance.contoso.test'), fits],
    ['somebody at a domain below it does not', of('clerk@eu.finance.contoso.test'), unmatched],
    ['a colleague of no unit does not', of('marcus@contoso.test'), unmatched],
    ['the subject must fit too', of('cfo@contoso.test', { mail: { subject: 'Other' } }), unmatched],
    [
      "domain: a unit's domain fits, though it is an own one",
      of('clerk@finance.contoso.test', { mail: { subject: 'Other' }, rules: domain }),
      'INC-1 by domain',
    ],
    [
      'domain: its recipients and members fit',
      of('cfo@contoso.test', { mail: { subject: 'Other' }, rules: domain }),
      'INC-1 by domain',
    ],
    ['domain: a colleague of no unit does not', of('marcus@contoso.test', { rules: domain }), unmatched],
    ['a reply of a unit fits', of('cfo@contoso.test', { mail: answer, thread }), 'INC-1 by reply'],
    ["a reply from a unit's domain fits", of('clerk@finance.contoso.test', { mail: answer, thread }), 'INC-1 by reply'],
    ['a reply of a colleague of no unit does not', of('marcus@contoso.test', { mail: answer, thread }), unmatched],
    ['a reply of a stranger does not', of('eve@evil.example', { mail: answer, thread }), unmatched],
    [
      'what was sent to a unit fits',
      of('soc@contoso.test', { sent: true, mail: { to: ['finance-leads@contoso.test'] } }),
      fits,
    ],
    [
      'a mailbox matched to opportunities does not see incidents',
      { mail: { from: 'cfo@contoso.test' }, tickets: [incident] },
      unmatched,
    ],
    [
      'a unit hit by two incidents is ambiguous',
      {
        mail: { from: 'cfo@contoso.test' },
        tickets: [incident, { ...incident, ticketId: 'INC-2' }],
        rules: { use: 'incident', ...domain },
      },
      'inbox: ambiguous',
    ],
  ]);
});

describe('step 7: one, several, none', () => {
  const several = (...ids: string[]) =>
    ids.map((id, at) => ticket({ id, createdAtMs: id.endsWith('9') ? 9000 : 1000 + at }));
  const newest = { ambiguous: 'newest' } as const;
  const tie = [ticket({ id: 'OPP-9' }), ticket({ id: 'OPP-10' }), ticket({ id: 'OPP-2' })];
  rows([
    ['several wait in My Inbox', { tickets: several('OPP-1', 'OPP-2') }, 'inbox: ambiguous'],
    ['several open no ticket', { tickets: several('OPP-1', 'OPP-2'), rules: opens }, 'inbox: ambiguous'],
    [
      'newest takes the one created last',
      { tickets: several('OPP-1', 'OPP-9', 'OPP-3'), rules: newest },
      'OPP-9 by address_and_subject',
    ],
    [
      'of those created at the same instant the higher number',
      { tickets: tie, rules: newest },
      'OPP-10 by address_and_subject',
    ],
    [
      'newest never takes a closed one',
      {
        tickets: [ticket(), ticket({ id: 'OPP-2' }), ticket({ id: 'OPP-3', createdAtMs: 9, open: false })],
        rules: newest,
      },
      'OPP-2 by address_and_subject',
    ],
    [
      'newest decides sent mail',
      { sent: true, mail: { to: ['paula@acme.example'] }, tickets: tie, rules: newest },
      'OPP-10 by address_and_subject',
    ],
    [
      'newest decides replies',
      {
        mail: { subject: 'x', headers: ['In-Reply-To: <o@x>'] },
        tickets: tie,
        thread: { 'o@x': ['OPP-2', 'OPP-9'] },
        rules: newest,
      },
      'OPP-9 by reply',
    ],
    ['none waits in My Inbox', { tickets: [] }, unmatched],
    ['or opens a ticket', { tickets: [], rules: opens }, 'new ticket: Opportunity'],
    [
      'also where only a closed ticket fits',
      { tickets: [ticket({ open: false })], rules: opens },
      'new ticket: Opportunity',
    ],
    ['one that fits opens none', { rules: opens }, matched],
    ['sent mail that fits none is kept', { sent: true, tickets: [] }, 'kept: unmatched'],
    ['and never opens a ticket', { sent: true, tickets: [], rules: opens }, 'kept: unmatched'],
    ['mail to oneself opens no ticket', { mail: { from: 'ann@contoso.test' }, tickets: [], rules: opens }, unmatched],
    [
      "nor does mail from the agent's other address",
      { mail: { from: 'ann.archer@contoso.test' }, tickets: [], rules: opens },
      unmatched,
    ],
    ["nor does a colleague's", { mail: { from: 'marcus@contoso.test' }, tickets: [], rules: opens }, unmatched],
    ['of any own domain', { mail: { from: 'x@eu.contoso-group.test' }, tickets: [], rules: opens }, unmatched],
    [
      'also of incidents',
      { mail: { from: 'marcus@contoso.test' }, tickets: [], rules: { ...opens, use: 'incident' } },
      unmatched,
    ],
    ...listHeaders.map((header): Row => [
      `nor does list mail (${header})`,
      { mail: { headers: [header] }, tickets: [], rules: opens },
      unmatched,
    ]),
    ['mail without a sender does not', { mail: { from: null }, tickets: [], rules: opens }, 'inbox: unverified_sender'],
  ]);
});

describe('list mail', () => {
  const news = { headers: ['List-Id: <news.acme.example>'] };
  rows([
    ['is matched like other mail', { mail: news }, matched],
    ['waits in My Inbox where list_mail says so', { mail: news, rules: { listMail: 'inbox' } }, 'inbox: list'],
    ['is ignored where list_mail says so', { mail: news, rules: { listMail: 'ignore' } }, 'ignored: list'],
    ['is kept where the agent sent it', { sent: true, mail: news, rules: { listMail: 'inbox' } }, 'kept: list'],
    [
      'is not known by Precedence: junk',
      { mail: { headers: ['Precedence: junk'] }, rules: { listMail: 'ignore' } },
      matched,
    ],
    ['nor by a List-Id without a value', { mail: { headers: ['List-Id:  '] }, rules: { listMail: 'ignore' } }, matched],
    [
      'is automatic first, where it is both',
      { mail: { headers: [...news.headers, ...automatic] }, rules: { listMail: 'ignore' } },
      'inbox: automatic',
    ],
  ]);
});

describe('matching: address', () => {
  const address = { matching: 'address' } as const;
  const byAddress = 'OPP-1 by address';
  const other = { subject: 'Something else' };
  const two = [ticket(), ticket({ id: 'OPP-2', summary: 'Service', createdAtMs: 2000 })];
  rows([
    ['the address of a contact fits, whatever the subject', { mail: other, rules: address }, byAddress],
    ['also an empty one', { mail: { subject: '' }, rules: address }, byAddress],
    [
      'another address of the domain does not',
      { mail: { ...other, from: 'p@acme.example' }, rules: address },
      unmatched,
    ],
    [
      'of several tickets the one whose subject fits',
      { mail: { subject: 'Re: Offer' }, tickets: two, rules: address },
      byAddress,
    ],
    [
      'of several by its opening subject',
      {
        mail: { subject: 'First' },
        tickets: [ticket({ openingSubject: 'First' }), two[1] ?? ticket()],
        rules: address,
      },
      byAddress,
    ],
    ['several are ambiguous where no subject fits', { mail: other, tickets: two, rules: address }, 'inbox: ambiguous'],
    [
      'also where two subjects fit',
      { tickets: [ticket(), ticket({ id: 'OPP-2' })], rules: address },
      'inbox: ambiguous',
    ],
    ['or the newest', { mail: other, tickets: two, rules: { ...address, ambiguous: 'newest' } }, 'OPP-2 by address'],
    [
      'the newest of those whose subject fits, where some do',
      { tickets: two, rules: { ...address, ambiguous: 'newest' } },
      byAddress,
    ],
    [
      'a closed ticket whose subject fits does not stand against an open one',
      { tickets: [ticket({ open: false }), two[1] ?? ticket()], rules: address },
      'OPP-2 by address',
    ],
    [
      'only a closed one is said',
      { tickets: [ticket({ open: false })], mail: other, rules: address },
      'inbox: ticket_closed',
    ],
    [
      'what the agent sent fits by any recipient',
      { sent: true, mail: { ...other, to: ['x@y.example'], bcc: ['paula@acme.example'] }, rules: address },
      byAddress,
    ],
    [
      'a free-mail address fits',
      { mail: { from: 'p@gmail.com' }, tickets: [ticket({ addresses: ['p@gmail.com'] })], rules: address },
      byAddress,
    ],
    ['a forged sender waits', { mail: { ...other, headers: forged }, rules: address }, 'inbox: unverified_sender'],
    [
      'an incident fits by the domains of its units too',
      {
        mail: { ...other, from: 'cfo@finance.test' },
        tickets: [ticket({ id: 'INC-1', use: 'incident', addresses: [], domains: ['finance.test'] })],
        rules: { ...address, use: 'incident' },
      },
      'INC-1 by address',
    ],
  ]);

  it('says of each ticket why it fits, and why another one fits better', () => {
    const { steps } = match(input({ mail: { subject: 'Offer' }, tickets: two, rules: address }));
    expect(steps.find((step) => step.step === 'address')).toMatchObject({
      outcome: 'fits OPP-1',
      candidates: [
        {
          ticket: 'OPP-1',
          accepted: true,
          because: 'paula@acme.example is a contact of it, and the subject is the same',
        },
        {
          ticket: 'OPP-2',
          accepted: false,
          because: 'paula@acme.example is a contact of it, but the subject of another one fits',
        },
      ],
    });
  });
});

describe('a ticket that a person took the mail away from', () => {
  const answer = { subject: 'x', headers: ['In-Reply-To: <o@x>'] };
  rows([
    ['is not matched again', { takenAway: ['OPP-1'] }, 'inbox: undone'],
    ['nor by a reply', { mail: answer, thread: { 'o@x': ['OPP-1'] }, takenAway: ['OPP-1'] }, 'inbox: undone'],
    ['nor by domain', { rules: domain, takenAway: ['OPP-1'] }, 'inbox: undone'],
    [
      'another one may be',
      { tickets: [ticket(), ticket({ id: 'OPP-2' })], takenAway: ['OPP-1'] },
      'OPP-2 by address_and_subject',
    ],
    [
      'also further left in the thread',
      {
        mail: { subject: 'x', headers: ['References: <first@x> <o@x>'] },
        tickets: [ticket(), ticket({ id: 'OPP-2' })],
        thread: { 'o@x': ['OPP-1'], 'first@x': ['OPP-2'] },
        takenAway: ['OPP-1'],
      },
      'OPP-2 by reply',
    ],
    [
      'two others are ambiguous',
      { tickets: [ticket(), ticket({ id: 'OPP-2' }), ticket({ id: 'OPP-3' })], takenAway: ['OPP-1'] },
      'inbox: ambiguous',
    ],
    ['no new one is opened in its place', { takenAway: ['OPP-1'], rules: opens }, 'inbox: undone'],
    [
      'a closed one changes nothing about that',
      { tickets: [ticket(), ticket({ id: 'OPP-2', open: false })], takenAway: ['OPP-1'] },
      'inbox: undone',
    ],
    ['sent mail is kept', { sent: true, mail: { to: ['paula@acme.example'] }, takenAway: ['OPP-1'] }, 'kept: undone'],
  ]);
});

describe('the literal behaviour of the product document', () => {
  const literal = { subjectMatch: 'exact', matchReplies: false } as const;
  const thread = { 'o@x': ['OPP-1'] };
  rows([
    ['from address and subject are equal', { rules: literal }, matched],
    [
      'a reply is another subject',
      { mail: { subject: 'Re: Offer', headers: ['In-Reply-To: <o@x>'] }, thread, rules: literal },
      unmatched,
    ],
  ]);
});

describe('the trace', () => {
  it('names every step in order, the deciding one last', () => {
    const names = (situation: Situation) => match(input(situation)).steps.map((step) => step.step);
    const gates = ['ignore', 'email_matching', 'automatic_mail', 'calendar_mail', 'list_mail', 'unverified_sender'];
    expect(names({})).toEqual([...gates, 'match_replies', 'address_and_subject', 'outcome']);
    expect(names({ rules: domain })).toEqual([...gates, 'match_replies', 'domain', 'outcome']);
    expect(names({ mail: { headers: ['In-Reply-To: <o@x>'] }, thread: { 'o@x': ['OPP-1'] } })).toEqual([
      ...gates,
      'match_replies',
      'outcome',
    ]);
    expect(names({ mail: { headers: forged } })).toEqual(gates);
    expect(names({ mail: { meeting: true } })).toEqual(gates.slice(0, 4));
    expect(names({ rules: { emailMatching: false } })).toEqual(gates.slice(0, 2));
    expect(names({ mail: { isDraft: true } })).toEqual(['ignore']);
  });

  it('says for each candidate why it was taken or not', () => {
    const tickets = [
      ticket({ id: 'OPP-1' }),
      ticket({ id: 'OPP-2', open: false }),
      ticket({ id: 'OPP-3', excluded: true }),
      ticket({ id: 'PRJ-4', use: 'project' }),
      ticket({ id: 'OPP-5', summary: 'Other' }),
      ticket({ id: 'OPP-6', addresses: ['x@y.example'] }),
      ticket({ id: 'OPP-7' }),
    ];
    const steps = match(input({ tickets, takenAway: ['OPP-7'] })).steps;
    const told = steps.find((step) => step.step === 'address_and_subject')?.candidates ?? [];
    const because = Object.fromEntries(
      told.map((each) => [each.ticket, `${each.accepted ? 'yes' : 'no'}: ${each.because}`]),
    );
    expect(because).toEqual({
      'OPP-1': 'yes: paula@acme.example is a contact of it, and the subject is the same',
      'OPP-2': 'no: paula@acme.example is a contact of it, and the subject is the same, but it is closed',
      'OPP-3':
        'no: paula@acme.example is a contact of it, and the subject is the same, but its ticket type is excluded from matching',
      'PRJ-4':
        'no: paula@acme.example is a contact of it, and the subject is the same, but it is a project; this mailbox is matched to opportunities',
      'OPP-5': 'no: paula@acme.example is a contact of it, but the subject differs: “Offer” is not “Other”',
      'OPP-6': 'no: the subject is the same, but none of its addresses is',
      'OPP-7':
        'no: paula@acme.example is a contact of it, and the subject is the same, but a person took this mail or its conversation away from it',
    });
    expect(told[0]?.ticket).toBe('OPP-1');
  });

  const outcome = (situation: Situation) => match(input(situation)).steps.at(-1)?.outcome;

  test.each<[string, Situation]>([
    ['one ticket fits → OPP-1', {}],
    ['2 tickets fit → My Inbox', { tickets: [ticket(), ticket({ id: 'OPP-2' })] }],
    [
      '2 tickets fit; the newest → OPP-2',
      { tickets: [ticket(), ticket({ id: 'OPP-2' })], rules: { ambiguous: 'newest' } },
    ],
    ['no ticket fits → My Inbox', { tickets: [] }],
    ['no ticket fits → kept with the sent mail', { sent: true, tickets: [] }],
    ['no ticket fits → new ticket of type Opportunity', { tickets: [], rules: opens }],
    [
      'no ticket fits, and automatic mail opens no ticket → My Inbox',
      { tickets: [], mail: { headers: automatic }, rules: { ...opens, automaticMail: 'match' } },
    ],
    ['only a closed ticket fits → My Inbox', { tickets: [ticket({ open: false })] }],
    ['dmarc=fail header.from=acme.example → My Inbox', { mail: { headers: forged } }],
    ['several different From headers → My Inbox', { mail: { headers: ['From: a@x.example', 'From: b@x.example'] } }],
    ['an automatic reply (Auto-Submitted: auto-replied) → My Inbox', { mail: { headers: automatic } }],
    ['off for ann@contoso.test → My Inbox', { rules: { emailMatching: false } }],
    [
      'from paula@acme.example: @acme.example is ignored',
      { rules: { ignore: { senders: ['@acme.example'], internal: false, sensitivity: [] } } },
    ],
  ])('ends with "%s"', (sentence, situation) => {
    expect(outcome(situation)).toBe(sentence);
  });

  test.each<[string, string, Situation]>([
    ['match_replies', 'off', { rules: { matchReplies: false } }],
    ['match_replies', 'it answers no mail', {}],
    ['match_replies', 'it answers no mail that is on a ticket', { mail: { headers: ['In-Reply-To: <o@x>'] } }],
    [
      'match_replies',
      'no ticket of this thread fits',
      { mail: { from: 'eve@evil.example', headers: ['In-Reply-To: <o@x>'] }, thread: { 'o@x': ['OPP-1'] } },
    ],
    ['address_and_subject', 'an empty subject never matches', { mail: { subject: 'Re:' } }],
    [
      'address_and_subject',
      'it has no address to go by',
      { mail: { from: null }, rules: { unverifiedSender: 'match' } },
    ],
    ['unverified_sender', 'it has no From → My Inbox', { mail: { from: null } }],
    ['domain', 'no open ticket has a contact at acme.example', { rules: domain, tickets: [] }],
    [
      'domain',
      'gmail.com is a free-mail domain, and no contact has this address',
      { rules: domain, mail: { from: 'p@gmail.com' } },
    ],
    ['list_mail', 'not list mail', {}],
    ['list_mail', 'list mail (Precedence: bulk): matched like other mail', { mail: { headers: ['Precedence: Bulk'] } }],
    ['domain', 'contoso.test is an own domain', { rules: domain, mail: { from: 'lin@contoso.test' } }],
    [
      'unverified_sender',
      'the receiving server reports nothing',
      { mail: { headers: ['Received: by mx', 'From: paula@acme.example'] } },
    ],
    [
      'unverified_sender',
      'the receiving server reports nothing, and nothing shows that a server delivered it: a program or a person may have put it here',
      {},
    ],
  ])('%s says "%s"', (name, sentence, situation) => {
    expect(match(input(situation)).steps.find((step) => step.step === name)?.outcome).toBe(sentence);
  });

  test.each<[string, Situation]>([
    ['paula@acme.example is a contact of it', {}],
    ["acme.example is a contact's domain", { mail: { from: 'peter@acme.example' } }],
    [
      'eve@evil.example took part in its mail',
      { mail: { from: 'eve@evil.example' }, tickets: [ticket({ participants: ['eve@evil.example'] })] },
    ],
    ['but eve@evil.example does not belong to it', { mail: { from: 'eve@evil.example' } }],
    ['but nobody belongs to it', { mail: { from: null }, rules: { unverifiedSender: 'match' } }],
    ['but none of the recipients belongs to it', { sent: true, mail: { to: ['eve@evil.example', 'x@y.example'] } }],
  ])('says of what a reply leads to: %s', (because, situation) => {
    const mail = { ...situation.mail, subject: 'x', headers: ['In-Reply-To: <o@x>'] };
    const { steps } = match(input({ ...situation, mail, thread: { 'o@x': ['OPP-1'] } }));
    expect(steps.find((step) => step.step === 'match_replies')?.candidates[0]?.because).toBe(
      `In-Reply-To names a mail on it, ${because}`,
    );
  });

  it('says why a contact at a free-mail provider matches under domain', () => {
    const tickets = [ticket({ addresses: ['paula@gmail.com'] })];
    const { steps } = match(input({ mail: { from: 'paula@gmail.com' }, tickets, rules: domain }));
    expect(steps.find((step) => step.step === 'domain')).toMatchObject({
      outcome: 'fits OPP-1',
      candidates: [{ ticket: 'OPP-1', accepted: true, because: 'paula@gmail.com is a contact of it' }],
    });
  });

  it('tells of at most twenty candidates, those that fit first', () => {
    const others = Array.from({ length: 500 }, (_, at) => ticket({ id: `OPP-${at + 10}`, summary: `Other ${at}` }));
    const told = match(input({ tickets: [...others, ticket()] })).steps.flatMap((step) => step.candidates);
    expect([told.length, told[0]?.ticket]).toEqual([20, 'OPP-1']);
  });
});

describe('suggestions', () => {
  const suggest = (situation: Situation) => match(input(situation)).candidates;

  it('put the tickets that fitted first', () => {
    const tickets = [
      ticket({
        id: 'OPP-1',
        addresses: ['paula@acme.example'],
        clientId: '7',
        participants: ['paula@acme.example'],
        summary: 'Offer',
      }),
      ticket({ id: 'OPP-2' }),
      ticket({ id: 'OPP-3', summary: 'Other' }),
    ];
    expect(suggest({ tickets }).map((each) => each.ticket)).toEqual(['OPP-1', 'OPP-2', 'OPP-3']);
  });

  it('rank thread, contact, subject, participant, domain and client, each with its reason', () => {
    const strange = { addresses: ['x@y.example'], summary: 'Other' };
    const tickets = [
      ticket({ ...strange, id: 'OPP-6', clientId: '7' }),
      ticket({ ...strange, id: 'OPP-5', addresses: ['peter@acme.example'] }),
      ticket({ ...strange, id: 'OPP-4', participants: ['paula@acme.example'] }),
      ticket({ ...strange, id: 'OPP-3', summary: 'RE: offer' }),
      ticket({ ...strange, id: 'OPP-2', addresses: ['paula@acme.example'], domains: [] }),
      ticket({ ...strange, id: 'OPP-1' }),
    ];
    const mail = { headers: ['In-Reply-To: <o@x>'] };
    const ranked = suggest({
      mail,
      tickets,
      thread: { 'o@x': ['OPP-1'] },
      rules: { emailMatching: false },
      clientIds: ['7'],
    });
    expect(ranked.map((each) => [each.ticket, each.score, each.reason])).toEqual([
      ['OPP-1', 0.75, 'it answers a mail on it'],
      ['OPP-2', 0.6, 'paula@acme.example is a contact of it'],
      ['OPP-3', 0.5, 'the subject is the same'],
      ['OPP-4', 0.35, 'the other side took part in its mail'],
      ['OPP-5', 0.3, "acme.example is a contact's domain"],
    ]);
  });

  it('know the client by its other tickets', () => {
    const tickets = [
      ticket({ summary: 'Other', clientId: '7' }),
      ticket({ id: 'OPP-2', summary: 'Third', addresses: [], clientId: '7' }),
    ];
    expect(suggest({ tickets }).map((each) => [each.ticket, each.reason])).toEqual([
      ['OPP-1', "paula@acme.example is a contact of it; acme.example is a contact's domain; the client is the same"],
      ['OPP-2', 'the client is the same'],
    ]);
  });

  it('add reasons up', () => {
    const tickets = [ticket({ open: true }), ticket({ id: 'OPP-2' })];
    expect(suggest({ tickets })[0]).toEqual({
      ticket: 'OPP-2',
      summary: 'Offer',
      score: 0.86,
      reason: "paula@acme.example is a contact of it; the subject is the same; acme.example is a contact's domain",
    });
  });

  it('hold closed and excluded tickets for half as likely and say so', () => {
    const [best, next] = suggest({
      tickets: [ticket({ open: false }), ticket({ id: 'OPP-2', excluded: true, domains: [] })],
    });
    expect([best?.ticket, best?.score, best?.reason.endsWith('it is closed')]).toEqual(['OPP-1', 0.43, true]);
    expect([next?.ticket, next?.score]).toEqual(['OPP-2', 0.4]);
  });

  it.each<[string, Situation]>([
    ['a ticket it was taken away from', { takenAway: ['OPP-1'] }],
    ['a ticket of another use', { tickets: [ticket({ use: 'project' })] }],
    [
      "a free-mail or own domain's tickets",
      { mail: { from: 'eve@gmail.com', subject: 'x' }, tickets: [ticket({ addresses: ['paula@gmail.com'] })] },
    ],
    ['anything once it is matched', {}],
    ['anything for ignored mail', { mail: { isDraft: true } }],
  ])('leave out %s', (_what, situation) => {
    expect(suggest(situation)).toEqual([]);
  });

  it('are five at most', () => {
    const tickets = Array.from({ length: 30 }, (_, at) => ticket({ id: `OPP-${at}` }));
    expect(suggest({ tickets })).toHaveLength(5);
  });
});
