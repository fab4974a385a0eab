// Our import of the same mailboxes, as `run --once` does it. argv: JSON { configFile, secret }.
import { openApp } from '../../dist/app.js';
import { loadConfig } from '../../dist/config/load.js';
import { storePages } from '../../dist/importer/page-writer.js';
import { mailboxJobs, runOnce } from '../../dist/importer/run-once.js';
import { reportUsage } from './usage.mjs';

const { configFile, secret } = JSON.parse(process.argv[2]);
const env = { SANDBOX_SECRET: secret };
const { config } = await loadConfig({ path: configFile, env, cwd: process.cwd() });
const app = await openApp({ config, env });
const deps = { pages: storePages(app.store), provider: app.provider, now: app.now, sinceMs: null, retryAll: true };
const report = await runOnce(mailboxJobs(config), deps, {
  concurrency: config.concurrency,
  signal: new AbortController().signal,
});
await app.close();
const error = report.mailboxes.find((mailbox) => mailbox.error !== null)?.error ?? null;
reportUsage({ imported: report.totals.imported, requests: report.totals.requests, error });
