import { Buffer } from 'node:buffer';
import { IntegratorError } from '../../domain/errors.ts';
import { mailId } from '../../inbox/mail-id.ts';
import { listActions } from '../../store/actions.ts';
import { attachmentsOf } from '../../store/attachments.ts';
import { audit } from '../../store/audit.ts';
import { placementsOf } from '../../store/inbox-list.ts';
import { storedMails } from '../../store/stored-mails.ts';
import { ticketUnits } from '../../store/tickets.ts';
import type { TicketRow } from '../../store/tickets.ts';
import type { IncidentDeps } from '../deps.ts';
import { requireIncident } from '../find-incident.ts';
import { readableMailboxes, requireTeam } from '../team.ts';
import { isReadable, mailboxesOf, trackedMails } from '../tracked-mails.ts';
import type { TrackedMail } from '../tracked-mails.ts';
import type { ExportedFile, ExportedMail, Manifest } from './manifest.ts';
import { contentHash, exportFormat, manifestName, sumsName, sumsText } from './manifest.ts';
import { isFree, NewDirectory, unfinishedBeside } from './new-directory.ts';
import { readManifest, verifyExport } from './verify.ts';
import { writeMail } from './write-mail.ts';

export interface ExportReport {
  readonly incident: string;
  readonly directory: string;
  /** present: the same export was there already, whole; nothing was written. */
  readonly outcome: 'written' | 'present';
  readonly mails: number;
  readonly originals: number;
  readonly files: number;
  readonly bytes: number;
  /** To be written down elsewhere: who has it can tell whether anything was changed. */
  readonly manifest_sha256: string;
  /** What the store has lost or damaged; the rest was exported. */
  readonly problems: readonly string[];
  /** Beside the target: exports to it that were killed, or still run. They hold mail. */
  readonly unfinished: readonly string[];
}

export interface ExportPlan extends Pick<
  ExportReport,
  'incident' | 'directory' | 'mails' | 'originals' | 'unfinished'
> {
  readonly dry_run: true;
  /** would_compare: an export of this incident is there, which must be the same and is not written over. */
  readonly outcome: 'would_write' | 'would_compare';
}

export interface ExportRequest {
  readonly incident: string;
  /** Absolute. */
  readonly directory: string;
  /** Stops between mails and within their files; nothing stays behind. */
  readonly signal?: AbortSignal;
  /** Told before each mail. */
  readonly onMail?: (number: number, of: number) => void;
}

/**
 * Everything on an incident as files, with a manifest of their hashes. Changes nothing else than the directory, which
 * must not exist, or be empty, or hold this very export. Throws `not_found`, `usage`, `not_allowed` (written down).
 */
export async function exportIncident(deps: IncidentDeps, request: ExportRequest): Promise<ExportReport> {
  const all = await allOf(deps, request);
  const { free, unfinished } = all;
  const directory = await NewDirectory.beside(request.directory, request.signal);
  try {
    const written = await writeAll(deps, directory, all);
    if (free) await directory.publish();
    else await requireSame(request.directory, written.manifest);
    const report = { ...(await reportOf(request, written, free)), unfinished };
    await logExport(deps, report);
    return report;
  } finally {
    await directory.discard();
  }
}

/** The same without writing anything: what would be exported, and where. Throws what exporting throws. */
export async function planExport(deps: IncidentDeps, request: ExportRequest): Promise<ExportPlan> {
  const { incident, tracked, free, unfinished } = await allOf(deps, request);
  return {
    dry_run: true,
    incident: incident.id,
    directory: request.directory,
    outcome: free ? 'would_write' : 'would_compare',
    mails: tracked.length,
    originals: tracked.filter(({ mail }) => mail.originalSha256 !== null).length,
    unfinished,
  };
}

async function allOf(deps: IncidentDeps, request: ExportRequest): Promise<ToWrite> {
  const incident = await requireIncident(deps.store.db, request.incident);
  const tracked = await trackedMails(deps, incident.id);
  await requireAll(deps, incident, tracked);
  const free = await isFree(request.directory);
  if (!free) await requireSameIncident(request.directory, incident);
  return { incident, tracked, request, free, unfinished: await unfinishedBeside(request.directory) };
}

/** Half of the evidence would pass for all of it: whoever may not read some of it exports none. */
async function requireAll(deps: IncidentDeps, incident: TicketRow, tracked: readonly TrackedMail[]): Promise<void> {
  const mailboxes = mailboxesOf(tracked);
  const ask = { command: 'incident.export', incident: incident.id };
  await requireTeam(deps, { ...ask, mailboxes });
  const readable = readableMailboxes(deps, mailboxes);
  const closed = tracked.find((each) => !isReadable(each, readable));
  if (closed !== undefined) await requireTeam(deps, { ...ask, mailboxes: mailboxesOf([closed]) });
}

interface Written {
  readonly manifest: Manifest;
  readonly manifestSha256: string;
  readonly problems: readonly string[];
}

interface ToWrite {
  readonly incident: TicketRow;
  readonly tracked: readonly TrackedMail[];
  readonly request: ExportRequest;
  /** Nothing is there yet. */
  readonly free: boolean;
  readonly unfinished: readonly string[];
}

