/** How much of a rule there is in some usage: the rule's filter, then its measure, undivided. */
import { coreAverage } from '../measures/core-average.ts';
import { coreHours } from '../measures/core-hours.ts';
import { coreLicences } from '../measures/core-licences.ts';
import { countedHosts } from '../measures/counted-hosts.ts';
import type { Ratio } from '../measures/decimal.ts';
import { gbHours } from '../measures/gb-hours.ts';
import type { Month } from '../measures/month.ts';
import type { HostSpan } from '../measures/spans.ts';
import { storageGbAverage } from '../measures/storage-average.ts';
import { vcpuHours } from '../measures/vcpu-hours.ts';
import { vmCount } from '../measures/vm-count.ts';
import { vramAverage } from '../measures/vram.ts';
import { clustersOfHours, vsanRawAddon } from '../measures/vsan-raw-addon.ts';
import { vsanUsedAverage } from '../measures/vsan-used.ts';
import type { Rule } from '../rules/rule-set.ts';
import { matches } from '../rules/where.ts';
import type { Share } from './meter-month.ts';

/**
 * The quantity of a rule; undefined for what one meter cannot tell, the overage of a contract.
 * Hosts and the clusters of an add-on are filtered by the span that counts for their hour, never by an earlier one.
 */
export function quantityOf(
  rule: Rule,
  usage: Omit<Share, 'contract' | 'site'>,
  month: Month,
): Ratio | undefined {
  const vms = () => usage.vms.filter((span) => matches(rule.where, span));
  const hosts = () => ruledHosts(rule, usage.hosts);
  switch (rule.measure) {
    case 'vram-average':
      return vramAverage(vms(), month, usage.rules.cap);
    case 'vm-count':
      return vmCount(vms());
    case 'vcpu-hours':
      return vcpuHours(vms());
    case 'gb-hours':
      return gbHours(vms());
    case 'storage-gb-average':
      return storageGbAverage(vms(), month);
    case 'core-average':
      return coreAverage(hosts(), month);
    case 'core-hours':
      return coreHours(hosts(), usage.rules.coreFloorPerSocket);
    case 'core-licences':
      return coreLicences(hosts());
    case 'vsan-used-average':
      return vsanUsedAverage(
        usage.clusters.filter((span) => matches(rule.where, span)),
        month,
      );
    case 'vsan-raw-addon': {
      const clusters = clustersOfHours(usage.clusters).filter((span) => matches(rule.where, span));
      const { entitledTibPerCore = '0', addon = 'difference' } = rule;
      return vsanRawAddon(clusters, usage.hosts, { entitledTibPerCore, addon });
    }
    case 'overage-core-hours':
      return undefined;
  }
}

/**
 * What a rule's numerator is divided by. It hangs on the measure and the month alone, so that numerators may come from
 * elsewhere, such as the engine, and be divided here.
 */
export function divisorOf(rule: Rule, month: Month): bigint {
  return quantityOf(rule, NO_USAGE, month)?.denominator ?? 1n;
}

const NO_USAGE: Parameters<typeof quantityOf>[1] = {
  rules: { name: '', version: '', cap: 'none', coreFloorPerSocket: 0, rules: [] },
  vms: [],
  hosts: [],
  clusters: [],
};

/** The hosts that count under a rule, one entry for each host and hour. */
export function ruledHosts(rule: Rule, hosts: Iterable<HostSpan>): readonly HostSpan[] {
  return countedHosts(hosts).filter((span) => matches(rule.where, span));
}
