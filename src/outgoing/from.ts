import type { Config } from '../config/schema.ts';
import { IntegratorError } from '../domain/errors.ts';
import { chooseFromAddress } from '../domain/from-policy.ts';
import type { CompletingAgent, FromDecision, FromRule, FromSetting } from '../domain/from-policy.ts';
import { audit } from '../store/audit.ts';
import { knownSendRight } from '../store/send-rights.ts';
import type { OutgoingDeps } from './deps.ts';

export interface ChosenFrom {
  readonly address: string;
  readonly rule: FromRule;
  readonly because: string;
}

export interface FromQuestion {
  readonly action: string;
  readonly quotation: boolean;
  /** Name of the ticket's client. */
  readonly client: string | null;
  readonly chosen: string | null;
}

/** The agent completing the action. An operator is nobody's colleague: whose mailbox would it be? Throws `usage`. */
export function completingAgent({ actor, config }: OutgoingDeps): CompletingAgent {
  if (actor.kind === 'operator') {
    throw new IntegratorError('usage', 'mail goes out from the mailbox of an agent: who completes this action?', {
      hint: `add --as with one of: ${config.agents.map(({ id }) => id).join(', ')}`,
    });
  }
  const shared = config.outgoing.mailboxes.filter(({ agents }) => agents.includes(actor.id));
  const own = config.connections
    .flatMap(({ mailboxes }) => mailboxes)
    .filter(({ agents }) => agents.includes(actor.id));
  // A team's mailbox for incidents is one its agents may use, but nobody's sales mailbox.
  const sales = own.filter(({ matched_to: matchedTo }) => matchedTo !== 'incidents');
  return {
    id: actor.id,
    salesMailboxes: sales.map(({ address }) => address),
    sharedMailboxes: [...own, ...shared].map(({ address }) => address),
  };
}

/** Throws `usage` where a choice is needed or overruled, `not_allowed` (written down) where it may not be used. */
export async function decideFrom(deps: OutgoingDeps, question: FromQuestion): Promise<ChosenFrom> {
  const agent = completingAgent(deps);
  const decision = chooseFromAddress(rulesOf(deps.config, question), agent, question.chosen);
  return settledFrom(deps, decision, { action: question.action, agent: agent.id });
}

/** The mailbox decided on; throws, as `decideFrom` does, where there is none. */
export async function settledFrom(
  deps: OutgoingDeps,
  decision: FromDecision,
  about: { readonly action: string; readonly agent: string },
): Promise<ChosenFrom> {
  switch (decision.kind) {
    case 'from':
      return { ...decision, because: await withSendRight(deps, decision) };
    case 'choose':
      if (decision.from.length === 0) return refuse(deps, about.action, decision.because, about.agent);
      throw new IntegratorError('usage', `which mailbox should this go out from? ${decision.because}`, {
        hint: `add --from with one of: ${decision.from.join(', ')}; or decide it for all under outgoing.actions.${about.action}`,
      });
    case 'overruled':
      throw new IntegratorError('usage', `it cannot go out from ${decision.address}: ${decision.because}`, {
        hint: 'leave --from out, or change outgoing in the configuration',
      });
    case 'not_allowed':
      return refuse(deps, about.action, decision.because, decision.address);
  }
}

/** Recipients see two names where the mailbox lets the service account send on its behalf only. */
async function withSendRight({ store }: OutgoingDeps, { address, because }: ChosenFrom): Promise<string> {
  if ((await knownSendRight(store.db, address)) !== 'on_behalf') return because;
  return `${because}; it goes out "on behalf of": recipients see the service account's name too`;
}

async function refuse(deps: OutgoingDeps, action: string, because: string, object: string): Promise<never> {
  const { store, actor, now } = deps;
  const detail = { action, because };
  await store.write((trx) => audit(trx, actor, now(), { verb: 'mail.send', object, outcome: 'refused', detail }));
  throw new IntegratorError('not_allowed', `${object}: ${because}`, {
    hint: "an agent sends from the own mailboxes, and from those of outgoing.mailboxes that list the agent's id",
  });
}

/** What `outgoing.actions` says of an action; null: no opinion. */
export function actionSetting({ outgoing }: Config, action: string): FromSetting | null {
  return settingOf(outgoing.actions[action]?.from);
}

function rulesOf(config: Config, { action, quotation, client }: FromQuestion) {
  const { outgoing } = config;
  const name = client?.trim().toLowerCase();
  const override = outgoing.client_overrides.find((each) => each.client.trim().toLowerCase() === name);
  return {
    action: actionSetting(config, action),
    quotation,
    clientOverride: settingOf(override?.quotation_from),
    quotationFrom: settingOf(outgoing.quotation_from),
    fallback: outgoing.quotation_fallback ?? null,
  };
}

function settingOf(from: string | undefined): FromSetting | null {
  if (from === undefined || from === 'default' || from === 'unset') return null;
  return from === 'sales_mailboxes' ? { kind: from } : { kind: 'address', address: from };
}

export interface SendingMailbox {
  readonly connection: string;
  readonly address: string;
  readonly user: string | undefined;
}

/** Where an address is sent from: a mailbox of a connection, else a send-only one. Throws `config`. */
export function sendingMailbox({ connections, outgoing }: Config, address: string): SendingMailbox {
  for (const connection of connections) {
    const own = connection.mailboxes.find((mailbox) => mailbox.address === address);
    if (own !== undefined) return { connection: connection.name, address, user: own.user };
  }
  const shared = outgoing.mailboxes.find((mailbox) => mailbox.address === address);
  if (shared !== undefined) return { connection: shared.connection, address, user: shared.user };
  throw new IntegratorError('config', `${address} is no mailbox of the configuration any more`);
}
