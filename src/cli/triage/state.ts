import type { RankedCandidate } from '../../domain/decision.ts';
import type { InboxEntry } from '../../inbox/list.ts';
import type { ShownMail } from '../../inbox/show.ts';

/** Everything the screen shows; it changes only by `press` and by what the session found out. */
export interface TriageState {
  readonly entries: readonly InboxEntry[];
  readonly selected: number;
  /** Ids of mails that the next action is for, beside none the selected one. */
  readonly marked: ReadonlySet<string>;
  /** Of the selected mail; null while it is read. */
  readonly mail: ShownMail | null;
  /** What `e` shows instead of the mail. */
  readonly explanation: readonly string[] | null;
  /** First line of the preview that is seen. */
  readonly scroll: number;
  readonly wholeChain: boolean;
  readonly conversation: boolean;
  readonly hideChain: boolean;
  readonly search: string;
  readonly mode: Mode;
  readonly message: Message | null;
  /** What can be taken back, the last one last. */
  readonly done: readonly Done[];
}

export type Mode =
  | { readonly kind: 'browse' }
  | { readonly kind: 'help' }
  | { readonly kind: 'prompt'; readonly what: 'ticket' | 'search'; readonly text: string }
  | { readonly kind: 'confirm'; readonly question: string; readonly action: Action };

export interface Message {
  readonly kind: 'done' | 'error';
  readonly text: string;
}

export interface Done {
  readonly ids: readonly string[];
  readonly what: string;
}

/** What a key asks the session to do. */
export type Action =
  | { readonly kind: 'reload'; readonly search: string }
  | {
      readonly kind: 'assign';
      readonly ids: readonly string[];
      readonly ticket: string;
      readonly reopen: boolean;
      /** Also where another mail of the same family is on the ticket. */
      readonly confirmed?: boolean;
    }
  | { readonly kind: 'new'; readonly id: string; readonly contact: 'sender' | 'reply_to' | 'ask' }
  | { readonly kind: 'note'; readonly id: string; readonly client: string }
  | { readonly kind: 'dismiss'; readonly ids: readonly string[] }
  | { readonly kind: 'delete'; readonly ids: readonly string[] }
  | { readonly kind: 'undo'; readonly done: Done }
  | { readonly kind: 'explain'; readonly id: string }
  | { readonly kind: 'quit' };

export function initialState(search: string): TriageState {
  return {
    entries: [],
    selected: 0,
    marked: new Set(),
    mail: null,
    explanation: null,
    scroll: 0,
    wholeChain: false,
    conversation: false,
    hideChain: false,
    search,
    mode: { kind: 'browse' },
    message: null,
    done: [],
  };
}

export function selectedEntry(state: TriageState): InboxEntry | undefined {
  return state.entries[state.selected];
}

/** The marked mails, else the selected one. */
export function actedOn(state: TriageState): string[] {
  const entry = selectedEntry(state);
  if (state.marked.size > 0) return [...state.marked];
  return entry === undefined ? [] : [entry.id];
}

/** The suggestions of the selected mail, once it is read. */
export function candidatesOf(state: TriageState): readonly RankedCandidate[] {
  return state.mail?.candidates ?? [];
}

/** The list without mails that left it; the selection stays near where it was. */
export function withoutMails(state: TriageState, ids: ReadonlySet<string>): TriageState {
  const entries = state.entries.filter((entry) => !ids.has(entry.id));
  const before = state.entries.slice(0, state.selected).filter((entry) => !ids.has(entry.id)).length;
  const marked = new Set([...state.marked].filter((id) => !ids.has(id)));
  const selected = Math.max(0, Math.min(before, entries.length - 1));
  return { ...state, entries, marked, selected, mail: null, explanation: null, scroll: 0 };
}

export function select(state: TriageState, index: number): TriageState {
  const selected = Math.max(0, Math.min(index, state.entries.length - 1));
  if (selected === state.selected) return state;
  return { ...state, selected, mail: null, explanation: null, scroll: 0, wholeChain: false };
}

export function ask(state: TriageState, question: string, action: Action): TriageState {
  return { ...state, mode: { kind: 'confirm', question, action } };
}

export function complain(state: TriageState, text: string): TriageState {
  return { ...state, message: { kind: 'error', text } };
}
