import { describe, expect, test } from 'vitest';
import { keysNeeded, unitsNeeded } from '../../src/domain/keys-needed.ts';
import { match } from '../../src/domain/match.ts';
import { ofUnitBecause, unitsOf } from '../../src/domain/unit.ts';
import type { Situation } from './tickets.ts';
import { input, ticket } from './tickets.ts';

const finance = {
  name: 'Finance',
  addresses: ['finance-leads@contoso.test', 'cfo@contoso.test'],
  domains: ['finance.contoso.test'],
};
const plant = { name: 'Plant', addresses: ['plant-ops@contoso.test'], domains: [] };

const incident = (id: string, units: readonly (typeof finance)[], more: object = {}) =>
  ticket({
    id,
    use: 'incident',
    summary: `Incident ${id}`,
    addresses: units.flatMap(({ addresses }) => addresses),
    domains: units.flatMap(({ domains }) => domains),
    ...more,
  });

const reference = 'INC-1.q83vEjRWeJq83vEjRWeJqw';
const carries = [`x-integrator-reference: ${reference}`];
const given = { [reference]: { ticketId: 'INC-1', unit: finance } };
const both = [incident('INC-1', [finance]), incident('INC-2', [finance])];
const domain = { matching: 'domain' } as const;

function decide(situation: Situation): string {
  const { decision } = match(input({ ...situation, rules: { use: 'incident', ...situation.rules } }));
  if (decision.kind === 'matched') return `${decision.ticketId} by ${decision.rule}`;
  return 'reason' in decision ? `${decision.kind}: ${decision.reason}` : decision.kind;
}

const from = (address: string, headers: readonly string[] = carries, subject = 'hello') => ({
  mail: { from: address, subject, headers },
});

describe('our reference in an answer', () => {
  test.each<[string, Situation, string]>([
    ['of a recipient of the unit it was given to', { ...from('finance-leads@contoso.test'), given }, 'INC-1 by reply'],
    ['of a member', { ...from('cfo@contoso.test'), given }, 'INC-1 by reply'],
    ["of somebody at the unit's domain", { ...from('clerk@finance.contoso.test'), given }, 'INC-1 by reply'],
    [
      'in any case of the domain, but not below it',
      { ...from('a@eu.finance.contoso.test'), given },
      'inbox: unmatched',
    ],
    ['of a stranger', { ...from('eve@evil.example'), given }, 'inbox: unmatched'],
    ['of a colleague of no unit', { ...from('marcus@contoso.test'), given }, 'inbox: unmatched'],
    [
      'of another unit of the same incident',
      { ...from('plant-ops@contoso.test'), given, tickets: [incident('INC-1', [finance, plant])] },
      'inbox: unmatched',
    ],
    [
      'of somebody who only took part',
      {
        ...from('eve@evil.example'),
        given,
        tickets: [incident('INC-1', [finance], { participants: ['eve@evil.example'] })],
      },
      'inbox: unmatched',
    ],
    [
      'of a unit that was taken off the incident',
      { ...from('cfo@contoso.test'), given, tickets: [incident('INC-1', [plant])] },
      'inbox: unmatched',
    ],
    ['that we never gave', { ...from('cfo@contoso.test'), given: {} }, 'inbox: unmatched'],
    [
      'for a closed incident',
      { ...from('cfo@contoso.test'), given, tickets: [incident('INC-1', [finance], { open: false })] },
      'inbox: ticket_closed',
    ],
    ['from which a person took it away', { ...from('cfo@contoso.test'), given, takenAway: ['INC-1'] }, 'inbox: undone'],
    [
      'of a sender who failed authentication',
      {
        ...from('cfo@contoso.test', ['Authentication-Results: mx; dmarc=fail header.from=contoso.test', ...carries]),
        given,
      },
      'inbox: unverified_sender',
    ],
    [
      'where replies are not matched',
      { ...from('cfo@contoso.test'), given, rules: { matchReplies: false } },
      'inbox: unmatched',
    ],
    [
      'beside another incident of the unit, by domain',
      { ...from('cfo@contoso.test'), given, tickets: both, rules: domain },
      'INC-1 by reply',
    ],
    [
      'against a thread that proves another incident: the thread decides',
      {
        ...from('cfo@contoso.test', [...carries, 'In-Reply-To: <n@contoso.test>']),
        given,
        tickets: both,
        thread: { 'n@contoso.test': ['INC-2'] },
      },
      'INC-2 by reply',
    ],
    [
      'with a thread that leads to a closed incident: the reference decides',
      {
        ...from('cfo@contoso.test', [...carries, 'In-Reply-To: <n@contoso.test>']),
        given,
        tickets: [incident('INC-1', [finance]), incident('INC-2', [finance], { open: false })],
        thread: { 'n@contoso.test': ['INC-2'] },
      },
      'INC-1 by reply',
    ],
    [
      'in mail that we sent to the unit',
      {
        sent: true,
        mail: { from: 'soc@contoso.test', to: ['cfo@contoso.test'], subject: 'x', headers: carries },
        given,
      },
      'INC-1 by reply',
    ],
  ])('%s', (_name, situation, expected) => {
    expect(decide({ tickets: [incident('INC-1', [finance])], ...situation })).toBe(expected);
  });

  test.each(['', 'INC-1', 'a b c d e f g h i j k l m n o p', 'x'.repeat(200), 'INC-1.q83v\u001b[31mEjRWeJq83vEj'])(
    'what is none of ours, %j, is not looked up',
    (value) => {
      const { message } = input({ mail: { headers: [`X-Integrator-Reference: ${value}`] } });
      expect(message.ourReferences).toEqual([]);
    },
  );

  test('a mail with hundreds of them costs no more than five look-ups', () => {
    const headers = Array.from({ length: 300 }, (_, at) => `X-Integrator-Reference: ${reference}${at}`);
    expect(input({ mail: { headers } }).message.ourReferences).toHaveLength(5);
  });

  test('the trace says for which unit it was given, and why that did not count', () => {
    const situation = { ...from('eve@evil.example'), given, tickets: [incident('INC-1', [finance])] };
    const { steps } = match(input({ ...situation, rules: { use: 'incident' } }));
    expect(steps.find(({ step }) => step === 'match_replies')?.candidates).toEqual([
      {
        ticket: 'INC-1',
        accepted: false,
        because: 'it carries our reference for Finance, but eve@evil.example does not belong to it',
      },
    ]);
  });
});

