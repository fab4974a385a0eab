import type { Command } from 'commander';
import type { CommandContext } from './context.ts';

/**
 * Fills in a noun: its verbs, or, where it is a command itself, its arguments and its action. It runs only when the
 * noun is used, so heavy imports belong into the action (`await import(…)`).
 */
type Register = (noun: Command, context: CommandContext) => void;

export interface Noun {
  readonly name: string;
  readonly description: string;
  readonly group: string;
  readonly load: () => Promise<{ readonly register: Register }>;
}

const setUp = 'Set up:';
const running = 'Run:';
const triage = 'My Inbox:';
const ticketing = 'Tickets:';
const sending = 'Send:';
const tryOut = 'Try it:';
const other = 'Other:';

/** To add a noun: one file here that exports `register`, and one entry in this list, in the order of the help. */
export const nouns: readonly Noun[] = [
  {
    name: 'init',
    description: 'write a first configuration and a key',
    group: setUp,
    load: () => import('./init.ts'),
  },
  {
    name: 'config',
    description: 'check and show the configuration',
    group: setUp,
    load: () => import('./config.ts'),
  },
  {
    name: 'run',
    description: 'import mail: the service, or once',
    group: running,
    load: () => import('./run.ts'),
  },
  {
    name: 'auth',
    description: 'sign in with Microsoft, and see who is',
    group: setUp,
    load: () => import('./auth.ts'),
  },
  {
    name: 'test-mailboxes',
    description: 'try every mailbox: reachable, kind, folders, sending',
    group: setUp,
    load: () => import('./test-mailboxes.ts'),
  },
  {
    name: 'status',
    description: 'how connections and mailboxes stand',
    group: running,
    load: () => import('./status.ts'),
  },
  {
    name: 'inbox',
    description: 'My Inbox: mail on no ticket yet; alone on a terminal, a screen for the keyboard',
    group: triage,
    load: () => import('./inbox.ts'),
  },
  {
    name: 'explain',
    description: 'why a mail is, or is not, on a ticket',
    group: triage,
    load: () => import('./explain.ts'),
  },
  {
    name: 'rules',
    description: 'try other rules on stored mail; file what matches by now',
    group: triage,
    load: () => import('./rules.ts'),
  },
  {
    name: 'audit',
    description: 'who did what; what the mailboxes hold and the store does not',
    group: triage,
    load: () => import('./audit.ts'),
  },
  {
    name: 'ticket',
    description: 'the local ticket system: opportunities, projects, incidents',
    group: ticketing,
    load: () => import('./ticket.ts'),
  },
  {
    name: 'client',
    description: 'customer organisations',
    group: ticketing,
    load: () => import('./client.ts'),
  },
  {
    name: 'contact',
    description: 'people at clients, with their addresses',
    group: ticketing,
    load: () => import('./contact.ts'),
  },
  {
    name: 'mail',
    description: 'send mail from the right mailbox, reply, list what went out',
    group: sending,
    load: () => import('./mail.ts'),
  },
  {
    name: 'quote',
    description: 'send quotations',
    group: sending,
    load: () => import('./quote.ts'),
  },
  {
    name: 'incident',
    description: 'notify business units, follow their mail, answer it, export it as evidence',
    group: ticketing,
    load: () => import('./incident.ts'),
  },
  {
    name: 'campaign',
    description: 'send a template to many, each by a mail of their own; who wants none',
    group: sending,
    load: () => import('./campaign.ts'),
  },
  {
    name: 'outbox',
    description: 'what is still to be delivered, or unsure',
    group: sending,
    load: () => import('./outbox.ts'),
  },
  {
    name: 'sandbox',
    description: 'a Microsoft 365 to try things on, on loopback',
    group: tryOut,
    load: () => import('./sandbox.ts'),
  },
  {
    name: 'demo',
    description: 'the whole product on the sandbox; leaves ./demo',
    group: tryOut,
    load: () => import('./demo.ts'),
  },
  {
    name: 'completion',
    description: 'print completions for a shell',
    group: other,
    load: () => import('./completion.ts'),
  },
];
