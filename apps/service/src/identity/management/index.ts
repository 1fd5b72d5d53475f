import type { Routes } from '../../platform/http/index.ts';
import type { SigningKeys } from '../signing-keys.ts';
import { apiTokenRoutes } from './api-token-routes.ts';
import { auditRoutes } from './audit-routes.ts';
import { organisationRoutes } from './organisation-routes.ts';
import { peopleRoutes } from './people-routes.ts';
import { signingKeyRoutes } from './signing-key-routes.ts';
import type { ManagementTools } from './tools.ts';
import { whoamiRoutes } from './whoami-routes.ts';

/** Organisations, people, tokens, keys and the audit log in the management API (2-wire-api, F; docs/management-api.md). */
export function managementRoutes(
  tools: ManagementTools & { readonly signingKeys: SigningKeys },
): readonly Routes[] {
  return [
    whoamiRoutes(tools),
    organisationRoutes(tools),
    peopleRoutes(tools),
    apiTokenRoutes(tools),
    signingKeyRoutes(tools),
    auditRoutes(tools),
  ];
}
