import { flagOf, type Setting, settings, variableOf } from './settings.ts';

const all = Object.entries(settings) as [string, Setting][];
const groups = [...new Set(all.map(([, { group }]) => group))];

/** What `meterhouse serve --help` tells of the settings. */
export function configurationHelp(): string {
  const config = [
    '--config FILE',
    'A YAML file of settings by their names without dashes (METERHOUSE_CONFIG).',
  ];
  const rows = all.map(([name, setting]) => [usage(name, setting), told(setting)] as const);
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  const line = ([left, right]: readonly string[]) => `  ${(left ?? '').padEnd(width)}${right}`;
  const sections = groups.map((group) => {
    const own = all.filter(([, setting]) => setting.group === group);
    return [`${group}:`, ...own.map(([name, setting]) => line([usage(name, setting), told(setting)]))].join(
      '\n',
    );
  });
  return [
    'Settings come from flags, else the environment (--tls-cert is METERHOUSE_TLS_CERT), else the file, else the default.',
    line(config),
    ...sections,
  ].join('\n\n');
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
