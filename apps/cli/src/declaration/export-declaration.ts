import type { Client } from '../http/client.ts';
import { declareState } from './declare-state.ts';
import { type Part, readState } from './organisation-state.ts';
import { placeOf } from './place.ts';
import { whoDeclares } from './who-declares.ts';

const EVERYTHING: ReadonlySet<Part> = new Set([
  'people',
  'contracts',
  'customers',
  'meters',
  'apiTokens',
  'quotas',
]);

const COMMENT = ` What "meterhouse apply -f FILE" makes so; it changes nothing where all of it is so already.
 No secret is in it. An API token that is not there when the file is applied is made anew, and its value goes where
 "to: FILE" of the token or --secrets-dir says. People have no password until one is given ("password: {env: NAME}").`;

/** The declaration of every organisation that the caller may name, as YAML. */
export async function exportDeclaration(client: Client): Promise<string> {
  const { organisations, byOperator } = await whoDeclares(client);
  const declared = [];
  for (const organisation of organisations.toSorted((a, b) => (a.name < b.name ? -1 : 1)))
    declared.push(
      declareState(organisation, await readState(placeOf(client, organisation, byOperator), EVERYTHING)),
    );
  const { Document } = await import('yaml');
  const document = new Document({ organisations: declared });
  document.commentBefore = COMMENT;
  // Folded lines would make another file of the same state when a name grows.
  return document.toString({ lineWidth: 0 });
}
