/** One meter's reading of a product's hour, as far as it decides which of several counts. */
export interface Reading {
  readonly meterId: string;
  readonly agentId: string;
  readonly status: 'collected' | 'partial' | 'unreachable';
  readonly registeredAt: Date;
}

const rank = { collected: 0, partial: 1, unreachable: 2 } as const;

/**
 * Of several meters that metered one product in one hour, the one that counts in aggregates: collected before partial, then
 * the meter that was registered earlier, then the lower agentId. Never by arrival, so that late packages change no winner but
 * by what they say. Undefined when nobody reached it.
 */
export function winnerOf<R extends Reading>(readings: readonly R[]): R | undefined {
  return readings
    .filter(({ status }) => status !== 'unreachable')
    .toSorted(
      (left, right) =>
        rank[left.status] - rank[right.status] ||
        left.registeredAt.getTime() - right.registeredAt.getTime() ||
        (left.agentId < right.agentId ? -1 : left.agentId > right.agentId ? 1 : 0),
    )[0];
}
