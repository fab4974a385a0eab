import { z } from 'zod';
import { plainErrors } from '../fault-effects.ts';
import { html, json } from '../reply.ts';
import type { JsonObject, Reply, Request } from '../reply.ts';
import type { Service } from '../server.ts';
import { escapeHtml } from '../world/text.ts';
import { operations } from './operations.ts';
import type { Controlled } from './shared.ts';

/**
 * `/sandbox/…`: lets another process do to the world what a test in this process does through objects. And `/`, a
 * small page that says what this server is.
 */
export function controlService(parts: Controlled): Service {
  return {
    name: 'control',
    errors: plainErrors,
    subject: () => ({ mailbox: null, mutating: false }),
    handle: (request) => route(parts, request),
  };
}

function route(parts: Controlled, request: Request): Reply {
  // A web page somebody opens must not be able to drive this; programs send no Origin.
  if (request.headers['origin'] !== undefined) return problem(403, 'requests from web pages are not answered');
  if (request.url.pathname === '/') return index(parts, request);
  const name = `${request.method} ${request.url.pathname.replace(/\/$/, '')}`;
  const operation = operations.get(name);
  if (operation === undefined) return problem(404, `no such operation: ${name}`);
  try {
    return json(200, operation(parts, bodyOf(request), request.url.searchParams));
  } catch (error) {
    if (error instanceof z.ZodError) return problem(400, z.prettifyError(error));
    return problem(400, error instanceof Error ? error.message : String(error));
  }
}

function bodyOf(request: Request): unknown {
  if (request.body.length === 0) return {};
  return JSON.parse(Buffer.from(request.body).toString('utf8'));
}

function problem(status: number, message: string): Reply {
  return json(status, { error: { code: 'SandboxControl', message } });
}

function index(parts: Controlled, request: Request): Reply {
  const facts: JsonObject = {
    name: 'integrator sandbox',
    origin: parts.origin(),
    tenant_id: parts.directory.tenantId,
    client_id: parts.app.clientId,
    mailboxes: parts.world.mailboxes().map(({ address, kind, itemCount }) => ({ address, kind, items: itemCount })),
    control: [...operations.keys()],
  };
  if (!(request.headers['accept'] ?? '').includes('text/html')) return json(200, facts);
  const rows = parts.world
    .mailboxes()
    .map(({ address, kind, itemCount }) => `<tr><td>${escapeHtml(address)}<td>${kind}<td>${itemCount}`);
  return html(
    200,
    '<!doctype html><meta charset="utf-8"><title>integrator sandbox</title><style>body{font:16px system-ui;margin:2rem}td{padding:.1rem .8rem}</style>' +
      `<h1>integrator sandbox</h1><p>Entra, Graph and EWS on loopback; nothing here is Microsoft.</p><table>${rows.join('')}</table>` +
      `<p>Control:</p><ul>${[...operations.keys()].map((name) => `<li><code>${escapeHtml(name)}</code>`).join('')}</ul>`,
  );
}
