// Sends mail with the real program while the service misbehaves, kills the program with SIGKILL wherever it hurts, has
// it resume, and counts in the sandbox what was delivered: every mail exactly once, on its ticket once.
//   npm run kill-points -- --sends 500        all kill points, every fault, `run --once` killed as well (long)
//   npm run kill-points -- --sends 3 --quick  the first kill points, which are resumed at once
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { retryPlans, runAndKill, sendPlans } from './kill.mjs';
import { naiveDuplicates } from './naive.mjs';
import { addressOf, customer, openOffice } from './office.mjs';

const { values } = parseArgs({
  options: { sends: { type: 'string', default: '500' }, workers: { type: 'string' }, quick: { type: 'boolean' } },
});
const sends = Number(values.sends);
const workers = Math.min(sends, Number(values.workers ?? 8));
/** Every fifth send answers in one of these ways. */
const sendFaults = [
  { kind: 'status_after', status: 504 },
  { kind: 'reset_after' },
  { kind: 'reset_before' },
  { kind: 'status', status: 503, retryAfter: '0' },
  { kind: 'status_after', status: 500 },
];
const told = { kills: 0, faults: 0, again: 0 };

const office = await openOffice(workers);
// The copy in Sent Items comes late, and under another id than the draft had.
office.sandbox.settings.sentCopyDelayMs = values.quick ? 100 : 1_500;
let next = 0;
try {
  await Promise.all(office.agents.map((agent) => work(agent)));
  if (!values.quick) await finishByRuns();
  const problems = await verify();
  const duplicates = await naiveDuplicates(office, 3);
  if (duplicates < 3) problems.push(`the check is blind: a sender that never looks made ${duplicates} duplicates of 3`);
  if (told.kills === 0) problems.push('nothing was killed');
  console.log(JSON.stringify({ sends, ...told, duplicates_of_a_naive_sender: duplicates, problems }));
  process.exitCode = problems.length === 0 ? 0 : 1;
} finally {
  await office.close();
}

async function work(agent) {
  for (let number = next++; number < sends; number = next++) {
    await sendOne(agent, number);
    if (!values.quick && number % 20 === 19) console.error(`${number + 1} of ${sends}, ${told.kills} kills`);
  }
}

async function sendOne(agent, number) {
  const subject = `Mail ${number}`;
  const attach = number % 4 === 0 ? ['--attach', 'body.txt'] : [];
  const command = ['mail', 'send', '--ticket', 'OPP-1', '--to', customer, '--subject', subject, '--as', agent];
  command.push('--from', addressOf(agent), '--body', 'body.txt', ...attach);
  const fault = !values.quick && number % 5 === 2 ? spoilSend(agent, number) : null;
  const plan = sendPlans[number % sendPlans.length];
  const result = await runAndKill(office, command, plan, { agent, subject });
  if (result.killed) told.kills += 1;
  // Killed before the mail was in the outbox: nobody was told that it would be sent, so it is sent anew.
  while (office.rows.of(subject) === null) {
    told.again += 1;
    const again = await runAndKill(office, command, null, { agent, subject });
    if (office.rows.of(subject) === null) throw new Error(`mail send: ${again.code} ${again.stderr}`);
  }
  if (values.quick || number % 6 !== 5) await resume(agent, subject, number);
  if (fault !== null && office.sandbox.faults.hits(fault) > 0) told.faults += 1;
  if (fault !== null) office.sandbox.faults.remove(fault);
}

function spoilSend(agent, number) {
  const fault = sendFaults[Math.floor(number / 5) % sendFaults.length];
  return office.sandbox.faults.add({ mailbox: addressOf(agent), path: '/send$', method: 'POST', fault });
}

async function resume(agent, subject, number) {
  for (let round = 0; round < 12 && office.rows.of(subject)?.state !== 'done'; round += 1) {
    const plan = round === 0 && !values.quick ? retryPlans[number % retryPlans.length] : null;
    const command = ['outbox', 'retry', String(office.rows.of(subject)?.id)];
    const result = await runAndKill(office, command, plan, { agent, subject });
    if (result.killed) told.kills += 1;
  }
}

/** What is left is for `run`, which is killed some times as well, and then for a person with `outbox retry`. */
async function finishByRuns() {
  for (const afterMs of [1_500, 2_500, 4_000, null]) {
    const running = office.start('run', '--once');
    if (afterMs !== null) {
      await sleep(afterMs);
      if (running.isRunning() && running.kill()) told.kills += 1;
    }
    await running.end;
  }
  for (let round = 0; round < 5 && office.rows.states().some(({ state }) => state !== 'done'); round += 1) {
    await office.start('outbox', 'retry').end;
  }
}

async function verify() {
  await sleep(office.sandbox.settings.sentCopyDelayMs);
  const imported = await office.start('run', '--once', '--json').end;
  const problems = [];
  if (imported.code !== 0) problems.push(`run --once: exit code ${imported.code} ${imported.stderr}`);
  const counts = new Map();
  for (const { subject } of office.sandbox.world.post.deliveries) counts.set(subject, (counts.get(subject) ?? 0) + 1);
  for (let number = 0; number < sends; number += 1) {
    const times = counts.get(`Mail ${number}`) ?? 0;
    if (times !== 1) problems.push(`Mail ${number} was delivered ${times} times`);
  }
  const states = office.rows.states();
  if (states.length !== 1 || states[0].state !== 'done') problems.push(`outbox: ${JSON.stringify(states)}`);
  if (office.actions() !== sends) problems.push(`${office.actions()} actions on the ticket for ${sends} mails`);
  for (const agent of office.agents) {
    const drafts = [...office.sandbox.world.mailbox(addressOf(agent)).items()].filter(
      ({ folder }) => folder.wellKnown === 'drafts',
    );
    if (drafts.length > 0) problems.push(`${drafts.length} drafts left in ${addressOf(agent)}`);
  }
  return problems;
}