describe('a unit that is hit by two incidents', () => {
  test.each<[string, Situation, string]>([
    ['is ambiguous by domain', { ...from('cfo@contoso.test', []), rules: domain }, 'inbox: ambiguous'],
    ['is ambiguous by subject where both have it', { ...from('cfo@contoso.test', [], 'Payroll') }, 'inbox: ambiguous'],
    [
      'goes to the newest only where that is asked for',
      { ...from('cfo@contoso.test', []), rules: { ...domain, ambiguous: 'newest' } },
      'INC-2 by domain',
    ],
    [
      'is not ambiguous where it answers mail of one of them',
      {
        ...from('cfo@contoso.test', ['In-Reply-To: <n@contoso.test>']),
        thread: { 'n@contoso.test': ['INC-1'] },
        rules: domain,
      },
      'INC-1 by reply',
    ],
  ])('%s', (_name, situation, expected) => {
    const tickets = both.map((each) => ({ ...each, subjects: [{ exact: 'payroll', base: 'payroll' }] }));
    expect(decide({ tickets, ...situation })).toBe(expected);
  });

  test('offers both when a person has to choose', () => {
    const decided = match(input({ ...from('cfo@contoso.test', []), tickets: both, rules: { use: 'incident' } }));
    expect(decided.decision).toEqual({ kind: 'inbox', reason: 'unmatched' });
    expect(decided.candidates.map((each) => each.ticket).toSorted()).toEqual(['INC-1', 'INC-2']);
  });
});

describe('a forged sender never writes into an incident', () => {
  const forged = ['Authentication-Results: mx.contoso.test; compauth=fail reason=601'];
  const answers = [...forged, 'In-Reply-To: <n@contoso.test>'];
  test.each<[string, Situation]>([
    ['by subject', { ...from('cfo@contoso.test', forged, 'Incident INC-1') }],
    ['by domain', { ...from('cfo@contoso.test', forged), rules: domain }],
    ['by thread', { ...from('cfo@contoso.test', answers), thread: { 'n@contoso.test': ['INC-1'] } }],
    ['by our reference', { ...from('cfo@contoso.test', [...forged, ...carries]), given }],
    ['with two From headers', { ...from('cfo@contoso.test', ['From: a@b', 'From: c@d'], 'Incident INC-1') }],
  ])('%s, also with unverified_sender: match', (_name, situation) => {
    const tickets = [incident('INC-1', [finance])];
    const rules = { ...situation.rules, unverifiedSender: 'match' } as const;
    expect(decide({ tickets, ...situation, rules })).toBe('inbox: unverified_sender');
  });
});

describe('which unit people are of', () => {
  const units = [finance, plant, { name: 'All', addresses: [], domains: ['contoso.test', 'finance.contoso.test'] }];
  test.each([
    [['cfo@contoso.test'], ['Finance', 'All']],
    [['clerk@finance.contoso.test'], ['Finance', 'All']],
    [
      ['plant-ops@contoso.test', 'cfo@contoso.test'],
      ['Finance', 'Plant', 'All'],
    ],
    [['eve@evil.example'], []],
    [[''], []],
  ])('%j: %j', (parties, expected) => {
    expect(unitsOf(parties, units)).toEqual(expected);
  });

  test('a sentence says why', () => {
    expect(ofUnitBecause(['x@y.example', 'a@finance.contoso.test'], finance)).toBe(
      'finance.contoso.test is of Finance',
    );
    expect(ofUnitBecause(['x@y.example'], finance)).toBeNull();
  });

  test('their incidents are looked up for mail from and to them', () => {
    const { message, placement, rules } = input({ ...from('clerk@finance.contoso.test'), rules: { use: 'incident' } });
    expect(unitsNeeded(keysNeeded(message, placement, rules), units)).toEqual(['Finance', 'All']);
  });
});
