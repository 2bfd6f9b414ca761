/** Keys by which viewers of CloudFront prove that an address was signed by its owner. They never end. */
import type { DistributionSummary, KeyGroup, PublicKeySummary } from "@aws-sdk/client-cloudfront";
import { listDistributions } from "../../../aws/cloudfront/distribution.ts";
import { listKeyGroups, listPublicKeys } from "../../../aws/cloudfront/signing-key.ts";
import { after, days } from "../../../sdk/time.ts";
import type { Reader } from "../../../sdk/unit.ts";
import type { Expiring } from "../expires.ts";

export const signingReads = [listKeyGroups, listPublicKeys, listDistributions] as const;
type Read = Reader<typeof signingReads>;

/** Something that stands there and that nothing uses. */
export interface UnusedThing {
  readonly unused: string;
}

/** The key groups that any behaviour of a distribution trusts, enabled or not. */
function groupsOf({ DefaultCacheBehavior, CacheBehaviors }: DistributionSummary): string[] {
  const behaviours = [DefaultCacheBehavior, ...(CacheBehaviors?.Items ?? [])];
  return behaviours.flatMap((behaviour) => behaviour?.TrustedKeyGroups?.Items ?? []);
}

interface SigningSeen {
  readonly groups: readonly KeyGroup[];
  readonly keys: readonly PublicKeySummary[];
  readonly distributions: readonly DistributionSummary[];
}

/**
 * Groups that no distribution trusts, and when the keys of the others are to be replaced.
 * @param oldDays the age at which a key is old
 */
export function* signingEnds(
  { groups, keys, distributions }: SigningSeen,
  oldDays: number,
): Generator<Expiring | UnusedThing> {
  const users = Map.groupBy(
    distributions.flatMap((each) =>
      [...new Set(groupsOf(each))].map((group) => ({ group, id: each.Id ?? "" })),
    ),
    ({ group }) => group,
  );
  const usedBy = new Map<string, string[]>();
  for (const { Id = "", KeyGroupConfig } of groups) {
    const trusting = users.get(Id)?.map(({ id }) => id);
    if (!trusting) {
      yield { unused: `CloudFront key group ${KeyGroupConfig?.Name ?? Id} (${Id})` };
      continue;
    }
    for (const key of KeyGroupConfig?.Items ?? [])
      usedBy.set(key, [...(usedBy.get(key) ?? []), ...trusting]);
  }
  for (const { Id = "", Name = Id, CreatedTime: from } of keys) {
    const trusting = usedBy.get(Id);
    if (!trusting || !from) continue;
    yield {
      name: `${Name} (${Id})`,
      what: "CloudFront public key",
      where: "CloudFront",
      expires: after(from, days(oldDays)),
      from,
      ages: true,
      usedBy: [...new Set(trusting)].sort(),
      remedy:
        "add the public half of a new key to its group, sign with the new one, and take the old one out once what it has signed is over",
    };
  }
}

/** Three lists; where there is no group, nothing else is asked. */
export async function* signingKeys(
  read: Read,
  oldDays: number,
): AsyncGenerator<Expiring | UnusedThing> {
  const listed = await Array.fromAsync(read(listKeyGroups({})));
  const groups = listed.flatMap(({ KeyGroup: group }) => group ?? []);
  if (!groups.length) return;
  const [keys, distributions] = await Promise.all([
    Array.fromAsync(read(listPublicKeys({}))),
    Array.fromAsync(read(listDistributions({}))),
  ]);
  yield* signingEnds({ groups, keys, distributions }, oldDays);
}
