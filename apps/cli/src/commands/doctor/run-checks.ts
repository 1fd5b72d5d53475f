import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { explain } from '../../explain.ts';
import {
  checkDirectory,
  checkDisk,
  checkMasterKey,
  checkOccupation,
  checkRecords,
} from './data-directory.ts';
import { type Finding, fault } from './finding.ts';
import {
  checkEngine,
  checkMemory,
  checkNode,
  checkProcessor,
  checkThreads,
  processorFlags,
} from './machine.ts';
import {
  checkCertificate,
  checkHealth,
  checkReach,
  checkSigningKeys,
  checkToken,
  checkVersion,
} from './service.ts';

/** What is looked at: one part, or both. */
export interface Doctoring {
  /** Flags of `meterhouse serve` that say how the service on this machine is set up. */
  readonly local?: { readonly flags: readonly string[] };
  readonly remote?: {
    readonly server: string;
    readonly apiToken: () => Promise<string>;
    /** PEM file of an authority that is trusted too. */
    readonly caFile?: string;
  };
  readonly onFinding: (finding: Finding) => void;
}

/** Looks at everything, in the order in which a person would; what one check finds keeps none of the others. */
export async function runChecks({ local, remote, onFinding }: Doctoring): Promise<void> {
  const tell = (findings: Finding | readonly Finding[]) => [findings].flat().forEach(onFinding);
  if (local !== undefined) await lookHere(local.flags, tell);
  if (remote !== undefined) await lookThere(remote, tell);
}

type Tell = (findings: Finding | readonly Finding[]) => void;

async function lookHere(flags: readonly string[], tell: Tell): Promise<void> {
  tell(checkNode(process.versions.node));
  tell(checkProcessor(process.arch, processorFlags()));
  tell(checkMemory(process.availableMemory()));
  tell(checkThreads(process.env.UV_THREADPOOL_SIZE));
  const { readConfig } = await import('@meterhouse/service');
  let config: ReturnType<typeof readConfig> | undefined;
  try {
    config = readConfig(flags, process.env);
  } catch (error) {
    const failure = explain(error);
    if (failure === undefined) throw error;
    tell(fault('settings', failure.message, 'meterhouse serve --help tells every setting'));
  }
  if (config !== undefined) {
    const { data } = config;
    const made = existsSync(join(data, 'postgres')) || config.masterKeyFile !== undefined;
    tell(checkDirectory(data));
    tell(checkMasterKey(config.masterKeyFile ?? join(data, 'master.key'), made));
    tell(checkDisk(data, config.diskReserve));
    tell(await checkOccupation(config));
    tell(await checkRecords(config));
  }
  tell(await checkEngine());
}

async function lookThere(
  { server, apiToken, caFile }: NonNullable<Doctoring['remote']>,
  tell: Tell,
): Promise<void> {
  const authority = caFile === undefined ? undefined : await readFile(caFile, 'utf8');
  tell(await checkCertificate(server, authority));
  const reached = await checkReach(server);
  tell(reached);
  if (reached[0]!.state !== 'ok') return;
  tell(await checkVersion(server));
  const { finding, bearer, role } = await checkToken(server, apiToken);
  tell(finding);
  tell(await checkHealth(server, bearer));
  if (bearer !== undefined && role === 'operator') tell(await checkSigningKeys(server, bearer));
}
