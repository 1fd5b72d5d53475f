#!/usr/bin/env node
/**
 * The front door. A running statement of the engine holds a thread of libuv's pool, so the pool must be larger than its default
 * of 4, and its size counts only until the first use of it: before anything else is loaded.
 */
process.env.UV_THREADPOOL_SIZE ??= '16';

const { main } = await import('./program.ts');
process.exitCode = await main(process.argv);
