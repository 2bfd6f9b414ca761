/** Which snapshots of databases are copied: those that the ledger says are ours, the newest of each. */
import * as z from "zod/mini";
import type { AutomationSearch } from "../../../sdk/automation.ts";
import { setId, tagIn, tagOf } from "../backup-set.ts";
import { databaseMaker } from "../database-backups/back-up.ts";
import type { OwnSnapshot } from "../prune-database-backups/pieces.ts";
import { recordedKeep } from "../recorded-keep.ts";
import type { Keep } from "../retention.ts";

const record = z.object({
  call: z.object({ input: z.object({ keep: recordedKeep }) }),
  output: z.object({ SnapshotIds: z.array(z.string()) }),
});

type AskLedger = AutomationSearch<z.ZodMiniObject, []>["remembered"];

/** Both the ledger and the tags must say that it is ours. */
export async function keepOfSnapshot(
  snapshot: OwnSnapshot,
  remembered: AskLedger,
): Promise<Keep | undefined> {
  const known = await remembered({ unit: databaseMaker, target: setId(snapshot) });
  const read = record.safeParse(known);
  if (!known || !read.success) return undefined;
  const isOurs =
    read.data.output.SnapshotIds.includes(snapshot.name) &&
    tagIn({ Tags: [...snapshot.tags] }, tagOf.action) === known.action;
  return isOurs ? read.data.call.input.keep : undefined;
}
