/** Which records point at what is gone: by what the world says, and by what the account has. */
import { BlockList, isIP } from "node:net";
import { inOneLine } from "../../../sdk/errors.ts";
import type { Holdings } from "./own-addresses.ts";
import { bareName, type Pointing, pointingAt } from "./pointing.ts";
import type { ZonedRecord } from "./records.ts";
import type { World } from "./world.ts";

/** What becomes of who asks for it now; the worst first. */
export type Takeover = "anybody" | "whoever gets it" | "nobody";

export type RecordVerdict =
  /** It is there, or is nothing of AWS that can be judged. */
  | { readonly standing: "kept" }
  | { readonly standing: "gone"; readonly what: string; readonly takeover: Takeover }
  | { readonly standing: "unknown"; readonly why: string }
  /** Nobody can say whose it is: told, and left alone. */
  | { readonly standing: "foreign"; readonly what: string };

export interface JudgedRecord extends ZonedRecord {
  readonly verdict: RecordVerdict;
}

const kept: RecordVerdict = { standing: "kept" };

/** Addresses and ranges that the settings call the account's own. */
export function ownBy(own: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const each of own) {
    const [address = "", bits] = each.split("/");
    list.addSubnet(address, bits === undefined ? 32 : Number(bits), "ipv4");
  }
  return (address) => isIP(address) === 4 && list.check(address, "ipv4");
}

/** What records are judged by, for one look. */
export interface RecordQuestions {
  readonly world: World;
  readonly isOwn: (address: string) => boolean;
  /** Read when the first record needs it. */
  readonly holdings: () => Promise<Holdings>;
}

async function ofAddresses(
  addresses: readonly string[],
  isHostName: boolean,
  { isOwn, holdings }: RecordQuestions,
): Promise<RecordVerdict> {
  const own = addresses.filter(isOwn);
  if (!own.length && !isHostName) return kept;
  const held = await holdings();
  if ("unknown" in held) return { standing: "unknown", why: held.unknown };
  const missing = addresses.filter((address) => !held.has(address));
  if (!missing.length) return kept;
  const what = missing.join(", ");
  // Of several one may still serve: which is to be taken out, a person says.
  if (missing.length < addresses.length || !missing.every(isOwn))
    return { standing: "foreign", what };
  return { standing: "gone", what, takeover: "whoever gets it" };
}

async function ofPointing(
  pointing: Pointing,
  judging: RecordQuestions,
  isAlias: boolean,
): Promise<RecordVerdict> {
  switch (pointing.kind) {
    case "addresses":
      return ofAddresses(pointing.addresses, isAlias, judging);
    case "bucket": {
      const { buckets, region } = pointing;
      for (const bucket of buckets) if (await judging.world.hasBucket(bucket, region)) return kept;
      return { standing: "gone", what: `the bucket ${buckets[0]}`, takeover: "anybody" };
    }
    case "name": {
      const { host, what, free } = pointing;
      if (await judging.world.answers(host)) return kept;
      return {
        standing: "gone",
        what: `the ${what} ${host}`,
        takeover: free ? "anybody" : "nobody",
      };
    }
  }
}

/** @returns the record with what is known of what it points at; what could not be asked is unknown */
export async function judgedRecord(
  found: ZonedRecord,
  judging: RecordQuestions,
): Promise<JudgedRecord> {
  const pointing = pointingAt(found.record);
  if (!pointing) return { ...found, verdict: kept };
  try {
    const isHostName = found.record.Type !== "A" || found.record.AliasTarget !== undefined;
    return { ...found, verdict: await ofPointing(pointing, judging, isHostName) };
  } catch (error) {
    const why = `what ${bareName(found.record.Name ?? "")} points at could not be asked: ${inOneLine(error)}`;
    return { ...found, verdict: { standing: "unknown", why } };
  }
}
