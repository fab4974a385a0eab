import { html } from '../reply.ts';
import type { Reply } from '../reply.ts';
import { escapeHtml } from '../world/text.ts';
import type { Mailbox } from '../world/mailbox.ts';
import { describeRefusal } from './refusals.ts';

const style =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:3rem auto;padding:0 1rem;color:#222}' +
  'a.card{display:block;border:1px solid #ccc;border-radius:8px;padding:.6rem 1rem;margin:.5rem 0;text-decoration:none;color:inherit}' +
  'a.card:hover{background:#f3f6fb}small{color:#667}code{background:#f2f2f2;padding:.1rem .3rem}';

export function page(status: number, title: string, body: string): Reply {
  return html(
    status,
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title><style>${style}</style></head>` +
      `<body><p><small>integrator sandbox, not Microsoft</small></p><h1>${escapeHtml(title)}</h1>${body}</body></html>`,
  );
}

export function pickerPage(accounts: readonly Mailbox[], linkFor: (account: Mailbox) => string): Reply {
  const cards = accounts.map(
    (account) =>
      `<a class="card" href="${escapeHtml(linkFor(account))}">${escapeHtml(account.displayName)}<br><small>${escapeHtml(account.userPrincipalName)}</small></a>`,
  );
  return page(200, 'Pick an account', cards.join(''));
}

export function consentPage(parts: {
  app: string;
  account: string;
  scopes: readonly string[];
  accept: string;
  cancel: string;
}): Reply {
  const scopes = parts.scopes.map((scope) => `<li><code>${escapeHtml(scope)}</code></li>`).join('');
  return page(
    200,
    'Permissions requested',
    `<p><b>${escapeHtml(parts.app)}</b> would like, as <b>${escapeHtml(parts.account)}</b>, to use:</p><ul>${scopes}</ul>` +
      `<a class="card" href="${escapeHtml(parts.accept)}">Accept</a><a class="card" href="${escapeHtml(parts.cancel)}">Cancel</a>`,
  );
}

export function needAdminPage(app: string, back: string, now: number): Reply {
  return page(
    200,
    'Need admin approval',
    `<p><b>${escapeHtml(app)}</b> needs permission to access resources in your organization that only an admin can grant.</p>` +
      `<p><small>${escapeHtml(describeRefusal(90094, now).text)}</small></p>` +
      `<a class="card" href="${escapeHtml(back)}">Return to the application without granting consent</a>`,
  );
}

export function errorPage(code: number, now: number): Reply {
  return page(
    200,
    'Sorry, but we’re having trouble signing you in.',
    `<p>${escapeHtml(describeRefusal(code, now).text)}</p>`,
  );
}
