import { Clock } from './clock.ts';
import { controlService } from './control/service.ts';
import type { Controlled } from './control/shared.ts';
import { Directory, defaultPassword } from './entra/directory.ts';
import type { AppRegistration } from './entra/directory.ts';
import { Entra } from './entra/entra.ts';
import { TokenSigner } from './entra/jwt.ts';
import { entraService } from './entra/service.ts';
import { serveFolder } from './eml/serve-folder.ts';
import type { EmlReport } from './eml/serve-folder.ts';
import { FaultControl } from './faults.ts';
import { NtlmDoor } from './ews/ntlm.ts';
import { ewsService } from './ews/service.ts';
import { Gate } from './graph/gate.ts';
import { graphService } from './graph/service.ts';
import { SyncStates } from './graph/sync-states.ts';
import { uploadService } from './graph/upload-service.ts';
import { UploadSessions } from './graph/upload-sessions.ts';
import { guidOf } from './random.ts';
import { RequestLog } from './request-log.ts';
import { fillSampleWorld } from './sample/sample-world.ts';
import { startServer } from './server.ts';
import type { Service } from './server.ts';
import { defaultSettings } from './settings.ts';
import type { Settings } from './settings.ts';
import { makeServerIdentity } from './tls.ts';
import type { MailboxKind } from './world/types.ts';
import { World } from './world/world.ts';

export interface SandboxOptions {
  /** 0 or absent: any free port. */
  readonly port?: number;
  readonly seed?: number;
  /** A folder of mail files to serve; see eml/. */
  readonly emlDir?: string;
  /** `empty` unless told: only the tenant, the application and the service account. */
  readonly world?: 'sample' | 'empty';
  /** Epoch milliseconds; the sample world's times are relative to it. */
  readonly now?: () => number;
}

interface SandboxAccount {
  readonly address: string;
  readonly displayName: string;
  readonly kind: MailboxKind;
  readonly userPrincipalName: string;
  readonly objectId: string;
}

export interface Sandbox {
  readonly origin: string;
  /** Without tenant, as `endpoints.authority` wants it. */
  readonly authority: string;
  /** Without version, as `endpoints.graph` wants it. */
  readonly graph: string;
  readonly ews: string;
  readonly caPem: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly serviceAccount: { readonly username: string; readonly password: string };
  /** Everyone in the tenant, with or without a mailbox. */
  readonly accounts: readonly SandboxAccount[];
  readonly world: World;
  readonly directory: Directory;
  readonly app: AppRegistration;
  readonly settings: Settings;
  readonly faults: FaultControl;
  readonly requests: RequestLog;
  readonly clock: Clock;
  /** What `emlDir` gave; null without one. */
  readonly eml: EmlReport | null;
  /** Requests on mailboxes that were not reads: over all, or of one mailbox (by address). */
  mutations(mailbox?: string): number;
  close(): Promise<void>;
}

export const defaultSeed = 1;

const serviceAddress = 'svc-crm@contoso.test';

/** Starts Entra, Graph and the control surface on one loopback port, with a certificate of their own authority. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const seed = options.seed ?? defaultSeed;
  const clock = new Clock(options.now ?? Date.now);
  const world = new World(clock);
  const settings = defaultSettings();
  const directory = new Directory(guidOf(`tenant:${seed}`), ['contoso.test', 'sandbox.test'], world);
  const clientSecret = `sbx~${guidOf(`secret:${seed}`).replaceAll('-', '')}`;
  const app = directory.addApp({
    clientId: guidOf(`client:${seed}`),
    displayName: 'integrator',
    secret: clientSecret,
    redirectUris: ['http://localhost/authcallback'],
  });
  world.addMailbox({ address: serviceAddress, displayName: 'CRM Service', kind: 'none' });
  if (options.world === 'sample') fillSampleWorld(world, seed);
  const eml = options.emlDir === undefined ? null : await serveFolder(world, options.emlDir);
  const faults = new FaultControl();
  const requests = new RequestLog();
  const identity = makeServerIdentity();
  let origin = '';
  const shared = { world, settings, clock, directory, app, faults, requests, origin: () => origin };
  const server = await startServer({
    identity,
    port: options.port ?? 0,
    faults,
    log: requests,
    now: () => clock.now(),
    route: router(servicesOf(shared)),
  });
  origin = `https://localhost:${server.port}`;
  return {
    origin,
    authority: `${origin}/`,
    graph: `${origin}/graph/`,
    ews: `${origin}/EWS/Exchange.asmx`,
    caPem: identity.caPem,
    tenantId: directory.tenantId,
    clientId: app.clientId,
    clientSecret,
    serviceAccount: { username: serviceAddress, password: defaultPassword },
    get accounts() {
      return accountsOf(world);
    },
    world,
    directory,
    app,
    settings,
    faults,
    requests,
    clock,
    eml,
    mutations: (mailbox) => requests.mutations(mailbox),
    close: () => server.close(),
  };
}

interface Services {
  readonly entra: Service;
  readonly graph: Service;
  readonly ews: Service;
  readonly upload: Service;
  readonly control: Service;
}

function servicesOf(shared: Controlled): Services {
  const { world, settings, clock, directory, origin, faults, requests } = shared;
  const now = (): number => clock.now();
  const signer = new TokenSigner();
  const uploads = new UploadSessions();
  return {
    entra: entraService(new Entra({ directory, signer, settings, clock, origin })),
    graph: graphService({
      world,
      settings,
      faults,
      log: requests,
      now,
      root: () => `${origin()}/graph/v1.0`,
      sync: new SyncStates(),
      uploads,
      gate: new Gate(settings, now),
      callers: { signer, world, directory, now },
    }),
    ews: ewsService({ world, directory, signer, now, settings, ntlm: new NtlmDoor(directory) }),
    upload: uploadService({ uploads, now }),
    control: controlService(shared),
  };
}

function router(services: Services): (request: { readonly url: URL }) => Service {
  return ({ url }) => {
    const [, first = ''] = url.pathname.toLowerCase().split('/');
    if (first === 'graph') return services.graph;
    if (first === 'ews') return services.ews;
    if (first === 'upload') return services.upload;
    return first === '' || first === 'sandbox' ? services.control : services.entra;
  };
}

function accountsOf(world: World): readonly SandboxAccount[] {
  return world.mailboxes().map(({ address, displayName, kind, userPrincipalName, objectId }) => ({
    address,
    displayName,
    kind,
    userPrincipalName,
    objectId,
  }));
}
