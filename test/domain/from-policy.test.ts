import { describe, expect, test } from 'vitest';
import { chooseFromAddress } from '../../src/domain/from-policy.ts';
import type { CompletingAgent, FromSetting } from '../../src/domain/from-policy.ts';

/*
 * Every cell: the action's setting × the client's override × the global setting × the fallback × who completes it. Each
 * row of the table says, for one combination of settings, where the mail of each agent goes out from.
 */
const own = { kind: 'sales_mailboxes' } as const;
const at = (address: string): FromSetting => ({ kind: 'address', address });

const agents: Readonly<Record<string, CompletingAgent>> = {
  /** One mailbox of her own, and both shared ones. */
  ann: {
    id: 'ann',
    salesMailboxes: ['ann@contoso.test'],
    sharedMailboxes: ['sales@contoso.test', 'team@contoso.test'],
  },
  /** Two of his own. */
  ben: {
    id: 'ben',
    salesMailboxes: ['ben@contoso.test', 'ben2@contoso.test'],
    sharedMailboxes: ['sales@contoso.test'],
  },
  /** None of her own; may use a shared one. */
  cleo: { id: 'cleo', salesMailboxes: [], sharedMailboxes: ['sales@contoso.test'] },
  /** May use nothing. */
  dan: { id: 'dan', salesMailboxes: [], sharedMailboxes: [] },
};

const settings = { none: null, own, sales: at('sales@contoso.test'), team: at('team@contoso.test') } as const;
type Setting = keyof typeof settings;
const each: readonly Setting[] = ['none', 'own', 'sales', 'team'];

/** What a setting means for each agent: the address, `choose`, or who may not. Written out, not computed. */
const meaning: Readonly<
  Record<Setting, Readonly<Record<'without' | 'with', readonly [string, string, string, string]>>>
> = {
  none: { without: ['choose', 'choose', 'choose', 'choose'], with: ['choose', 'choose', 'choose', 'choose'] },
  own: {
    without: ['ann', 'choose', 'choose', 'choose'],
    with: ['ann', 'choose', 'sales', 'no'],
  },
  sales: { without: ['sales', 'sales', 'sales', 'no'], with: ['sales', 'sales', 'sales', 'no'] },
  team: { without: ['team', 'no', 'no', 'no'], with: ['team', 'no', 'no', 'no'] },
};

const names = ['ann', 'ben', 'cleo', 'dan'] as const;

/** action, client and global setting → the one that decides, for a quotation. The first with an opinion. */
const quotations = each.flatMap((action) =>
  each.flatMap((client) =>
    each.flatMap((global) => (['without', 'with'] as const).map((fallback) => ({ action, client, global, fallback }))),
  ),
);

function outcome(decision: ReturnType<typeof chooseFromAddress>): string {
  if (decision.kind === 'from') return decision.address.replace('@contoso.test', '');
  return decision.kind === 'not_allowed' ? 'no' : decision.kind;
}

describe.each(names)('%s', (name) => {
  const agent = agents[name];
  if (agent === undefined) throw new Error(name);
  const column = names.indexOf(name);

  test.each(quotations)(
    'a quotation: action $action, client $client, global $global, $fallback fallback',
    ({ action, client, global, fallback }) => {
      const rules = {
        action: settings[action],
        quotation: true,
        clientOverride: settings[client],
        quotationFrom: settings[global],
        fallback: fallback === 'with' ? 'sales@contoso.test' : null,
      };
      const deciding = action !== 'none' ? action : client !== 'none' ? client : global;
      expect(outcome(chooseFromAddress(rules, agent, null))).toBe(meaning[deciding][fallback][column]);
    },
  );

  test.each(quotations)(
    'other mail: action $action decides alone, whatever client $client and global $global say, $fallback fallback',
    ({ action, client, global, fallback }) => {
      const rules = {
        action: settings[action],
        quotation: false,
        clientOverride: settings[client],
        quotationFrom: settings[global],
        fallback: fallback === 'with' ? 'sales@contoso.test' : null,
      };
      expect(outcome(chooseFromAddress(rules, agent, null))).toBe(meaning[action][fallback][column]);
    },
  );
});

const nothing = { action: null, quotation: false, clientOverride: null, quotationFrom: null, fallback: null };

test.each([
  ['ann', nothing, 'team@contoso.test', 'from', 'team@contoso.test'],
  ['ben', nothing, 'team@contoso.test', 'not_allowed', 'team@contoso.test'],
  ['cleo', nothing, 'sales@contoso.test', 'from', 'sales@contoso.test'],
  ['dan', nothing, 'sales@contoso.test', 'not_allowed', 'sales@contoso.test'],
  ['ann', { ...nothing, action: own }, 'ann@contoso.test', 'from', 'ann@contoso.test'],
  ['ann', { ...nothing, action: own }, 'sales@contoso.test', 'overruled', 'sales@contoso.test'],
  ['ann', { ...nothing, action: own }, 'ben@contoso.test', 'not_allowed', 'ben@contoso.test'],
  ['ben', { ...nothing, action: own }, 'ben2@contoso.test', 'from', 'ben2@contoso.test'],
  ['ben', { ...nothing, action: own }, 'sales@contoso.test', 'overruled', 'sales@contoso.test'],
  ['cleo', { ...nothing, action: own }, 'sales@contoso.test', 'from', 'sales@contoso.test'],
] as const)('%s chooses under %o: %s is %s', (name, rules, chosen, kind, address) => {
  const agent = agents[name];
  expect(agent && chooseFromAddress(rules, agent, chosen)).toMatchObject({ kind, address });
});

test('a decision says by which rule, in words', () => {
  const { ann, cleo } = agents;
  expect(ann && chooseFromAddress({ ...nothing, action: own }, ann, null)).toEqual({
    kind: 'from',
    address: 'ann@contoso.test',
    rule: 'action',
    because: "the action's own setting is sales_mailboxes, and it is the mailbox of ann",
  });
  const quotation = { ...nothing, quotation: true, quotationFrom: own, fallback: 'sales@contoso.test' };
  expect(cleo && chooseFromAddress(quotation, cleo, null)).toMatchObject({
    rule: 'fallback',
    because: 'quotation_from is sales_mailboxes, cleo has none, and this is the fallback',
  });
  expect(cleo && chooseFromAddress(nothing, cleo, null)).toEqual({
    kind: 'choose',
    from: ['sales@contoso.test'],
    because: 'no rule decides',
  });
});
