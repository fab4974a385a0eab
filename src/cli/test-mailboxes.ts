import type { Command } from 'commander';
import { normalizeAddress } from '../config/addresses.ts';
import { terminalText } from '../content/terminal.ts';
import { IntegratorError } from '../domain/errors.ts';
import type { App } from '../app.ts';
import type { MailboxVerdict, TestDeps } from '../importer/test-mailboxes.ts';
import { toldAlike } from './alike.ts';
import type { CommandContext } from './context.ts';
import { type ExitCode, exitCodeOf, exitCodes } from './exit-codes.ts';
import { narrowing } from './narrowing.ts';
import type { Narrowing } from './narrowing.ts';
import type { Page } from './output.ts';
import { table } from './table.ts';
import type { Column } from './table.ts';
import { collect } from './ticketing/edit-store.ts';
import { refuseUnlessAllowed } from './with-store.ts';

interface TestFlags {
  readonly mailbox?: string;
  readonly send?: boolean;
  readonly outside?: readonly string[];
}

export function register(test: Command, context: CommandContext): void {
  test
    .argument('[connection]', 'only this connection')
    .option('--mailbox <address>', 'only this mailbox')
    .option('--send', 'also send a test mail from each mailbox to itself, and remove it again')
    .option(
      '--outside <address>',
      'instead: a mailbox that must not be readable, which succeeds where it is refused; several with commas, or given several times',
      collect,
    )
    .action((connection: string | undefined, flags: TestFlags) => runTests(connection, flags, context));
}

async function runTests(connection: string | undefined, flags: TestFlags, context: CommandContext): Promise<void> {
  const { config } = await context.loadConfig();
  await refuseUnlessAllowed(context, 'import.run');
  const outside = outsideAsked(flags);
  const sendOnly = config.outgoing.mailboxes.map(({ address }) => address);
  const narrowed = narrowing({ connection, mailbox: flags.mailbox }, config, sendOnly);
  const { openApp } = await import('../app.ts');
  const app = await openApp({ config, env: context.env, byHand: true, say: context.output.say });
  try {
    if (outside === null) await testConfigured(app, narrowed, flags, context);
    else await tryOutside(app, outside, narrowed.connection, context);
  } finally {
    await app.close();
  }
}

async function testConfigured(
  app: App,
  narrowed: Narrowing,
  { send }: TestFlags,
  context: CommandContext,
): Promise<void> {
  const { mailboxesToTest, testMailboxes } = await import('../importer/test-mailboxes.ts');
  const { config } = app;
  const verdicts = await testMailboxes(
    mailboxesToTest(config, narrowed),
    {
      provider: app.provider,
      now: app.now,
      ...(send === true ? { trySend: await sendTrial(app) } : {}),
      onMailbox: ({ mailbox }) => context.output.progress(`tested ${mailbox}`),
    },
    { concurrency: config.concurrency, signal: context.signal },
  );
  await rememberSendRights(app, verdicts);
  context.output.print(verdicts, (page) => render(verdicts, page));
  context.setExitCode(exitCodeOfTest(verdicts));
}

/** null: not asked for. Throws `usage` for what is no address, and beside what is about the mailboxes configured. */
function outsideAsked({ outside, mailbox, send }: TestFlags): readonly string[] | null {
  if (outside === undefined) return null;
  if (mailbox !== undefined || send === true) {
    throw new IntegratorError('usage', `--outside does not go with ${send === true ? '--send' : '--mailbox'}`, {
      hint: 'it tries mailboxes that are not yours to read; test those of the configuration without it',
    });
  }
  const written = outside.flatMap((each) => each.split(','));
  const addresses = written.map((text) => {
    const address = normalizeAddress(text);
    if (address !== null) return address;
    throw new IntegratorError('usage', `--outside: "${text.trim()}" is not an address`, {
      hint: 'give the primary address of a mailbox: --outside ceo@contoso.com',
    });
  });
  return [...new Set(addresses)];
}

/** 1 where one can be read, else 75 where that is not known of one. */
async function tryOutside(
  app: App,
  addresses: readonly string[],
  connection: string | undefined,
  context: CommandContext,
): Promise<void> {
  const { outsideMailboxes, testOutside } = await import('../importer/test-outside.ts');
  const { config } = app;
  const asked = outsideMailboxes(config.connections, addresses, connection);
  if (asked.length === 0) {
    throw new IntegratorError('usage', 'no connection is enabled that could be tried', {
      hint: 'set `enabled: true` on the connection',
    });
  }
  const verdicts = await testOutside(
    asked,
    {
      provider: app.provider,
      now: app.now,
      onMailbox: ({ mailbox }) => context.output.progress(`tried ${mailbox}`),
    },
    { concurrency: config.concurrency, signal: context.signal },
  );
  context.output.print(verdicts, (page) => renderOutside(verdicts, page));
  if (verdicts.some(({ verdict }) => verdict === 'failed')) context.setExitCode(exitCodes.failure);
  else if (verdicts.some(({ verdict }) => verdict === 'unknown')) context.setExitCode(exitCodes.tryAgain);
}

