export { readCertificate, type ServerCertificate } from './certificate.ts';
export { STORAGE, WATCHED, WATCHED_TYPES } from './properties.ts';
export { createVsphereCollector, type VsphereCollectorOptions } from './vsphere-collector.ts';
