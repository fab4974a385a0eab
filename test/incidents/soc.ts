import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../src/config/schema.ts';
import type { Actor } from '../../src/domain/policy.ts';
import type { IncidentDeps, SendingDeps } from '../../src/incidents/deps.ts';
import { planNotify } from '../../src/incidents/notify.ts';
import type { NotifyPlan, NotifyRequest } from '../../src/incidents/notify.ts';
import { queueNotifications } from '../../src/incidents/queue-notifications.ts';
import { deliverMail } from '../../src/outgoing/deliver.ts';
import type { Delivery } from '../../src/outgoing/deliver.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { openOffice } from '../importer/office.ts';
import type { Office, OfficeOptions } from '../importer/office.ts';

export const soc = 'soc@contoso.test';
export const leads = 'finance-leads@contoso.test';
export const cfo = 'cfo@contoso.test';
export const plant = 'plant-ops@contoso.test';
export const chosenFolder = 'IR/Business Units';

export const units = [
  { name: 'Finance', recipients: [leads], members: [cfo], domains: ['finance.contoso.test'] },
  { name: 'Plant Operations', recipients: [plant] },
];

/** A team's office: the mailbox soc@ of Ann and Ben, two business units, a template. Rhoda is the administrator. */
export interface Soc extends Office {
  readonly templates: string;
  deps(agent: 'ann' | 'ben' | 'carl' | 'root' | null): IncidentDeps & SendingDeps;
  plan(request?: Partial<NotifyRequest>, agent?: Parameters<Soc['deps']>[0]): Promise<NotifyPlan>;
  /** Notifies and sends; unit → what became of its mail. */
  notify(request?: Partial<NotifyRequest>): Promise<Record<string, string>>;
  deliver(id: number): Promise<Delivery>;
}

export async function openSoc(options: OfficeOptions = {}): Promise<Soc> {
  const office = await openOffice({
    ...options,
    connection: { ...options.connection },
    mailboxes: options.mailboxes ?? [
      { address: soc, agents: ['ann', 'ben'], matched_to: 'incidents', folders: ['Inbox', chosenFolder] },
    ],
    config: {
      agents: [
        { id: 'ann', name: 'Ann Archer', email: 'ann@contoso.test' },
        { id: 'ben', name: 'Ben Baker', email: 'ben@contoso.test' },
        { id: 'carl', name: 'Carl Cole', email: 'carl@contoso.test' },
        { id: 'root', name: 'Rhoda Root', role: 'administrator' },
      ],
      business_units: units,
      ...options.config,
    },
  });
  const { sandbox, app, config } = office;
  addPeople(sandbox);
  const templates = join(office.directory, 'templates');
  mkdirSync(templates);
  writeFileSync(
    join(templates, 'alert.txt'),
    'Subject: {{ incident.summary }}\n\nDear {{ unit.name }},\n{{ incident.details }}\n{{ agent.name }}\n',
  );
  const deps: Soc['deps'] = (agent) => ({
    store: app.store,
    config,
    now: app.now,
    sender: app.sender,
    actor: actorOf(agent, config),
    key: () => new Uint8Array(32).fill(7),
  });
  const plan: Soc['plan'] = (request = {}, agent = 'ann') =>
    planNotify(deps(agent), {
      incident: 'INC-1',
      template: 'alert',
      units: ['Finance', 'Plant Operations'],
      from: null,
      ...request,
    });
  const deliver: Soc['deliver'] = (id) =>
    deliverMail(
      id,
      {
        store: app.store,
        config,
        now: app.now,
        sleep: () => Promise.resolve(),
        looksMs: [1],
        leaseMs: 60_000,
        senderOf: async (job) => {
          const [connection] = config.connections;
          if (connection === undefined) throw new Error('no connection');
          return (await app.sender(connection)).sender({ address: job.mailbox, user: undefined });
        },
      },
      new AbortController().signal,
    );
  return {
    ...office,
    templates,
    deps,
    plan,
    deliver,
    notify: async (request = {}) => {
      const planned = await plan(request);
      const queued = await queueNotifications(deps('ann'), planned);
      const states: Record<string, string> = {};
      for (const { unit, state } of planned.notifications) {
        const id = queued.get(unit);
        states[unit] = id === undefined ? state : (await deliver(id)).state;
      }
      return states;
    },
  };
}

/** The team's mailbox, with the folder it chose, and the units' own. */
export function addPeople(sandbox: Sandbox): void {
  sandbox.settings.sentCopyDelayMs = 0;
  sandbox.world.addMailbox({ address: soc, displayName: soc, kind: 'shared' });
  for (const address of [leads, cfo, plant]) sandbox.world.addMailbox({ address, displayName: address });
  sandbox.world.addFolder(soc, chosenFolder);
}

function actorOf(id: string | null, { agents, connections }: Config): Actor {
  const agent = agents.find((each) => each.id === id);
  if (agent === undefined) return { kind: 'operator', unixUser: 'tester' };
  const own = connections.flatMap(({ mailboxes }) => mailboxes).filter((each) => each.agents.includes(agent.id));
  const mailboxes = own.map(({ address }) => address);
  return { kind: 'agent', unixUser: 'tester', id: agent.id, role: agent.role, mailboxes };
}
