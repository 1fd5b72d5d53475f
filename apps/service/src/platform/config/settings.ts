import {
  address,
  duration,
  flag,
  type Kind,
  oneOf,
  path,
  postgresAddress,
  size,
  text,
  webAddress,
  webOrigins,
  whole,
} from './kinds.ts';

/** One setting: read from a flag, the environment or the file; its flag and variable follow from its name. */
export interface Setting<Value = unknown> {
  readonly group: string;
  readonly kind: Kind<Value>;
  readonly help: string;
  /** In the words a person would write; without one the setting is absent until somebody sets it. */
  readonly default?: string;
  /** A further variable of the environment, known from elsewhere. */
  readonly alsoVariable?: string;
  /** A file that holds it must be its owner's alone. */
  readonly secret?: boolean;
}

const setting = <Value, Rest extends Omit<Setting, 'kind'>>(kind: Kind<Value>, rest: Rest) => ({
  kind,
  ...rest,
});

/** Every setting of `meterhouse serve`. The help, the checks and docs/configuration.md come from here. */
export const settings = {
  data: setting(path, {
    group: 'Where things are',
    default: './data',
    help: 'The data directory: private PostgreSQL, engine, archive. One process at a time.',
  }),
  provision: setting(path, {
    group: 'Where things are',
    help: 'A YAML file of organisations, people, contracts and API tokens that the service makes so at its start.',
  }),
  databaseUrl: setting(postgresAddress, {
    group: 'Where things are',
    alsoVariable: 'DATABASE_URL',
    secret: true,
    help: 'Keep the records in this PostgreSQL instead of the private one.',
  }),
  masterKeyFile: setting(path, {
    group: 'Where things are',
    help: 'A file with the master key that seals private keys; the default is made in the data directory.',
  }),
  postgresUser: setting(text, {
    group: 'Where things are',
    help: 'The system user that the private PostgreSQL runs as when the service is root.',
  }),

  backupDir: setting(path, {
    group: 'Where things are',
    help: 'Where backups are made, a folder each; the default is backups/ in the data directory. Copy them to another disk.',
  }),
  backupKeep: setting(whole(1, 10_000), {
    group: 'Where things are',
    default: '7',
    help: 'How many whole backups stay in that directory; the oldest beyond them goes when a new one is whole.',
  }),

  listen: setting(address, {
    group: 'Network',
    default: '127.0.0.1:8390',
    help: 'Where to listen. Anything but loopback needs TLS or --behind-proxy. Port 0 takes a free one.',
  }),
  publicUrl: setting(webAddress, {
    group: 'Network',
    help: 'How callers reach the service: the issuer of tokens and the base of links. The default follows from --listen.',
  }),
  tlsCert: setting(path, { group: 'Network', help: 'Certificate chain, PEM.' }),
  tlsKey: setting(path, { group: 'Network', help: 'Private key of the certificate, PEM.' }),
  behindProxy: setting(flag, {
    group: 'Network',
    default: 'false',
    help: 'A reverse proxy stands in front and ends TLS: believe the forwarded headers of the one that connects.',
  }),
  corsOrigins: setting(webOrigins, {
    group: 'Network',
    help: 'Origins whose pages may call the service from a browser, with commas between them. None without it.',
  }),
  allowTokenInQuery: setting(flag, {
    group: 'Network',
    default: 'false',
    help: "Take API tokens in the query string, as old scripts send them. They end up in other people's logs.",
  }),
  metricsFromAnywhere: setting(flag, {
    group: 'Network',
    default: 'false',
    help: 'Answer /metrics and the details of /healthz to every address instead of loopback and operators only.',
  }),
  failuresPerAddress: setting(whole(1, 1_000_000), {
    group: 'Network',
    default: '60',
    help: 'Failed sign-ins and activations a minute from one address, or 20 times as many of any kind; beyond it 429.',
  }),
  failuresPerToken: setting(whole(1, 1_000_000), {
    group: 'Network',
    default: '30',
    help: 'Failed ones a minute with tokens that begin alike, from anywhere; the right token still passes.',
  }),

  maxPackageSize: setting(size, {
    group: 'Uploads',
    default: '256MiB',
    help: 'The largest package as sent. A day of 24,000 VMs has 20 MiB.',
  }),
  maxUnpackedSize: setting(size, {
    group: 'Uploads',
    default: '8GiB',
    help: 'The largest package unpacked, measured on what comes out.',
  }),
  uploadIdleTimeout: setting(duration, {
    group: 'Uploads',
    default: '30s',
    help: 'An upload of which nothing comes for this long is cut.',
  }),
  uploadTimeout: setting(duration, {
    group: 'Uploads',
    default: '1h',
    help: 'The longest that one upload may take to arrive.',
  }),
  futureSkew: setting(duration, {
    group: 'Uploads',
    default: '10m',
    help: 'How far the clock of a meter may run ahead; an hour beyond it is refused with 503 and stays with the meter.',
  }),
  diskReserve: setting(size, {
    group: 'Uploads',
    default: '1GiB',
    help: 'Below this much free disk uploads are refused with 507; everything else goes on.',
  }),

  quotaMeters: setting(whole(0, 1_000_000_000), {
    group: 'Quotas',
    default: '1000',
    help: 'Meters of an organisation that are not deleted; beyond it registrations are refused with 429.',
  }),
  quotaUploadsPerDay: setting(whole(0, 1_000_000_000), {
    group: 'Quotas',
    default: '100000',
    help: 'Packages of an organisation in a day, UTC; beyond it 429, and the meters keep theirs.',
  }),
  quotaUploadBytesPerDay: setting(size, {
    group: 'Quotas',
    default: '64GiB',
    help: 'Bytes of those packages as sent. A day of 24,000 VMs has 20 MiB.',
  }),
  quotaRenderingsPerHour: setting(whole(0, 1_000_000_000), {
    group: 'Quotas',
    default: '2000',
    help: 'Other forms of reports (CSV, JSON, Parquet) made for an organisation in an hour; one made before costs nothing.',
  }),

  reportRenewalInterval: setting(duration, {
    group: 'Work',
    default: '10m',
    help: 'The shortest time between two renewals of a provisional history beyond a million rows.',
  }),
  jobConcurrency: setting(whole(1, 64), {
    group: 'Work',
    default: '4',
    help: 'Jobs at a time: loads of packages, renewals of reports.',
  }),
  engineMemory: setting(size, {
    group: 'Work',
    default: '1GiB',
    help: 'Memory that the statements of the engine may take together. A statement beyond it fails and is tried again.',
  }),
  engineThreads: setting(whole(1, 256), {
    group: 'Work',
    default: '2',
    help: 'Threads of one statement of the engine.',
  }),
  progressLimit: setting(duration, {
    group: 'Work',
    default: '10m',
    help: '/healthz is not green while a package or a job has waited for longer than this.',
  }),
  stopTimeout: setting(duration, {
    group: 'Work',
    default: '30s',
    help: 'How long a stopping service waits for requests that are under way.',
  }),
  logLevel: setting(oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'), {
    group: 'Work',
    default: 'info',
    help: 'What the log tells.',
  }),
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;

type ValueOf<S> = S extends { kind: Kind<infer Value> } ? Value : never;
type Given = {
  [Name in SettingName]: (typeof settings)[Name] extends { default: string } ? Name : never;
}[SettingName];

/** The settings as the service uses them: sizes in bytes, times in seconds, paths absolute. Frozen. */
export type Config = {
  readonly [Name in Given]: ValueOf<(typeof settings)[Name]>;
} & {
  readonly [Name in Exclude<SettingName, Given>]?: ValueOf<(typeof settings)[Name]>;
};

/** `tlsCert` is the flag `--tls-cert`, in the file `tls-cert`. */
export const flagOf = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
/** `tlsCert` is the variable `METERHOUSE_TLS_CERT`. */
export const variableOf = (name: string) => `METERHOUSE_${flagOf(name).replaceAll('-', '_').toUpperCase()}`;
