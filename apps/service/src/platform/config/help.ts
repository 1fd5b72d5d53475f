import { flagOf, type Setting, settings, variableOf } from './settings.ts';

const all = Object.entries(settings) as [string, Setting][];
const groups = [...new Set(all.map(([, { group }]) => group))];

/**
 * What `meterhouse serve --help` tells of the settings: each flag on a line, and below it what it does.
 * @param width characters of a line
 */
export function configurationHelp(width: number): string {
  const entry = (flag: string, words: string) => `  ${flag}\n${wrapped(words, width, '      ')}`;
  const config = entry(
    '--config FILE',
    'A YAML file of settings by their names without dashes (METERHOUSE_CONFIG).',
  );
  const sections = groups.map((group) => {
    const own = all.filter(([, setting]) => setting.group === group);
    return [`${group}:`, ...own.map(([name, setting]) => entry(usage(name, setting), told(setting)))].join(
      '\n',
    );
  });
  const opening = `Settings come from flags, else the environment (--tls-cert is METERHOUSE_TLS_CERT), else the file, else the default, which stands in brackets. ${UNITS}`;
  return [wrapped(opening, width), config, ...sections].join('\n\n');
}

const UNITS = 'A SIZE is written 512MiB or 8GiB, a TIME 30s, 10m, 2h or 60d.';

/** Words on lines of so many characters; one that is longer has a line of its own. */
function wrapped(text: string, width: number, indent = ''): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(indent + word);
  }
  return lines.join('\n');
}

/** `docs/configuration.md`; a test keeps it as this. */
export function configurationDocument(): string {
  const sections = groups.map((group) => {
    const rows = all
      .filter(([, setting]) => setting.group === group)
      .map(([name, setting]) => {
        const variables = [variableOf(name), setting.alsoVariable].filter((each) => each !== undefined);
        const cells = [
          `\`${usage(name, setting).replaceAll('|', '\\|')}\``,
          variables.map((variable) => `\`${variable}\``).join(', '),
          setting.default === undefined ? '' : `\`${setting.default}\``,
          setting.help,
        ];
        return cells;
      });
    return `## ${group}\n\n${table([['flag', 'variable', 'default', ''], ...rows])}`;
  });
  const opening = `# Configuration

\`meterhouse serve\` reads its settings once, checks them whole and names every fault at once. A flag wins over the
environment, the environment over the file (\`--config FILE\`, or \`METERHOUSE_CONFIG\`), the file over the default. The file is
YAML, one setting a line, by the flag's name without its dashes:

\`\`\`yaml
listen: 127.0.0.1:8390
max-package-size: 256MiB
\`\`\`

Sizes are written \`512MiB\`, times \`30s\`, \`10m\`, \`2h\`, \`60d\`. An access token always lives for 30 minutes.`;
  return `${[opening, ...sections].join('\n\n')}\n`;
}

/** A table as the formatter writes it: cells padded to their column. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

function usage(name: string, { kind }: Setting): string {
  return `--${flagOf(name)}${kind.placeholder === undefined ? '' : ` ${kind.placeholder}`}`;
}
const told = (setting: Setting) => (setting.default ? `${setting.help} [${setting.default}]` : setting.help);