async function writeAll(deps: IncidentDeps, directory: NewDirectory, all: ToWrite): Promise<Written> {
  const mails: ExportedMail[] = [];
  const files: ExportedFile[] = [];
  const problems: string[] = [];
  for (const [at, each] of all.tracked.entries()) {
    all.request.signal?.throwIfAborted();
    all.request.onMail?.(at + 1, all.tracked.length);
    const one = await writeTracked(deps, directory, at + 1, each);
    mails.push(one.mail);
    files.push(...one.files);
    problems.push(...one.problems);
  }
  const content = {
    incident: await incidentOf(deps, all.incident),
    mails,
    entries: await entriesOf(deps, all.incident.id),
    files,
  };
  const manifest: Manifest = {
    format: exportFormat,
    content_sha256: contentHash(content),
    exported_at: new Date(deps.now()).toISOString(),
    exported_by: exporterOf(deps),
    ...content,
  };
  const listed = await directory.write(manifestName, [Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`, 'utf8')]);
  await directory.write(sumsName, [Buffer.from(sumsText([...files, listed]), 'utf8')]);
  return { manifest, manifestSha256: listed.sha256, problems };
}

async function writeTracked(deps: IncidentDeps, directory: NewDirectory, number: number, each: TrackedMail) {
  const { store } = deps;
  const { action, atMs, items, units, bouncedAtMs } = each;
  const mail = (await storedMails(store.db, [each.mail.id])).get(each.mail.id);
  if (mail === undefined) throw new IntegratorError('store', `mail ${each.mail.id} has no content in the store`);
  const direction = action.direction === 'out' ? 'out' : 'in';
  const attachments = await attachmentsOf(store.db, mail.id);
  const written = await writeMail(directory, store.files, { number, direction, atMs, mail, attachments });
  const placements = await placementsOf(
    store.db,
    items.map(({ id }) => id),
  );
  const exported: ExportedMail = {
    number,
    direction,
    units: [...units],
    at: iso(atMs),
    sent_at: isoOrNull(mail.sentAtMs),
    received_at: iso(mail.receivedAtMs),
    from: mail.from,
    to: [...mail.to],
    cc: [...mail.cc],
    bcc: [...mail.bcc],
    subject: mail.subject,
    internet_message_id: mail.internetMessageId,
    verified: mail.verified,
    verified_because: mail.verifiedDetail,
    filed_by: action.filedBy,
    bounced_at: isoOrNull(bouncedAtMs),
    mailboxes: items.map(({ id, mailbox }) => ({
      mailbox,
      id: mailId(id),
      folders: placements.filter(({ itemId }) => itemId === id).map(({ folder }) => folder),
    })),
    file: written.file,
    original: written.original,
    rebuilt_because: written.rebuiltBecause,
    attachments: [...written.attachments],
  };
  return { mail: exported, files: written.files, problems: written.problems };
}

async function incidentOf({ store }: IncidentDeps, incident: TicketRow): Promise<Manifest['incident']> {
  const { id, reference, type, summary, status, details } = incident;
  return {
    id,
    reference,
    type,
    summary,
    status,
    details,
    units: await ticketUnits(store.db, id),
    created_at: iso(incident.created_at),
    updated_at: iso(incident.updated_at),
  };
}

async function entriesOf({ store }: IncidentDeps, incident: string): Promise<Manifest['entries']> {
  const others = (await listActions(store.db, incident)).filter(({ kind }) => kind !== 'email');
  return others.map(({ kind, atMs, filedBy, body }) => ({ kind, at: iso(atMs), by: filedBy, text: body ?? '' }));
}

function exporterOf({ actor, config }: IncidentDeps): Manifest['exported_by'] {
  const agent = actor.kind === 'agent' ? actor.id : null;
  const name = config.agents.find(({ id }) => id === agent)?.name ?? null;
  return { unix_user: actor.unixUser, agent, name };
}

/** Before anything is written: what is there must at least be an export of this incident. */
async function requireSameIncident(directory: string, incident: TicketRow): Promise<void> {
  const before = await readManifest(directory).catch(() => null);
  if (before?.manifest.incident.id === incident.id) return;
  throw new IntegratorError('usage', `${directory} is not empty, and no export of ${incident.id}`, {
    hint: 'choose a directory that does not exist',
  });
}

async function requireSame(directory: string, manifest: Manifest): Promise<void> {
  const before = await verifyExport(directory);
  const { id } = manifest.incident;
  if (before.content_sha256 !== manifest.content_sha256) {
    throw new IntegratorError('usage', `${directory} holds an earlier export of ${id}, which has changed since`, {
      hint: 'choose another directory; evidence is not written over',
    });
  }
  if (before.problems.length === 0) return;
  throw new IntegratorError('usage', `${directory} holds this export of ${id}, but it was changed`, {
    hint: `integrator incident export --verify ${directory}`,
  });
}

async function reportOf(
  { directory }: ExportRequest,
  { manifest, manifestSha256, problems }: Written,
  free: boolean,
): Promise<Omit<ExportReport, 'unfinished'>> {
  const { incident, mails, files } = manifest;
  return {
    incident: incident.id,
    directory,
    outcome: free ? 'written' : 'present',
    mails: mails.length,
    originals: mails.filter(({ original }) => original).length,
    files: files.length,
    bytes: files.reduce((sum, { size }) => sum + size, 0),
    manifest_sha256: free ? manifestSha256 : (await readManifest(directory)).sha256,
    problems,
  };
}

async function logExport({ store, actor, now }: IncidentDeps, report: ExportReport): Promise<void> {
  const { incident, directory, outcome, mails, files, manifest_sha256: sha256 } = report;
  const detail = { directory, outcome, mails, files, manifest_sha256: sha256, problems: report.problems.length };
  await store.write((trx) => audit(trx, actor, now(), { verb: 'incident.export', object: incident, detail }));
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

function isoOrNull(epochMs: number | null): string | null {
  return epochMs === null ? null : iso(epochMs);
}
