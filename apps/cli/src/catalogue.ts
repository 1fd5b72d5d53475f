import type { Command } from 'commander';

/** A command as the help of all commands tells it. What it does is loaded when it is asked for. */
export interface Entry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** Every command by its group, in the order of the help. Loading all of them would take longer than any of them runs. */
export const CATALOGUE: Readonly<Record<string, readonly Entry[]>> = {
  'Reports and usage:': [
    {
      name: 'reports',
      summary: "a month's reports: list, show, download",
      load: async () => (await import('./commands/reports/index.ts')).reportsCommand(),
    },
    {
      name: 'coverage',
      summary: 'which hours of a month a meter has covered, as a calendar',
      load: async () => (await import('./commands/coverage.ts')).coverageCommand(),
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
      summary: 'a usage meter on this machine: its key, and the packages it makes',
      load: async () => (await import('./commands/meter/index.ts')).meterCommand(),
    },
  ],
  'Signing in:': [
    {
      name: 'login',
      summary: 'keep an API token, or the command that prints it, for this and later commands',
      load: async () => (await import('./commands/login.ts')).loginCommand(),
    },
    {
      name: 'logout',
      summary: 'forget what login kept',
      load: async () => (await import('./commands/logout.ts')).logoutCommand(),
    },
    {
      name: 'whoami',
      summary: 'who you are to the service: organisation, role, token',
      load: async () => (await import('./commands/whoami.ts')).whoamiCommand(),
    },
    {
      name: 'token',
      summary: 'exchange the API token for an access token of 30 minutes and print it',
      load: async () => (await import('./commands/token.ts')).tokenCommand(),
    },
  ],
  'Running the service:': [
    {
      name: 'serve',
      summary: 'run the service until Ctrl-C',
      load: async () => (await import('./commands/serve.ts')).serveCommand(),
    },
    {
      name: 'demo',
      summary: 'run the whole journey in a throw-away directory, from a token to reports',
      load: async () => (await import('./commands/demo.ts')).demoCommand(),
    },
    {
      name: 'rebuild',
      summary: 'derive all usage again from the archive and compare; for operators',
      load: async () => (await import('./commands/rebuild.ts')).rebuildCommand(),
    },
  ],
  'This program:': [
    {
      name: 'completion',
      summary: 'print the completion of this command line for a shell',
      load: async () => (await import('./commands/completion.ts')).completionCommand(),
    },
  ],
};

/** Every command, without the groups. */
export const ENTRIES: readonly Entry[] = Object.values(CATALOGUE).flat();
