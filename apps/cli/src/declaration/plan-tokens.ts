/**
 * API tokens by name and role: those of one name and another role are other tokens. One that is not there is made, and its value
 * goes into a file. One that was revoked last stays revoked, or a file that is applied every night would undo what somebody did in
 * an emergency; one that expired is made again. Those of the provisioning file, and the one that is used, are never revoked here.
 */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { DeclaredToken } from '@meterhouse/contract/declaration';
import { makeFolder } from '@meterhouse/metering/make-folder';
import { once } from '../http/once.ts';
import { intoSecretFile } from '../resources/secret-file.ts';
import type { OrganisationState } from './organisation-state.ts';
import type { Planning } from './plan.ts';
import { planDeletion, planItem } from './plan-item.ts';
import { refuseOperatorElsewhere } from './plan-people.ts';
import { secretFileName } from './secret-file-name.ts';

const LIST = '/api/v1/api-tokens';

interface Surroundings {
  readonly file: string;
  readonly secretsDir: string | undefined;
  readonly tokenId: string | undefined;
  /** Files that tokens of the declaration go to already. */
  readonly taken: Set<string>;
}

export function planTokens(
  planning: Planning,
  declared: readonly DeclaredToken[] | undefined,
  { apiTokens }: OrganisationState,
  surroundings: Surroundings,
): void {
  if (declared === undefined) return;
  const { place, warnings } = planning;
  declared.forEach((token, index) => {
    const { name, role, to } = token;
    const at = `${planning.at}/apiTokens/${index}`;
    refuseOperatorElsewhere(planning, role, at);
    const those = apiTokens.filter((other) => other.name === name && other.role === role);
    const file = to === undefined ? undefined : resolve(dirname(surroundings.file), to);
    if (those.some(({ state }) => state === 'active')) {
      planning.same();
      if (file !== undefined && !existsSync(file))
        warnings.push(
          `The API token ${name} is there, but its value is not in ${file}. For another value: meterhouse api-tokens rotate`,
        );
    } else if (newest(those)?.state === 'revoked') {
      warnings.push(`The API token ${name} (${role}) was revoked and stays so. Give it another name.`);
    } else {
      const path = pathFor(planning, token, at, surroundings);
      planItem(planning, {
        kind: 'API token',
        name,
        fields: { role },
        list: LIST,
        present: undefined,
        async create() {
          if (to === undefined) await makeFolder(dirname(path), 0o700);
          const json = { name, role };
          await intoSecretFile(path, () => once(place.client, LIST, { method: 'POST', json }), 'value');
        },
      });
    }
  });
  if (!planning.prune) return;
  for (const { id, name, role, state, provisioned, sequence } of apiTokens) {
    if (state !== 'active' || declared.some((token) => token.name === name && token.role === role)) continue;
    if (provisioned)
      warnings.push(
        `The API token ${name} (${role}) is not declared and stays: it is of the provisioning file.`,
      );
    else if (id === surroundings.tokenId)
      warnings.push(`The API token ${name} (${role}) is not declared and stays: you are signed in with it.`);
    else planDeletion(planning, 'API token', `${name} (${role})`, { path: `${LIST}/${id}`, sequence });
  }
}

function newest<Item extends { readonly createdAt: string }>(items: readonly Item[]): Item | undefined {
  return items.toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : -1))[0];
}

/** Where the value of a token goes that is to be made; every reason why it cannot is told before anything is made. */
function pathFor(
  { place, faults }: Planning,
  { name, role, to }: DeclaredToken,
  at: string,
  { file, secretsDir, taken }: Surroundings,
): string {
  const path =
    to !== undefined
      ? resolve(dirname(file), to)
      : secretsDir !== undefined
        ? resolve(secretsDir, secretFileName(place.name), secretFileName(`${name}-${role}`))
        : undefined;
  const pointer = to === undefined ? at : `${at}/to`;
  if (path === undefined)
    faults.push({
      pointer,
      message: 'is to be made: say where its value goes with "to: FILE", or --secrets-dir',
    });
  else if (existsSync(path))
    faults.push({ pointer, message: `is to be made, but there is a file ${path} already` });
  else if (taken.has(path)) faults.push({ pointer, message: `goes to ${path}, as another one does` });
  else taken.add(path);
  return path ?? '';
}
