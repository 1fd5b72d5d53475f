import packageJson from '../../package.json' with { type: 'json' };

/** What packages name as the version of the meter that made them. */
export const AGENT_VERSION: string = packageJson.version;
