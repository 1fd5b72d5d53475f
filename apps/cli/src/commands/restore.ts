import { Command } from 'commander';
import { examples, optionsOf } from './globals.ts';

interface Options {
  readonly from: string;
  readonly data: string;
  readonly masterKeyFile?: string;
  readonly newMasterKey?: boolean;
}

export function restoreCommand(): Command {
  return new Command('restore')
    .description(
      'Makes a data directory from a backup, on this machine or another, while no service runs on it.\n\nEvery digest is verified before anything is written. Where the records are kept in a PostgreSQL of yours, name an empty database in DATABASE_URL. A restore that was ended goes on when the same command is run again.',
    )
    .requiredOption('--from <folder>', 'the folder of the backup')
    .requiredOption('--data <dir>', 'the data directory to make: one that is empty or not there')
    .option(
      '--master-key-file <file>',
      'your copy of the master key that was in force when the backup was made',
    )
    .option('--new-master-key', 'the master key is lost: begin with new signing keys')
    .addHelpText(
      'after',
      examples(
        'restore --from /backup/20230203T040506Z-0b6e6e8c --data /srv/meterhouse --master-key-file master.key',
        'restore --from /backup/20230203T040506Z-0b6e6e8c --data /srv/meterhouse --new-master-key',
      ),
    )
    .action(async (_options: unknown, command: Command) => {
      const { from, data, masterKeyFile, newMasterKey, json } = optionsOf<Options>(command);
      const { EXIT } = await import('../exit-codes.ts');
      const { Failure } = await import('../failure.ts');
      if ((masterKeyFile === undefined) === (newMasterKey !== true))
        throw new Failure('Say which master key: --master-key-file FILE, or --new-master-key.', EXIT.usage, {
          advice: 'Without the old one nothing of the usage is lost; the service makes new signing keys.',
        });
      const { BackupFaults, createLogger, readConfig, restoreBackup } = await import('@meterhouse/service');
      const { databaseUrl, postgresUser } = readConfig(['--data', data], process.env);
      const { print, printJson } = await import('../terminal/output.ts');
      const { startProgress } = await import('../terminal/progress.ts');
      const words = { verify: 'verifying', archive: 'archive', records: 'records' };
      // Verifying reads everything once, which is most of the work.
      const share = { verify: [0, 0.5], archive: [0.5, 0.4], records: [0.9, 0.1] } as const;
      const progress = await startProgress('Restoring', 1, json);
      const restored = await restoreBackup({
        from,
        data,
        masterKey: masterKeyFile === undefined ? 'new' : { file: masterKeyFile },
        ...(databaseUrl === undefined ? {} : { databaseUrl }),
        ...(postgresUser === undefined ? {} : { postgresUser }),
        logger: createLogger('warn', { write: () => undefined }),
        tell: (step, done, all) =>
          progress.update(share[step][0] + share[step][1] * (done / Math.max(all, 1)), words[step]),
      })
        .catch((error: unknown) => {
          if (!(error instanceof BackupFaults)) {
            if (error instanceof Error && !('code' in error)) throw new Failure(error.message, EXIT.input);
            throw error;
          }
          throw new Failure(error.message.split('\n')[0]!, EXIT.input, { faults: error.faults });
        })
        .finally(() => progress.stop());
      if (json) return printJson(restored);
      const { plural } = await import('../terminal/numbers.ts');
      print(
        `Restored into ${data}: what the service had at ${restored.madeAt}, ${plural(restored.rows, 'row')} and ${plural(restored.archiveFiles, 'file')} of the archive.`,
      );
      print(
        `The first start loads ${plural(restored.uploads, 'package')} into the engine; /healthz says when that is done.`,
      );
      if (restored.lostKeys > 0)
        print(
          `${plural(restored.lostKeys, 'signing key')} lost with the master key; new ones are made when they are needed.`,
        );
    });
}
