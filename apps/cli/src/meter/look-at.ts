import type { FirstLook, Look } from '@meterhouse/meter/run';
import type { MeterSettings } from '@meterhouse/meter/settings';

/** Looks at products for the one who asks: what is worth knowing comes to him and not into the journal. */
export async function lookAt(
  dir: string,
  settings: MeterSettings,
  onProduct: (look: FirstLook) => void = () => undefined,
): Promise<readonly Look[]> {
  const { lookAtProducts } = await import('@meterhouse/meter/run');
  return lookAtProducts({
    dir,
    settings,
    environment: process.env,
    journal: { note: () => undefined },
    signal: new AbortController().signal,
    onProduct,
  });
}