/** 1 where something was found; the reason's own code where it kept every mailbox from being tried. */
function exitCodeOfTest(verdicts: readonly MailboxVerdict[]): ExitCode {
  const reason = verdicts[0]?.reason ?? null;
  if (reason !== null && verdicts.every((each) => each.reason === reason)) return exitCodeOf(reason);
  return verdicts.every(({ verdict }) => verdict === 'ok') ? exitCodes.ok : exitCodes.failure;
}

/** Mail that goes out later says it of itself where it is sent on behalf only. */
async function rememberSendRights({ store, now }: App, verdicts: readonly MailboxVerdict[]): Promise<void> {
  const { saveSendRight } = await import('../store/send-rights.ts');
  const tried = verdicts.flatMap(({ mailbox, send_as: right }) => (right === 'not_tried' ? [] : [{ mailbox, right }]));
  if (tried.length === 0) return;
  await store.write(async (trx) => {
    for (const { mailbox, right } of tried) await saveSendRight(trx, mailbox, right, now());
  });
}

/** The address is the one the mailbox has in its connection; what it sends is counted nowhere as an import's doing. */
async function sendTrial(app: App): Promise<NonNullable<TestDeps['trySend']>> {
  const { trySend, usualWaitsMs } = await import('../importer/try-send.ts');
  const { sleep } = await import('../http/deadline.ts');
  return async ({ connection, mailbox: { address, user } }, signal) => {
    const sender = (await app.sender(connection)).sender({ address, user });
    return trySend(address, { sender, waitsMs: usualWaitsMs, sleep }, signal);
  };
}

function render(verdicts: readonly MailboxVerdict[], page: Page): string[] {
  const { style } = page;
  const columns: Column<MailboxVerdict>[] = [
    { title: 'MAILBOX', value: (row) => row.mailbox, shrinks: true },
    { title: 'KIND', value: (row) => row.kind },
    { title: 'READ', value: (row) => (row.read ? 'yes' : 'no') },
    { title: 'FOLDERS', value: (row) => row.folders.map(({ folder, ok }) => `${folder} ${ok ? '✓' : '✗'}`).join(', ') },
    { title: 'SENT ITEMS', value: (row) => (row.sent_items ? 'yes' : 'no') },
    { title: 'SEND AS', value: (row) => row.send_as.replaceAll('_', ' ') },
  ];
  const lines = table([...columns, verdictColumn(page)], verdicts, {
    width: page.width,
    paintTitle: (title) => style.dim(title),
  });
  return lines.length === 0 ? ['no mailbox to test'] : [...lines, ...adviceLines(verdicts)];
}

function renderOutside(verdicts: readonly MailboxVerdict[], page: Page): string[] {
  const columns: Column<MailboxVerdict>[] = [
    { title: 'MAILBOX', value: (row) => row.mailbox, shrinks: true },
    { title: 'CONNECTION', value: (row) => row.connection, shrinks: true },
    { title: 'READABLE', value: (row) => (row.verdict === 'unknown' ? 'not known' : row.read ? 'YES' : 'no') },
    verdictColumn(page),
  ];
  const lines = table(columns, verdicts, { width: page.width, paintTitle: (title) => page.style.dim(title) });
  return [...lines, ...adviceLines(verdicts)];
}

function verdictColumn({ style }: Page): Column<MailboxVerdict> {
  return {
    title: 'VERDICT',
    value: (row) => row.verdict,
    paint: (text, row) => (row.verdict === 'ok' ? style.green(text) : style.red(text)),
  };
}

/** Commands in an advice name the mailbox: where the advice is for several, one line of PowerShell does them all. */
function adviceLines(verdicts: readonly MailboxVerdict[]): string[] {
  const told = verdicts.flatMap(({ mailbox, advice }) =>
    advice === null ? [] : [{ mailbox, lines: [terminalText(advice).replaceAll(mailbox, 'MAILBOX')] }],
  );
  return toldAlike(told, verdicts.length).map(({ who, mailboxes, lines }) => {
    const words = lines.join(' ');
    const [first = '', ...others] = mailboxes;
    return `${who}: ${others.length > 0 ? forAll(words, mailboxes) : words.replaceAll('MAILBOX', first)}`;
  });
}

const command =
  /\b(?:Get|Set|Add|Test)-[A-Za-z]+(?: -[A-Za-z]+ [\w-]+)* (?:-[A-Za-z]+ )?MAILBOX(?: -[A-Za-z]+ [^\s;:,.]+(?:\.[^\s;:,.]+)*)*(?: \| select [\w,]+)?/g;

/** "'a@x','b@x' | ForEach-Object { Get-Mailbox $_ | select … }" in the place of "Get-Mailbox MAILBOX | select …". */
function forAll(words: string, mailboxes: readonly string[]): string {
  const list = mailboxes.map((address) => `'${address.replaceAll("'", "''")}'`).join(',');
  return words.replace(command, (one) => `${list} | ForEach-Object { ${one.replace('MAILBOX', '$_')} }`);
}
