import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { domainOf, isOwnDomain } from '../../src/domain/address.ts';
import { candidateIndex } from '../../src/domain/candidate-index.ts';
import { isFreeMail } from '../../src/domain/free-mail.ts';
import { keysNeeded, unitsNeeded } from '../../src/domain/keys-needed.ts';
import type { MatchInput } from '../../src/domain/match-input.ts';
import { match } from '../../src/domain/match.ts';
import { otherParties } from '../../src/domain/match-message.ts';
import type { Candidate } from '../../src/domain/ticket.ts';
import type { Situation } from './tickets.ts';
import { defaults, input, ticket } from './tickets.ts';

const address = fc.constantFrom(
  'paula@acme.example',
  'peter@acme.example',
  'p@eu.acme.example',
  'paula@gmail.com',
  'eve@gmail.com',
  'ann@contoso.test',
  'marcus@contoso.test',
  'lin@eu.contoso.test',
  'x@contoso-group.test',
  'eve@evil.example',
);
const addresses = fc.array(address, { maxLength: 3 });
const subject = fc.constantFrom('Offer', 'Re: Offer', 'AW: [EXT] offer', 'OT: Offer', 'Other', '', 'Re:');
const id = fc.constantFrom('m1@x', 'm2@x', 'm3@x', 'm4@x');
const header = fc.oneof(
  fc.array(id).map((ids) => `References: ${ids.map((each) => `<${each}>`).join(' ')}`),
  id.map((each) => `In-Reply-To: <${each}>`),
  fc.constantFrom(
    'Auto-Submitted: auto-replied',
    'Return-Path: <>',
    'Subject: Offer',
    'Subject: Other',
    'Precedence: bulk',
  ),
  fc.constantFrom('Authentication-Results: mx; dmarc=fail', 'Authentication-Results: mx; dmarc=pass'),
);
const use = fc.constantFrom('opportunity' as const, 'opportunity' as const, 'project' as const, 'incident' as const);
const ticketIds = Array.from({ length: 8 }, (_, at) => `T-${at + 1}`);
const ticketId = fc.constantFrom(...ticketIds);

const candidate: fc.Arbitrary<Omit<Candidate, 'ticketId'>> = fc
  .record({
    use,
    summary: subject,
    openingSubject: subject,
    addresses,
    participants: addresses,
    open: fc.boolean(),
    excluded: fc.integer({ min: 0, max: 4 }).map((at) => at === 0),
    createdAtMs: fc.integer({ min: 1, max: 3 }),
    domains: fc.array(address.map(domainOf), { maxLength: 2 }),
  })
  .map(({ domains, ...notes }) => ticket(notes.use === 'incident' ? { ...notes, domains } : notes));
const tickets = fc
  .array(candidate, { maxLength: ticketIds.length })
  .map((all) => all.map((each, at): Candidate => ({ ...each, ticketId: `T-${at + 1}` })));

const situation: fc.Arbitrary<Situation> = fc.record({
  mail: fc.record({
    from: fc.oneof(address, fc.constant(null)),
    to: addresses,
    cc: addresses,
    bcc: addresses,
    subject,
    headers: fc.array(header, { maxLength: 3 }),
    meeting: fc.integer({ min: 0, max: 9 }).map((at) => at === 0),
  }),
  sent: fc.boolean(),
  tickets,
  rules: fc.record({
    use,
    matching: fc.constantFrom('address_and_subject' as const, 'domain' as const, 'address' as const),
    subjectMatch: fc.constantFrom('normalized' as const, 'exact' as const),
    matchReplies: fc.boolean(),
    unmatched: fc.constantFrom({ kind: 'inbox' as const }, { kind: 'new_ticket' as const, ticketType: 'Any' }),
    ambiguous: fc.constantFrom('inbox' as const, 'newest' as const),
    automaticMail: fc.constantFrom('inbox' as const, 'match' as const, 'ignore' as const),
    calendarMail: fc.constantFrom('inbox' as const, 'match' as const),
    listMail: fc.constantFrom('inbox' as const, 'match' as const, 'ignore' as const),
    unverifiedSender: fc.constantFrom('inbox' as const, 'match' as const),
    freeMailDomains: fc.constantFrom('ignore' as const, 'match' as const),
  }),
  thread: fc.dictionary(id, fc.uniqueArray(ticketId, { maxLength: 2 })),
  takenAway: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(ticketId, { maxLength: 2 }) },
  ),
});

