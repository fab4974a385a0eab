import type { DomainNames } from './domain-names.ts';
import type { FromFault } from './from-header.ts';
import type { HeaderIndex } from './headers.ts';
import { headerValues } from './headers.ts';
import type { ReadResults, Result } from './results-header.ts';
import { readResults } from './results-header.ts';

/** What is known of whether the sender is who From says. */
export interface Authentication {
  readonly verdict: 'pass' | 'fail' | 'none';
  /** What decided, for people: "dmarc=fail header.from=acme.example". */
  readonly because: string;
  /** It fails by how From is written, and not because the receiving server says so. */
  readonly fromFault?: FromFault;
}

/** Words of the verdict on an item that nothing shows to have come by mail. */
export const undelivered =
  'the receiving server reports nothing, and nothing shows that a server delivered it: a program or a person may have put it here';

/**
 * Reads the topmost Authentication-Results (RFC 8601): the receiving server puts its own on top, anything below may
 * come from the sender. Microsoft's composite result (compauth) decides where there is one, else DMARC's. A pass speaks
 * for the domain that it names and for no other. Never throws; what cannot be understood is no result.
 */
export function authenticationOf(headers: HeaderIndex, fromDomain: string, names: DomainNames): Authentication {
  const [topmost, ...below] = headerValues(headers, 'authentication-results').map(readResults);
  if (topmost === undefined) {
    return { verdict: 'none', because: headers.has('received') ? 'the receiving server reports nothing' : undelivered };
  }
  return (
    judged(topmost, fromDomain, names) ??
    failureBelow(topmost, below) ?? {
      verdict: 'none',
      because: 'the receiving server reports neither dmarc nor compauth',
    }
  );
}

/**
 * The same where nothing shows that the receiving server wrote it: most Exchange servers on premises write none, and the
 * topmost is then whatever the sender put there. Nobody claims of himself to have failed, so a failure stays one.
 */
export function unproven(found: Authentication): Authentication {
  if (found.verdict !== 'pass') return found;
  return { verdict: 'none', because: `${found.because}, which anybody may have written` };
}

/** A From that tells nobody for certain who wrote the mail counts as failed, whatever the server says of it. */
export function withFromFault(found: Authentication, fault: FromFault | null): Authentication {
  if (fault === null || found.verdict === 'fail') return found;
  return { verdict: 'fail', because: fault.because, fromFault: fault };
}

function judged(read: ReadResults, fromDomain: string, names: DomainNames): Authentication | null {
  const deciding = decidingOf(read);
  const failed = deciding.find(({ result }) => result === 'fail');
  if (failed !== undefined) return { verdict: 'fail', because: sentence(failed) };
  const [first] = deciding;
  if (first === undefined) return null;
  if (!deciding.every(isPass))
    return { verdict: 'none', because: sentence(deciding.find((each) => !isPass(each)) ?? first) };
  if (!read.clean) return { verdict: 'none', because: `${sentence(first)}, in a header that cannot be understood` };
  return spokenFor(first, namedDomains(read, names), names.comparable(fromDomain));
}

/** A pass of this domain is none of another. */
function spokenFor(passed: Result, named: readonly string[], fromDomain: string): Authentication {
  const other = named.find((domain) => domain !== fromDomain);
  if (other !== undefined) {
    return { verdict: 'fail', because: `${short(passed)} for ${other.slice(0, 100)}, which is not the domain of From` };
  }
  if (named.length === 0) return { verdict: 'none', because: `${short(passed)} without saying for which domain` };
  return { verdict: isGuess(passed) ? 'none' : 'pass', because: sentence(passed) };
}

/** compauth stands beside dmarc, which names the domain for both. */
function namedDomains({ results }: ReadResults, names: DomainNames): readonly string[] {
  return results
    .filter(({ method }) => method === 'dmarc')
    .flatMap(({ properties }) => properties)
    .filter(([name]) => name === 'header.from')
    .map(([, value]) => names.comparable(value.slice(value.lastIndexOf('@') + 1)))
    .filter((domain) => domain !== '');
}

/**
 * The composite result where it can be told to be the server's: once, and right behind the only dmarc result, where
 * nothing that the sender chose stands. A failure counts wherever it is. A method that is reported twice with different
 * results is not to be believed.
 */
function decidingOf({ results, clean }: ReadResults): readonly Result[] {
  const dmarc = results.filter(({ method }) => method === 'dmarc');
  const composite = results.filter(({ method }) => method === 'compauth');
  const [only, ...more] = composite;
  if (only === undefined) return dmarc;
  if (!clean || more.length > 0 || dmarc.length > 1) return [...composite, ...dmarc];
  const behind = dmarc[0] === undefined || results.indexOf(only) === results.indexOf(dmarc[0]) + 1;
  return behind ? [only] : [only, ...dmarc];
}

/** Some servers write a header for each method: a failure counts from those that bear the topmost one's name. */
function failureBelow(topmost: ReadResults, below: readonly ReadResults[]): Authentication | null {
  if (topmost.server === null) return null;
  const same = below.filter(({ server }) => server === topmost.server);
  const failed = same.flatMap(decidingOf).find(({ result }) => result === 'fail');
  return failed === undefined ? null : { verdict: 'fail', because: sentence(failed) };
}

function isPass({ result }: Result): boolean {
  return result === 'pass' || result === 'softpass' || result === 'bestguesspass';
}

/** Microsoft's: neither SPF nor DKIM passed, and its filter found nothing against the sender. */
function isGuess({ result }: Result): boolean {
  return result === 'softpass';
}

function short({ method, result }: Result): string {
  return `${method}=${result.slice(0, 40)}`;
}

function sentence(found: Result): string {
  const told = found.properties
    .filter(([name]) => name === 'reason' || name === 'header.from')
    .map(([name, value]) => `${name}=${value.slice(0, 100)}`);
  return [short(found), ...told].join(' ');
}
