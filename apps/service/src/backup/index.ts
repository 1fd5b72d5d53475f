export { type BackupOptions, type BackupRoom, createBackup } from './backup.ts';
export { BackupFaults, type Manifest, readManifest } from './manifest.ts';
export { type MasterKeyChoice, type Restored, restoreBackup } from './restore-backup.ts';
export { refuseHalfRestored, refuseUnfinishedRestore } from './unfinished-restore.ts';
export { verifyBackup } from './verify-backup.ts';
