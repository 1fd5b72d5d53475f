export { readCertificate, type ServerCertificate } from './certificate.ts';
export { createVsphereCollector, type VsphereCollectorOptions } from './vsphere-collector.ts';
