// Keeps the arrows of the house: who may import whom. Prints every import that goes against them; ends with status 1 then.
//
//   apps -> packages; metering -> contract; contract, client -> nothing of ours
//   apps/cli is the front door and may open apps/service and apps/meter; bench and test/ may open everything
//   in the service: rooms -> platform; a room is reached from outside through its index.ts alone; service.ts wires them
//   no file reaches itself again through its imports
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { projectRoot } from './node-24.mjs';

const packagesThatMayBeOpened = {
  'packages/contract': [],
  'packages/metering': ['contract'],
  'packages/client': [],
  'apps/service': ['contract', 'metering'],
  'apps/meter': ['client', 'contract', 'metering'],
  'apps/cli': ['client', 'contract', 'metering', 'meter', 'service'],
  bench: ['client', 'contract', 'metering', 'meter', 'service'],
};
const importLine = /^\s*(?:import|export)\b(?<clause>[^'"();]*?)\bfrom\s*['"](?<from>[^'"]+)['"]/gm;
const bareImport = /^\s*import\s*['"](?<from>[^'"]+)['"]|\bimport\(\s*['"](?<dynamic>[^'"]+)['"]\s*\)/gm;

const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.ts'], {
  cwd: projectRoot,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file && existsSync(join(projectRoot, file)));
const faults = [];
const graph = new Map();

for (const file of files) {
  const home = Object.keys(packagesThatMayBeOpened).find((folder) => file.startsWith(`${folder}/`));
  if (!home) continue;
  graph.set(file, []);
  for (const { to, typeOnly, line } of importsOf(file)) {
    const fault = to.startsWith('.') ? faultOfRelative(file, to, typeOnly) : faultOfPackage(file, home, to);
    if (fault) faults.push(`${file}:${line} imports ${to}: ${fault}`);
  }
}
for (const circle of circles()) faults.push(`these import each other in a circle: ${circle.join(' -> ')}`);

for (const fault of faults) console.log(fault);
console.log(
  faults.length === 0
    ? `${graph.size} files, every arrow points the right way`
    : `${faults.length} arrows point the wrong way`,
);
process.exitCode = faults.length === 0 ? 0 : 1;

function* importsOf(file) {
  const text = readFileSync(join(projectRoot, file), 'utf8');
  const lineAt = (index) => text.slice(0, index).split('\n').length;
  for (const match of text.matchAll(importLine)) {
    yield {
      to: match.groups.from,
      typeOnly: /^\s*type\b/.test(match.groups.clause),
      line: lineAt(match.index),
    };
  }
  for (const match of text.matchAll(bareImport)) {
    yield {
      to: match.groups.from ?? match.groups.dynamic,
      typeOnly: Boolean(match.groups.dynamic),
      line: lineAt(match.index),
    };
  }
}

function faultOfPackage(file, home, to) {
  const own = /^@meterhouse\/([a-z]+)(\/.*)?$/.exec(to);
  if (!own || isTest(file)) return undefined;
  if (!packagesThatMayBeOpened[home].includes(own[1])) return `${home} may not open ${own[1]}`;
  return undefined;
}

function faultOfRelative(file, to, typeOnly) {
  const target = relative(projectRoot, resolve(projectRoot, dirname(file), to));
  if (!existsSync(join(projectRoot, target))) return 'there is no such file';
  // Types leave no arrow when the program runs, so only values can close a circle.
  if (!typeOnly && target.endsWith('.ts')) graph.get(file).push(target);
  if (isTest(file)) return undefined;
  if (homeOf(file) !== homeOf(target)) return 'another package is opened by its name, not by a path';
  const from = roomOf(file);
  const into = roomOf(target);
  if (!into || into === from) return undefined;
  if (from === 'platform') return 'the platform knows no room';
  if (into === 'platform' || from === undefined) return undefined;
  return target.endsWith('/index.ts') ? undefined : `the room ${into} is entered through its index.ts`;
}

function homeOf(file) {
  return Object.keys(packagesThatMayBeOpened).find((folder) => file.startsWith(`${folder}/`));
}

/** The room of the service that a file is in; undefined for the files that wire the rooms together, and elsewhere. */
function roomOf(file) {
  return /^apps\/service\/src\/([a-z-]+)\//.exec(file)?.[1];
}

function isTest(file) {
  return /\.test\.ts$|\/test\/|\/testing(\.ts|\/)/.test(file);
}

function* circles() {
  const state = new Map();
  const path = [];
  function* visit(file) {
    state.set(file, 'open');
    path.push(file);
    for (const next of graph.get(file) ?? []) {
      if (state.get(next) === 'open') yield [...path.slice(path.indexOf(next)), next];
      else if (!state.has(next)) yield* visit(next);
    }
    path.pop();
    state.set(file, 'done');
  }
  for (const file of graph.keys()) if (!state.has(file)) yield* visit(file);
}
