/** How many things wait at once. */
export interface Concurrency {
  /** Default: all of them. */
  readonly concurrency?: number;
}

/**
 * Does the same with each, no more than so many at a time.
 * @returns what came of each, in the order of `items`
 * @throws what the first that failed threw; those that have not begun by then do not begin
 */
export async function concurrently<T, R>(
  items: Iterable<T>,
  work: (item: T, index: number) => R | PromiseLike<R>,
  { concurrency = Number.POSITIVE_INFINITY }: Concurrency = {},
): Promise<R[]> {
  const all = [...items];
  const results: R[] = [];
  const left = all.entries();
  let failed = false;
  async function takeNext(): Promise<void> {
    for (const [index, item] of left) {
      try {
        results[index] = await work(item, index);
      } catch (error) {
        failed = true;
        throw error;
      }
      if (failed) return;
    }
  }
  await Promise.all(all.slice(0, concurrency).map(takeNext));
  return results;
}
