import { type Command, InvalidArgumentError, Option } from './commander.ts';
import type { CommandContext } from './context.ts';
import { dryRunOption } from './program.ts';

interface LoginFlags {
  readonly device?: boolean;
  readonly paste?: boolean;
  readonly browser: boolean;
  readonly timeout: number;
  readonly dryRun?: boolean;
}

export function register(noun: Command, context: CommandContext): void {
  noun
    .command('login')
    .argument('<connection>', 'the connection to sign in for')
    .description('"Sign in with Microsoft" as the service account of a connection')
    .addOption(
      new Option(
        '--device',
        'sign in with a code on another machine; many tenants block this, --paste works everywhere',
      ).conflicts('paste'),
    )
    .option('--paste', 'for a machine without a browser: paste the address the sign-in ends on')
    .option('--no-browser', 'print the address only, open no browser')
    .option('--timeout <seconds>', 'how long to wait for the person', seconds, 300)
    .addOption(dryRunOption())
    .action(async (connection: string, flags: LoginFlags) => {
      const { login } = await import('./auth-login.ts');
      const way = flags.device === true ? 'device' : flags.paste === true ? 'paste' : 'browser';
      await login(context, {
        connection,
        way,
        openBrowser: flags.browser,
        timeoutMs: flags.timeout * 1000,
        dryRun: flags.dryRun === true,
      });
    });
  noun
    .command('status')
    .argument('[connection]', 'default: all that are enabled')
    .description('who is signed in, until when, what to do next')
    .option('--probe', 'ask Entra for a fresh token')
    .action(async (connection: string | undefined, flags: { readonly probe?: boolean }) => {
      const { status } = await import('./auth-status.ts');
      await status(context, connection, flags.probe === true);
    });
  noun
    .command('logout')
    .argument('<connection>', 'the connection to sign out')
    .description('forget the tokens of a connection')
    .addOption(dryRunOption())
    .action(async (connection: string, flags: { readonly dryRun?: boolean }) => {
      const { logout } = await import('./auth-logout.ts');
      await logout(context, connection, flags.dryRun === true);
    });
  noun
    .command('explain')
    .argument('<code...>', 'what Microsoft showed: AADSTS50011, 50011, or the whole sentence')
    .description('what an error number of Microsoft means, and its cure')
    .action(async (words: readonly string[]) => {
      const { explain } = await import('./auth-explain.ts');
      await explain(context, words);
    });
  registerKeys(noun, context);
}

function registerKeys(noun: Command, context: CommandContext): void {
  noun
    .command('keygen')
    .description('make a new key for sealing tokens, and print it')
    .option('--out <file>', 'write it into a new file (0600) instead')
    .addOption(dryRunOption())
    .action(async (flags: { readonly out?: string; readonly dryRun?: boolean }) => {
      const { keygen } = await import('./auth-keys.ts');
      await keygen(context, flags.out, flags.dryRun === true);
    });
  noun
    .command('rekey')
    .description('seal the tokens with a new key')
    .option('--new-key <file>', 'the new key, where the old one is not state_dir/key')
    .addOption(dryRunOption())
    .action(async (flags: { readonly newKey?: string; readonly dryRun?: boolean }) => {
      const { rekeyAll } = await import('./auth-keys.ts');
      await rekeyAll(context, flags.newKey, flags.dryRun === true);
    });
}

function seconds(text: string): number {
  const value = Number(text);
  // Not longer than a code of Entra could be waited for in earnest, and within what a timer can hold.
  if (/^\d+$/.test(text) && value >= 1 && value <= 86_400) return value;
  throw new InvalidArgumentError('It must be a number of seconds, from 1 to 86400.');
}
