/** The undo of a flow that is under way: it stops, and takes back itself what it wrote. */
import { type ActionRecord, actionInRun, actionItem } from "../../ledger/actions.ts";
import { writtenBy } from "../../ledger/flows.ts";
import { putHold } from "../../ledger/holds.ts";
import { keptFor } from "../../ledger/kept.ts";
import { partOfStory } from "../../ledger/story.ts";
import type { Workplace } from "./attempt.ts";
import { holdFor, holdOf } from "./taking-back.ts";

/**
 * The hold is what the flow sees, at the next question or write; it also keeps the next sweep from
 * beginning it again.
 * @returns `undefined` where the flow has ended meanwhile: then there is an outcome to take back
 */
export async function stopFlow(
  { host, unit }: Pick<Workplace, "host" | "unit">,
  record: ActionRecord,
  undoing: ActionRecord,
): Promise<ActionRecord | undefined> {
  const long = (await isInGrace({ host, unit }, record)) ? keptFor : holdFor;
  await putHold(host.store, holdOf(record, undoing, long));
  const standing = await actionInRun(host.store, "unit", record);
  if (standing && standing.outcome !== "begun") return undefined;
  const stopping: ActionRecord = { ...undoing, outcome: "begun", after: record.before };
  await host.store.transact([{ put: actionItem("undo", stopping) }, partOfStory("undo", stopping)]);
  return stopping;
}

/** Whoever stops it in its owner's time keeps it, and is not asked again so soon. */
async function isInGrace(
  { host, unit }: Pick<Workplace, "host" | "unit">,
  record: ActionRecord,
): Promise<boolean> {
  const { grace } = unit;
  if (!grace) return false;
  const wrote = await writtenBy(host.store, { ...record, action: record.id });
  return wrote.every(({ call }) => grace.begins.includes(call.operation));
}
