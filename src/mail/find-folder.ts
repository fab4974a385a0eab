import { IntegratorError } from '../domain/errors.ts';
import { folderNamed, parseFolderPath, writeFolderPath } from '../domain/folder-path.ts';
import type { Folder } from './provider.ts';

/** These work in any language, also in place of an id. */
type WellKnown = 'inbox' | 'sentitems';
const wellKnown: ReadonlyMap<string, WellKnown> = new Map([
  ['inbox', 'inbox'],
  ['sent items', 'sentitems'],
]);

/** The folder that needs no look-up, or null where the path is another one's. */
export function wellKnownFolder(path: string): Folder | null {
  const id = wellKnown.get(path.trim().toLowerCase());
  return id === undefined ? null : { path, id, sentItems: id === 'sentitems' };
}

export interface NamedFolder {
  readonly id: string;
  readonly name: string;
}

/** The folders of one mailbox, as a service gives them. */
export interface FolderTree {
  readonly mailbox: string;
  /** The id of a well-known folder; null: of the top of the mailbox. */
  top(name: WellKnown | null): Promise<string>;
  below(id: string): Promise<readonly NamedFolder[]>;
}

export interface FoundFolder {
  readonly id: string;
  /** 1 at the top of the mailbox. */
  readonly depth: number;
}

/** Follows a path name by name; a well-known name may begin it. Throws not_found with what is there. */
export async function findFolder(path: string, tree: FolderTree): Promise<FoundFolder> {
  const names = parseFolderPath(path);
  const first = wellKnown.get(names[0]?.trim().toLowerCase() ?? '') ?? null;
  let id = await tree.top(first);
  let nearMiss: string | null = null;
  for (const [depth, name] of names.entries()) {
    if (depth === 0 && first !== null) continue;
    const folders = await tree.below(id);
    const above = names.slice(0, depth);
    nearMiss ??= slashedName(folders, names, depth);
    const found = folderNamed(folders, nameOf, name);
    if (found === undefined) throw missing(path, { mailbox: tree.mailbox, above, folders, nearMiss });
    ({ id } = found);
  }
  return { id, depth: names.length };
}

const nameOf = ({ name }: NamedFolder): string => name;

/** A folder whose own name is several names of the path with the slashes between them, as a path; null: there is none. */
function slashedName(folders: readonly NamedFolder[], names: readonly string[], depth: number): string | null {
  for (let end = names.length; end > depth + 1; end -= 1) {
    const found = folderNamed(folders, nameOf, names.slice(depth, end).join('/'));
    if (found !== undefined) return writeFolderPath([...names.slice(0, depth), found.name, ...names.slice(end)]);
  }
  return null;
}

interface Where {
  readonly mailbox: string;
  readonly above: readonly string[];
  readonly folders: readonly NamedFolder[];
  readonly nearMiss: string | null;
}

const mostListed = 50;

function missing(path: string, { mailbox, above, folders, nearMiss }: Where): IntegratorError {
  const where = above.length === 0 ? mailbox : `${quoted(writeFolderPath(above))} of ${mailbox}`;
  const paths = folders.slice(0, mostListed).map(({ name }) => quoted(writeFolderPath([...above, name])));
  const meant =
    nearMiss === null
      ? ''
      : `Is it ${quoted(nearMiss)}? A "/" in a folder's own name is written "\\/" (in YAML in single quotes or without any). `;
  const there = paths.length === 0 ? 'There are no folders there.' : `These are there: ${paths.join(', ')}.`;
  return new IntegratorError('not_found', `there is no folder ${quoted(path)} in ${where}`, { hint: meant + there });
}

/** To be copied into YAML, whose double quotes take a backslash for themselves. */
function quoted(path: string): string {
  const doubled = JSON.stringify(path);
  if (doubled === `"${path}"` || /[\p{Cc}\p{Cs}]/u.test(path)) return doubled;
  return `'${path.replaceAll("'", "''")}'`;
}
