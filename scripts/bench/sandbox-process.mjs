// A sandbox in a process of its own, so that its work is not counted as ours. argv: JSON { mailboxes, messages, … }.
import { startSandbox } from '../../dist/sandbox/sandbox.js';

const { mailboxes, messages, attachmentEvery = 10, ...bulk } = JSON.parse(process.argv[2]);
const sandbox = await startSandbox({ world: 'empty' });
const addresses = [];
for (let index = 0; index < mailboxes; index += 1) {
  const address = `agent${index}@contoso.test`;
  sandbox.world.addMailbox({ address, displayName: `Agent ${index}`, kind: 'user' });
  sandbox.world.addBulk(address, 'Inbox', { count: messages, attachmentEvery, seed: index + 1, ...bulk });
  addresses.push(address);
}
process.send({
  authority: sandbox.authority,
  graph: sandbox.graph,
  ews: sandbox.ews,
  serviceAccount: sandbox.serviceAccount,
  caPem: sandbox.caPem,
  tenantId: sandbox.tenantId,
  clientId: sandbox.clientId,
  clientSecret: sandbox.clientSecret,
  addresses,
});
process.on('message', () => {
  process.send({ mutations: sandbox.mutations() });
});
process.on('disconnect', () => process.exit(0));
