import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { App } from '../../app.ts';
import type { Actor } from '../../domain/policy.ts';
import type { RunReport } from '../../importer/report.ts';
import type { SendingDeps } from '../../incidents/deps.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import {
  alertTemplate,
  hitUnits,
  incidentReference,
  teamAgents,
  teamMailbox,
  teamReply,
  unitAnswersAgain,
  unitsAnswer,
  unitsFolder,
} from '../../sandbox/sample/incident-story.ts';
import { sampleBusinessUnits, sampleTicketTypes } from '../../sandbox/sample/tickets.ts';
import type { Presence } from '../../store/presence.ts';
import type { CommandContext } from '../context.ts';
import type { IncidentSummary } from './incident-summary.ts';
import type { Demo } from './prepare.ts';

/** What both demos do in the same way. */
export interface DemoParts {
  readonly importTickets: (demo: Pick<Demo, 'files' | 'config'>, app: App, actor: Actor) => Promise<void>;
  readonly importMail: (app: App, signal: AbortSignal) => Promise<RunReport>;
  /** How the person who ran the demo can type the next command. */
  readonly invocation: string;
}

/** The story lasts an hour of the sandbox's clock; it begins so long ago that none of it lies in the future. */
const storyMs = 65 * 60_000;

/** An incident from the first notification to the evidence, on a team mailbox on the sandbox's Exchange. */
export async function runIncidentDemo(context: CommandContext, parts: DemoParts): Promise<void> {
  const { startSandbox } = await import('../../sandbox/sandbox.ts');
  const { prepareDemo } = await import('./prepare.ts');
  context.output.progress('starting the Exchange sandbox');
  const sandbox = await startSandbox({ world: 'sample', now: () => Date.now() - storyMs });
  try {
    const files = prepareDemo(resolve(context.cwd, 'demo'), sandbox, incidentConfig);
    writeTemplate(files.directory);
    const { loadConfig } = await import('../../config/load.ts');
    const { config } = await loadConfig({ path: files.config, env: {}, cwd: files.directory });
    const { signInToSandbox } = await import('./sign-in.ts');
    context.output.progress('signing in');
    const account = await signInToSandbox(config, sandbox, context);
    const summary = await playStory({ files, config, sandbox, account }, context, parts);
    context.output.progress('');
    const { renderIncident } = await import('./incident-summary.ts');
    context.output.print(summary, (page) => renderIncident(summary, page, parts.invocation, config.timezone));
  } finally {
    context.output.progress('');
    await sandbox.close();
  }
}

async function playStory(demo: Demo, context: CommandContext, parts: DemoParts): Promise<IncidentSummary> {
  const { openApp } = await import('../../app.ts');
  const { openPresence } = await import('../../store/presence.ts');
  const { ensureKeyRing } = await import('../../auth/key.ts');
  const { config, sandbox } = demo;
  const now = () => sandbox.clock.now();
  const app = await openApp({ config, env: {}, now });
  const presence = openPresence(config.state_dir, app.store.dialect);
  const key = () => ensureKeyRing({ env: {}, stateDir: config.state_dir }).current.bytes;
  const [id] = teamAgents;
  const actor: Actor = { kind: 'agent', unixUser: context.unixUser, id, role: 'agent', mailboxes: [teamMailbox] };
  try {
    await parts.importTickets(demo, app, { kind: 'operator', unixUser: context.unixUser });
    const deps = { store: app.store, config, actor, now, sender: app.sender, presence, key };
    return await new Story(demo, app, deps, { context, parts }).play();
  } finally {
    presence.close();
    await app.close();
  }
}

type StoryDeps = SendingDeps & { readonly presence: Presence };

class Story {
  readonly #demo: Demo;
  readonly #app: App;
  readonly #deps: StoryDeps;
  readonly #around: { readonly context: CommandContext; readonly parts: DemoParts };

  constructor(
    ...[demo, app, deps, around]: [
      Demo,
      App,
      StoryDeps,
      { readonly context: CommandContext; readonly parts: DemoParts },
    ]
  ) {
    this.#demo = demo;
    this.#app = app;
    this.#deps = deps;
    this.#around = around;
  }

