import type { EngineValues } from '../../platform/engine/types.ts';

/** Collects the values of a statement whose text is put together, so that none is pasted into it. */
export interface Bindings {
  /** The place of a value in the text: `{v0:Array(String)}`. */
  bind(type: BoundType, value: EngineValues[string]): string;
  /** All of them, for the engine. */
  readonly values: EngineValues;
}
type BoundType = 'String' | 'UInt32' | 'UInt64' | 'Int256' | 'Array(String)' | 'Array(UUID)';

export function createBindings(): Bindings {
  const values: Record<string, EngineValues[string]> = {};
  return {
    values,
    bind(type, value) {
      const name = `v${Object.keys(values).length}`;
      values[name] = value;
      return `{${name}:${type}}`;
    },
  };
}
