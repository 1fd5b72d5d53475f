import { connect as connectTls, type DetailedPeerCertificate, rootCertificates } from 'node:tls';
import packageJson from '../../../package.json' with { type: 'json' };
import { explain, innermost } from '../../explain.ts';
import { authorize } from '../../http/session.ts';
import { doubt, type Finding, fault, ok } from './finding.ts';

const PATIENCE_MS = 5_000;
const DAY_MS = 86_400_000;
/** A certificate that ends sooner is told. */
const SOON_DAYS = 14;
/** Beyond it tokens and packages of the next hour are refused. */
const SKEW_FAULT_S = 300;
const SKEW_DOUBT_S = 10;
const KEY_DAYS = 365;

/** Whether it answers, is ready, and whose clock is wrong. */
export async function checkReach(server: string): Promise<Finding[]> {
  const sent = Date.now();
  let answer: { status: number; date: string | null };
  try {
    const { status, headers, body } = await look(server, '/readyz');
    await body?.cancel();
    answer = { status, date: headers.get('date') };
  } catch (error) {
    const failure = explain(error);
    const mend = failure?.advice ?? 'Is --server its address?';
    return [
      fault(
        'service',
        failure?.message ?? `${server} does not answer: ${innermost(error as Error).message}`,
        mend,
      ),
    ];
  }
  return [readiness(server, answer.status), ...skew(answer.date, (sent + Date.now()) / 2)];
}

/** One answer as it is, whatever its status: what a proxy or another program says is looked at too. */
async function look(
  server: string,
  path: string,
  bearer?: string,
  patience = PATIENCE_MS,
): Promise<Response> {
  return fetch(new URL(path, server), {
    headers: bearer === undefined ? {} : { authorization: `Bearer ${bearer}` },
    redirect: 'manual',
    signal: AbortSignal.timeout(patience),
  });
}

function readiness(server: string, status: number): Finding {
  if (status === 200) return ok('service', `${server} is ready`);
  if (status === 503)
    return fault(
      'service',
      `${server} answers and is not ready.`,
      'It starts or stops: wait, then read its log.',
    );
  return fault(
    'service',
    `${server} answers ${status} to /readyz: it is no Meterhouse.`,
    'Is --server its address, and does a proxy pass everything on?',
  );
}

function skew(date: string | null, here: number): Finding[] {
  if (date === null || Number.isNaN(Date.parse(date))) return [];
  // The header has whole seconds, cut off.
  const seconds = Math.round((Date.parse(date) + 500 - here) / 1000);
  const says = `this clock is ${Math.abs(seconds)} s ${seconds > 0 ? 'behind' : 'ahead of'} the service's`;
  if (Math.abs(seconds) <= SKEW_DOUBT_S)
    return [ok('clock', `agrees with the service's to ${Math.max(1, Math.abs(seconds))} s`)];
  const mend = 'timedatectl set-ntp true, on the machine whose clock is wrong';
  return [
    Math.abs(seconds) > SKEW_FAULT_S
      ? fault('clock', `${says}: sign-ins of meters are refused.`, mend)
      : doubt('clock', `${says}.`, mend),
  ];
}

/** Whether the certificates of the chain are trusted, and for how long. */
export async function checkCertificate(
  server: string,
  authority?: string,
  now = Date.now(),
): Promise<Finding[]> {
  const { protocol, hostname, port } = new URL(server);
  if (protocol !== 'https:') return [];
  const host = hostname.replace(/^\[|\]$/g, '');
  const socket = connectTls({
    host,
    port: Number(port || 443),
    rejectUnauthorized: false,
    ...(/^[\d.:]+$/.test(host) ? {} : { servername: host }),
    ...(authority !== undefined && { ca: [...rootCertificates, authority] }),
  });
  try {
    await new Promise<void>((done, failed) => {
      socket.once('secureConnect', done).once('error', failed);
      socket.setTimeout(PATIENCE_MS, () => failed(new Error('no answer in 5 s')));
    });
    const findings = chainOf(socket.getPeerCertificate(true)).map((one) => validity(one, now));
    const doubtful = socket.authorizationError as unknown;
    if (!socket.authorized && !/EXPIRED/.test(String(doubtful))) {
      findings.push(
        fault(
          'certificate',
          `It is not trusted here: ${String(doubtful)}.`,
          'Name the authority that issued it: --ca-file authority.pem',
        ),
      );
    }
    return findings;
  } catch (error) {
    return [
      fault(
        'certificate',
        `TLS does not come about: ${(error as Error).message}`,
        'Does the service, or a proxy, speak TLS at this port?',
      ),
    ];
  } finally {
    socket.destroy();
  }
}

