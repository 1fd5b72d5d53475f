import { Problem, type RoleList } from '@meterhouse/contract';
import { type Caller, type Role, roleAtLeast } from '../../platform/http/index.ts';

/** What each role adds to the one below it, in the words of people who give roles. */
export const roleList: RoleList = {
  items: [
    {
      name: 'operator',
      may: [
        'make, change and delete organisations, and act in any of them',
        'rotate the signing keys of the service',
        'derive usage again, make backups and verify the audit log',
      ],
    },
    {
      name: 'administrator',
      may: [
        'change contracts, sites and customers',
        'add people, change their roles and remove them',
        'make, rename, rotate and revoke API tokens',
        'make activation tokens, delete meters and bring them back',
        'send corrections',
        'read the audit log of the organisation',
      ],
    },
    {
      name: 'reporter',
      may: ['register, rename and change meters', 'send uploads', 'mark notifications as read'],
    },
    { name: 'reader', may: ['read reports, coverage, uploads, meters, contracts, people and API tokens'] },
  ],
};

/**
 * Refuses to give, change or take a role above the caller's own: who could rotate an operator's token would be one.
 *
 * @throws problem `forbidden`
 */
export function refuseAbove(caller: Caller, role: Role): void {
  if (roleAtLeast(caller.role, role)) return;
  throw new Problem('forbidden', {
    detail: `Nobody gives, changes or takes a role higher than their own; yours is ${caller.role}.`,
  });
}

/**
 * The role `operator` is that of the people who run the service, so it exists in their organisation alone.
 *
 * @throws problem `invalid-request`
 */
export function refuseOperatorElsewhere(role: Role, inOperators: boolean): void {
  if (role !== 'operator' || inOperators) return;
  throw new Problem('invalid-request', {
    errors: [{ pointer: '/role', message: "can be operator in the operators' organisation only" }],
  });
}
