// What the check would find in a sender that tries again without looking: it must find duplicates, or it proves nothing.
import { addressOf, customer } from './office.mjs';

export async function naiveDuplicates(office, sends) {
  const { openApp } = await import(new URL('../../dist/app.js', import.meta.url).href);
  const { loadConfig } = await import(new URL('../../dist/config/load.js', import.meta.url).href);
  const env = { SANDBOX_SECRET: office.sandbox.clientSecret };
  const { config } = await loadConfig({ path: `${office.directory}/integrator.yaml`, env, cwd: office.directory });
  const app = await openApp({ config, env });
  const [agent] = office.agents;
  const before = office.sandbox.world.post.deliveries.length;
  try {
    const sender = (await app.sender(config.connections[0])).sender({ address: addressOf(agent), user: undefined });
    for (let number = 0; number < sends; number += 1) await sendBlindly(office, sender, { agent, number });
  } finally {
    await app.close();
  }
  return office.sandbox.world.post.deliveries.length - before - sends;
}

async function sendBlindly({ sandbox }, sender, { agent, number }) {
  const mailbox = addressOf(agent);
  const fault = sandbox.faults.add({ service: 'graph', mailbox, nth: 2, fault: { kind: 'hang_after' } });
  // Stopped while the answer to the send is still to come, as the killed program is.
  const stop = new AbortController();
  const first = attempt(sender, { agent, number }, stop.signal).catch(() => undefined);
  while (sandbox.faults.hits(fault) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  stop.abort();
  await first;
  sandbox.faults.remove(fault);
  await attempt(sender, { agent, number }, new AbortController().signal);
}

async function attempt(sender, { agent, number }, signal) {
  const mail = {
    mark: `naive-${number}`,
    from: { name: agent, address: addressOf(agent) },
    to: [{ name: '', address: customer }],
    cc: [],
    bcc: [],
    subject: `Naive ${number}`,
    body: { kind: 'text', content: 'Dear Bob' },
  };
  const draft = await sender.createDraft(mail, signal);
  if (draft.kind === 'done') await sender.send(draft.value, signal);
}
