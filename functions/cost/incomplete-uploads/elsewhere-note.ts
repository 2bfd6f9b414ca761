/** Buckets that no configured region looks at. */
import type { Bucket } from "@aws-sdk/client-s3";

/** Names that are told of a region. */
const shown = 3;

/** Tells how many there are, once, where there are any. */
export async function elsewhereNote(
  buckets: AsyncIterable<Bucket>,
  regions: readonly string[],
  note: (text: string) => void,
): Promise<void> {
  const names = new Map<string, string[]>();
  for await (const { Name = "", BucketRegion } of buckets) {
    if (!BucketRegion || regions.includes(BucketRegion)) continue;
    const known = names.get(BucketRegion);
    if (known) known.push(Name);
    else names.set(BucketRegion, [Name]);
  }
  for (const [region, all] of [...names].sort(([a], [b]) => Number(a > b) - Number(a < b))) {
    const more = all.length > shown ? `, and ${all.length - shown} more` : "";
    note(
      `${all.length} ${all.length === 1 ? "bucket lies" : "buckets lie"} in ${region}, where the settings let no unit look: ${all.slice(0, shown).join(", ")}${more}`,
    );
  }
}
