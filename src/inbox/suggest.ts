import { domainOf } from '../domain/address.ts';
import { domainMayMatch } from '../domain/belonging.ts';
import { candidateIndex } from '../domain/candidate-index.ts';
import type { RankedCandidate } from '../domain/decision.ts';
import { unitsNeeded, keysNeeded } from '../domain/keys-needed.ts';
import { matchByType } from '../domain/match-by-type.ts';
import { otherParties } from '../domain/match-message.ts';
import { matchReplies } from '../domain/match-replies.ts';
import { seesAll } from '../domain/policy.ts';
import { rankCandidates } from '../domain/ranking.ts';
import type { Use } from '../domain/ticket.ts';
import { decidingStored, placementOf, takenAwayKeys } from '../filing/deciding.ts';
import type { Deciding } from '../filing/deciding.ts';
import { mailboxContexts } from '../filing/mailbox-context.ts';
import type { MailboxContext } from '../filing/mailbox-context.ts';
import { teamMailboxes } from '../filing/organisation.ts';
import { candidatesById, loadCandidates } from '../store/candidates.ts';
import type { Candidates } from '../store/candidates.ts';
import type { Item } from '../store/items.ts';
import type { Reader } from '../store/query.ts';
import type { StoredEnvelope } from '../store/stored-mails.ts';
import { ticketsNear } from '../store/suggestions.ts';
import { loadTakenAway } from '../store/taken-away.ts';
import type { LookingDeps } from './deps.ts';
import { personBehind } from './other-party.ts';
import type { WhoReads } from './readable-tickets.ts';
import { clientFinder } from './suggest-client.ts';
import type { ClientFinder, SuggestedClient } from './suggest-client.ts';

export interface Suggestions {
  readonly client: SuggestedClient | null;
  /** Best first. */
  readonly candidates: readonly RankedCandidate[];
}

export interface ItemMail {
  readonly item: Item;
  readonly mail: StoredEnvelope;
}

/** Who asks where mail belongs, and how each mailbox decides; made once for a command. */
export interface Asking extends WhoReads {
  readonly contexts: ReadonlyMap<string, MailboxContext>;
}

export function askingFor({ config, actor }: Pick<LookingDeps, 'config' | 'actor'>): Asking {
  return { contexts: mailboxContexts(config), actor, teamMailboxes: teamMailboxes(config) };
}

const nothing: Suggestions = { client: null, candidates: [] };

/**
 * Who these mails may be from and where they may belong, by today's tickets: item id → suggestions. Looked up for all
 * of them at once, as whoever asks may know it; a mailbox that is no longer configured gets none.
 */
export async function suggestFor(
  db: Reader,
  asking: Asking,
  mails: readonly ItemMail[],
): Promise<(itemId: number) => Suggestions> {
  const asked = mails.flatMap((each) => askedOf(each, asking.contexts) ?? []);
  const [some] = asked;
  if (some === undefined) return () => nothing;
  const parties = asked.flatMap((each) => [...each.behind, ...each.parties]);
  const findClient = await clientFinder(db, parties, some.context.rules.ownDomains);
  const found = await permitted(db, asking, await lookUp(db, asked, findClient));
  const takenAway = await loadTakenAway(
    db,
    asked.map((each) => takenAwayKeys(each.deciding)),
  );
  const index = candidateIndex(found.candidates);
  const suggestions = new Map(
    asked.map((each) => {
      const client = clientOf(each, findClient);
      const input = {
        message: each.deciding.facts,
        placement: placementOf(each.context, each.sent),
        rules: each.context.rules,
        candidates: index,
        thread: found.threads,
        given: found.given,
        takenAway: takenAway(takenAwayKeys(each.deciding)),
        clientIds: client === null ? [] : [client.id],
        behind: each.behind,
      };
      const accepted = [...matchReplies(input).accepted, ...matchByType(input).accepted];
      return [each.itemId, { client, candidates: rankCandidates(input, accepted) }] as const;
    }),
  );
  return (itemId) => suggestions.get(itemId) ?? nothing;
}

/** Loaded where it is needed only: `inbox list` should start quickly. */
async function permitted(db: Reader, asking: Asking, found: Candidates): Promise<Candidates> {
  if (seesAll(asking.actor)) return found;
  const { withoutUnreadable } = await import('./readable-tickets.ts');
  return withoutUnreadable(db, asking, found);
}

interface Asked {
  readonly itemId: number;
  readonly context: MailboxContext;
  readonly deciding: Deciding;
  readonly sent: boolean;
  readonly parties: readonly string[];
  /** Who stands behind the sender, by its Reply-To. */
  readonly behind: readonly string[];
}

/** Of the person behind first: the address that passes mail on is nobody's, or that of a list. */
function clientOf({ behind, parties }: Asked, findClient: ClientFinder): SuggestedClient | null {
  const found = findClient(behind);
  return found === null ? findClient(parties) : { ...found, reason: `${found.reason} (by Reply-To)` };
}

function askedOf({ item, mail }: ItemMail, contexts: ReadonlyMap<string, MailboxContext>): Asked | null {
  const context = contexts.get(item.mailbox);
  if (context === undefined) return null;
  const deciding = decidingStored(mail);
  const sent = item.sent === 1;
  const parties = otherParties(deciding.facts, placementOf(context, sent));
  const behind = personBehind(item, mail, context.rules.ownDomains);
  return { itemId: item.id, context, deciding, sent, parties, behind: behind === null ? [] : [behind.address] };
}

async function lookUp(db: Reader, asked: readonly Asked[], findClient: ClientFinder): Promise<Candidates> {
  const context = asked[0]?.context.candidates ?? { excludedTypes: new Set<string>(), units: [] };
  const needed = asked.map((each) =>
    keysNeeded(each.deciding.facts, placementOf(each.context, each.sent), each.context.rules),
  );
  const found = await loadCandidates(
    db,
    {
      addresses: distinct([...asked.flatMap(({ behind }) => behind), ...needed.flatMap((keys) => keys.addresses)]),
      domains: [],
      subjects: distinct(asked.map((each) => each.deciding.facts.subjectKeys.base)).filter((key) => key !== ''),
      messageKeys: distinct(needed.flatMap((keys) => keys.messageKeys)),
      ourReferences: distinct(needed.flatMap((keys) => keys.ourReferences)),
      units: distinct(needed.flatMap((keys) => unitsNeeded(keys, context.units))),
    },
    context,
  );
  const near = await nearTickets(db, asked, findClient);
  for (const candidate of found.candidates) near.delete(candidate.ticketId);
  return { ...found, candidates: [...found.candidates, ...(await candidatesById(db, [...near], context))] };
}

async function nearTickets(db: Reader, asked: readonly Asked[], findClient: ClientFinder): Promise<Set<string>> {
  const ids = new Set<string>();
  for (const use of new Set<Use>(asked.map((each) => each.context.rules.use))) {
    const ofUse = asked.filter((each) => each.context.rules.use === use);
    const near = await ticketsNear(db, {
      use,
      domains: distinct(ofUse.flatMap(domainsOf)),
      clientIds: distinct(ofUse.flatMap((each) => clientOf(each, findClient)?.id ?? [])).map(Number),
      subjects: distinct(ofUse.map((each) => each.deciding.facts.subjectKeys.base)).filter((key) => key !== ''),
    });
    for (const id of near) ids.add(id);
  }
  return ids;
}

function domainsOf({ behind, parties, context }: Asked): string[] {
  return [...behind, ...parties].map(domainOf).filter((domain) => domainMayMatch(domain, context.rules));
}

const distinct = (values: readonly string[]): string[] => [...new Set(values)];
