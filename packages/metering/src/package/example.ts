/** A small, valid package to test with. */
import { generateKeyPairSync } from 'node:crypto';
import type { ClusterRecord, HostRecord, PackageHeader, VmRecord } from '@meterhouse/contract';
import { type Signer, thumbprint } from './signature.ts';

export const PRODUCT = 'a1b2c3d4-0000-4000-8000-000000000001';

export const VM: VmRecord = {
  product: PRODUCT,
  hour: '2023-01-01T05:00:00Z',
  vm: '11111111-2222-4333-8444-555555555555',
  name: 'web-01 "quoted" \\ ü 😀',
  host: 'esx-01',
  cluster: 'gold',
  started: '2023-01-01T05:00:00Z',
  ended: '2023-01-01T06:00:00Z',
  power: 'on',
  vcpus: 4,
  memoryMib: 8192,
  reservationMib: 0,
  storageMib: 102400,
  license: '*****-ABCDE',
  licenseCategory: 'rental',
  edition: '',
  customer: '',
  services: ['nsx-advanced', 'vcd'],
};

export const HOST: HostRecord = {
  product: PRODUCT,
  hour: '2023-01-01T05:00:00Z',
  host: 'esx-01',
  cluster: 'gold',
  started: '2023-01-01T05:00:00Z',
  ended: '2023-01-01T06:00:00Z',
  sockets: 2,
  coresPerSocket: 16,
  memoryMib: 524288,
  license: '*****-ABCDE',
  licenseCategory: 'rental',
  sku: '',
  runningVms: 12,
  model: '',
};

export const CLUSTER: ClusterRecord = {
  product: PRODUCT,
  hour: '2023-01-01T05:00:00Z',
  cluster: 'gold',
  started: '2023-01-01T05:00:00Z',
  ended: '2023-01-01T06:00:00Z',
  vsanUsedMib: 1048576,
  vsanRawMib: 4194304,
  features: ['dedup'],
  edition: 'advanced',
};

export const HEADER: Omit<PackageHeader, 'format' | 'parts'> = {
  service: 'https://usage.example',
  organisation: '0e0e0e0e-0000-4000-8000-000000000001',
  registration: '0e0e0e0e-0000-4000-8000-000000000002',
  agent: '88531d1c-296e-4b47-8431-c0e8182148e7',
  agentVersion: '0.1.0',
  epoch: 1,
  number: 1,
  previous: null,
  month: '2023-01',
  createdAt: '2023-01-02T00:10:00Z',
  products: [
    {
      id: PRODUCT,
      type: 'vCenter',
      version: '8.0.1',
      hours: [
        { hour: '2023-01-01T05:00:00Z', status: 'collected' },
        {
          hour: '2023-01-01T06:00:00Z',
          status: 'partial',
          covered: [['2023-01-01T06:00:00Z', '2023-01-01T06:30:00Z']],
          reason: 'restart',
        },
        { hour: '2023-01-01T07:00:00Z', status: 'unreachable', reason: 'login-refused' },
      ],
    },
  ],
};

/** A key pair that is made anew in each run, and its look-up. */
export async function exampleSigner(): Promise<
  Signer & { keyOf: (kid: string) => Signer['privateKey'] | undefined }
> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const kid = await thumbprint(publicKey);
  return { kid, privateKey, keyOf: (asked) => (asked === kid ? publicKey : undefined) };
}
