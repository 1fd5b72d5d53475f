import type { Node } from './tree.ts';

/** For zsh: the same walk as in bash; commands and options are offered with what they do. */
export function zshCompletion(nodes: readonly Node[]): string {
  const valued = new Set(
    nodes
      .flatMap(({ options }) => options.filter(({ takes }) => takes !== 'nothing'))
      .map(({ long }) => long),
  );
  const paths = nodes.map(({ path }) => path).filter((path) => path !== '');
  return `#compdef meterhouse
# zsh completion of meterhouse; made by: meterhouse completion zsh
_meterhouse() {
  local at='' word index previous="\${words[CURRENT-1]}"
  local -a commands options
  for ((index = 2; index < CURRENT; index++)); do
    word="\${words[index]}"
    case "$word" in
      ${[...valued].join('|')}) ((index++)); continue ;;
      -*) continue ;;
    esac
    case "\${at:+$at }$word" in
      ${paths.map((path) => path.replaceAll(' ', '\\ ')).join('|')}) at="\${at:+$at }$word" ;;
    esac
  done
  case "$at $previous" in
${valueBranches(nodes)}
  esac
  case "$at" in
${nodes.map(branch).join('\n')}
  esac
  if [[ "$PREFIX" == -* ]]; then _describe option options; return; fi
  if (( $#commands )); then _describe command commands; else _files; fi
}
if [[ "$funcstack[1]" == _meterhouse ]]; then _meterhouse "$@"; else compdef _meterhouse meterhouse; fi`;
}

function branch({ path, words, options, choices }: Node): string {
  const commands = [
    ...words.map(({ name, summary }) => `'${name}:${summary}'`),
    ...choices.map((choice) => `'${choice}'`),
  ];
  const offered = options.map(({ long, summary }) => `'${long}:${summary}'`);
  return `    '${path}') commands=(${commands.join(' ')}) options=(${offered.join(' ')}) ;;`;
}

function valueBranches(nodes: readonly Node[]): string {
  return nodes
    .flatMap(({ path, options }) =>
      options.map(({ long, takes, choices }) => {
        const pattern = `    '${path} ${long}')`;
        if (takes === 'choice') return `${pattern} compadd ${choices.join(' ')}; return ;;`;
        if (takes === 'file') return `${pattern} _files; return ;;`;
        if (takes === 'folder') return `${pattern} _files -/; return ;;`;
        return takes === 'text' ? `${pattern} _message value; return ;;` : '';
      }),
    )
    .filter((line) => line !== '')
    .join('\n');
}
