export { type Assignment, type Place, placesOf, type RuleSets } from './places.ts';
export { type MonthToRender, type RenderedReport, renderMonth } from './render/render-month.ts';
export { renditionKeys } from './renditions/rendition-key.ts';
export { oldestDue } from './renewal/oldest-due.ts';
export { createReports, type Reports, type ReportsOptions } from './reports.ts';
