/**
 * Paths of folders as people write and see them: names with "/" between them. A "/" in a folder's own name is written
 * "\/", and a "\" that would be read otherwise "\\"; every other "\" stands for itself.
 */

/** The names in a path. */
export function parseFolderPath(path: string): readonly string[] {
  const names: string[] = [];
  let name = '';
  for (const [part] of path.matchAll(/\\[\\/]|[^]/g)) {
    if (part !== '/') name += part.length === 2 ? part.slice(1) : part;
    else {
      names.push(name);
      name = '';
    }
  }
  return [...names, name];
}

/** The path of these names: parseFolderPath gives them back. */
export function writeFolderPath(names: readonly string[]): string {
  return names.map((name) => name.replace(/\/|\\(?=[\\/]|$)/g, '\\$&')).join('/');
}

/** How close a name has to be, from exactly the same to the same in any case; services tell no more names apart. */
const forms: readonly ((name: string) => string)[] = [
  (name) => name,
  (name) => name.trim().normalize('NFC'),
  (name) => name.trim().normalize('NFC').toLowerCase(),
];

/** The folder that is meant by a name: one with exactly this name before one that is written otherwise. */
export function folderNamed<T>(folders: readonly T[], nameOf: (folder: T) => string, name: string): T | undefined {
  for (const form of forms) {
    const wanted = form(name);
    const found = folders.find((folder) => form(nameOf(folder)) === wanted);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The same for all ways to write one path. */
export function folderPathKey(path: string): string {
  return writeFolderPath(parseFolderPath(path).map((name) => name.trim().normalize('NFC').toLowerCase()));
}
