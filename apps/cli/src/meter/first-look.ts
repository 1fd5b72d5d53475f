import type { FirstBreath, FirstLook } from '@meterhouse/meter/run';
import { count, plural } from '../terminal/numbers.ts';
import { plain } from '../terminal/plain.ts';
import { bold, green, red, yellow } from '../terminal/style.ts';

/** What the first look at a product found, for a person. */
export function lookLines(look: FirstLook): string[] {
  if ('failure' in look) {
    const { code, message } = look.failure;
    return [`${red('✗')} ${bold(look.name)}  ${plain(message)} (${code})`];
  }
  const { name, identity, machines, running, hosts, clusters, lacking, skewSeconds = 0 } = look;
  const found = `${plural(machines, 'machine')} (${count(running)} running), ${plural(hosts, 'host')}, ${plural(clusters, 'cluster')}`;
  return [
    `${green('✓')} ${bold(name)}  ${plain(`${identity.type} ${identity.version}`)}: ${found}`,
    ...lacking.map((words) => `  ${yellow('!')} ${plain(words)}`),
    ...(Math.abs(skewSeconds) < SKEW
      ? []
      : [
          `  ${yellow('!')} its clock is ${Math.abs(Math.round(skewSeconds))} s ${skewSeconds > 0 ? 'ahead of' : 'behind'} this machine's`,
        ]),
  ];
}

/** Seconds between two clocks from which a person should know. */
const SKEW = 5;

/** The same as JSON has it. */
export function lookJson(look: FirstLook) {
  if (!('failure' in look)) return look;
  const { code, message, needsPerson } = look.failure;
  return { name: look.name, failure: { code, message, needsPerson } };
}

/** What became of the first package. */
export function sentLine({ sent }: FirstBreath): string | undefined {
  if (sent === undefined) return undefined;
  if (sent.stopped !== undefined)
    return `${red('✗')} The first package was not taken: ${plain(sent.stopped.message)}`;
  return sent.taken === 0
    ? undefined
    : `${green('✓')} The service took ${sent.taken === 1 ? 'a first package' : `${sent.taken} packages`}.`;
}
