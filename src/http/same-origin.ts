import { isIPv4 } from 'node:net';
import { IntegratorError } from '../domain/errors.ts';

/** Longer links were never seen; a server that sends one is not to be believed. */
const longestLink = 32_768;
const linkShape = /^https?:\/\/([^/?#@]+)(\/[^?#]*)(\?[^#]*)?$/i;

/**
 * The only way a link given by a server may be followed. Returns what goes on the wire (path and query, byte for byte
 * as given), to be sent to `root`'s own origin, so that a token cannot travel anywhere else.
 * Throws `protocol` unless the link is https (http on loopback only), has root's host and port, no user info, no
 * fragment, and lies below root's path, also after every decoding a server might do.
 */
export function assertSameOrigin(link: string, root: URL): string {
  const problem = problemOf(link, root);
  if (problem === null) return rawTarget(link);
  throw new IntegratorError('protocol', `${root.host} gave a link that is not followed: ${problem}`, {
    hint: `Something between here and ${root.host} answers in its place, or the server is misconfigured. The link was not opened and no token was sent.`,
  });
}

/** A configured base address as a root for requests: ends with "/", https, http on loopback only. Throws `config`. */
export function apiRoot(baseUrl: string, below = ''): URL {
  const parsed = urlOf(baseUrl);
  const problem = parsed === null ? 'it is not a URL' : problemOfBase(parsed);
  if (parsed === null || problem !== null) {
    throw new IntegratorError('config', `the address ${JSON.stringify(baseUrl)} cannot be used: ${problem}`, {
      hint: 'Correct it under `endpoints` in the configuration.',
    });
  }
  const path = parsed.pathname.endsWith('/') ? parsed.pathname : `${parsed.pathname}/`;
  return new URL(`${parsed.origin}${path}${below}`);
}

/** True for names and addresses that never leave this machine. */
export function isLoopback(hostname: string): boolean {
  if (hostname === 'localhost' || hostname === '[::1]') return true;
  return isIPv4(hostname) && hostname.startsWith('127.');
}

function problemOfBase(base: URL): string | null {
  if (base.username !== '' || base.password !== '') return 'it carries a user name or password';
  if (base.search !== '' || base.hash !== '') return 'it has a query or a fragment';
  return problemOfScheme(base);
}

function problemOfScheme(url: URL): string | null {
  if (url.protocol === 'https:') return null;
  if (url.protocol !== 'http:') return `its scheme is not https`;
  return isLoopback(url.hostname) ? null : 'it is not https';
}

function problemOf(link: string, root: URL): string | null {
  if (link.length > longestLink) return `it is ${link.length} characters long`;
  if (!/^[\x21-\x7e]+$/.test(link) || link.includes('\\')) return 'it has characters no URL may have';
  const shape = linkShape.exec(link);
  const url = shape === null ? null : urlOf(link);
  if (shape === null || url === null) return 'it is not a plain absolute https URL';
  return problemOfOrigin(url, root) ?? problemOfPath(shape[2] ?? '', url.pathname, root);
}

function urlOf(written: string): URL | null {
  try {
    return new URL(written);
  } catch {
    return null;
  }
}

function problemOfOrigin(url: URL, root: URL): string | null {
  if (url.username !== '' || url.password !== '') return 'it carries a user name';
  if (url.host !== root.host) return `it leads to ${url.host}`;
  if (url.protocol !== root.protocol) return `it changes the scheme to ${url.protocol.slice(0, -1)}`;
  return problemOfScheme(url);
}

/** The path goes out as it was written, so it must be one that no normalisation, ours or the server's, can move. */
function problemOfPath(written: string, normalised: string, root: URL): string | null {
  if (written !== normalised || hasDotSegment(written)) return 'its path is not in normal form';
  return written.startsWith(root.pathname) ? null : `its path is not below ${root.pathname}`;
}

function hasDotSegment(path: string): boolean {
  let plain = path;
  for (let round = 0; round < 3 && plain.includes('%'); round += 1) {
    plain = plain.replace(/%25/g, '%').replace(/%2e/gi, '.').replace(/%2f/gi, '/').replace(/%5c/gi, '\\');
  }
  return plain.split(/[/\\;]/).some((segment) => segment === '.' || segment === '..');
}

function rawTarget(link: string): string {
  return link.slice(link.indexOf('/', link.indexOf('://') + 3));
}
