/** What the generated fleet runs on: two vCenters, five clusters, each with a licence of its own. */
import type { LicenseCategory } from '@meterhouse/contract';
import type { Cluster, Host } from '../days/index.ts';

interface Pool {
  readonly product: number;
  readonly cluster: string;
  /** Its part of the hosts. */
  readonly weight: number;
  readonly sockets: number;
  readonly coresPerSocket: number;
  readonly memoryMib: number;
  readonly key: string;
  readonly category: LicenseCategory;
  readonly edition: string;
  readonly model: string;
}

const POOLS: readonly Pool[] = [
  {
    product: 0,
    cluster: 'prod-a',
    weight: 6,
    sockets: 2,
    coresPerSocket: 16,
    memoryMib: 786_432,
    key: 'K7R2M',
    category: 'rental',
    edition: 'premier',
    model: 'R760',
  },
  {
    product: 0,
    cluster: 'prod-b',
    weight: 5,
    sockets: 2,
    coresPerSocket: 24,
    memoryMib: 1_048_576,
    key: 'A94TX',
    category: 'rental',
    edition: 'standard',
    model: 'R760',
  },
  {
    product: 0,
    cluster: 'owned',
    weight: 3,
    sockets: 2,
    coresPerSocket: 12,
    memoryMib: 524_288,
    key: 'P3HWQ',
    category: 'perpetual',
    edition: 'standard',
    model: 'DL380',
  },
  {
    product: 1,
    cluster: 'edge-a',
    weight: 4,
    sockets: 1,
    coresPerSocket: 32,
    memoryMib: 524_288,
    key: 'E5JNC',
    category: 'rental',
    edition: 'standard',
    model: 'XR11',
  },
  {
    product: 1,
    cluster: 'trial',
    weight: 1,
    sockets: 1,
    coresPerSocket: 10,
    memoryMib: 262_144,
    key: 'D1EMO',
    category: 'demo',
    edition: 'standard',
    model: 'XR11',
  },
];
const WEIGHTS = POOLS.reduce((sum, { weight }) => sum + weight, 0);
const MACHINES_A_HOST = 30;

/** Hosts for so many machines: at least one in each cluster. */
export function makeHosts(machines: number): Host[] {
  const wanted = Math.ceil(machines / MACHINES_A_HOST);
  return POOLS.flatMap((pool) =>
    Array.from({ length: Math.max(1, Math.round((wanted * pool.weight) / WEIGHTS)) }, (_, index) => ({
      product: pool.product,
      name: `esx-${pool.cluster}-${String(index + 1).padStart(2, '0')}`,
      cluster: pool.cluster,
      sockets: pool.sockets,
      coresPerSocket: pool.coresPerSocket,
      memoryMib: pool.memoryMib,
      license: { key: `*****-*****-*****-*****-${pool.key}`, category: pool.category, edition: pool.edition },
      sku: '',
      model: pool.model,
    })),
  );
}

const DAY = 86_400;

/** Two of the clusters share their disks (vSAN); what is used grows through the month. */
export function makeClusters(hosts: readonly Host[], monthStart: number): Cluster[] {
  return POOLS.filter(({ cluster }) => cluster.startsWith('prod')).map((pool, index) => {
    const vsanRawMib = hosts.filter(({ cluster }) => cluster === pool.cluster).length * 15_728_640;
    return {
      product: pool.product,
      name: pool.cluster,
      vsanRawMib,
      vsanUsedMib: (hour) => Math.floor(vsanRawMib / 3) + Math.floor((hour - monthStart) / DAY) * 2048,
      edition: index === 0 ? 'advanced' : 'standard',
      features: index === 0 ? ['compression', 'dedup'] : [],
    };
  });
}
