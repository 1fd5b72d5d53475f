import type { ProblemError } from '@meterhouse/client';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';

/** What the service says of the header Meterhouse-Organisation is told of `--organisation`, which sent it. */
export function namingOrganisation(error: unknown, organisation: string): unknown {
  if (!(error instanceof Error) || error.name !== 'ProblemError') return error;
  const { code, detail, requestId } = error as ProblemError;
  const more = { code, ...(requestId !== undefined && { requestId }) };
  if (code === 'organisation-unknown') {
    return new Failure(`There is no organisation ${organisation}.`, EXIT.notFound, {
      ...more,
      advice: 'meterhouse organisations list names them.',
    });
  }
  if (code === 'forbidden' && detail?.includes('Meterhouse-Organisation')) {
    return new Failure('Only operators act in other organisations.', EXIT.unauthorised, {
      ...more,
      advice: 'Leave out --organisation (METERHOUSE_ORGANISATION).',
    });
  }
  return error;
}
