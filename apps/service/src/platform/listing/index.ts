/**
 * Paged lists of the management API. What may be named stands in the contract, how it is found in the room:
 *
 *     // packages/contract/src/http/…
 *     export const meterSelectors = { agentId: 'uuid', label: 'text', state: ['running', 'registered'] } as const;
 *     export const MeterPageQuery = listQuery(meterSelectors, 'agentId');
 *     export const MeterPage = pageOf(MeterSummary);
 *
 *     // the room
 *     const meters = createListing({
 *       selectors: meterSelectors,
 *       columns: { agentId: 'm.agent_id', label: 'm.label', state: 'm.state' },
 *       usualSort: 'agentId',
 *       key: 'agentId',
 *     });
 *     app.get(path, { …schema: { querystring: MeterPageQuery, response: { 200: MeterPage } } }, (request) =>
 *       meters.page(database, request.query, {
 *         select: 'm.*', from: 'meters m', where: 'm.organisation_id = $1', values: [request.caller.organisationId],
 *         item: summaryOf,
 *       }));
 *
 * Filter and sort are checked by the validator (keywords `x-filter` and `x-sort`, which `listQuery` writes into the schema),
 * together with every other field. Columns are SQL expressions in the source; whatever a caller sends is bound. A column of a
 * month or of a boolean is made text in its expression. `key` names a selector whose column is unique in the list.
 */
export { listingKeywords } from './keywords.ts';
export { createListing, type Listing, type ListingOptions, type PageSource } from './listing.ts';
export { namesSelector } from './names-selector.ts';
