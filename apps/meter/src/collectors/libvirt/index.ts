export { addressFaults } from './address.ts';
export { createLibvirtCollector, type LibvirtCollectorOptions } from './libvirt-collector.ts';
