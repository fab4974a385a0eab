import { describe, expect, test } from 'vitest';
import { actorName, decideAccess } from '../../src/domain/policy.ts';
import type { Actor, Verb } from '../../src/domain/policy.ts';

const own = 'ann@contoso.test';
const other = 'ben@contoso.test';
const operator: Actor = { kind: 'operator', unixUser: 'root' };
const agent: Actor = { kind: 'agent', unixUser: 'ann', id: 'ann', role: 'agent', mailboxes: [own] };
const administrator: Actor = { kind: 'agent', unixUser: 'ada', id: 'ada', role: 'administrator', mailboxes: [own] };

/** allowed · foreign: allowed, and worth a line in the log · refused */
function verdict(actor: Actor, verb: Verb, mailbox?: string): string {
  const access = decideAccess(actor, verb, mailbox);
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
    ['ticket.read', 'allowed'],
    ['ticket.write', 'allowed'],
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
