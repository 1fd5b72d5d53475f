import { type DestinationStream, pino } from 'pino';
import { REQUEST_LINE } from '../http/request-log.ts';

/** Milliseconds that the line of a request waits at most. */
const gatherFor = 200;
/** Characters that are written at once when so many have come; below the 16 KiB that pino writes in one piece. */
const gatherUpTo = 8 * 1024;

let standardOutput: DestinationStream | undefined;

/**
 * Standard output, shared by all logs of the process. Lines of requests are gathered and written a few times a second, since
 * each write holds up every request; any other line is written at once, after those gathered before it. However the process
 * ends, it writes what is gathered first, unless it is killed: kill -9 and a power cut take the lines of the last 200 ms.
 */
export function logOutput(): DestinationStream {
  standardOutput ??= gatherRequests();
  return standardOutput;
}

function gatherRequests(): DestinationStream {
  const output = pino.destination({ fd: 1, sync: true, minLength: gatherUpTo, periodicFlush: gatherFor });
  process.once('exit', () => output.flush());
  return {
    // pino sets `lastMsg` on a destination that says so.
    [Symbol.for('pino.metadata')]: true,
    lastMsg: '',
    write(line: string) {
      output.write(line);
      if (this.lastMsg !== REQUEST_LINE) output.flush();
    },
  } as DestinationStream & { lastMsg: string };
}
