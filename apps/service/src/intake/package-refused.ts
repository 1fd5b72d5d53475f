import { Problem } from '@meterhouse/contract';
import type { Fault, Faults } from '@meterhouse/metering';

/** The refusal that names every fault, where it is, and how many there were. */
export function packageRefused(faults: Faults, uploadId?: string): Problem {
  const [first] = faults.list;
  return new Problem('package-refused', {
    detail: `The package has ${faults.total} fault(s)${first ? `; the first: ${placeOf(first)} ${first.message}` : ''}.`,
    errors: faults.list.map((fault) => ({ pointer: placeOf(fault), message: fault.message })),
    members: {
      faultCount: faults.total,
      faultCodes: [...new Set(faults.list.map(({ code }) => code))],
      ...(uploadId === undefined ? {} : { uploadId }),
    },
  });
}

/** `vm/17/vcpus`: the part, its line, the field. */
function placeOf({ part, line, pointer }: Fault): string {
  return `${part}${line === null ? '' : `/${line}`}${pointer}`;
}
