import { readFile } from 'node:fs/promises';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';

/** Trusts the certificates of a PEM file in this process, beside those it trusts anyway. @throws Failure when it holds none */
export async function trustAuthority(path: string): Promise<void> {
  const pem = await readFile(path, 'utf8');
  try {
    setDefaultCACertificates([...getCACertificates('default'), pem]);
  } catch (error) {
    throw new Failure(`${path} holds no certificate that can be read.`, EXIT.usage, {
      advice: `It must be a PEM file of the authority that issued the service's certificate. ${(error as Error).message}`,
    });
  }
}
