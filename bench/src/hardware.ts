import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';

/** One line that says what the figures were measured on. */
export function hardware(): string {
  const model = cpus()[0]?.model.trim() || 'unknown processor';
  const gibibytes = (totalmem() / 2 ** 30).toFixed(0);
  return `${availableParallelism()} × ${model}, ${gibibytes} GiB, ${process.platform} ${kernel()}, Node ${process.versions.node}`;
}

function kernel(): string {
  try {
    return readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim();
  } catch {
    return '';
  }
}
