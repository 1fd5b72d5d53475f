/**
 * The events of a connection, by a second virsh that does nothing but wait for them.
 *
 * It says nothing once it listens, yet the inventory must not be read before. So libvirt's own log on its standard error is
 * switched on, of which two things matter: each registration (life-cycle events are the first; when the next is asked for, they are on), and
 * the keep-alives of the connection. The latter also end it when the meter was killed: it dies of writing to nobody.
 */
import { CollectorFailure } from '../../inventory/index.ts';
import { type DomainEvent, parseEventLine } from './event-line.ts';
import { failureOf, startFailure } from './failure.ts';
import { onLine } from './lines.ts';
import { endVirsh, startVirsh, type VirshOptions } from './virsh-program.ts';

/** A virsh whose library writes no log is taken to listen after this many milliseconds. */
const SETTLED = 3000;
const LOG_LINE = /^\d{4}-\d\d-\d\d .*: (?:debug|info|warning|error) : /;
/** So many events nobody took: more than a look can ever be behind. */
const MOST_WAITING = 1_000_000;

export interface EventStream {
  /** Resolves when events are told; false: this kind of connection has none. @throws CollectorFailure */
  listening(): Promise<boolean>;
  /** Takes what has been told since it was last asked, in the order of arrival. */
  take(): DomainEvent[];
  /** How many wait to be taken. */
  waiting(): number;
  /** Calls back at each event, and at a failure, until the function that it gives is called. */
  onMore(listener: () => void): () => void;
  /** Why nothing comes any more; undefined while the stream stands. */
  failure(): CollectorFailure | undefined;
  end(): Promise<void>;
}

export interface EventStreamOptions extends Omit<VirshOptions, 'arguments' | 'environment'> {
  /** How long it may take until it listens, milliseconds. */
  readonly patience: number;
  readonly onBytes: (bytes: number) => void;
}

export function openEventStream(options: EventStreamOptions): EventStream {
  const virsh = startVirsh({
    ...options,
    arguments: ['event', '--all', '--loop', '--timestamp'],
    environment: { LIBVIRT_LOG_OUTPUTS: '1:stderr', LIBVIRT_LOG_FILTERS: '1:libvirt 2:rpc.keepalive' },
  });
  let events: DomainEvent[] = [];
  let said = '';
  let registered: boolean | undefined;
  let logs = false;
  let isError = false;
  let failed: CollectorFailure | undefined;
  let closed = false;
  const listeners = new Set<() => void>();
  const tellAll = () => {
    for (const listener of listeners) listener();
  };
  const fail = (reason: CollectorFailure) => {
    failed ??= reason;
    tellAll();
  };

  onLine(virsh.stdout, (line) => {
    options.onBytes(line.length + 1);
    const event = parseEventLine(line);
    if (event === undefined) return;
    if (events.push(event) > MOST_WAITING)
      fail(new CollectorFailure('internal', `more than ${MOST_WAITING} events wait`));
    tellAll();
  });
  onLine(virsh.stderr, (line) => {
    if (LOG_LINE.test(line)) {
      logs = true;
      isError = false;
      if (registered === undefined && /virConnectDomainEventRegisterAny:.*, eventID=[1-9]/.test(line)) {
        registered = true;
        tellAll();
      }
      return;
    }
    // What libvirt logs may have several lines, and so may what virsh says of an error.
    isError ||= line.startsWith('error: ');
    if (!isError) return;
    said = `${said}${line}\n`.slice(-4096);
    // virsh may go on waiting on a connection that is no more.
    if (line.includes('Disconnected from')) fail(failureOf('waiting for events', line, 'connection-lost'));
  });
  virsh.stdin.on('error', () => {});
  virsh.on('error', (cause) => fail(startFailure(options.program, cause)));
  virsh.on('close', () => {
    closed = true;
    if (/not supported by the connection driver/.test(said) && registered === undefined) registered = false;
    else
      fail(
        failureOf(
          'waiting for events',
          said,
          registered === undefined ? 'connection-refused' : 'connection-lost',
        ),
      );
    tellAll();
  });

  return {
    async listening() {
      const since = Date.now();
      while (registered === undefined && failed === undefined) {
        const left = (logs ? options.patience : Math.min(SETTLED, options.patience)) - (Date.now() - since);
        if (left > 0) await moreOrSo(left);
        else if (logs)
          fail(
            new CollectorFailure(
              'timed-out',
              `waiting for events: no answer in ${options.patience / 1000} s`,
            ),
          );
        else registered = true;
      }
      if (failed !== undefined) throw failed;
      return registered === true && !closed;
    },
    take() {
      const taken = events;
      events = [];
      return taken;
    },
    waiting: () => events.length,
    onMore(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    failure: () => failed,
    end: () => endVirsh(virsh),
  };

  async function moreOrSo(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, milliseconds);
      listeners.add(done);
      function done() {
        clearTimeout(timer);
        listeners.delete(done);
        resolve();
      }
    });
  }
}
