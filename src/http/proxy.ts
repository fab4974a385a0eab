import { isLoopback } from './same-origin.ts';

/**
 * The proxy for a target as the usual environment variables say (HTTPS_PROXY, HTTP_PROXY, NO_PROXY, either case);
 * undefined: go there directly. Loopback never goes through a proxy.
 */
export function proxyFor(target: URL, env: Readonly<Record<string, string | undefined>>): string | undefined {
  if (isLoopback(target.hostname)) return undefined;
  const name = target.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const proxy = env[name] ?? env[name.toUpperCase()];
  if (proxy === undefined || proxy.trim() === '') return undefined;
  const exceptions = (env['no_proxy'] ?? env['NO_PROXY'] ?? '').split(/[\s,]+/).filter((entry) => entry !== '');
  if (exceptions.some((entry) => covers(entry.toLowerCase(), target))) return undefined;
  return proxy.includes('://') ? proxy.trim() : `http://${proxy.trim()}`;
}

function covers(entry: string, target: URL): boolean {
  if (entry === '*') return true;
  const port = target.port === '' ? (target.protocol === 'https:' ? '443' : '80') : target.port;
  const [, name = '', entryPort] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
  if (entryPort !== undefined && entryPort !== port) return false;
  const bare = name.replace(/^\*?\./, '');
  return target.hostname === bare || target.hostname.endsWith(`.${bare}`);
}
