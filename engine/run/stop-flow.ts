/** The undo of a flow that is under way: it stops, and takes back itself what it wrote. */
import { type ActionRecord, actionInRun, actionItem } from "../../ledger/actions.ts";
import { putHold } from "../../ledger/holds.ts";
import { partOfStory } from "../../ledger/story.ts";
import type { Workplace } from "./attempt.ts";
import { holdOf } from "./taking-back.ts";

/**
 * The hold is what the flow sees, at the next question or write; it also keeps the next sweep from
 * beginning it again.
 * @returns `undefined` where the flow has ended meanwhile: then there is an outcome to take back
 */
export async function stopFlow(
  { host }: Pick<Workplace, "host">,
  record: ActionRecord,
  undoing: ActionRecord,
): Promise<ActionRecord | undefined> {
  await putHold(host.store, holdOf(record, undoing));
  const standing = await actionInRun(host.store, "unit", record);
  if (standing && standing.outcome !== "begun") return undefined;
  const stopping: ActionRecord = { ...undoing, outcome: "begun", after: record.before };
  await host.store.transact([{ put: actionItem("undo", stopping) }, partOfStory("undo", stopping)]);
  return stopping;
}