  async play(): Promise<IncidentSummary> {
    const { world, clock } = this.#demo.sandbox;
    const advance = (ms: number) => clock.advance(ms);
    this.#say('notifying two business units');
    const notified = await this.#notify();
    unitsAnswer(world, advance);
    this.#say('importing the answers');
    await this.#import();
    advance(11 * 60_000);
    this.#say('answering');
    const replied = await this.#reply();
    unitAnswersAgain(world, advance);
    advance(60_000);
    await this.#import();
    this.#say('exporting the evidence');
    return { ...(await this.#result()), account: this.#demo.account, notified, replied };
  }

  #say(what: string): void {
    this.#around.context.output.progress(what);
  }

  async #notify(): Promise<IncidentSummary['notified']> {
    const { planNotify } = await import('../../incidents/notify.ts');
    const { queueNotifications } = await import('../../incidents/queue-notifications.ts');
    const request = { incident: incidentReference, template: alertTemplate.name, units: hitUnits, from: null };
    const plan = await planNotify(this.#deps, request);
    const queued = await queueNotifications(this.#deps, plan);
    const notified: { unit: string; to: readonly string[]; state: string }[] = [];
    for (const { unit, job } of plan.notifications) {
      const state = await this.#deliver(queued.get(unit) ?? 0);
      notified.push({ unit, to: job.to.map(({ address }) => address), state });
    }
    return notified;
  }

  async #reply(): Promise<IncidentSummary['replied']> {
    const { planIncidentReply } = await import('../../incidents/reply.ts');
    const { queueMail } = await import('../../outgoing/send-mail.ts');
    const body = { kind: 'text', content: teamReply } as const;
    const request = { incident: incidentReference, to: hitUnits[0], all: false, cc: [], body, files: [] };
    const { plan, answered, unit } = await planIncidentReply(this.#deps, request);
    const state = await this.#deliver(await queueMail(this.#deps, plan));
    return { unit, to: answered.mail.from?.address ?? '', state };
  }

  async #deliver(id: number): Promise<string> {
    const { deliverMail } = await import('../../outgoing/deliver.ts');
    const { deliverDeps } = await import('../../outgoing/delivering.ts');
    return (await deliverMail(id, deliverDeps(this.#deps), this.#around.context.signal)).state;
  }

  async #import(): Promise<void> {
    await this.#around.parts.importMail(this.#app, this.#around.context.signal);
  }

  async #result() {
    const { incidentMails } = await import('../../incidents/mails.ts');
    const { exportIncident } = await import('../../incidents/export/export-incident.ts');
    const { verifyExport } = await import('../../incidents/export/verify.ts');
    const { listInbox } = await import('../../inbox/list.ts');
    const { requireIncident } = await import('../../incidents/find-incident.ts');
    const { id, summary } = await requireIncident(this.#app.store.db, incidentReference);
    const directory = join(this.#demo.files.directory, 'evidence');
    return {
      incident: { id, reference: incidentReference, summary },
      mails: (await incidentMails(this.#deps, id)).mails,
      waiting: await listInbox(this.#deps, { limit: 50 }),
      exported: await exportIncident(this.#deps, { incident: id, directory }),
      verified: await verifyExport(directory),
    };
  }
}

function writeTemplate(directory: string): void {
  const templates = join(directory, 'templates');
  mkdirSync(templates, { mode: 0o700 });
  writeFileSync(join(templates, `${alertTemplate.name}.txt`), alertTemplate.text, { mode: 0o600 });
  writeFileSync(join(templates, `${alertTemplate.name}.html`), alertTemplate.html, { mode: 0o600 });
}

/** One team mailbox on Exchange, which two agents share. */
function incidentConfig(sandbox: Sandbox): unknown {
  const names = new Map(sandbox.accounts.map(({ address, displayName }) => [address, displayName]));
  const agents = teamAgents.map((id) => ({
    id,
    name: names.get(`${id}@contoso.test`) ?? id,
    email: `${id}@contoso.test`,
  }));
  return {
    state_dir: './state',
    agents: [...agents, { id: 'admin', name: 'Administrator', role: 'administrator' }],
    connections: [
      {
        name: 'soc-exchange',
        type: 'ews',
        auth: 'delegated',
        tenant_id: sandbox.tenantId,
        client_id: sandbox.clientId,
        client_secret: { file: './client-secret' },
        service_account: sandbox.serviceAccount.username,
        endpoints: { authority: sandbox.authority, ews: sandbox.ews, ca_file: './sandbox-ca.pem' },
        mailboxes: [
          {
            address: teamMailbox,
            agents: [...teamAgents],
            matched_to: 'incidents',
            folders: ['Inbox', unitsFolder],
            import_from: '60d',
          },
        ],
      },
    ],
    ticket_types: sampleTicketTypes,
    business_units: sampleBusinessUnits,
    outgoing: { templates_dir: './templates' },
  };
}
