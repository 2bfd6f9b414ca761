/** What there is of copies already, whole or by half. */
import type { Snapshot } from "@aws-sdk/client-ec2";
import type * as z from "zod/mini";
import { describeSnapshotsElsewhere } from "../../../aws/ec2/snapshot-elsewhere.ts";
import type { AutomationSearch } from "../../../sdk/automation.ts";
import { compareText } from "../../../sdk/compare.ts";
import type { DeclaredRegion } from "../../../sdk/elsewhere.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { type BackupSet, setId, setsIn, tagIn, tagOf } from "../backup-set.ts";
import { copiedFrom, copier, copyTagOf } from "./copy.ts";
import type { CopyThere } from "./copy-set.ts";

/** Of one region, by the sets that they are copies of. */
export async function copiesIn(
  elsewhere: DeclaredRegion,
  read: Reader<readonly [typeof describeSnapshotsElsewhere]>,
): Promise<ReadonlyMap<string, BackupSet>> {
  const Filters = [{ Name: `tag:${tagOf.unit}`, Values: [copier] }];
  const asked = describeSnapshotsElsewhere({ elsewhere, OwnerIds: ["self"], Filters });
  const sets = setsIn(await Array.fromAsync(read(asked)));
  return new Map(sets.map((set) => [setId(set), set]));
}

/** What copies of them say that they are of. */
export const sourcesOf = (snapshots: readonly Snapshot[], region: string): string[] =>
  snapshots
    .filter(({ State }) => State !== "error")
    .map(({ SnapshotId = "" }) => copiedFrom(region, SnapshotId));

/** And what it says that it is of. */
export interface PartThere extends CopyThere {
  readonly source: string;
}

interface HalfCopied {
  readonly copies: readonly Snapshot[];
  /** What a whole copy is of. */
  readonly sources: readonly string[];
  /** The key that copies are to be encrypted with; absent: any. */
  readonly key: string | undefined;
}

type AskMaker = AutomationSearch<z.ZodMiniObject, []>["madeBy"];

const idOf = ({ SnapshotId = "" }: Snapshot): string => SnapshotId;

/** It is of the copy, and an action of ours made it that is over. */
async function partOf(copy: Snapshot, madeBy: AskMaker): Promise<PartThere | undefined> {
  const { SnapshotId: id = "" } = copy;
  const action = tagIn(copy, tagOf.action);
  const run = tagIn(copy, tagOf.run);
  const source = tagIn(copy, copyTagOf.from);
  if (!action || !run || !source) return undefined;
  const maker = await madeBy({ unit: copier, run, action }, id);
  return maker?.isOver ? { id, action, source } : undefined;
}

/**
 * What of a copy by half can be taken over: what is complete, and what the ledger says that an action
 * of ours made which is over. What one is still at is its own business; what only tags call ours
 * counts for nothing.
 * @returns of each source one, ordered by id
 */
export async function partsThere(
  { copies, sources, key }: HalfCopied,
  madeBy: AskMaker,
): Promise<PartThere[]> {
  const complete = copies.filter(
    ({ State, KmsKeyId }) => State === "completed" && (key === undefined || KmsKeyId === key),
  );
  const bySource = new Map<string, PartThere>();
  for (const copy of complete.toSorted((a, b) => compareText(idOf(a), idOf(b)))) {
    const part = await partOf(copy, madeBy);
    if (part && sources.includes(part.source) && !bySource.has(part.source))
      bySource.set(part.source, part);
  }
  return [...bySource.values()];
}