function always(property: (given: MatchInput, tickets: readonly Candidate[]) => void): void {
  fc.assert(
    fc.property(situation, (each) => property(input(each), each.tickets ?? [])),
    { numRuns: 2000 },
  );
}

describe('whatever the mail, the rules and the tickets', () => {
  it('a matched ticket is eligible', () => {
    always((given, all) => {
      const { decision } = match(given);
      if (decision.kind !== 'matched') return;
      const found = all.find((each) => each.ticketId === decision.ticketId);
      expect(found).toMatchObject({ open: true, excluded: false, use: given.rules.use });
      expect(given.takenAway.has(decision.ticketId)).toBe(false);
    });
  });

  it('only mail from outside that a person wrote and nobody took away opens a ticket', () => {
    always((given) => {
      if (match(given).decision.kind !== 'new_ticket') return;
      const { message, placement, takenAway, rules } = given;
      expect([placement.sentItems, message.automatic, message.meeting, takenAway.size]).toEqual([
        false,
        null,
        false,
        0,
      ]);
      expect([message.authentication.verdict === 'fail', message.doubled, message.from === '']).toEqual([
        false,
        [],
        false,
      ]);
      expect([placement.mailbox, ...placement.agents]).not.toContain(message.from);
      expect(isOwnDomain(domainOf(message.from), rules.ownDomains)).toBe(false);
      expect(message.list).toBeNull();
      expect(rules.unmatched.kind).toBe('new_ticket');
    });
  });

  it('sent mail never waits in My Inbox, and incoming mail is never just kept', () => {
    always((given) => {
      expect(match(given).decision.kind).not.toBe(given.placement.sentItems ? 'inbox' : 'kept');
    });
  });

  it('a domain that matched is neither an own one, but for incidents, nor free mail unless allowed or the whole address', () => {
    always((given, all) => {
      const { decision } = match(given);
      if (decision.kind !== 'matched' || decision.rule !== 'domain' || given.rules.use === 'incident') return;
      const found = all.find((each) => each.ticketId === decision.ticketId);
      const parties = otherParties(given.message, given.placement);
      const shared = parties.filter((each) => found?.domains.includes(domainOf(each)));
      const counting = shared.filter((each) => !isOwnDomain(domainOf(each), defaults.ownDomains));
      const allowed = given.rules.freeMailDomains === 'match';
      const fits = (each: string) => allowed || !isFreeMail(domainOf(each)) || found?.addresses.includes(each) === true;
      expect(counting.some(fits)).toBe(true);
    });
  });

  it('a stranger matches nothing', () => {
    always((given, all) => {
      const { decision } = match(given);
      if (decision.kind !== 'matched') return;
      const found = all.find((each) => each.ticketId === decision.ticketId);
      const known = [...(found?.addresses ?? []), ...(found?.participants ?? [])];
      const parties = otherParties(given.message, given.placement);
      expect(parties.some((each) => known.includes(each) || found?.domains.includes(domainOf(each)))).toBe(true);
    });
  });

  it('the order in which tickets were found changes nothing', () => {
    fc.assert(
      fc.property(situation, (each) => {
        const turned = { ...each, tickets: (each.tickets ?? []).toReversed() };
        expect(match(input(turned))).toEqual(match(input(each)));
      }),
      { numRuns: 1000 },
    );
  });

  it('the tickets that were asked for decide as all tickets do', () => {
    always((given, all) => {
      const keys = keysNeeded(given.message, given.placement, given.rules);
      const named = new Set(keys.messageKeys.flatMap((key) => given.thread.get(key) ?? []));
      const asked = all.filter(
        (each) =>
          named.has(each.ticketId) ||
          each.addresses.some((one) => keys.addresses.includes(one)) ||
          each.domains.some((one) => keys.domains.includes(one)),
      );
      expect(match({ ...given, candidates: candidateIndex(asked) }).decision).toEqual(match(given).decision);
    });
  });

  it('the trace accepts the matched ticket, and one only unless the newest of several was taken', () => {
    always((given) => {
      const { decision, steps } = match(given);
      const accepted = steps.flatMap((step) => step.candidates).filter((each) => each.accepted);
      if (decision.kind === 'matched') expect(accepted.map((each) => each.ticket)).toContain(decision.ticketId);
      if (decision.kind === 'matched' && given.rules.ambiguous === 'inbox') expect(accepted).toHaveLength(1);
      if (decision.kind === 'new_ticket') expect(accepted).toEqual([]);
      expect(steps.every((step) => step.outcome !== '')).toBe(true);
    });
  });

  it('suggestions are five at most, each once, scored between 0 and 1', () => {
    always((given) => {
      const { candidates } = match(given);
      expect(candidates.length).toBeLessThanOrEqual(5);
      expect(new Set(candidates.map((each) => each.ticket)).size).toBe(candidates.length);
      for (const each of candidates) {
        expect(each.score).toBeGreaterThan(0);
        expect(each.score).toBeLessThanOrEqual(1);
        expect(each.reason).not.toBe('');
      }
    });
  });
});

