/**
 * Which mailbox a mail goes out from, and by which rule. The action's own setting comes first; for quotations then the
 * client's override and the global setting; then the fallback; then what the agent chose. Nobody sends from a mailbox
 * they may not use, whatever a rule or a flag says.
 */
export type FromSetting = { readonly kind: 'sales_mailboxes' } | { readonly kind: 'address'; readonly address: string };

export interface FromRules {
  /** The action's own setting; null: no opinion. */
  readonly action: FromSetting | null;
  readonly quotation: boolean;
  /** Of this client; null where it has none. */
  readonly clientOverride: FromSetting | null;
  readonly quotationFrom: FromSetting | null;
  readonly fallback: string | null;
}

/** The agent completing the action, who need not be the one assigned. Addresses are lower-case. */
export interface CompletingAgent {
  readonly id: string;
  /** The agent's own mailboxes. */
  readonly salesMailboxes: readonly string[];
  /** All others that list the agent: send-only ones, a team's, and it may be the own ones again. */
  readonly sharedMailboxes: readonly string[];
}

export type FromRule = 'action' | 'client_override' | 'quotation_from' | 'fallback' | 'team_mailbox' | 'chosen';

export type FromDecision =
  | { readonly kind: 'from'; readonly address: string; readonly rule: FromRule; readonly because: string }
  /** No rule decides: one of these must be chosen. */
  | { readonly kind: 'choose'; readonly from: readonly string[]; readonly because: string }
  /** A rule or the choice leads to a mailbox this agent may not use. */
  | { readonly kind: 'not_allowed'; readonly address: string; readonly because: string }
  /** The choice is one this agent may use, and a rule says otherwise. */
  | { readonly kind: 'overruled'; readonly address: string; readonly because: string };

const ruleWords: Readonly<Record<Opinion['rule'], string>> = {
  action: "the action's own setting",
  client_override: "the client's override",
  quotation_from: 'quotation_from',
};

/** `chosen` is what `--from` said, or null; it decides only where no rule does, and must agree where one does. */
export function chooseFromAddress(rules: FromRules, agent: CompletingAgent, chosen: string | null): FromDecision {
  if (chosen !== null && !mayUse(agent).includes(chosen)) {
    return { kind: 'not_allowed', address: chosen, because: `${agent.id} may not send from it` };
  }
  const ruled = byRules(rules, agent);
  if (ruled === null) return byChoice(firstOpinion(rules) !== null, agent, chosen);
  const { address, rule, because } = ruled;
  if (!mayUse(agent).includes(address)) {
    return { kind: 'not_allowed', address, because: `${because}, but ${agent.id} may not send from it` };
  }
  if (chosen === null || chosen === address) return { kind: 'from', address, rule, because };
  return { kind: 'overruled', address: chosen, because: `${because}: mail goes out from ${address}` };
}

interface Ruled {
  readonly address: string;
  readonly rule: FromRule;
  readonly because: string;
}

/** Null: no rule has an opinion that this agent's mailboxes can meet. */
function byRules(rules: FromRules, agent: CompletingAgent): Ruled | null {
  const first = firstOpinion(rules);
  if (first === null) return null;
  const { setting, rule } = first;
  const words = ruleWords[rule];
  if (setting.kind === 'address') return { address: setting.address, rule, because: `${words} names it` };
  const [own, ...more] = agent.salesMailboxes;
  if (own !== undefined && more.length === 0) {
    return { address: own, rule, because: `${words} is sales_mailboxes, and it is the mailbox of ${agent.id}` };
  }
  if (own !== undefined || rules.fallback === null) return null;
  const because = `${words} is sales_mailboxes, ${agent.id} has none, and this is the fallback`;
  return { address: rules.fallback, rule: 'fallback', because };
}

interface Opinion {
  readonly setting: FromSetting;
  readonly rule: 'action' | 'client_override' | 'quotation_from';
}

function firstOpinion(rules: FromRules): Opinion | null {
  if (rules.action !== null) return { setting: rules.action, rule: 'action' };
  if (!rules.quotation) return null;
  if (rules.clientOverride !== null) return { setting: rules.clientOverride, rule: 'client_override' };
  return rules.quotationFrom === null ? null : { setting: rules.quotationFrom, rule: 'quotation_from' };
}

/** sales_mailboxes, where the agent has several, leaves the choice among those; everything else, among all. */
function byChoice(ruled: boolean, agent: CompletingAgent, chosen: string | null): FromDecision {
  const open = ruled && agent.salesMailboxes.length > 0 ? agent.salesMailboxes : mayUse(agent);
  if (chosen === null) {
    const because = open.length === 0 ? `${agent.id} may send from no mailbox` : 'no rule decides';
    return { kind: 'choose', from: open, because };
  }
  if (open.includes(chosen)) return { kind: 'from', address: chosen, rule: 'chosen', because: 'no rule decides' };
  return { kind: 'overruled', address: chosen, because: `the rule is sales_mailboxes: ${open.join(', ')}` };
}

export function mayUse(agent: CompletingAgent): readonly string[] {
  return [...new Set([...agent.salesMailboxes, ...agent.sharedMailboxes])];
}
