/**
 * What `meterhouse login` keeps: for each profile a server and how to get the API token for it. A token is of one server; it
 * is never sent to another one.
 */
export interface Profile {
  readonly server: string;
  /** The API token itself, or the command that prints it, such as `pass show meterhouse`. */
  readonly token?: string;
  readonly tokenCommand?: string;
}

export interface Credentials {
  readonly profiles: Readonly<Record<string, Profile>>;
}

export const DEFAULT_PROFILE = 'default';
