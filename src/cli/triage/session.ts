import type { ReadStream, WriteStream } from 'node:tty';
import { toIntegratorError } from '../../domain/errors.ts';
import type { InboxDeps } from '../../inbox/deps.ts';
import { explainMail } from '../../inbox/explain.ts';
import { showMail } from '../../inbox/show.ts';
import { explanationLines } from '../inbox/explain-lines.ts';
import { createStyle } from '../style.ts';
import type { Look, ScreenSize } from './look.ts';
import { perform, reload } from './perform.ts';
import { press } from './press.ts';
import { lastScroll } from './preview.ts';
import { cursorColumn, previewRows, screen } from './screen.ts';
import { complain, initialState, selectedEntry } from './state.ts';
import type { Action, TriageState } from './state.ts';
import { openTerminal } from './terminal.ts';
import type { TriageTerminal } from './terminal.ts';

export interface TriageOptions {
  readonly input: ReadStream;
  readonly output: WriteStream;
  readonly color: boolean;
  readonly signal: AbortSignal;
}

/** My Inbox on the whole terminal, until q; returns what was done, in the order it was done. */
export async function triage(deps: InboxDeps, options: TriageOptions): Promise<readonly string[]> {
  const first = await reload(deps, initialState(''), '');
  const terminal = openTerminal(options.input, options.output, options.signal);
  try {
    return await new Session(deps, terminal, options).run(first);
  } finally {
    terminal.close();
  }
}

class Session {
  readonly #deps: InboxDeps;
  readonly #terminal: TriageTerminal;
  readonly #signal: AbortSignal;
  readonly #look: Look;

  constructor(deps: InboxDeps, terminal: TriageTerminal, { color, signal }: TriageOptions) {
    this.#deps = deps;
    this.#terminal = terminal;
    this.#signal = signal;
    this.#look = { style: createStyle(color), timezone: deps.config.timezone };
  }

  async run(first: TriageState): Promise<readonly string[]> {
    let state = first;
    for (;;) {
      this.#draw(state);
      state = await this.#withMail(state);
      const key = await this.#terminal.key();
      if (this.#signal.aborted) return state.done.map((done) => done.what);
      if (key === null) continue;
      const pressed = press(state, key, Math.max(1, previewRows(this.#terminal.size()) - 1));
      state = this.#clamped(pressed.state);
      const { action } = pressed;
      if (action?.kind === 'quit') return state.done.map((done) => done.what);
      if (action !== null) state = await this.#perform(state, action);
    }
  }

  async #perform(state: TriageState, action: Exclude<Action, { kind: 'quit' }>): Promise<TriageState> {
    this.#draw({ ...state, message: { kind: 'done', text: '…' } });
    return action.kind === 'explain' ? this.#explain(state, action.id) : perform(this.#deps, state, action);
  }

  async #explain(state: TriageState, id: string): Promise<TriageState> {
    try {
      const explanation = await explainMail(this.#deps, id);
      const page = { style: createStyle(false), width: this.#terminal.size().columns };
      return { ...state, scroll: 0, explanation: explanationLines(explanation, page, this.#look.timezone) };
    } catch (thrown) {
      return complain(state, toIntegratorError(thrown).message);
    }
  }

  /** Reads the selected mail, unless more keys wait: whoever leafs through the list reads none of it. */
  async #withMail(state: TriageState): Promise<TriageState> {
    const entry = selectedEntry(state);
    if (entry === undefined || state.mail !== null || this.#terminal.hasKeys()) return state;
    const read = await this.#read(state, entry.id);
    this.#draw(read);
    return read;
  }

  async #read(state: TriageState, id: string): Promise<TriageState> {
    try {
      const mail = await showMail(this.#deps, id, { chain: state.wholeChain, headers: false, raw: false });
      return { ...state, mail };
    } catch (thrown) {
      return complain(state, toIntegratorError(thrown).message);
    }
  }

  #clamped(state: TriageState): TriageState {
    const size = this.#terminal.size();
    const seen: ScreenSize = { columns: size.columns, rows: previewRows(size) };
    return { ...state, scroll: Math.min(state.scroll, lastScroll(state, seen, this.#look)) };
  }

  #draw(state: TriageState): void {
    const size = this.#terminal.size();
    const column = cursorColumn(state, size);
    this.#terminal.draw(screen(state, size, this.#look), column === null ? null : { row: size.rows - 1, column });
  }
}
