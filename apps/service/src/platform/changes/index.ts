/**
 * How every POST, PATCH and DELETE of the management API changes something:
 *
 *     app.post(path, { config: { access: 'administrator' }, schema: { … } }, async (request, reply) =>
 *       makeChange(request, reply, async (transaction, author) => {
 *         const made = await putThing(transaction, author, request.body);
 *         return { status: 201, location: `${path}/${made.id}`, body: made };
 *       }),
 *     );
 *
 * It confirms the caller in the transaction, so `work` need not, and honours `Idempotency-Key`. `work` must have no effect
 * outside the transaction. A route whose answer carries a secret says `noStore` in its config: its answer is not kept, and the
 * same key again is told that it was made. The header is described and checked by the house rules for routes.
 */
export { checkSequence } from './check-sequence.ts';
export { forgetAnswers } from './kept-answers.ts';
export { createMakeChange } from './make-change.ts';
export type { Author, ChangeAnswer, MakeChange } from './types.ts';
