import { referenceHeader } from '../domain/given-reference.ts';
import { mailKind } from '../outgoing/mail-job.ts';
import { audit } from '../store/audit.ts';
import { referencesOf, saveReference } from '../store/incident-references.ts';
import { addOutboxRow, dropOutboxRow, outboxRowOf } from '../store/outbox.ts';
import type { StoreWriter } from '../store/store.ts';
import { setTicketUnits, ticketUnits, touchTicket } from '../store/tickets.ts';
import type { SendingDeps } from './deps.ts';
import type { NotifyPlan, PlannedNotification } from './notify.ts';
import { incidentReference } from './reference.ts';

/**
 * Puts what is new into the outbox and the units onto the incident, in one transaction: all or nothing. Gives the outbox
 * number of each unit that is not sent yet, by unit.
 */
export async function queueNotifications(deps: SendingDeps, plan: NotifyPlan): Promise<Map<string, number>> {
  const unsent = plan.notifications.filter(({ state }) => state !== 'sent');
  const references = new Map(unsent.map(({ unit }) => [unit, incidentReference(deps.key(), plan.incident.id, unit)]));
  return deps.store.write(async (trx) => {
    await addUnits(trx, deps, plan);
    // What a unit was given once stays, also where the key has changed since.
    const before = await referencesOf(trx, plan.incident.id);
    const queued = new Map<string, number>();
    for (const each of unsent) {
      const reference = before.get(each.unit) ?? references.get(each.unit) ?? '';
      queued.set(each.unit, await queueOne(trx, deps, { plan, each, reference }));
    }
    return queued;
  });
}

/** The incident has these units from now on, beside those it had. */
async function addUnits(trx: StoreWriter, { actor, now }: SendingDeps, plan: NotifyPlan): Promise<void> {
  const { id } = plan.incident;
  const before = await ticketUnits(trx, id);
  const added = plan.notifications.map(({ unit }) => unit).filter((unit) => !before.includes(unit));
  if (added.length === 0) return;
  await setTicketUnits(trx, id, [...before, ...added]);
  await touchTicket(trx, id, now());
  await audit(trx, actor, now(), { verb: 'incident.units', object: id, detail: { added } });
}

interface ToQueue {
  readonly plan: NotifyPlan;
  readonly each: PlannedNotification;
  readonly reference: string;
}

/** The row of this effect, made now, or by somebody who was quicker. */
async function queueOne(trx: StoreWriter, deps: SendingDeps, { plan, each, reference }: ToQueue): Promise<number> {
  const { actor, now } = deps;
  const { id: incident } = plan.incident;
  const known = await outboxRowOf(trx, each.key);
  if (known !== undefined && known.state !== 'dead') return known.id;
  if (known !== undefined) await dropOutboxRow(trx, known.id);
  await saveReference(trx, { ticket_id: incident, unit: each.unit, reference, at: now() });
  const payload = { ...each.job, headers: [{ name: referenceHeader, value: reference }] };
  const heldBy = deps.presence?.name();
  const id = await addOutboxRow(trx, { key: each.key, kind: mailKind, payload, atMs: now(), heldBy });
  await audit(trx, actor, now(), {
    verb: 'incident.notify',
    object: incident,
    detail: {
      unit: each.unit,
      template: plan.template,
      mailbox: each.job.mailbox,
      recipients: each.job.to.map(({ address }) => address),
      outbox: id,
    },
  });
  return id ?? 0;
}
