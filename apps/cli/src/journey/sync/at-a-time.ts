/** Works through a list, so many at a time. @throws the first failure, when what was under way has ended */
export async function atATime<Item>(
  workers: number,
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const left = items.values();
  const results = await Promise.allSettled(
    Array.from({ length: workers }, async () => {
      for (const item of left) await work(item);
    }),
  );
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
