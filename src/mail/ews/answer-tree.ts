import { Parser } from 'htmlparser2';

/** An element of an answer, without its namespace prefix. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  /** Its own text, trimmed. */
  readonly text: string;
}

interface Growing {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Growing[];
  text: string;
}

/** Deeper than any answer that is read here. */
const deepest = 40;

/**
 * The elements of an answer that only lists: the library gives up a whole page where it does not know the kind of one
 * item, and groups its changes.
 */
export function treeOf(xml: string): Element {
  const root: Growing = { name: '', attributes: {}, children: [], text: '' };
  const open: Growing[] = [root];
  const parser = new Parser(
    {
      onopentag: (name, attributes) => {
        const element = { name: localName(name), attributes, children: [], text: '' };
        if (open.length < deepest) open.at(-1)?.children.push(element);
        open.push(element);
      },
      ontext: (piece) => {
        const element = open.at(-1);
        if (element !== undefined) element.text += piece;
      },
      onclosetag: () => {
        const element = open.pop();
        if (element !== undefined) element.text = element.text.trim();
      },
    },
    { xmlMode: true, decodeEntities: true },
  );
  parser.end(xml);
  return root;
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

/** The first element of this name among the children, and below it. */
export function within(element: Element | undefined, ...names: readonly string[]): Element | undefined {
  return names.reduce((found: Element | undefined, name) => found?.children.find((one) => one.name === name), element);
}

/** The first element of this name anywhere below. */
export function somewhere(element: Element, name: string): Element | undefined {
  for (const one of element.children) {
    const found = one.name === name ? one : somewhere(one, name);
    if (found !== undefined) return found;
  }
  return undefined;
}
