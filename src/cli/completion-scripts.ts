/** Shell completions, made from the command tree: nouns, verbs and options, nothing that would need the configuration. */
export interface CompletionNode {
  readonly name: string;
  readonly description: string;
  readonly options: readonly CompletionOption[];
  readonly children: readonly CompletionNode[];
}

interface CompletionOption {
  readonly flags: readonly string[];
  readonly description: string;
}

interface Place {
  /** `` for the program, `inbox`, `inbox list` */
  readonly path: string;
  readonly node: CompletionNode;
}

function places(root: CompletionNode, path: readonly string[] = []): Place[] {
  const below = root.children.flatMap((child) => places(child, [...path, child.name]));
  return [{ path: path.join(' '), node: root }, ...below];
}

/** What may follow at a place: the names below it, its own options, and those that every command takes. */
function words(node: CompletionNode, root: CompletionNode): string[] {
  const options = [...node.options, ...root.options].flatMap((option) => option.flags);
  return [...new Set([...node.children.map((child) => child.name), ...options])];
}

export function bashCompletion(root: CompletionNode): string {
  const cases = places(root).map(({ path, node }) => `    '${path}') words='${words(node, root).join(' ')}' ;;`);
  return `# bash completion for ${root.name}
_${root.name}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path='' words='' word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${path:+$path }$word" in
      ${pathPattern(root)}) path="\${path:+$path }$word" ;;
    esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -o default -F _${root.name} ${root.name}
`;
}

function pathPattern(root: CompletionNode): string {
  return places(root)
    .filter(({ path }) => path !== '')
    .map(({ path }) => `'${path}'`)
    .join('|');
}

export function zshCompletion(root: CompletionNode): string {
  const cases = places(root).map(({ path, node }) => {
    const names = node.children.map((child) => zshWord(child.name, child.description));
    const options = [...node.options, ...root.options].flatMap((option) =>
      option.flags.map((flag) => zshWord(flag, option.description)),
    );
    return `    '${path}') choices=(${[...new Set([...names, ...options])].join(' ')}) ;;`;
  });
  return `#compdef ${root.name}
_${root.name}() {
  local path_='' word
  local -a choices
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "\${path_:+$path_ }$word" in
      ${pathPattern(root)}) path_="\${path_:+$path_ }$word" ;;
    esac
  done
  case "$path_" in
${cases.join('\n')}
  esac
  _describe 'command' choices || _files
}
compdef _${root.name} ${root.name}
`;
}

function zshWord(name: string, description: string): string {
  return quote(`${name.replaceAll(':', '\\:')}:${description}`);
}

export function fishCompletion(root: CompletionNode): string {
  const lines = [`# fish completion for ${root.name}`, `complete -c ${root.name} -f`];
  for (const { flags, description } of root.options) {
    lines.push(`complete -c ${root.name}${fishFlags(flags)} -d ${quote(description)}`);
  }
  for (const noun of root.children) {
    lines.push(`complete -c ${root.name} -n __fish_use_subcommand -a ${noun.name} -d ${quote(noun.description)}`);
    const verbs = noun.children.map((verb) => verb.name).join(' ');
    for (const verb of noun.children) {
      const condition = `__fish_seen_subcommand_from ${noun.name}; and not __fish_seen_subcommand_from ${verbs}`;
      lines.push(`complete -c ${root.name} -n '${condition}' -a ${verb.name} -d ${quote(verb.description)}`);
      lines.push(
        ...fishOptions(
          root,
          `__fish_seen_subcommand_from ${noun.name}; and __fish_seen_subcommand_from ${verb.name}`,
          verb,
        ),
      );
    }
    lines.push(...fishOptions(root, `__fish_seen_subcommand_from ${noun.name}`, noun));
  }
  return `${lines.join('\n')}\n`;
}

function fishOptions(root: CompletionNode, condition: string, node: CompletionNode): string[] {
  return node.options.map(
    ({ flags, description }) =>
      `complete -c ${root.name} -n '${condition}'${fishFlags(flags)} -d ${quote(description)}`,
  );
}

function fishFlags(flags: readonly string[]): string {
  return flags.map((flag) => (flag.startsWith('--') ? ` -l ${flag.slice(2)}` : ` -s ${flag.slice(1)}`)).join('');
}

/** For a shell: in single quotes. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
