import { Parser } from 'htmlparser2';

/** An element without its namespace prefix. */
export interface Node {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Node[];
  text: string;
}

/** The root element of a document; null where the text is no well-formed enough XML. */
export function parseXml(text: string): Node | null {
  const root: Node = { name: '', attributes: {}, children: [], text: '' };
  const open: Node[] = [root];
  const parser = new Parser(
    {
      onopentag: (name, attributes) => {
        const node: Node = { name: localName(name), attributes, children: [], text: '' };
        open.at(-1)?.children.push(node);
        open.push(node);
      },
      ontext: (piece) => {
        const current = open.at(-1);
        if (current !== undefined) current.text += piece;
      },
      onclosetag: () => void open.pop(),
    },
    { xmlMode: true, decodeEntities: true },
  );
  parser.end(text);
  return open.length === 1 ? (root.children[0] ?? null) : null;
}

export function child(node: Node | null | undefined, ...path: readonly string[]): Node | null {
  let found = node ?? null;
  for (const name of path) found = found?.children.find((one) => one.name === name) ?? null;
  return found;
}

export function textOf(node: Node | null | undefined, ...path: readonly string[]): string | null {
  const found = child(node, ...path);
  return found === null ? null : found.text.trim();
}

/** The first element of this name anywhere below. */
export function below(node: Node | null, name: string): Node | null {
  for (const one of node?.children ?? []) {
    const found = one.name === name ? one : below(one, name);
    if (found !== null) return found;
  }
  return null;
}

type Attributes = Readonly<Record<string, string>>;

/** XML of an element; `content` is XML already. */
export function tag(name: string, content: string | readonly string[], attributes: Attributes = {}): string {
  const inner = typeof content === 'string' ? content : content.join('');
  const written = Object.entries(attributes).map(([key, text]) => ` ${key}="${escaped(text)}"`);
  return inner === '' ? `<${name}${written.join('')}/>` : `<${name}${written.join('')}>${inner}</${name}>`;
}

/** An element with text; nothing where there is none. */
export function value(name: string, text: string | number | boolean | null): string {
  return text === null ? '' : tag(name, escaped(String(text)));
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const special = /[&<>"\u0000-\u0008\u000b-\u001f]/g;

/** Characters XML 1.0 has no place for are written as references, as Exchange does (which no strict reader accepts). */
export function escaped(text: string): string {
  return text.replace(special, (character) => entities[character] ?? reference(character));
}

function reference(character: string): string {
  return `&#x${character.charCodeAt(0).toString(16)};`;
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
