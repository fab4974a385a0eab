import type { FromDecision, FromSetting } from './from-policy.ts';

/** Who sends mail about incidents, and from where that is possible. Addresses are lower-case. */
export interface TeamSender {
  readonly id: string;
  /** Mailboxes that track incidents and that this agent may use. */
  readonly own: readonly string[];
  /** All mailboxes that track incidents. */
  readonly all: readonly string[];
}

/**
 * Mail about an incident goes out from a mailbox that tracks incidents, or its answers would be on no incident: the one
 * that the action's own setting names, else the agent's only one, else the chosen one. `chosen` is what `--from` said.
 */
export function chooseTeamMailbox(
  setting: FromSetting | null,
  sender: TeamSender,
  chosen: string | null,
): FromDecision {
  const named = setting?.kind === 'address' ? setting.address : null;
  const against = refused(sender, named, chosen);
  if (against !== null) return against;
  if (named !== null) {
    return { kind: 'from', address: named, rule: 'action', because: "the action's own setting names it" };
  }
  if (chosen !== null) return { kind: 'from', address: chosen, rule: 'chosen', because: 'no rule decides' };
  const [only, ...more] = sender.own;
  if (only !== undefined && more.length === 0) {
    const because = `it tracks incidents, and ${sender.id} may use it`;
    return { kind: 'from', address: only, rule: 'team_mailbox', because };
  }
  const because = only === undefined ? `${sender.id} may use no mailbox that tracks incidents` : 'no rule decides';
  return { kind: 'choose', from: sender.own, because };
}

function refused(sender: TeamSender, named: string | null, chosen: string | null): FromDecision | null {
  const address = named ?? chosen;
  if (address === null) return null;
  if (named !== null && chosen !== null && chosen !== named) {
    const because = `the action's own setting names ${named}`;
    return { kind: 'overruled', address: chosen, because };
  }
  if (!sender.all.includes(address)) {
    return { kind: 'overruled', address, because: 'it tracks no incidents, so answers to it would be on none' };
  }
  if (sender.own.includes(address)) return null;
  return { kind: 'not_allowed', address, because: `${sender.id} is no agent of it` };
}
