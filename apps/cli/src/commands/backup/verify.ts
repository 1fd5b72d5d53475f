import { Command } from 'commander';
import { examples, optionsOf } from '../globals.ts';

export function backupVerifyCommand(): Command {
  return new Command('verify')
    .description(
      'Reads every byte of a backup on this machine and compares it with its manifest; nothing is changed.',
    )
    .argument('<folder>', 'the folder of one backup')
    .addHelpText('after', examples('backup verify /backup/20230203T040506Z-0b6e6e8c'))
    .action(async (folder: string, _options: unknown, command: Command) => {
      const { json } = optionsOf(command);
      const { BackupFaults, verifyBackup } = await import('@meterhouse/service');
      const { EXIT } = await import('../../exit-codes.ts');
      const { Failure } = await import('../../failure.ts');
      const { print, printJson } = await import('../../terminal/output.ts');
      const { startProgress } = await import('../../terminal/progress.ts');
      const progress = await startProgress('Verifying', 1, json);
      const manifest = await verifyBackup(folder, (done, files) =>
        progress.update(done / files, `${done} of ${files} files`),
      )
        .catch((error: unknown) => {
          if (!(error instanceof BackupFaults)) throw error;
          throw new Failure(error.message.split('\n')[0]!, EXIT.checksum, { faults: error.faults });
        })
        .finally(() => progress.stop());
      if (json) return printJson(manifest);
      const { bytes, plural } = await import('../../terminal/numbers.ts');
      print(
        `Whole: made ${manifest.madeAt} by Meterhouse ${manifest.version}, ${plural(manifest.archive.files, 'file')} of the archive, ${bytes(manifest.archive.totalBytes)}.`,
      );
    });
}
