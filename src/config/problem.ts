/** What is wrong with a configuration, and where: collected first, so that a person mends everything in one go. */
import { IntegratorError } from '../domain/errors.ts';

export type KeyPath = readonly (string | number)[];

export interface Problem {
  readonly path: KeyPath;
  /** What is wrong and how to mend it, as the end of a sentence that starts with the key. */
  readonly message: string;
}

export interface Position {
  /** Counted from 1. */
  readonly line: number;
  readonly column: number;
}

/** `connections[0].mailboxes[2].agent` */
export function formatKeyPath(path: KeyPath): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
    .join('')
    .replace(/^\./, '');
}

export interface PlacedProblem extends Problem {
  /** Null for the file as a whole. */
  readonly position: Position | null;
  /** The line itself with a mark below the place, where that helps. */
  readonly excerpt?: string | undefined;
}

/** One error for all problems, in the order of the file, each as `file:line:column: key message`. */
export function placedError(file: string, problems: readonly PlacedProblem[]): IntegratorError {
  const lines = problems
    .toSorted((a, b) => compare(a.position, b.position))
    .map(({ position, path, message, excerpt }) => {
      const where = position === null ? file : `${file}:${position.line}:${position.column}`;
      const line = [`${where}:`, formatKeyPath(path), message].filter((part) => part !== '').join(' ');
      return excerpt === undefined ? line : `${line}\n${excerpt}`;
    });
  const distinct = [...new Set(lines)];
  const head = distinct.length === 1 ? '' : `${distinct.length} problems in the configuration\n`;
  return new IntegratorError('config', `${head}${distinct.join('\n')}`, {
    hint: 'correct the file, then run: integrator config check',
  });
}

export function configError(
  file: string,
  problems: readonly Problem[],
  locate: (path: KeyPath) => Position | null,
): IntegratorError {
  return placedError(
    file,
    problems.map((problem) => ({ ...problem, position: locate(problem.path) })),
  );
}

function compare(a: Position | null, b: Position | null): number {
  return (a?.line ?? 0) - (b?.line ?? 0) || (a?.column ?? 0) - (b?.column ?? 0);
}
