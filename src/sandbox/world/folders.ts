import type { Folder, WellKnown } from './types.ts';

export type Language = 'en' | 'de' | 'ja';

/** Display names are in the owner's language; the well-known names work in any. */
const wellKnownFolders: readonly { name: WellKnown; hidden: boolean; display: Readonly<Record<Language, string>> }[] = [
  { name: 'inbox', hidden: false, display: { en: 'Inbox', de: 'Posteingang', ja: '受信トレイ' } },
  { name: 'drafts', hidden: false, display: { en: 'Drafts', de: 'Entwürfe', ja: '下書き' } },
  { name: 'sentitems', hidden: false, display: { en: 'Sent Items', de: 'Gesendete Elemente', ja: '送信済みアイテム' } },
  {
    name: 'deleteditems',
    hidden: false,
    display: { en: 'Deleted Items', de: 'Gelöschte Elemente', ja: '削除済みアイテム' },
  },
  { name: 'junkemail', hidden: false, display: { en: 'Junk Email', de: 'Junk-E-Mail', ja: '迷惑メール' } },
  { name: 'archive', hidden: false, display: { en: 'Archive', de: 'Archiv', ja: 'アーカイブ' } },
  { name: 'outbox', hidden: false, display: { en: 'Outbox', de: 'Postausgang', ja: '送信トレイ' } },
  {
    name: 'conversationhistory',
    hidden: false,
    display: { en: 'Conversation History', de: 'Aufgezeichnete Unterhaltungen', ja: '会話の履歴' },
  },
  { name: 'clutter', hidden: true, display: { en: 'Clutter', de: 'Clutter', ja: '低優先メール' } },
];

/**
 * Where a folder lies: `Inbox/Orders`, in any case, with `\/` for a slash in a name and `\\` for a backslash. Or its
 * names, exactly as they are: for folders whose names hardly differ.
 */
export type FolderPath = string | readonly string[];

/** The English names work as first segment of a path in the programmatic interface, whatever the language. */
const pathNames: ReadonlyMap<string, WellKnown> = new Map(
  wellKnownFolders.map(({ name, display }) => [display.en.toLowerCase(), name]),
);

interface Wanted {
  readonly name: string;
  readonly top: boolean;
  readonly exact: boolean;
}

function namesIn(path: string): string[] {
  const names = [''];
  for (const token of path.match(/\\[\\/]|[^]/g) ?? []) {
    if (token === '/') names.push('');
    else names.push((names.pop() ?? '') + token.slice(-1));
  }
  return names;
}

export class FolderTree {
  readonly root: Folder;
  readonly #bySerial = new Map<number, Folder>();
  readonly #byWellKnown = new Map<WellKnown, Folder>();

  constructor(language: Language) {
    this.root = this.#add(null, 'Top of Information Store', 'msgfolderroot', false);
    for (const { name, hidden, display } of wellKnownFolders) this.#add(this.root, display[language], name, hidden);
    this.#add(null, 'Deletions', 'recoverableitemsdeletions', true);
    // No mail lies there, and nobody lists them; some clients of EWS look whether they are there.
    for (const name of ['calendar', 'contacts'] as const) this.#add(null, name, name, true);
  }

  wellKnown(name: WellKnown): Folder {
    const folder = this.#byWellKnown.get(name);
    if (folder === undefined) throw new Error(`sandbox: no folder ${name}`);
    return folder;
  }

  bySerial(serial: number): Folder | null {
    return this.#bySerial.get(serial) ?? null;
  }

  /** Every folder below the root, parents first. */
  all(): readonly Folder[] {
    return [...this.#bySerial.values()].filter(
      (folder) => !folder.gone && folder !== this.root && folder.parent !== null,
    );
  }

  /** Finds `Inbox`, `Sent Items`, `IR/Business Units`, or makes what is missing of it. */
  ensure(path: FolderPath, hidden = false): Folder {
    const exact = typeof path !== 'string';
    const names = exact ? path : namesIn(path).filter((name) => name !== '');
    let folder = this.root;
    for (const [index, name] of names.entries()) {
      folder = this.#child(folder, { name, top: index === 0, exact }) ?? this.#add(folder, name, null, hidden);
    }
    return folder;
  }

  /** The folder at a path, or null. */
  find(path: FolderPath): Folder | null {
    const exact = typeof path !== 'string';
    let folder: Folder | null = this.root;
    for (const [index, name] of (exact ? path : namesIn(path)).entries()) {
      folder = folder === null ? null : this.#child(folder, { name, top: index === 0, exact });
    }
    return folder;
  }

  /** Gives a folder another name, or another parent (made where it is missing); its id stays. */
  move(folder: Folder, path: FolderPath): void {
    const names = typeof path === 'string' ? namesIn(path) : path;
    const parent = this.ensure(names.slice(0, -1));
    folder.parent?.children.splice(folder.parent.children.indexOf(folder), 1);
    parent.children.push(folder);
    Object.assign(folder, { parent, displayName: names.at(-1) ?? '' });
  }

  remove(folder: Folder): void {
    // The object stays known by its serial: asking for it is "sync folder not found", not "malformed id".
    Object.assign(folder, { gone: true });
    folder.parent?.children.splice(folder.parent.children.indexOf(folder), 1);
  }

  #child(folder: Folder, { name, top, exact }: Wanted): Folder | null {
    const known = top ? pathNames.get(name.toLowerCase()) : undefined;
    if (known !== undefined) return this.wellKnown(known);
    const same = folder.children.find((child) => child.displayName === name);
    if (exact || same !== undefined) return same ?? null;
    return folder.children.find((child) => child.displayName.toLowerCase() === name.toLowerCase()) ?? null;
  }

  #add(parent: Folder | null, displayName: string, wellKnown: WellKnown | null, hidden: boolean): Folder {
    const folder: Folder = {
      serial: this.#bySerial.size + 1,
      wellKnown,
      displayName,
      hidden,
      parent,
      children: [],
      items: new Map(),
      changes: [],
      gone: false,
    };
    this.#bySerial.set(folder.serial, folder);
    if (wellKnown !== null) this.#byWellKnown.set(wellKnown, folder);
    parent?.children.push(folder);
    return folder;
  }
}
