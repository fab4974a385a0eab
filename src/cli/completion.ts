import { Argument, type Command } from './commander.ts';
import { type CompletionNode, bashCompletion, fishCompletion, zshCompletion } from './completion-scripts.ts';
import type { CommandContext } from './context.ts';
import { loadEverything } from './program.ts';

const scripts = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };
type Shell = keyof typeof scripts;

const usage = `
Examples:
  bash   integrator completion bash > ~/.local/share/bash-completion/completions/integrator
  zsh    integrator completion zsh > "\${fpath[1]}/_integrator"
  fish   integrator completion fish > ~/.config/fish/completions/integrator.fish`;

export function register(noun: Command, context: CommandContext): void {
  noun
    .addArgument(new Argument('<shell>').choices(Object.keys(scripts)))
    .addHelpText('after', usage)
    .action(async (shell: Shell) => {
      const script = scripts[shell](toNode(await loadEverything(context)));
      context.output.print({ shell, script }, () => script);
    });
}

function toNode(command: Command): CompletionNode {
  return {
    name: command.name(),
    description: command.description(),
    options: command
      .createHelp()
      .visibleOptions(command)
      .flatMap((option) => [
        { flags: [option.short, option.long].filter((flag) => flag !== undefined), description: option.description },
      ]),
    children: command.commands.map(toNode),
  };
}
