export { type Replay, type ReplayOptions, replayTrace } from './replay-trace.ts';
export { readTrace, type Trace } from './trace.ts';
