import { describe, expect, test } from 'vitest';
import { actorName, decideAccess } from '../../src/domain/policy.ts';
import type { Actor, TicketTies, Verb } from '../../src/domain/policy.ts';

const own = 'ann@contoso.test';
const other = 'ben@contoso.test';
const operator: Actor = { kind: 'operator', unixUser: 'root' };
const agent: Actor = { kind: 'agent', unixUser: 'ann', id: 'ann', role: 'agent', mailboxes: [own] };
const administrator: Actor = { kind: 'agent', unixUser: 'ada', id: 'ada', role: 'administrator', mailboxes: [own] };

/** allowed · foreign: allowed, and worth a line in the log · refused */
function verdict(actor: Actor, verb: Verb, about?: string | TicketTies): string {
  const access = decideAccess(actor, verb, about);
  if (!access.allowed) return 'refused';
  return access.foreign ? 'foreign' : 'allowed';
}

describe('who may do what', () => {
  test.each<[verb: Verb, ownMailbox: string, othersMailbox: string]>([
    ['mail.read', 'allowed', 'refused'],
    ['mail.file', 'allowed', 'refused'],
    ['mail.dismiss', 'allowed', 'refused'],
    ['mail.send', 'allowed', 'refused'],
    ['mail.delete', 'refused', 'refused'],
  ])('an agent and %s: own mailbox %s, another %s', (verb, ownMailbox, othersMailbox) => {
    expect([verdict(agent, verb, own), verdict(agent, verb, other)]).toEqual([ownMailbox, othersMailbox]);
    expect([verdict(administrator, verb, own), verdict(administrator, verb, other)]).toEqual(['allowed', 'foreign']);
    expect([verdict(operator, verb, own), verdict(operator, verb, other)]).toEqual(['allowed', 'allowed']);
  });

  test.each<[verb: Verb, agents: string]>([
    ['ticket.pick', 'allowed'],
    ['ticket.open', 'allowed'],
    ['client.read', 'allowed'],
    ['client.write', 'allowed'],
    ['ticket.read', 'refused'],
    ['ticket.write', 'refused'],
    ['outbox.read', 'allowed'],
    ['outbox.drop', 'refused'],
    ['import.run', 'refused'],
    ['rules.apply', 'refused'],
    ['audit.read', 'refused'],
    ['auth', 'refused'],
    ['forget', 'refused'],
    ['purge', 'refused'],
    ['backup', 'refused'],
  ])('an agent and %s, which is about no mailbox: %s; administrators and operators may', (verb, agents) => {
    expect(verdict(agent, verb)).toBe(agents);
    expect([verdict(administrator, verb), verdict(operator, verb)]).toEqual(['allowed', 'allowed']);
  });

  const ties = {
    nobodys: { owner: null, mailboxes: [] },
    owned: { owner: 'ann', mailboxes: [] },
    'with own mail': { owner: null, mailboxes: [other, own] },
    "another's, with own mail": { owner: 'ben', mailboxes: [own] },
    "another's": { owner: 'ben', mailboxes: [] },
    "with another's mail": { owner: null, mailboxes: [other] },
    "owned, with another's mail": { owner: 'ann', mailboxes: [other] },
  } satisfies Record<string, TicketTies>;

  test.each<[ticket: keyof typeof ties, agents: string, administrators: string]>([
    ['nobodys', 'refused', 'allowed'],
    ['owned', 'allowed', 'allowed'],
    ['with own mail', 'allowed', 'allowed'],
    ["another's, with own mail", 'allowed', 'allowed'],
    ["another's", 'refused', 'allowed'],
    ["with another's mail", 'refused', 'foreign'],
    ["owned, with another's mail", 'allowed', 'foreign'],
  ])('a ticket that is %s: to its agent %s, to an administrator %s', (ticket, agents, administrators) => {
    for (const verb of ['ticket.read', 'ticket.write'] as const) {
      expect([verdict(agent, verb, ties[ticket]), verdict(administrator, verb, ties[ticket])]).toEqual([
        agents,
        administrators,
      ]);
      expect(verdict(operator, verb, ties[ticket])).toBe('allowed');
    }
  });

  test('having to do with a ticket is no right on the mail of a mailbox, and no other way round', () => {
    expect(verdict(agent, 'mail.read', ties.owned)).toBe('refused');
    expect(verdict(agent, 'ticket.read', own)).toBe('refused');
    expect(verdict(agent, 'outbox.drop', ties.owned)).toBe('refused');
  });

  test('mail of no mailbox is nobody’s own', () => {
    expect(verdict(agent, 'mail.read')).toBe('refused');
  });

  test('a refusal says why', () => {
    expect(decideAccess(agent, 'mail.read', other)).toEqual({
      allowed: false,
      because: 'this is not a mailbox of ann',
    });
    expect(decideAccess(agent, 'forget')).toMatchObject({ because: expect.stringContaining('needs an administrator') });
    expect([actorName(operator), actorName(agent)]).toEqual(['operator', 'ann']);
  });
});
