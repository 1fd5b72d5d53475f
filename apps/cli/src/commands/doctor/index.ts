import { Command } from 'commander';
import { examples, optionsOf } from '../globals.ts';
import type { Finding } from './finding.ts';

interface DoctorOptions {
  readonly data?: string;
  readonly local?: boolean;
  readonly remote?: boolean;
}

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('Looks at this machine and the service, and says how to mend what is wrong.')
    .option('--data <dir>', 'the data directory of the service on this machine')
    .option('--local', 'only this machine: processor, memory, disk, data directory, programs, port')
    .option('--remote', 'only the service: certificate, clock, readiness, health, token, keys')
    .addHelpText(
      'after',
      `\nThis machine is looked at when --data or --local is given, or ./data is there. Settings of the service come from the
environment, as for serve. The exit status is 0 without a fault (✗), 8 with one; ! is worth a look.
${examples('doctor', 'doctor --local --data /srv/meterhouse', 'doctor --remote --server https://usage.example.com --json')}`,
    )
    .action(async (_options: unknown, command: Command) => {
      const options = optionsOf<DoctorOptions>(command);
      const { data, local, remote, json, caFile } = options;
      const { existsSync } = await import('node:fs');
      const { EXIT } = await import('../../exit-codes.ts');
      const { reach } = await import('../../http/connect.ts');
      const { printJson, print } = await import('../../terminal/output.ts');
      const { runChecks } = await import('./run-checks.ts');
      const { tellFinding, tellOutcome } = await import('./finding-lines.ts');
      const here = local === true || (remote !== true && (data !== undefined || existsSync('data')));
      const found: Finding[] = [];
      await runChecks({
        ...(here && { local: { flags: data === undefined ? [] : ['--data', data] } }),
        ...(local !== true && {
          remote: { ...(await reach(options)), ...(caFile !== undefined && { caFile }) },
        }),
        onFinding(finding) {
          found.push(finding);
          if (!json) for (const line of tellFinding(finding)) print(line);
        },
      });
      if (found.some(({ state }) => state === 'fault')) process.exitCode = EXIT.found;
      if (json) return printJson(found);
      print();
      print(tellOutcome(found));
    });
}
