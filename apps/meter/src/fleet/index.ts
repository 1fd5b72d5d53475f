export { type FleetShape, fleetDays } from './fleet-days.ts';
