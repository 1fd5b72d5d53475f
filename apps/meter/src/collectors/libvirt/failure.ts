/** What virsh says when something fails, as one of the meter's failure codes and one line without anything secret. */
import { CollectorFailure, type FailureCode } from '../../inventory/index.ts';

/** First match wins: what ssh says stands before what libvirt makes of it. */
const MEANINGS: readonly (readonly [RegExp, FailureCode, 'needs-person'?])[] = [
  [/disconnected from/i, 'connection-lost'],
  [/host identification has changed/i, 'certificate-changed', 'needs-person'],
  [/host key verification failed|certificate/i, 'certificate-not-trusted', 'needs-person'],
  [
    /could not resolve|name or service not known|temporary failure in name resolution|no address associated/i,
    'name-not-found',
  ],
  [
    /failed to connect socket.*permission denied|access denied|operation forbidden/i,
    'rights-missing',
    'needs-person',
  ],
  [
    /permission denied|authentication failed|authentication unavailable|failed to step sasl/i,
    'login-refused',
    'needs-person',
  ],
  [/timed out|keepalive timeout/i, 'timed-out'],
  [
    /connection refused|failed to connect socket|: no such file or directory|no route to host|network is unreachable/i,
    'connection-refused',
  ],
  [
    /end of file|socket is closed|connection reset|cannot recv data|cannot write data|broken pipe/i,
    'connection-lost',
  ],
];
const LONGEST = 400;

/** @param doing what was tried, such as `connecting`; it opens the message */
export function failureOf(doing: string, said: string, otherwise: FailureCode): CollectorFailure {
  const message = cleaned(said);
  const meaning = MEANINGS.find(([words]) => words.test(message));
  return new CollectorFailure(
    meaning?.[1] ?? otherwise,
    `${doing}: ${message === '' ? 'virsh ended without a word' : message}`,
    {
      needsPerson: meaning?.[2] !== undefined,
    },
  );
}

/** The failure for a virsh that could not be started at all. */
export function startFailure(program: string, cause: NodeJS.ErrnoException): CollectorFailure {
  const what =
    cause.code === 'ENOENT'
      ? 'there is none: install it (Debian: libvirt-clients)'
      : `${cause.code ?? cause.message}`;
  return new CollectorFailure('internal', `starting ${program}: ${what}`, { needsPerson: true, cause });
}

function cleaned(said: string): string {
  const lines = said
    .split('\n')
    .map((line) => line.replace(/^error: /, '').trim())
    .filter(
      (line) => line !== '' && line !== 'failed to connect to the hypervisor' && !line.includes('/dev/null/'),
    );
  return [...new Set(lines)]
    .join('; ')
    .replace(/@{3,}(?:; )?/g, '')
    .replace(/\p{Cc}+/gu, ' ')
    .slice(0, LONGEST);
}