/** From the service's own up to the root, which is its own issuer. */
function chainOf(leaf: DetailedPeerCertificate): DetailedPeerCertificate[] {
  const chain = [leaf];
  for (
    let at = leaf;
    at.issuerCertificate !== undefined && at.issuerCertificate.fingerprint256 !== at.fingerprint256;
  ) {
    at = at.issuerCertificate;
    chain.push(at);
  }
  return chain;
}

function validity({ subject, valid_to }: DetailedPeerCertificate, now: number): Finding {
  const name = [subject?.CN ?? subject?.O ?? 'without a name'].flat()[0]!;
  const days = Math.floor((Date.parse(valid_to) - now) / DAY_MS);
  const until = new Date(valid_to).toISOString().slice(0, 10);
  const mend = 'Renew it; serve reads it at its start.';
  if (days < 0) return fault('certificate', `${name} ended on ${until}.`, mend);
  if (days < SOON_DAYS) return doubt('certificate', `${name} ends in ${days} days, on ${until}.`, mend);
  return ok('certificate', `${name} is good until ${until}`);
}

/** What /healthz tells this caller: every check of the service's own that is not well. */
export async function checkHealth(server: string, bearer?: string): Promise<Finding[]> {
  const answer = await look(server, '/healthz', bearer, 2 * PATIENCE_MS);
  const health = (await answer.json().catch(() => ({}))) as {
    status?: string;
    checks?: Record<string, { ok: boolean; detail: string }>;
  };
  const ill = Object.entries(health.checks ?? {}).filter(([, check]) => !check.ok);
  if (ill.length > 0)
    return ill.map(([name, { detail }]) =>
      fault(`health: ${name}`, detail, MENDS[name] ?? "Read the service's log."),
    );
  if (health.status === 'ok') {
    const seen = Object.keys(health.checks ?? {});
    return [ok('health', seen.length === 0 ? 'well; details are for operators' : `well: ${seen.join(', ')}`)];
  }
  return [
    fault(
      'health',
      'The work does not get on; details are for operators.',
      "Ask with an operator's token, or on the service's machine.",
    ),
  ];
}

const MENDS: Readonly<Record<string, string>> = {
  disk: "Make room on the service's machine, or lower --disk-reserve.",
  records: 'Is PostgreSQL running? postgres/postgres.log of the data directory, or DATABASE_URL.',
  engine: 'Restart the service; if that does not help: meterhouse rebuild',
  jobs: 'Look for errors of jobs in the log of the service; a restart tries them again at once.',
  packages: 'Look for errors of loads in the log of the service; the packages are kept.',
  reports: 'Look for errors of renewals in the log of the service.',
};

/** Whether both sides are of one release. */
export async function checkVersion(server: string, own: string = packageJson.version): Promise<Finding> {
  const answer = await look(server, '/openapi.json');
  const document = (await answer.json().catch(() => ({}))) as { info?: { version?: string } };
  const theirs = document.info?.version ?? 'of no version';
  const release = (version: string) => version.split('.').slice(0, 2).join('.');
  if (release(theirs) === release(own))
    return ok('version', `both are ${theirs === own ? own : `${theirs} and ${own}`}`);
  return doubt(
    'version',
    `The service is ${theirs}, this is ${own}.`,
    'Use the command line of the same release.',
  );
}

/** Whether the API token is good, and what it may. @returns an access token for further checks */
export async function checkToken(
  server: string,
  apiToken: () => Promise<string>,
): Promise<{ finding: Finding; bearer?: string; role?: string }> {
  try {
    const { access_token: bearer } = await authorize(server, await apiToken());
    const { role = 'unknown', organisation } = claimsOf(bearer);
    return {
      bearer,
      role,
      finding: ok(
        'token',
        `is good: ${role}${organisation === undefined ? '' : ` of organisation ${organisation}`}`,
      ),
    };
  } catch (error) {
    const failure = explain(error);
    return {
      finding: fault('token', failure?.message ?? String(error), failure?.advice ?? 'meterhouse login'),
    };
  }
}

function claimsOf(token: string): { role?: string; organisation?: string } {
  try {
    return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as object;
  } catch {
    return {};
  }
}

/** How old the keys are that the service signs with; told to operators alone. */
export async function checkSigningKeys(server: string, bearer: string, now = Date.now()): Promise<Finding[]> {
  const answer = await look(server, '/api/v1/signing-keys', bearer);
  const page = (await answer.json().catch(() => ({}))) as {
    items?: { purpose: string; createdAt: string; retiredAt?: string }[];
  };
  if (answer.status !== 200) return [];
  return (page.items ?? [])
    .filter(({ retiredAt }) => retiredAt === undefined)
    .map(({ purpose, createdAt }) => {
      const days = Math.floor((now - Date.parse(createdAt)) / DAY_MS);
      if (days <= KEY_DAYS) return ok('signing key', `${purpose}: ${days} days old`);
      return doubt('signing key', `${purpose}: ${days} days old.`, `meterhouse keys rotate ${purpose}`);
    });
}
