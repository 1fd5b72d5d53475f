import type { Node } from './tree.ts';

/**
 * For bash 3.2 and newer, without its completion library. The words before the cursor are walked: those that name a command
 * lead on, options and the values of options are stepped over.
 */
export function bashCompletion(nodes: readonly Node[]): string {
  const valued = new Set(
    nodes
      .flatMap(({ options }) => options.filter(({ takes }) => takes !== 'nothing'))
      .map(({ long }) => long),
  );
  const branch = ({ path, words, options, choices }: Node) =>
    `    '${path}') commands='${[...words.map(({ name }) => name), ...choices].join(' ')}' options='${options.map(({ long }) => long).join(' ')}' ;;`;
  return `# bash completion of meterhouse; made by: meterhouse completion bash
_meterhouse() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local at='' word index commands='' options=''
  COMPREPLY=()
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="\${COMP_WORDS[index]}"
    case "$word" in
      ${[...valued].join('|')}) index=$((index + 1)); continue ;;
      -*) continue ;;
    esac
    case "\${at:+$at }$word" in
      ${nodes
        .map(({ path }) => path)
        .filter((path) => path !== '')
        .map((path) => `'${path}'`)
        .join('|')}) at="\${at:+$at }$word" ;;
    esac
  done
  case "$at $previous" in
${valueBranches(nodes)}
  esac
  case "$at" in
${nodes.map(branch).join('\n')}
  esac
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$options" -- "$current")) ;;
    *) COMPREPLY=($(compgen -W "$commands" -- "$current"))
       if [ -z "$commands" ]; then COMPREPLY=($(compgen -f -- "$current")); fi ;;
  esac
}
complete -F _meterhouse meterhouse`;
}

/** What follows an option that takes a value. */
function valueBranches(nodes: readonly Node[]): string {
  return nodes
    .flatMap(({ path, options }) =>
      options.map(({ long, takes, choices }) => {
        const pattern = `    '${path} ${long}')`;
        if (takes === 'choice')
          return `${pattern} COMPREPLY=($(compgen -W '${choices.join(' ')}' -- "$current")); return ;;`;
        if (takes === 'file') return `${pattern} COMPREPLY=($(compgen -f -- "$current")); return ;;`;
        if (takes === 'folder') return `${pattern} COMPREPLY=($(compgen -d -- "$current")); return ;;`;
        return takes === 'text' ? `${pattern} return ;;` : '';
      }),
    )
    .filter((line) => line !== '')
    .join('\n');
}
