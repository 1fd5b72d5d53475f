export { createLibvirtCollector, type LibvirtCollectorOptions } from './libvirt-collector.ts';
