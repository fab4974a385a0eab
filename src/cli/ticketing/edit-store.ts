import { InvalidArgumentError } from '../commander.ts';
import type { Config } from '../../config/schema.ts';
import { IntegratorError } from '../../domain/errors.ts';
import type { Actor } from '../../domain/policy.ts';
import { teamMailboxes } from '../../filing/organisation.ts';
import type { Store, StoreWriter } from '../../store/store.ts';
import type { Change, Edit, Edited } from '../../tickets/local/edit.ts';
import type { CommandContext } from '../context.ts';
import { withStore } from '../with-store.ts';

export interface DryRunFlag {
  readonly dryRun?: boolean;
}

export interface EditedThing {
  /** What one needs to be allowed at all; which ticket may be changed is decided where it is known. */
  readonly verb: 'ticket.open' | 'ticket.pick' | 'client.write';
  /** As the audit log names a refusal: "ticket.set". */
  readonly command: string;
  /** The thing that it was tried on. */
  readonly object: string;
}

/** Runs one change in one transaction, or rehearses it; prints what became of it. A refusal is written down. */
export async function editStore(
  context: CommandContext,
  flags: DryRunFlag,
  change: (edit: Edit) => Promise<Edited>,
  about: EditedThing,
): Promise<void> {
  const dryRun = flags.dryRun === true;
  const edited = await withStore(context, about.verb, async ({ store, config, actor }) => {
    const { rehearse } = await import('../../store/rehearse.ts');
    const basis = editBasis(config, actor);
    const work = (trx: StoreWriter) => change({ ...basis, trx });
    try {
      return await (dryRun ? rehearse(store, work) : store.write(work));
    } catch (thrown) {
      if (thrown instanceof IntegratorError && thrown.kind === 'not_allowed') {
        await noteRefusal(store, basis, about, thrown.message);
      }
      throw thrown;
    }
  });
  printEdited(context, edited, dryRun);
}

async function noteRefusal(
  store: Store,
  { actor, nowMs }: Omit<Edit, 'trx'>,
  { command, object }: EditedThing,
  because: string,
): Promise<void> {
  const { audit } = await import('../../store/audit.ts');
  const refused = { verb: command, object, outcome: 'refused', detail: { because } } as const;
  await store.write((trx) => audit(trx, actor, nowMs, refused));
}

/** Throws `usage` where tickets live elsewhere: they are changed there, and what is here is a copy. */
export function editBasis(config: Config, actor: Actor): Omit<Edit, 'trx'> {
  const { type } = config.ticket_system;
  if (type !== 'local') {
    throw new IntegratorError('usage', `tickets, clients and contacts live in ${type}; this changes local ones only`, {
      hint: `change them in ${type}, or set ticket_system: { type: local }`,
    });
  }
  return {
    actor,
    nowMs: Date.now(),
    ticketTypes: config.ticket_types,
    units: config.business_units.map((unit) => unit.name),
    agents: config.agents.map((agent) => agent.id),
    teamMailboxes: teamMailboxes(config),
  };
}

/** The id is the data; what changed is words. */
function printEdited({ output }: CommandContext, edited: Edited, dryRun: boolean): void {
  const { id, outcome, changes, action } = edited;
  const added = action === undefined ? {} : { action: dryRun ? null : action };
  output.print({ id, outcome, dry_run: dryRun, changes, ...added }, () => id);
  if (output.json) return;
  output.say(`${outcomeText(outcome, dryRun)}${changes.map((change) => `\n  ${changeText(change)}`).join('')}`);
}

function outcomeText(outcome: Edited['outcome'], dryRun: boolean): string {
  if (outcome === 'unchanged') return 'nothing to change';
  return dryRun ? `would be ${outcome}; nothing was changed` : outcome;
}

/** `summary: Offer → Offer 2` */
export function changeText({ field, before, after }: Change): string {
  const show = (value: Change['after']) => (typeof value === 'string' ? value : (value ?? []).join(', '));
  const [from, to] = [show(before), show(after)];
  if (from === '') return `${field}: ${to}`;
  return `${field}: ${from} → ${to === '' ? '(none)' : to}`;
}

/** For options that can be given several times. */
export function collect(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value];
}

export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('it must be a whole number above 0.');
  return Number(text);
}

/** `Finance,HR`; a name with a comma is given with `--unit`. */
export function unitList(text: string | undefined): string[] {
  const names = (text ?? '').split(',').map((name) => name.trim());
  return names.filter((name) => name !== '');
}