describe('what is looked up for a mail', () => {
  const asked = (each: Situation) => {
    const { message, placement, rules } = input(each);
    return keysNeeded(message, placement, rules);
  };

  it('is its sender, the domain, the subject and the thread', () => {
    const headers = ['In-Reply-To: <B@x>', 'References: <a@x> <b@x>'];
    expect(asked({ mail: { subject: 'Re: Offer', headers } })).toEqual({
      messageKeys: ['b@x', 'a@x'],
      ourReferences: [],
      addresses: ['paula@acme.example'],
      domains: ['acme.example'],
      subjects: ['offer'],
      subjectForm: 'base',
    });
  });

  it('is the subject with its prefix where prefixes count', () => {
    expect(asked({ mail: { subject: 'Re: Offer' }, rules: { subjectMatch: 'exact' } })).toMatchObject({
      subjects: ['re: offer'],
      subjectForm: 'exact',
    });
  });

  it('is every recipient of sent mail, each once', () => {
    const mail = { to: ['paula@acme.example', 'peter@acme.example'], cc: ['paula@acme.example'], bcc: ['x@y.example'] };
    expect(asked({ sent: true, mail })).toMatchObject({
      addresses: ['paula@acme.example', 'peter@acme.example', 'x@y.example'],
      domains: ['acme.example', 'y.example'],
    });
  });

  test.each<[string, Situation, readonly string[]]>([
    ['own domains', { mail: { from: 'lin@eu.contoso.test' } }, []],
    ['but for incidents', { mail: { from: 'lin@eu.contoso.test' }, rules: { use: 'incident' } }, ['eu.contoso.test']],
    ['free-mail domains', { mail: { from: 'paula@gmail.com' } }, []],
    [
      'unless they may match',
      { mail: { from: 'paula@gmail.com' }, rules: { freeMailDomains: 'match' } },
      ['gmail.com'],
    ],
    ['no domain', { mail: { from: null } }, []],
    ['an address without one', { mail: { from: 'Paula <paula>' } }, []],
  ])('leaves out %s', (_what, each, domains) => {
    expect(asked(each).domains).toEqual(domains);
  });

  it('leaves out an empty subject', () => {
    expect(asked({ mail: { subject: 'Re: ' } }).subjects).toEqual([]);
  });

  it('are the business units of which an address or a domain occurs', () => {
    const units = [
      { name: 'Finance', addresses: ['cfo@contoso.test'], domains: [] },
      { name: 'Legal', addresses: [], domains: ['eu.contoso.test', 'legal.contoso.test'] },
      { name: 'Nobody', addresses: [], domains: [] },
      { name: 'Sales', addresses: ['lead@contoso.test'], domains: ['contoso.test.example'] },
    ];
    const keys = asked({
      sent: true,
      mail: { to: ['cfo@contoso.test', 'lin@eu.contoso.test'] },
      rules: { use: 'incident' },
    });
    expect(unitsNeeded(keys, units)).toEqual(['Finance', 'Legal']);
  });
});
