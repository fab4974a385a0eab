import { toIntegratorError } from '../../domain/errors.ts';
import { assignMails } from '../../inbox/assign.ts';
import type { ChangeReport } from '../../inbox/change.ts';
import { contactToOffer } from '../../inbox/contact-to-offer.ts';
import { deleteMails } from '../../inbox/delete.ts';
import type { InboxDeps } from '../../inbox/deps.ts';
import { dismissMails } from '../../inbox/dismiss.ts';
import { indexNewMail } from '../../inbox/index-mail.ts';
import { listInbox } from '../../inbox/list.ts';
import { noteMails } from '../../inbox/note.ts';
import { openFromMail } from '../../inbox/open-from-mail.ts';
import { secondOfFamily, ticketClosed } from '../../inbox/put-on-ticket.ts';
import { undoMails } from '../../inbox/undo.ts';
import { changedText } from '../inbox/change-lines.ts';
import { ask, complain, withoutMails } from './state.ts';
import type { Action, Done, TriageState } from './state.ts';

/** More than this is not for one sitting; search narrows it. */
const mostEntries = 1_000;

type Doing = Exclude<Action, { kind: 'quit' | 'explain' }>;

/** Does what a key asked for; what goes wrong becomes a message, and nothing has changed then. */
export async function perform(deps: InboxDeps, state: TriageState, action: Doing): Promise<TriageState> {
  try {
    return await done(deps, state, action);
  } catch (thrown) {
    const error = toIntegratorError(thrown);
    if (action.kind === 'assign' && error.code === ticketClosed) {
      return ask(state, `${error.message}. Open it again and file there?`, { ...action, reopen: true });
    }
    if (action.kind === 'assign' && error.code === secondOfFamily) {
      return ask(state, `${error.message}, and their texts or files differ. File it too?`, {
        ...action,
        confirmed: true,
      });
    }
    return complain(state, error.hint === undefined ? error.message : `${error.message}; ${error.hint}`);
  }
}

async function done(deps: InboxDeps, state: TriageState, action: Doing): Promise<TriageState> {
  const { conversation } = state;
  switch (action.kind) {
    case 'reload':
      return reload(deps, state, action.search);
    case 'assign': {
      const { ids, ticket, reopen, confirmed = false } = action;
      const hideChain = state.hideChain ? true : undefined;
      const request = { ids, ticket, reopen, conversation, hideChain, confirmed, dryRun: false };
      return changed(state, await assignMails(deps, request));
    }
    case 'new':
      return openTicket(deps, state, action);
    case 'note': {
      const { id, client } = action;
      return changed(state, await noteMails(deps, { ids: [id], client, dryRun: false }));
    }
    case 'dismiss':
      return changed(state, await dismissMails(deps, { ids: action.ids, dryRun: false }));
    case 'delete':
      return changed(state, await deleteMails(deps, { ids: action.ids, dryRun: false }));
    case 'undo':
      return takeBack(deps, state, action.done);
  }
}

/** The list anew; the selection stays with its mail where that is still there. */
export async function reload(deps: InboxDeps, state: TriageState, search: string): Promise<TriageState> {
  if (search !== '') await indexNewMail(deps.store, { maxMs: Infinity, now: deps.now });
  const entries = await listInbox(deps, {
    limit: mostEntries,
    suggestions: false,
    ...(search === '' ? {} : { search }),
  });
  const id = state.entries[state.selected]?.id;
  const at = entries.findIndex((entry) => entry.id === id);
  const selected = at >= 0 ? at : Math.max(0, Math.min(state.selected, entries.length - 1));
  const listed = new Set(entries.map((entry) => entry.id));
  const marked = new Set([...state.marked].filter((each) => listed.has(each)));
  return { ...state, entries, selected, marked, search, mail: null, explanation: null, scroll: 0 };
}

async function openTicket(
  deps: InboxDeps,
  state: TriageState,
  action: Extract<Action, { kind: 'new' }>,
): Promise<TriageState> {
  const offer = action.contact === 'sender' ? null : await contactToOffer(deps, action.id);
  if (action.contact === 'ask' && offer !== null) {
    const question = `Answers go to ${offer.address} and not to the sender. Make that the contact?`;
    return ask(state, question, { ...action, contact: 'reply_to' });
  }
  const { conversation } = state;
  const contact = offer ?? undefined;
  return changed(state, await openFromMail(deps, { id: action.id, contact, conversation, dryRun: false }));
}

/** Takes the mails out of the list, says what was done and remembers how to take it back. */
function changed(state: TriageState, report: ChangeReport): TriageState {
  const { mails, notes } = report;
  const ids = mails.map((mail) => mail.id);
  const [first] = mails;
  if (first === undefined) return state;
  const what = `${ids.length > 3 ? `${ids.length} mails` : ids.join(', ')} ${changedText(first, report)}`;
  const left = withoutMails(state, new Set(ids));
  const undoable = first.outcome === 'deleted' || first.outcome === 'unchanged' ? [] : [{ ids, what }];
  return {
    ...left,
    conversation: false,
    hideChain: false,
    done: [...state.done, ...undoable],
    message: { kind: 'done', text: [what, ...notes].join(' · ') },
  };
}

async function takeBack(deps: InboxDeps, state: TriageState, last: Done): Promise<TriageState> {
  const { notes } = await undoMails(deps, { ids: last.ids, conversation: false, dryRun: false });
  const listed = await reload(deps, state, state.search);
  const at = listed.entries.findIndex((entry) => last.ids.includes(entry.id));
  return {
    ...listed,
    selected: at >= 0 ? at : listed.selected,
    done: state.done.slice(0, -1),
    message: { kind: 'done', text: [`taken back: ${last.what}`, ...notes].join(' · ') },
  };
}
