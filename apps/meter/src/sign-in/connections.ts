import { readFile } from 'node:fs/promises';
import { getCACertificates } from 'node:tls';
import { Agent } from 'undici';

/** Milliseconds. A connection that is not made by then is tried again later. */
const CONNECT_MS = 30_000;

/**
 * Connections to the service that trust what they should.
 * @param caFile PEM file of an authority that is trusted beside the ones that this process trusts anyway
 * @throws what the file system says of the authority's file
 */
export async function openConnections(
  caFile: string | undefined,
  timeouts: Pick<Agent.Options, 'headersTimeout' | 'bodyTimeout'> = {},
): Promise<Agent> {
  const ca =
    caFile === undefined ? undefined : [...getCACertificates('default'), await readFile(caFile, 'utf8')];
  return new Agent({ connect: { timeout: CONNECT_MS, ...(ca && { ca }) }, ...timeouts });
}
