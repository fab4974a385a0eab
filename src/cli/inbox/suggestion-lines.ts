import { terminalText } from '../../content/terminal.ts';
import type { RankedCandidate } from '../../domain/decision.ts';
import type { SuggestedClient } from '../../inbox/suggest-client.ts';
import type { Page } from '../output.ts';

export interface SuggestionsToPrint {
  readonly suggested_client: SuggestedClient | null;
  readonly candidates: readonly RankedCandidate[];
}

/** The suggested client and the candidate tickets, best first, each with its reason. */
export function candidateLines({ suggested_client: client, candidates }: SuggestionsToPrint, page: Page): string[] {
  const { style } = page;
  const about =
    client === null ? [] : [`${style.dim('Client      ')}${terminalText(`${client.name} (${client.reason})`)}`];
  return [
    ...about,
    ...candidates.map(
      ({ ticket, summary, reason, score }) =>
        `${style.dim('Candidate   ')}${style.cyan(terminalText(ticket))} ${terminalText(`${summary} (${Math.round(score * 100)} %: ${reason})`)}`,
    ),
  ];
}
