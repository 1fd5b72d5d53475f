import type { Labels } from '../hours/index.ts';
import { NO_LABELS } from '../hours/index.ts';
import type { HostState, MachineState, Place } from '../inventory/index.ts';
import { climb, type Places } from './nearest.ts';
import { type Rule, versionOf } from './rules.ts';
import { isDirected, type RuledProduct, type Targets, targetsOf } from './targets.ts';

/**
 * Whose each machine of one product is: the label of the nearest rule (nearest.ts), a rule of Cloud Director before any other.
 * Nothing is kept between two calls, so places may change in between.
 *
 * @param rules in the order in which they win at one target, as `allRules` gives them
 */
export function createLabels(rules: readonly Rule[], product: RuledProduct): Labels {
  const targets = targetsOf(rules, product);
  const version = versionOf(rules);
  if (rules.length === 0) return NO_LABELS;
  return Object.freeze({
    version,
    customerOf: (machine: MachineState, host: HostState | undefined, places: Places) =>
      nearestRule(targets, machine, host, places)?.name ?? '',
  });
}

function nearestRule(
  targets: Targets,
  machine: MachineState,
  host: HostState | undefined,
  places: Places,
): Rule | undefined {
  if (targets.directed) {
    const directed = matchingRules(targets, machine, host, places).find(isDirected);
    if (directed !== undefined) return directed;
  }
  let nearest: Rule | undefined;
  climb(machine, host, places, (place) => {
    nearest = targets.at(place, places).find((rule) => !isDirected(rule));
    return nearest !== undefined;
  });
  return nearest ?? targets.whole[0];
}

/** Every rule that matches the machine, the one that wins first. */
export function matchingRules(
  targets: Targets,
  machine: MachineState,
  host: HostState | undefined,
  places: Places,
): readonly Rule[] {
  const matching = new Set<Rule>();
  climb(machine, host, places, (place: Place) => {
    for (const rule of targets.at(place, places)) matching.add(rule);
    return false;
  });
  for (const rule of targets.whole) matching.add(rule);
  // An organisation of a Cloud Director lies within it, so it comes first by itself.
  const all = [...matching];
  return [...all.filter(isDirected), ...all.filter((rule) => !isDirected(rule))];
}
