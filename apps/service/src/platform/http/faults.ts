import { type AjvFault, describeFaults, type ProblemFault } from '@meterhouse/contract';
import type { FastifyRequest } from 'fastify';

/** The parts of a request that have schemas, and how a pointer into each begins. */
const parts = [
  ['params', 'path'],
  ['querystring', 'query'],
  ['headers', 'header'],
  ['body', ''],
] as const;

/** Beyond these a list helps nobody; the rest is counted. */
const mostFaults = 500;

/** Every fault of every part of the request: the framework itself stops at the first part that has one. */
export function faultsOf(request: FastifyRequest): ProblemFault[] {
  const faults: ProblemFault[] = [];
  for (const [part, prefix] of parts) {
    const check = request.getValidationFunction(part);
    if (typeof check !== 'function') continue;
    const value = part === 'querystring' ? request.query : request[part];
    if (check(value === undefined ? null : value)) continue;
    faults.push(...describeFaults((check.errors ?? []) as readonly AjvFault[], prefix));
  }
  if (faults.length <= mostFaults) return faults;
  const more = faults.length - mostFaults;
  return [...faults.slice(0, mostFaults), { pointer: '', message: `and ${more} more faults` }];
}
