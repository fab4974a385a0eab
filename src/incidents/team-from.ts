import { chooseTeamMailbox } from '../domain/team-mailbox.ts';
import type { ChosenFrom } from '../outgoing/from.ts';
import { actionSetting, completingAgent, settledFrom } from '../outgoing/from.ts';
import type { OutgoingDeps } from '../outgoing/deps.ts';
import { teamMailboxes } from '../filing/organisation.ts';
import { readableMailboxes } from './team.ts';

/** From which mailbox mail about incidents goes out. Throws as `decideFrom` does. */
export async function teamFrom(deps: OutgoingDeps, action: string, chosen: string | null): Promise<ChosenFrom> {
  const { id } = completingAgent(deps);
  const all = teamMailboxes(deps.config);
  const own = [...readableMailboxes(deps, all)];
  const decision = chooseTeamMailbox(actionSetting(deps.config, action), { id, own, all }, chosen);
  return settledFrom(deps, decision, { action, agent: id });
}
