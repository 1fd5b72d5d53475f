/**
 * What a vCenter can say and no record can hold. One impossible number must not cost the hours of all others: it is as good as not
 * said, so the last one that could be stands, and a machine of which there was none is not counted and told of.
 */
import { RECORDS } from '@meterhouse/contract';

const most = (schema: object) => (schema as { readonly maximum: number }).maximum;

export const MOST_VCPUS = most(RECORDS.vm.properties.vcpus);
export const MOST_MIB = most(RECORDS.vm.properties.memoryMib);
export const MOST_SOCKETS = most(RECORDS.host.properties.sockets);
