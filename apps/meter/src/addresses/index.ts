export { libvirtAddressFaults } from './libvirt.ts';
