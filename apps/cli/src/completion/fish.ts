import type { Node } from './tree.ts';

/** For fish: a line for each command and option, with the condition under which it is offered. */
export function fishCompletion(nodes: readonly Node[]): string {
  const lines = nodes.flatMap((node) => [...commandLines(node), ...optionLines(node)]);
  return `# fish completion of meterhouse; made by: meterhouse completion fish
function __meterhouse_at
  set -l words (commandline -opc)
  set -e words[1]
  set -l at
  for word in $words
    string match -q -- '-*' $word; or set -a at $word
  end
  set -l here (string join ' ' $at)
  if test "$here" = "$argv[1]"
    return 0
  end
  test "$argv[2]" = options; and string match -q -- (string trim "$argv[1] *") "$here"
end
complete -c meterhouse -f
${lines.join('\n')}`;
}

function commandLines({ path, words, choices }: Node): string[] {
  const offered = [...words, ...choices.map((name) => ({ name, summary: '' }))];
  return offered.map(
    ({ name, summary }) =>
      `complete -c meterhouse -n "__meterhouse_at '${path}'" -a '${name}'${summary && ` -d '${summary}'`}`,
  );
}

function optionLines({ path, options }: Node): string[] {
  return options.map(({ long, summary, takes, choices }) => {
    const value = {
      nothing: '',
      text: ' -x',
      choice: ` -x -a '${choices.join(' ')}'`,
      file: ' -r -F',
      folder: " -x -a '(__fish_complete_directories)'",
    }[takes];
    return `complete -c meterhouse -n "__meterhouse_at '${path}' options" -l '${long.slice(2)}' -d '${summary}'${value}`;
  });
}
