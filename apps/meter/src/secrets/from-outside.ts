/** Passwords from outside of the configuration, for machines that nobody sits at. They are never kept. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MeterError } from '../identity/index.ts';
import { CollectorFailure } from '../inventory/index.ts';
import type { Environment } from './key-source.ts';

/**
 * For the product `vc-1`: the variable METERHOUSE_METER_PASSWORD_VC_1, the file that METERHOUSE_METER_PASSWORD_FILE_VC_1 names,
 * or the credential `password-vc-1` of systemd, in this order. A line feed at the end of a file is not part of it.
 *
 * @returns undefined when nothing is given
 * @throws CollectorFailure `password-missing` when a file is named that cannot be read
 */
export async function passwordFromOutside(
  product: string,
  environment: Environment,
): Promise<string | undefined> {
  const { variable, fileVariable } = passwordVariables(product);
  const given = environment[variable];
  if (given) return given;
  const file = environment[fileVariable];
  if (file)
    return readPassword(file).catch((error: NodeJS.ErrnoException) => {
      throw new CollectorFailure(
        'password-missing',
        `The password of ${product} cannot be read (${error.code}): ${fileVariable} names ${file}.`,
        { needsPerson: true },
      );
    });
  const credentials = environment.CREDENTIALS_DIRECTORY;
  if (!credentials) return undefined;
  return readPassword(join(credentials, `password-${product}`)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  });
}

/** Who may use the API, where the environment says so. */
const API_USER = 'METERHOUSE_METER_API_USER';
const API_PASSWORD = 'METERHOUSE_METER_API_PASSWORD';
const API_PASSWORD_FILE = 'METERHOUSE_METER_API_PASSWORD_FILE';
const USUAL_API_USER = 'admin';

/**
 * The user of the API and his password from the same three places: METERHOUSE_METER_API_PASSWORD, the file that
 * METERHOUSE_METER_API_PASSWORD_FILE names, the credential `api-password`. METERHOUSE_METER_API_USER is `admin` unless it is set.
 * @throws MeterError `api-password-missing` when a file is named that cannot be read
 */
export async function apiLoginFromOutside(
  environment: Environment,
): Promise<{ readonly user: string; readonly password: string } | undefined> {
  const user = environment[API_USER] || USUAL_API_USER;
  const given = environment[API_PASSWORD];
  if (given) return { user, password: given };
  const file = environment[API_PASSWORD_FILE];
  const credentials = environment.CREDENTIALS_DIRECTORY;
  const path = file || (credentials && join(credentials, 'api-password'));
  if (!path) return undefined;
  return readPassword(path).then(
    (password) => ({ user, password }),
    (error: NodeJS.ErrnoException) => {
      if (!file && error.code === 'ENOENT') return undefined;
      throw new MeterError(
        'api-password-missing',
        `The password of the API cannot be read (${error.code}): ${path}${file ? `, which ${API_PASSWORD_FILE} names` : ''}.`,
      );
    },
  );
}

/** A product's name has small letters, digits and dashes only, so no two share a variable. */
export function passwordVariables(product: string) {
  const suffix = product.toUpperCase().replaceAll('-', '_');
  return {
    variable: `METERHOUSE_METER_PASSWORD_${suffix}`,
    fileVariable: `METERHOUSE_METER_PASSWORD_FILE_${suffix}`,
  };
}

const readPassword = async (path: string) => (await readFile(path, 'utf8')).replace(/\r?\n$/, '');
