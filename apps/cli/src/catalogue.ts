import type { Command } from 'commander';
import type { Resource } from './resources/resource.ts';

/** A command as the help of all commands tells it. What it does is loaded when it is asked for. */
export interface Entry {
  readonly name: string;
  readonly summary: string;
  /** @param words of the command line; left out: every option of every command has to be there */
  readonly load: (words?: readonly string[]) => Promise<Command>;
}

/** The commands that a table of a resource makes. */
async function resource<Item>(table: Resource<Item>): Promise<Command> {
  return (await import('./resources/resource-command.ts')).resourceCommand(table);
}

/** Every command by its group, in the order of the help. Loading all of them would take longer than any of them runs. */
export const CATALOGUE: Readonly<Record<string, readonly Entry[]>> = {
  'Reports and usage:': [
    {
      name: 'reports',
      summary: "a month's reports: list, show, download, compare, keep in a folder",
      load: async () => (await import('./commands/reports/index.ts')).reportsCommand(),
    },
    {
      name: 'coverage',
      summary: 'which hours of a month a meter has covered, as a calendar',
      load: async () => (await import('./commands/coverage.ts')).coverageCommand(),
    },
    {
      name: 'months',
      summary: "your organisation's months in figures",
      load: async () => resource((await import('./resources/tables/months.ts')).months),
    },
    {
      name: 'uploads',
      summary: 'the packages of usage that meters hand over',
      load: async () => (await import('./commands/uploads/index.ts')).uploadsCommand(),
    },
  ],
  'Meters:': [
    {
      name: 'meters',
      summary: 'the meters of your organisation, as the service knows them',
      load: async () => (await import('./commands/meters/index.ts')).metersCommand(),
    },
    {
      name: 'meter',
      summary: 'the usage meter on this machine: make it, run it, look at it',
      load: async (words) => (await import('./commands/meter/index.ts')).meterCommand(words),
    },
  ],
  'Your organisation:': [
    {
      name: 'organisations',
      summary: 'the tenants of the service',
      load: async () => resource((await import('./resources/tables/organisations.ts')).organisations),
    },
    {
      name: 'people',
      summary: 'who is a member of your organisation, with which role',
      load: async () => resource((await import('./resources/tables/people.ts')).people),
    },
    {
      name: 'api-tokens',
      summary: 'tokens to sign in with: make, rotate, revoke',
      load: async () => (await import('./commands/api-tokens/index.ts')).apiTokensCommand(),
    },
    {
      name: 'contracts',
      summary: 'what usage is billed under',
      load: async () => resource((await import('./resources/tables/contracts.ts')).contracts),
    },
    {
      name: 'sites',
      summary: 'where the meters of a contract stand',
      load: async () => resource((await import('./resources/tables/sites.ts')).sites),
    },
    {
      name: 'customers',
      summary: 'your own customers, whose names label usage',
      load: async () => resource((await import('./resources/tables/customers.ts')).customers),
    },
    {
      name: 'customer-rules',
      summary: 'which part of an inventory is whose',
      load: async () => resource((await import('./resources/tables/customer-rules.ts')).customerRules),
    },
    {
      name: 'quotas',
      summary: 'how much your organisation may use, and has used',
      load: async () => (await import('./commands/quotas/index.ts')).quotasCommand(),
    },
    {
      name: 'apply',
      summary: 'makes so what a file declares: contracts, sites, meters, tokens and more',
      load: async () => (await import('./commands/apply.ts')).applyCommand(),
    },
    {
      name: 'export',
      summary: 'writes what there is as such a file',
      load: async () => (await import('./commands/export.ts')).exportCommand(),
    },
    {
      name: 'notifications',
      summary: 'what people should know of',
      load: async () => (await import('./commands/notifications/index.ts')).notificationsCommand(),
    },
    {
      name: 'audit-log',
      summary: 'what was changed, by whom; and whether the log is intact',
      load: async () => (await import('./commands/audit-log/index.ts')).auditLogCommand(),
    },
  ],
  'Signing in:': [
    {
      name: 'login',
      summary: 'keeps an API token, or the command that prints it, for this and later commands',
      load: async () => (await import('./commands/login.ts')).loginCommand(),
    },
    {
      name: 'logout',
      summary: 'forgets what login kept',
      load: async () => (await import('./commands/logout.ts')).logoutCommand(),
    },
    {
      name: 'whoami',
      summary: 'who you are to the service: organisation, role, token',
      load: async () => (await import('./commands/whoami.ts')).whoamiCommand(),
    },
    {
      name: 'token',
      summary: 'exchanges the API token for an access token of 30 minutes and prints it',
      load: async () => (await import('./commands/token.ts')).tokenCommand(),
    },
  ],
  'Running the service:': [
    {
      name: 'serve',
      summary: 'runs the service until Ctrl-C',
      load: async () => (await import('./commands/serve.ts')).serveCommand(),
    },
    {
      name: 'demo',
      summary: 'runs the whole journey in a throw-away directory, from a token to reports',
      load: async () => (await import('./commands/demo.ts')).demoCommand(),
    },
    {
      name: 'doctor',
      summary: 'looks at this machine and the service, and says how to mend what is wrong',
      load: async () => (await import('./commands/doctor/index.ts')).doctorCommand(),
    },
    {
      name: 'rebuild',
      summary: 'derives all usage again from the archive and compares; for operators',
      load: async () => (await import('./commands/rebuild.ts')).rebuildCommand(),
    },
    {
      name: 'backup',
      summary: 'copies records and archive while the service runs, and checks such copies; for operators',
      load: async () => (await import('./commands/backup/index.ts')).backupCommand(),
    },
    {
      name: 'restore',
      summary: 'makes a data directory from a backup, on this machine or another',
      load: async () => (await import('./commands/restore.ts')).restoreCommand(),
    },
    {
      name: 'keys',
      summary: 'the keys that sign, and the master key that seals them; for operators',
      load: async () => (await import('./commands/keys/index.ts')).keysCommand(),
    },
  ],
  'This program:': [
    {
      name: 'completion',
      summary: 'prints the completion of this command line for a shell',
      load: async () => (await import('./commands/completion.ts')).completionCommand(),
    },
  ],
};

/** Every command, without the groups. */
export const ENTRIES: readonly Entry[] = Object.values(CATALOGUE).flat();
