import type { MeterSettings } from '@meterhouse/meter/settings';

export interface Standing {
  readonly dir: string;
  readonly agent: string;
  readonly activated: boolean;
  readonly settings: MeterSettings;
}

/** What is left to do, a command each, in their order. */
export function nextSteps({ dir, agent, activated, settings }: Standing): string[] {
  const { service, products } = settings;
  const bind =
    service === undefined
      ? [
          `meterhouse meters register ${agent} --label NAME --contract NUMBER`,
          `meterhouse meters activation-token ${agent} > FILE`,
          `meterhouse meter activate --dir ${dir} --server URL --activation-token - < FILE   (OFFLINE: docs/guides/offline-meters.md)`,
        ]
      : [
          `meterhouse login --server ${service}`,
          `meterhouse meter init --dir ${dir} --label NAME --contract NUMBER`,
        ];
  return [
    ...(activated ? [] : bind),
    ...(products.length > 0
      ? []
      : [`meterhouse meter products add --dir ${dir} --vcenter HOST --user NAME   (or --libvirt URI)`]),
    `meterhouse meter run --dir ${dir}`,
  ];
}
