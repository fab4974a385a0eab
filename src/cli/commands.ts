import type { Command } from 'commander';
import type { CommandContext } from './context.ts';

/**
 * Fills in a noun: its verbs, or, where it is a command itself, its arguments and its action. It runs only when the
 * noun is used, so heavy imports belong into the action (`await import(…)`).
 */
export type Register = (noun: Command, context: CommandContext) => void;

export interface Noun {
  readonly name: string;
  readonly description: string;
  readonly group: string;
  readonly load: () => Promise<{ readonly register: Register }>;
}

const setUp = 'Set up:';
const running = 'Run:';
const ticketing = 'Tickets:';
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
    name: 'completion',
    description: 'print completions for a shell',
    group: other,
    load: () => import('./completion.ts'),
  },
];
