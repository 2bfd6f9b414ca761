/** Cuts a list into pieces that a call takes. */
export function* chunks<T>(items: readonly T[], length: number): Generator<T[]> {
  for (let at = 0; at < items.length; at += length) yield items.slice(at, at + length);
}

/** As `chunks`, and none of which weighs more: what is heavier than that alone is one by itself. */
export function* weighedChunks<T>(
  items: readonly T[],
  { length, weight, most }: { length: number; weight: (item: T) => number; most: number },
): Generator<T[]> {
  let chunk: T[] = [];
  let sum = 0;
  for (const item of items) {
    const own = weight(item);
    if (chunk.length && (chunk.length === length || sum + own > most)) {
      yield chunk;
      chunk = [];
      sum = 0;
    }
    chunk.push(item);
    sum += own;
  }
  if (chunk.length) yield chunk;
}
