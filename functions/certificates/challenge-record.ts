/**
 * TXT records that prove names. Several certificates may prove the same name at once, the apex and
 * its wildcard always do: all values stand in one record set, and each order adds and takes away its
 * own alone. The change names the set exactly as it was read, so that Route 53 refuses it where
 * somebody else was faster.
 */
import type { Change, ResourceRecordSet } from "@aws-sdk/client-route-53";
import { listResourceRecordSets, recordChanges } from "../../aws/route53/record.ts";
import { composedWrite, type UsePart } from "../../sdk/composed.ts";
import { NotPossible, TryAgain } from "../../sdk/errors.ts";

/** Where a proof is published. */
export interface ChallengeRecord {
  /** Id of the zone. */
  readonly zone: string;
  /** With a dot at its end. */
  readonly name: string;
  readonly values: readonly string[];
}

const changes = recordChanges({
  names: ["_acme-challenge.*"],
  type: "TXT",
  actions: ["CREATE", "DELETE"],
});
const parts = [listResourceRecordSets, changes] as const;
type Use = UsePart<typeof parts>;

/** So that a wrong answer is soon forgotten. */
const secondsToLive = 60;

const quoted = (value: string): string => `"${value}"`;

async function setAt(use: Use, { zone, name }: ChallengeRecord) {
  const asked = { HostedZoneId: zone, StartRecordName: name, StartRecordType: "TXT" as const };
  for await (const set of use(listResourceRecordSets({ ...asked, MaxItems: 1 })))
    return set.Name?.toLowerCase() === name && set.Type === "TXT" ? set : undefined;
  return undefined;
}

/** Somebody else changed the set between our look and our change. */
const overtaken = new Set(["InvalidChangeBatch", "InvalidInput", "PriorRequestNotComplete"]);
const attempts = 5;

const set = (action: "CREATE" | "DELETE", ResourceRecordSet: ResourceRecordSet): Change => ({
  Action: action,
  ResourceRecordSet,
});

/** A plain set cannot stand beside one with a routing policy, and must not take its place. */
const routedWords = ({ zone, name }: ChallengeRecord): string =>
  `${name} in the zone ${zone} has TXT records with a routing policy, which somebody else made: delete them, or prove the name elsewhere by \`delegated\``;

/** @param wanted the values that are to be there, by those that are */
async function changed(
  use: Use,
  record: ChallengeRecord,
  wanted: (now: readonly string[]) => readonly string[],
): Promise<void> {
  const { zone, name } = record;
  for (let attempt = 1; ; attempt += 1) {
    const found = await setAt(use, record);
    const now = (found?.ResourceRecords ?? []).map(({ Value = "" }) => Value);
    const then = wanted(now);
    if (then.length === now.length && then.every((value) => now.includes(value))) return;
    if (found?.SetIdentifier !== undefined) throw new NotPossible(routedWords(record));
    const made = {
      Name: name,
      Type: "TXT" as const,
      TTL: found?.TTL ?? secondsToLive,
      ResourceRecords: then.map((Value) => ({ Value })),
    };
    const Changes = [
      ...(found ? [set("DELETE", found)] : []),
      ...(then.length ? [set("CREATE", made)] : []),
    ];
    try {
      await use(changes({ HostedZoneId: zone, ChangeBatch: { Changes } }));
      return;
    } catch (error) {
      if (!(error instanceof Error) || !overtaken.has(error.name)) throw error;
      if (attempt < attempts) continue;
      if (error.name === "PriorRequestNotComplete") throw new TryAgain(error.message);
      throw error;
    }
  }
}

/** Takes these values away, and leaves all others. */
export const withdrawChallenge = composedWrite("dns:WithdrawChallenge", {
  parts,
  passing: true,
  irreversible: "a proof is of no use any more",
  async does(record: ChallengeRecord, use) {
    const own = new Set(record.values.map(quoted));
    await changed(use, record, (now) => now.filter((value) => !own.has(value)));
    return {};
  },
});

/** Adds these values, beside all others. */
export const publishChallenge = composedWrite("dns:PublishChallenge", {
  parts,
  async does(record: ChallengeRecord, use) {
    const own = record.values.map(quoted);
    await changed(use, record, (now) => [...new Set([...now, ...own])]);
    return {};
  },
  inverse: [withdrawChallenge, (record) => record],
});
