import { actedOn, ask, candidatesOf, complain, select, selectedEntry } from './state.ts';
import { characters } from './wrap.ts';
import type { Action, Mode, TriageState } from './state.ts';

/** One key as readline decodes it. */
export interface Key {
  /** The character typed; '' for keys without one. */
  readonly text: string;
  /** up, pagedown, escape, return, backspace … */
  readonly name: string;
  readonly ctrl: boolean;
}

export interface Pressed {
  readonly state: TriageState;
  readonly action: Action | null;
}

/** What a key does: a new state, and possibly something for the session to do. */
export function press(state: TriageState, key: Key, page: number): Pressed {
  if (key.ctrl && (key.name === 'c' || key.name === 'd')) return { state, action: { kind: 'quit' } };
  const fresh = { ...state, message: null };
  switch (state.mode.kind) {
    case 'browse':
      return browse(fresh, key, page);
    case 'help':
      return only({ ...fresh, mode: { kind: 'browse' } });
    case 'prompt':
      return prompt(fresh, state.mode, key);
    case 'confirm':
      return confirm(fresh, state.mode, key);
  }
}

function only(state: TriageState): Pressed {
  return { state, action: null };
}

function browse(state: TriageState, key: Key, page: number): Pressed {
  const moved = move(state, key, page) ?? toggle(state, key);
  if (moved !== null) return only(moved);
  if (key.name === 'escape' && state.search !== '') {
    return { state: { ...state, search: '' }, action: { kind: 'reload', search: '' } };
  }
  return act(state, key);
}

type Move = (state: TriageState, page: number) => TriageState;

const down: Move = (state) => select(state, state.selected + 1);
const up: Move = (state) => select(state, state.selected - 1);
const first: Move = (state) => select(state, 0);
const last: Move = (state) => select(state, state.entries.length - 1);
const further: Move = (state, page) => ({ ...state, scroll: state.scroll + page });
const back: Move = (state, page) => ({ ...state, scroll: Math.max(0, state.scroll - page) });

/** By what is typed, and by the names of keys that type nothing. */
const typedMoves: ReadonlyMap<string, Move> = new Map([
  ['j', down],
  ['k', up],
  ['g', first],
  ['G', last],
  ['f', further],
  ['b', back],
]);
const namedMoves: ReadonlyMap<string, Move> = new Map([
  ['down', down],
  ['up', up],
  ['home', first],
  ['end', last],
  ['pagedown', further],
  ['right', further],
  ['pageup', back],
  ['left', back],
]);

function move(state: TriageState, { text, name }: Key, page: number): TriageState | null {
  const wanted = typedMoves.get(text) ?? namedMoves.get(name);
  return wanted === undefined ? null : wanted(state, page);
}

function toggle(state: TriageState, { text }: Key): TriageState | null {
  switch (text) {
    case ' ':
      return mark(state);
    case 'a':
      return { ...state, conversation: !state.conversation };
    case 'h':
      return { ...state, hideChain: !state.hideChain };
    case 'v':
      return { ...state, wholeChain: !state.wholeChain, mail: null, explanation: null, scroll: 0 };
    case '?':
      return { ...state, mode: { kind: 'help' } };
    case '/':
      return { ...state, mode: { kind: 'prompt', what: 'search', text: '' } };
    case 't':
      return actedOn(state).length === 0 ? state : { ...state, mode: { kind: 'prompt', what: 'ticket', text: '' } };
    default:
      return null;
  }
}

function mark(state: TriageState): TriageState {
  const entry = selectedEntry(state);
  if (entry === undefined) return state;
  const marked = new Set(state.marked);
  if (!marked.delete(entry.id)) marked.add(entry.id);
  return select({ ...state, marked }, state.selected + 1);
}

function act(state: TriageState, { text }: Key): Pressed {
  if (text === 'q') return { state, action: { kind: 'quit' } };
  if (text === 'r') return { state, action: { kind: 'reload', search: state.search } };
  if (text === 'u') return undoLast(state);
  const ids = actedOn(state);
  const entry = selectedEntry(state);
  if (entry === undefined || ids.length === 0) return only(state);
  if (/^[1-5]$/u.test(text)) return assignTo(state, Number(text), ids);
  switch (text) {
    case 'n':
      return { state, action: { kind: 'new', id: entry.id, contact: 'ask' } };
    case 'c':
      return noteClient(state, entry.id);
    case 'd':
      return { state, action: { kind: 'dismiss', ids } };
    case 'D':
      return only(ask(state, `Delete ${ids.join(', ')} from the store for ever?`, { kind: 'delete', ids }));
    case 'e':
      if (state.explanation !== null) return only({ ...state, explanation: null, scroll: 0 });
      return { state, action: { kind: 'explain', id: entry.id } };
    default:
      return only(state);
  }
}

function assignTo(state: TriageState, number: number, ids: readonly string[]): Pressed {
  const candidate = candidatesOf(state)[number - 1];
  if (candidate === undefined) return only(complain(state, `there is no candidate ${number}; t asks for a ticket`));
  return { state, action: { kind: 'assign', ids, ticket: candidate.ticket, reopen: false } };
}

function noteClient(state: TriageState, id: string): Pressed {
  const client = state.mail?.suggested_client ?? null;
  if (client === null) return only(complain(state, `no client is suggested; integrator inbox note ${id} --client …`));
  return { state, action: { kind: 'note', id, client: client.id } };
}

function undoLast(state: TriageState): Pressed {
  const done = state.done.at(-1);
  if (done === undefined) return only(complain(state, 'nothing was done here yet that could be taken back'));
  return { state, action: { kind: 'undo', done } };
}

function prompt(state: TriageState, mode: Extract<Mode, { kind: 'prompt' }>, key: Key): Pressed {
  if (key.name === 'escape') return only({ ...state, mode: { kind: 'browse' } });
  if (key.name === 'return' || key.name === 'enter') return submit({ ...state, mode: { kind: 'browse' } }, mode);
  return only({ ...state, mode: { ...mode, text: edited(mode.text, key) } });
}

const longestInput = 200;

function edited(text: string, key: Key): string {
  if (key.name === 'backspace') return characters(text).slice(0, -1).join('');
  if (key.ctrl) return key.name === 'u' ? '' : text;
  const typed = /^[^\p{Cc}\p{Cs}]+$/u.test(key.text) ? key.text : '';
  return `${text}${typed}`.slice(0, longestInput);
}

function submit(state: TriageState, { what, text }: Extract<Mode, { kind: 'prompt' }>): Pressed {
  const value = text.trim();
  if (what === 'search') return { state: { ...state, search: value }, action: { kind: 'reload', search: value } };
  if (value === '') return only(state);
  return { state, action: { kind: 'assign', ids: actedOn(state), ticket: value, reopen: false } };
}

function confirm(state: TriageState, { action }: Extract<Mode, { kind: 'confirm' }>, key: Key): Pressed {
  const browsing: TriageState = { ...state, mode: { kind: 'browse' } };
  if (key.text === 'y' || key.text === 'Y') return { state: browsing, action };
  if (action.kind === 'new') return { state: browsing, action: { ...action, contact: 'sender' } };
  return only(browsing);
}
