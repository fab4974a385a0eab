import { headerValue } from './headers.ts';
import type { HeaderIndex } from './headers.ts';

/** What the receiving server found out about the sender's domain. */
export interface Authentication {
  readonly verdict: 'pass' | 'fail' | 'none';
  /** What decided, for people: "dmarc=fail header.from=acme.example". */
  readonly because: string;
}

/**
 * Reads the topmost Authentication-Results (RFC 8601): the receiving server puts its own on top, anything below may
 * come from the sender. Microsoft's composite result (compauth) decides where there is one, else DMARC's.
 * Tolerant of what servers really write: Microsoft leaves the server's name out and puts bare domains between the
 * results. Never throws; what cannot be understood is no result.
 */
export function authenticationOf(headers: HeaderIndex): Authentication {
  const header = headerValue(headers, 'authentication-results');
  if (header === null) return { verdict: 'none', because: 'the receiving server reports nothing' };
  const found = results(header);
  const deciding = worst(found, 'compauth') ?? worst(found, 'dmarc');
  if (deciding === undefined) {
    return { verdict: 'none', because: 'the receiving server reports neither dmarc nor compauth' };
  }
  return { verdict: verdictOf(deciding.result), because: sentence(deciding) };
}

/**
 * The same where nothing shows that the receiving server wrote it: most Exchange servers on premises write none, and the
 * topmost is then whatever the sender put there. Nobody claims of himself to have failed, so a failure stays one.
 */
export function unproven(found: Authentication): Authentication {
  if (found.verdict !== 'pass') return found;
  return { verdict: 'none', because: `${found.because}, which anybody may have written` };
}

interface Result {
  readonly method: string;
  readonly result: string;
  /** What it was read from. */
  readonly segment: string;
}

/** A method reported twice with different results is not to be believed. */
function worst(found: readonly Result[], method: string): Result | undefined {
  const reported = found.filter((each) => each.method === method);
  return reported.find((each) => verdictOf(each.result) === 'fail') ?? reported[0];
}

function results(header: string): readonly Result[] {
  return segments(header).flatMap((segment) => {
    const found = /^([a-z][a-z0-9-]*)(?: *\/ *\d+)? *= *([a-z]+)/iu.exec(segment.trim());
    const method = found?.[1]?.toLowerCase();
    const result = found?.[2]?.toLowerCase();
    return method === undefined || result === undefined ? [] : [{ method, result, segment }];
  });
}

function verdictOf(result: string): Authentication['verdict'] {
  if (result === 'fail') return 'fail';
  return result === 'pass' || result === 'softpass' || result === 'bestguesspass' ? 'pass' : 'none';
}

function sentence({ method, result, segment }: Result): string {
  const reason = /\breason=[\w.-]{1,40}/iu.exec(segment)?.[0];
  const from = /\bheader\.from=[\w.@-]{1,100}/iu.exec(segment)?.[0];
  return [`${method}=${result}`, reason, from].filter((part) => part !== undefined).join(' ');
}

/**
 * The parts between semicolons, without comments and with quoted text made harmless. Where a comment or quotation never
 * ends, all is read as plain text, so that a stray character in an address cannot hide what follows.
 */
function segments(header: string): readonly string[] {
  const scan: Scan = { parts: [''], depth: 0, quoted: false };
  for (const [token] of header.matchAll(/\\.|["();\\]|[^"();\\]+/gsu)) {
    if (scan.depth > 0) scan.depth += depthChange(token);
    else if (scan.quoted) readQuoted(scan, token);
    else readPlain(scan, token);
  }
  return scan.quoted || scan.depth > 0 ? header.split(';') : scan.parts;
}

interface Scan {
  readonly parts: string[];
  depth: number;
  quoted: boolean;
}

function readQuoted(scan: Scan, token: string): void {
  if (token === '"') scan.quoted = false;
  else append(scan, token.replace(/[^\w.@-]/gu, '_'));
}

function readPlain(scan: Scan, token: string): void {
  if (token === '"') scan.quoted = true;
  else if (token === ';') scan.parts.push('');
  else if (token === '(') scan.depth = 1;
  else append(scan, token);
}

function depthChange(token: string): number {
  if (token === '(') return 1;
  return token === ')' ? -1 : 0;
}

function append(scan: Scan, text: string): void {
  scan.parts[scan.parts.length - 1] += text;
}
