/** Cuts a list into pieces that a call takes. */
export function* chunks<T>(items: readonly T[], length: number): Generator<T[]> {
  for (let at = 0; at < items.length; at += length) yield items.slice(at, at + length);
}
