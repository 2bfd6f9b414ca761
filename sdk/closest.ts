/** How many letters must change to make one word of the other (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1)
      next[j] = Math.min(
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
      );
    row = next;
  }
  return row[b.length] ?? a.length;
}

/** What was probably meant; nothing when all are far from it. */
export function closest(word: string, among: readonly string[]): string | undefined {
  const [best] = among
    .map((one) => ({
      one,
      away: one.startsWith(word) && word.length > 2 ? 0 : distance(word, one),
    }))
    .sort((a, b) => a.away - b.away);
  return best && best.away <= Math.max(2, Math.floor(best.one.length * 0.4)) ? best.one : undefined;
}
