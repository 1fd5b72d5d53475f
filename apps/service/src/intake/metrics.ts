import { Problem } from '@meterhouse/contract';
import type { Metrics } from '../platform/telemetry/index.ts';
import type { Recorded } from './record-upload.ts';

const SECONDS = [0.005, 0.02, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60];

/** What is counted of uploads. */
export function createIntakeMetrics(metrics: Metrics, inFlight: () => number) {
  const uploads = metrics.counter('uploads_total', 'Uploads by what became of them.', ['outcome']);
  const bytes = metrics.counter('upload_bytes_total', 'Bytes of packages that were recorded.');
  const records = metrics.counter('upload_records_total', 'Records of packages that were accepted.', [
    'kind',
  ]);
  const slices = metrics.counter('upload_slices_total', 'Slices by what became of them.', ['outcome']);
  const steps = metrics.histogram('upload_step_seconds', 'Time of each step of an upload.', SECONDS, [
    'step',
  ]);
  const whole = metrics.histogram('upload_seconds', 'Time from admission to the answer.', SECONDS);
  metrics.gauge('uploads_in_flight', 'Uploads that are being taken.', inFlight);
  return {
    start: () => whole.startTimer(),
    async step<T>(step: 'receive' | 'judge' | 'archive' | 'record', work: () => Promise<T>): Promise<T> {
      const end = steps.startTimer({ step });
      try {
        return await work();
      } finally {
        end();
      }
    },
    decided({ upload, fresh }: Recorded): void {
      uploads.inc({ outcome: fresh ? upload.state : 'known' });
      if (!fresh) return;
      bytes.inc(Number(upload.bytes));
      if (upload.state !== 'accepted') return;
      for (const [kind, count] of Object.entries(upload.records)) records.inc({ kind }, count);
      for (const { outcome } of upload.outcomes) slices.inc({ outcome });
    },
    failed(error: unknown): void {
      uploads.inc({ outcome: error instanceof Problem ? error.code : 'broken-off' });
    },
  };
}
export type IntakeMetrics = ReturnType<typeof createIntakeMetrics>;
