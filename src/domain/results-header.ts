/** One result of an Authentication-Results header: `dmarc=pass header.from=acme.example`. */
export interface Result {
  /** Lower-case, as all names here. */
  readonly method: string;
  readonly result: string;
  readonly properties: readonly (readonly [name: string, value: string])[];
}

export interface ReadResults {
  /** The name of the server that wrote it; null where the header begins with a result, as Microsoft's do. */
  readonly server: string | null;
  readonly results: readonly Result[];
  /**
   * Every part of it was understood. Where one was not, a value that the sender chose may have ended early and begun
   * what looks like a result: a failure still counts, since nobody claims that of himself, and nothing else does.
   */
  readonly clean: boolean;
}

/**
 * Reads the value of one Authentication-Results header (RFC 8601), unfolded. Tolerant of what servers really write:
 * Microsoft leaves the server's name out and puts bare domains between the results. Never throws; time is linear.
 */
export function readResults(value: string): ReadResults {
  const { parts: raw, clean } = segments(value);
  const parts = raw.map(tidy).filter((part) => part !== '');
  const read = parts.map(readResult);
  const understood = read.every((each, at) => each !== null || isBare(parts[at] ?? '', at === 0));
  const results = read.flatMap((each) => each ?? []);
  const [first = ''] = parts;
  return {
    server: first.includes('=') ? null : (/^[^\s;]+/u.exec(first)?.[0].toLowerCase() ?? null),
    results: clean && understood ? results : [...results, ...failuresIn(value)],
    clean: clean && understood,
  };
}

/** Blanks may stand around "=" and "/". */
function tidy(part: string): string {
  return part
    .replace(/\s+/gu, ' ')
    .replace(/ ?= ?/gu, '=')
    .trim()
    .replace(/^([\w-]+) ?\/ ?(\d+)/u, '$1/$2');
}

/** A server's name, first with a version, or a bare domain; `none` says that there is no result. */
function isBare(part: string, first: boolean): boolean {
  return first ? /^[^\s=@"]+(\s+\d+)?$/u.test(part) : /^[a-z\d.-]+$/iu.test(part);
}

/** null where it is not wholly a result: a method, its result, and properties with values. */
function readResult(part: string): Result | null {
  const [head = '', ...rest] = part.split(/\s+/u);
  const found = /^([a-z][a-z\d_-]*)(?:\/\d+)?=([a-z]+)$/iu.exec(head);
  const properties = rest.map((word) => /^([a-z][a-z\d._-]*)=(.*)$/iu.exec(word));
  if (found === null || properties.some((each) => each === null)) return null;
  return {
    method: (found[1] ?? '').toLowerCase(),
    result: (found[2] ?? '').toLowerCase(),
    properties: properties.map((each) => [(each?.[1] ?? '').toLowerCase(), each?.[2] ?? ''] as const),
  };
}

/** Wherever they stand, also in quotation marks and comments. */
function failuresIn(value: string): readonly Result[] {
  const found = value.matchAll(/(?<![\w.-])(dmarc|compauth) ?(?:\/ ?\d+ ?)?= ?fail(?![a-z])/giu);
  return [...found].map(([, method = '']) => ({ method: method.toLowerCase(), result: 'fail', properties: [] }));
}

interface Segments {
  readonly parts: readonly string[];
  readonly clean: boolean;
}

/**
 * The parts between semicolons, without comments and with quoted text made harmless. Not clean where a comment or a
 * quotation never ends, or begins or ends in the middle of a value, which a server does not write.
 */
function segments(header: string): Segments {
  const scan: Scan = { parts: [''], depth: 0, quoted: false, closed: false, clean: true };
  for (const [token] of header.matchAll(/\\.|["();\\]|[^"();\\]+/gsu)) {
    if (scan.depth > 0) scan.depth += depthChange(token);
    else if (scan.quoted) readQuoted(scan, token);
    else readPlain(scan, token);
  }
  const open = scan.quoted || scan.depth > 0;
  return { parts: open ? header.split(';') : scan.parts, clean: scan.clean && !open };
}

interface Scan {
  readonly parts: string[];
  depth: number;
  quoted: boolean;
  /** A quotation ended just before. */
  closed: boolean;
  clean: boolean;
}

function readQuoted(scan: Scan, token: string): void {
  if (token === '"') {
    scan.quoted = false;
    scan.closed = true;
  } else append(scan, token.replace(/[^\p{L}\p{N}.@_-]/gu, '_'));
}

function readPlain(scan: Scan, token: string): void {
  if (scan.closed && !/^[\s;(@]/u.test(token)) scan.clean = false;
  scan.closed = false;
  if (token === ';') scan.parts.push('');
  else if (token === '"' || token === '(') begin(scan, token);
  else {
    if (token === ')' || token.startsWith('\\')) scan.clean = false;
    append(scan, token);
  }
}

function begin(scan: Scan, token: '"' | '('): void {
  const before = (scan.parts.at(-1) ?? '').slice(-1);
  const first = scan.parts.length === 1 && before === '';
  if (!first && !(token === '"' ? ['=', ' '] : ['', '=', ' ', '/']).includes(before)) scan.clean = false;
  if (token === '"') scan.quoted = true;
  else {
    scan.depth = 1;
    append(scan, ' ');
  }
}

function depthChange(token: string): number {
  if (token === '(') return 1;
  return token === ')' ? -1 : 0;
}

function append(scan: Scan, text: string): void {
  scan.parts[scan.parts.length - 1] += text;
}
