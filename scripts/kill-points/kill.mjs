// When a process is killed: at its n-th request, before it is carried out or after, with the answer still to come; as
// soon as a row of the store says something; or some time after its first request.
import { setTimeout as sleep } from 'node:timers/promises';
import { addressOf } from './office.mjs';

export const sendPlans = [
  { at: 'request', nth: 1, when: 'before' },
  { at: 'request', nth: 1, when: 'after' },
  { at: 'request', nth: 2, when: 'after' },
  { at: 'row', is: (row) => row !== null },
  { at: 'request', nth: 2, when: 'before' },
  { at: 'row', is: (row) => row?.state === 'sending' },
  { at: 'row', is: (row) => row?.step === 'submitting' },
  { at: 'row', is: (row) => row?.state === 'done' },
  { at: 'request', nth: 3, when: 'before' },
  { at: 'request', nth: 3, when: 'after' },
  { at: 'time' },
  null,
];

export const retryPlans = [
  null,
  { at: 'request', nth: 1, when: 'after' },
  null,
  { at: 'time' },
  { at: 'row', is: (row) => row?.state === 'sending' },
  { at: 'request', nth: 2, when: 'before' },
];

/** Runs a command and kills it as planned; true where it was killed before it ended by itself. */
export async function runAndKill(office, command, plan, { agent, subject }) {
  const { sandbox, rows } = office;
  const mailbox = addressOf(agent);
  const of = () => sandbox.requests.of('graph', mailbox).length;
  const before = of();
  const fault =
    plan?.at === 'request'
      ? sandbox.faults.add({
          service: 'graph',
          mailbox,
          nth: plan.nth,
          fault: { kind: plan.when === 'before' ? 'hang' : 'hang_after' },
        })
      : null;
  const isTime = {
    request: () => sandbox.faults.hits(fault) > 0,
    row: () => plan.is(rows.of(subject)),
    time: () => of() > before,
    none: () => false,
  }[plan?.at ?? 'none'];
  const running = office.start(...command);
  while (running.isRunning() && !isTime()) await sleep(plan === null ? 20 : 2);
  if (plan?.at === 'time') await sleep(Math.random() * 120);
  const killed = running.isRunning() && running.kill();
  const ended = await running.end;
  if (fault !== null) sandbox.faults.remove(fault);
  return { ...ended, killed: killed && ended.signal === 'SIGKILL' };
}
