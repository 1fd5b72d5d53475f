export { createJobs } from './create-jobs.ts';
export { type JobsOptions, type RunningJobs, startJobs } from './start-jobs.ts';
export type { JobHandlers, JobName, JobOptions, JobPayloads, Jobs } from './types.ts';
export { failingJobs, oldestWaiting, type WaitingJob } from './waiting-jobs.ts';
