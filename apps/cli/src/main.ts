#!/usr/bin/env node
/**
 * The front door. A running statement of the engine holds a thread of libuv's pool, so the pool must be larger than its default
 * of 4, and its size counts only until the first use of it: before anything else is loaded.
 */
process.env.UV_THREADPOOL_SIZE ??= '16';

import { enableCompileCache } from 'node:module';
import { becomeLean, isMeterRun } from './meter/lean-process.ts';

if (isMeterRun(process.argv.slice(2))) becomeLean();

// Compiled code is kept in the person's cache directory, so that the next command starts sooner; without a home, in none.
const { XDG_CACHE_HOME, HOME } = process.env;
const cache = XDG_CACHE_HOME || (HOME && `${HOME}/.cache`);
if (cache) enableCompileCache(`${cache}/meterhouse`);

const { main } = await import('./run.ts');
process.exitCode = await main(process.argv);
