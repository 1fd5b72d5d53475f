import { formatInstant, HOUR, instantOf } from '@meterhouse/metering';
import type { CoverageRun } from '../../journey/find-gaps.ts';
import { drawStrip } from '../../terminal/coverage-calendar.ts';
import { bytes, count, plural } from '../../terminal/numbers.ts';
import { plain } from '../../terminal/plain.ts';
import { span } from '../../terminal/span.ts';
import { bold, dim, green, heading, red, yellow } from '../../terminal/style.ts';
import { table } from '../../terminal/table.ts';
import type { HoursOfProduct, Standing } from './standing.ts';

/** One screen: how the meter is, for a person. */
export function statusLines(standing: Standing, concerns: readonly string[]): string[] {
  return [
    ...headLines(standing),
    '',
    ...productLines(standing),
    '',
    ...hourLines(standing),
    '',
    ...workLines(standing),
    '',
    ...closingLines(standing, concerns),
  ];
}

/** What needs a person; else what is mended by itself; else that nothing is wrong. */
function closingLines({ snapshot, now, running }: Standing, concerns: readonly string[]): string[] {
  if (concerns.length > 0) return concerns.map((words) => `${yellow('!')} ${plain(words)}`);
  const away = (snapshot?.products ?? []).filter(({ state }) => running && state === 'unreachable');
  if (away.length === 0) return [`${green('✓')} All is well.`];
  return away.map(
    ({ name, reason = '', nextTryAt }) =>
      `${yellow('!')} ${plain(`${name} cannot be reached (${reason}) and is tried again by itself${nextTryAt === undefined ? '' : `, next in ${span(Math.max(0, nextTryAt - now))}`}.`)}`,
  );
}

function headLines({ agent, now, running, snapshot, activated, settings }: Standing): string[] {
  const service = snapshot?.service ?? settings?.service;
  const state = running
    ? `${green('runs')} since ${span(now - snapshot!.startedAt)} (process ${snapshot!.pid}, version ${snapshot!.version})`
    : red(snapshot === undefined ? 'has never run' : `stopped; what follows is of ${when(snapshot.at)}`);
  const bound = activated ? 'bound' : yellow('not bound');
  return [
    `${heading('Meter')} ${bold(agent)}  ${state}`,
    `${heading('Service')} ${service === undefined ? `none: OFFLINE, a person carries its packages; ${bound}` : `${plain(service)}, ${bound}`}`,
  ];
}

const COLOURS: Readonly<Record<string, (text: string) => string>> = {
  reached: green,
  unreachable: red,
  'needs-person': red,
  starting: yellow,
};

function productLines({ snapshot, now }: Standing): string[] {
  const rows = (snapshot?.products ?? []).map(
    ({ name, state, stateSince, lastReadingAt, ledger, health }) => [
      name,
      state,
      span(now - stateSince),
      lastReadingAt === undefined ? 'never' : `${span(now - lastReadingAt)} ago`,
      ledger === undefined ? '' : `${count(ledger.machines)} (${count(ledger.running)} on)`,
      ledger === undefined ? '' : count(ledger.hosts),
      health?.skewSeconds === undefined
        ? ''
        : `${health.skewSeconds >= 0 ? '+' : ''}${Math.round(health.skewSeconds)} s`,
    ],
  );
  const drawn = table(['Product', 'State', 'Since', 'Last seen', 'Machines', 'Hosts', 'Clock'], rows, {
    right: ['Machines', 'Hosts', 'Clock'],
    empty: snapshot === undefined ? 'Its products are shown once it runs.' : 'No product.',
  });
  const lines = drawn.split('\n').map((line, at) => {
    const state = at < 2 ? undefined : rows[at - 2]?.[1];
    return state === undefined ? line : line.replace(` ${state} `, ` ${(COLOURS[state] ?? dim)(state)} `);
  });
  const lacking = (snapshot?.products ?? []).flatMap(({ name, health }) =>
    (health?.lacking ?? []).map((words) => dim(plain(`  ${name}: ${words}`))),
  );
  return [...lines, ...lacking];
}

function hourLines({ month, hours }: Standing): string[] {
  if (hours.length === 0) return [`${heading('Hours')} of ${month}: none is closed yet.`];
  const width = Math.max(...hours.map(({ product }) => product.length));
  return [
    `${heading('Hours')} of ${month}, as this machine knows them; a sign a day, the worst of its hours`,
    ...hours.map((one) => {
      const { product, collected, partial, unreachable } = one;
      return `  ${bold(plain(product.padEnd(width)))}  ${drawStrip(month, [runsOf(one)])}  ${count(collected)} collected, ${count(partial)} partial, ${count(unreachable)} unreachable`;
    }),
  ];
}

function runsOf({ states }: HoursOfProduct): CoverageRun[] {
  return [...states].map(([from, state]) => ({
    from,
    to: formatInstant(instantOf(from) + HOUR),
    state,
  })) as CoverageRun[];
}

function workLines({ snapshot, settings, certificate, now }: Standing): string[] {
  const { upload, spoolLimitBytes, clockJump } = snapshot ?? {};
  const spool = upload?.spool;
  const waiting = snapshot?.products.reduce((sum, { ledger }) => sum + (ledger?.waiting ?? 0), 0) ?? 0;
  const listen = settings?.api.listen;
  return [
    ...(upload === undefined
      ? []
      : [
          `${heading('Spool')} ${plural(waiting, 'hour')} waiting${spool === undefined ? '' : `, ${plural(spool.unsent, 'package')} unsent, ${bytes(spool.bytes)} of ${bytes(spoolLimitBytes!)}`}`,
          `${heading('Uploads')} ${upload.state}; ${upload.lastTakenAt === undefined ? 'nothing taken since the start' : `last taken ${span(now - upload.lastTakenAt)} ago`}${upload.nextTryAt === undefined || upload.nextTryAt < now ? '' : `, next in ${span(upload.nextTryAt - now)}`}`,
          ...(upload.failure === undefined ? [] : [`  ${red(plain(upload.failure.message))}`]),
          `${heading('Clock')} ${upload.skewSeconds === undefined ? 'not compared with a service yet' : `${upload.skewSeconds >= 0 ? '+' : ''}${Math.round(upload.skewSeconds)} s to the service's`}${clockJump === undefined ? '' : `; set by ${Math.round(clockJump.milliseconds / 1000)} s ${span(now - clockJump.at)} ago`}`,
        ]),
    `${heading('API')} ${listen === undefined ? 'off' : `https://${listen}${certificate === undefined ? '' : `, certificate until ${when(certificate.endsAt).slice(0, 10)}, SHA-256 ${certificate.fingerprint}`}`}`,
  ];
}

const when = (ms: number) => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
