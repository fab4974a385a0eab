import type { Command } from 'commander';
import { terminalText } from '../content/terminal.ts';
import type { App } from '../app.ts';
import type { MailboxVerdict, TestDeps } from '../importer/test-mailboxes.ts';
import { toldAlike } from './alike.ts';
import type { CommandContext } from './context.ts';
import { type ExitCode, exitCodeOf, exitCodes } from './exit-codes.ts';
import { narrowing } from './narrowing.ts';
import type { Page } from './output.ts';
import { table } from './table.ts';
import type { Column } from './table.ts';
import { refuseUnlessAllowed } from './with-store.ts';

interface TestFlags {
  readonly mailbox?: string;
  readonly send?: boolean;
}

export function register(test: Command, context: CommandContext): void {
  test
    .argument('[connection]', 'only this connection')
    .option('--mailbox <address>', 'only this mailbox')
    .option('--send', 'also send a test mail from each mailbox to itself, and remove it again')
    .action((connection: string | undefined, flags: TestFlags) => runTests(connection, flags, context));
}

async function runTests(connection: string | undefined, flags: TestFlags, context: CommandContext): Promise<void> {
  const { config } = await context.loadConfig();
  await refuseUnlessAllowed(context, 'import.run');
  const { mailboxesToTest, testMailboxes } = await import('../importer/test-mailboxes.ts');
  const { openApp } = await import('../app.ts');
  const sendOnly = config.outgoing.mailboxes.map(({ address }) => address);
  const mailboxes = mailboxesToTest(config, narrowing({ connection, mailbox: flags.mailbox }, config, sendOnly));
  const app = await openApp({ config, env: context.env, byHand: true, say: context.output.say });
  try {
    const verdicts = await testMailboxes(
      mailboxes,
      {
        provider: app.provider,
        now: app.now,
        ...(flags.send === true ? { trySend: await sendTrial(app) } : {}),
        onMailbox: ({ mailbox }) => context.output.progress(`tested ${mailbox}`),
      },
      { concurrency: config.concurrency, signal: context.signal },
    );
    await rememberSendRights(app, verdicts);
    context.output.print(verdicts, (page) => render(verdicts, page));
    context.setExitCode(exitCodeOfTest(verdicts));
  } finally {
    await app.close();
  }
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
    {
      title: 'VERDICT',
      value: (row) => row.verdict,
      paint: (text, row) => (row.verdict === 'ok' ? style.green(text) : style.red(text)),
    },
  ];
  const lines = table(columns, verdicts, { width: page.width, paintTitle: (title) => style.dim(title) });
  return lines.length === 0 ? ['no mailbox to test'] : [...lines, ...adviceLines(verdicts)];
}

/** Commands in an advice name the mailbox: where the advice is for several, MAILBOX stands in its place. */
function adviceLines(verdicts: readonly MailboxVerdict[]): string[] {
  const told = verdicts.flatMap(({ mailbox, advice }) =>
    advice === null ? [] : [{ mailbox, lines: [terminalText(advice).replaceAll(mailbox, 'MAILBOX')] }],
  );
  return toldAlike(told, verdicts.length).map(({ who, mailboxes: [first = '', ...others], lines }) => {
    const words = lines.join(' ');
    return `${who}: ${others.length > 0 ? words : words.replaceAll('MAILBOX', first)}`;
  });
}
