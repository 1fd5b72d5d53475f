export { createHealth, type Health, type HealthCheck, type HealthReport, waitingCheck } from './health.ts';
export { createLogger } from './logger.ts';
export { createMetrics, type Metrics, requestObserver } from './metrics.ts';
export { telemetryRoutes } from './routes.ts';
