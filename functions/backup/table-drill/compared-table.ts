/**
 * What is compared of a restored table with what DynamoDB says of its backup. The backup's count is
 * that of the table when DynamoDB last updated it, every six hours or so: a difference proves nothing
 * by itself, and its absence is no more than a good sign.
 */
import type { KeySchemaElement } from "@aws-sdk/client-dynamodb";
import { compareText } from "../../../sdk/compare.ts";
import { count } from "../../../sdk/counted.ts";
import type { DrillVerdict } from "../drill-told.ts";

/** What was seen of the restored table. */
export interface SeenTable {
  /** As DynamoDB calls it; `gone` where it took it away again. */
  readonly state: string;
  /** The backup that DynamoDB says it was restored from. */
  readonly from: string | undefined;
  readonly keys: readonly string[];
  readonly indexes: readonly string[];
}

/** What DynamoDB says of the backup. */
export interface BackedUpTable {
  readonly backup: string;
  readonly keys: readonly string[];
  readonly indexes: readonly string[];
  /** Nothing where DynamoDB does not say. */
  readonly items: number | undefined;
}

/** What was read of the restored table. */
export interface ReadTable {
  /** Nothing where it was not counted. */
  readonly counted: number | undefined;
  /** Keys that were drawn from it, and how many of them were found again by themselves. */
  readonly sampled: number;
  readonly foundAgain: number;
}

/** `id HASH`, the same for the same keys. */
export const tableKeys = (schema: readonly KeySchemaElement[] = []): string[] =>
  schema.map(({ AttributeName, KeyType }) => `${AttributeName} ${KeyType}`).sort(compareText);

const listed = (names: readonly string[]): string => names.join(", ") || "none";

/** @returns nothing as long as what it holds can be looked at */
export function shapeVerdict(seen: SeenTable, of: BackedUpTable): DrillVerdict | undefined {
  if (seen.state === "gone")
    return {
      result: "bad",
      why: "DynamoDB took the restored table away again, as it does where its key is disabled or rights are taken away meanwhile",
    };
  if (seen.state === "CREATING")
    return {
      result: "unknown",
      why: "DynamoDB was still restoring it when nobody waited any more",
    };
  if (seen.state !== "ACTIVE") return { result: "bad", why: `the restored table is ${seen.state}` };
  if (seen.from !== undefined && seen.from !== of.backup)
    return { result: "unknown", why: `the table of that name was restored from ${seen.from}` };
  if (listed(seen.keys) !== listed(of.keys))
    return {
      result: "bad",
      why: `its keys are ${listed(seen.keys)} in place of ${listed(of.keys)}`,
    };
  const missing = of.indexes.filter((name) => !seen.indexes.includes(name));
  if (missing.length) return { result: "bad", why: `it lacks the indexes ${listed(missing)}` };
  return undefined;
}

function countVerdict(counted: number, expected: number, tolerance: number): DrillVerdict {
  const beside = `${count(counted, "item")} counted, ${expected} by DynamoDB's last count before the backup`;
  if (!counted) return { result: "bad", why: `it is empty: ${beside}` };
  const isNear = Math.abs(counted - expected) <= Math.max(1, (expected * tolerance) / 100);
  if (isNear) return { result: "good", why: beside };
  return { result: "unknown", why: `${beside}, which is further apart than ${tolerance} %` };
}

/**
 * @param expected what DynamoDB said of the backup; of 0 it may simply not have counted yet
 */
function itemsVerdict(
  read: ReadTable,
  expected: number | undefined,
  tolerance: number,
): DrillVerdict {
  const { counted, sampled } = read;
  if (counted !== undefined && expected) return countVerdict(counted, expected, tolerance);
  if (counted !== undefined) {
    const said = expected === undefined ? "says no count of it" : "had counted none before it";
    return { result: "good", why: `${count(counted, "item")} counted; DynamoDB ${said}` };
  }
  if (!sampled && expected)
    return { result: "bad", why: `no item was found in it, and DynamoDB had counted ${expected}` };
  return { result: "good", why: "not counted, for its size" };
}

/** Of one whose shape is right. */
export function itemsCompared(
  read: ReadTable,
  expected: number | undefined,
  tolerance: number,
): DrillVerdict {
  const { sampled, foundAgain } = read;
  const keys = `${foundAgain} of ${count(sampled, "sampled key")} found again`;
  if (foundAgain < sampled) return { result: "bad", why: `only ${keys}` };
  const { result, why } = itemsVerdict(read, expected, tolerance);
  return { result, why: sampled ? `${why}; ${keys}` : why };
}
