/** Reads what there is to know of notebook instances of SageMaker that ask for a schedule. */
import type { NotebookInstanceSummary, Tag } from "@aws-sdk/client-sagemaker";
import { listNotebookInstances } from "../../../aws/sagemaker/notebook-instance.ts";
import { listSageMakerTags } from "../../../aws/sagemaker/tag.ts";
import { concurrently } from "../../../sdk/concurrently.ts";
import { managedBy } from "../../../sdk/managed-by.ts";
import { tagMap } from "../../../sdk/tags.ts";
import { after, hours } from "../../../sdk/time.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { hoursOf } from "../hours-of.ts";
import { type LookByHours, managingTags } from "../looking.ts";
import { asksLedger, ownStop, type Scheduled } from "../scheduled.ts";

/** The unit's id, by which it knows its own doing. */
export const notebookHours = "off-hours-notebooks";

export const notebookHourReads = [listNotebookInstances, listSageMakerTags] as const;

/** A notebook instance with its tags, which the listing lacks. */
export interface TaggedNotebook {
  readonly notebook: NotebookInstanceSummary;
  readonly tags: readonly Tag[];
}

/** A notebook instance, and as much about it as was needed to judge it. */
export interface ScheduledNotebook extends Scheduled, TaggedNotebook {
  /** Who else decides whether it runs. */
  readonly managed?: string | undefined;
}

/** Where it is looked too. */
export interface NotebookLook extends LookByHours {
  readonly read: Reader<typeof notebookHourReads>;
}

const beginning = "notebook:";

/** `notebook:research`. */
export const notebookId = ({ NotebookInstanceName = "" }: NotebookInstanceSummary): string =>
  `${beginning}${NotebookInstanceName}`;

export const notebookNameOf = (id: string): string => id.slice(beginning.length);

const states: Readonly<Record<string, Scheduled["is"]>> = {
  InService: "running",
  Stopped: "stopped",
};

const stops = ["sagemaker:StopNotebookInstance"];
/** A stop takes minutes: what was changed so long after it was changed by somebody else. */
const longestStop = hours(1);

/** How many are asked about at once. */
const concurrency = 4;

function known(
  { notebook, tags }: TaggedNotebook,
  { now, config, schedules }: NotebookLook,
): ScheduledNotebook {
  const id = notebookId(notebook);
  const { NotebookInstanceStatus = "", LastModifiedTime } = notebook;
  const asked = hoursOf({ id, tags: tagMap(tags) ?? {}, tag: config.tag, schedules, now });
  const isUntold = asked?.hours !== undefined && LastModifiedTime === undefined;
  return {
    notebook,
    tags,
    is: states[NotebookInstanceStatus] ?? "neither",
    hours: asked?.hours,
    unclear: isUntold
      ? "SageMaker does not say when it was started or stopped, so it is neither"
      : asked?.unclear,
    // A start, a stop and each change of it begin that anew.
    startedAt: LastModifiedTime,
    stoppedAt: LastModifiedTime,
    managed: managedBy(managingTags([...tags], config.ofStacks)),
  };
}

/** The ledger only of what stands, where it must say who stopped it. */
async function withStop(
  each: ScheduledNotebook,
  { remembered }: NotebookLook,
): Promise<ScheduledNotebook> {
  if (!asksLedger(each)) return each;
  const last = await remembered({ unit: notebookHours, target: notebookId(each.notebook) });
  const stop = ownStop(last, stops, undefined);
  const { stoppedAt } = each;
  const isTouched = stop && stoppedAt && stoppedAt > after(stop.at, longestStop);
  return { ...each, wasAsked: true, stop: isTouched ? undefined : stop };
}

export function scheduledNotebooks(
  notebooks: readonly TaggedNotebook[],
  looking: NotebookLook,
): Promise<ScheduledNotebook[]> {
  const all = notebooks.map((each) => known(each, looking));
  return concurrently(all, (each) => withStop(each, looking), { concurrency });
}

/** All of the region with their tags, or those that are asked for; on its way out counts as gone. */
export async function notebooksOf(
  read: NotebookLook["read"],
  only?: readonly string[],
): Promise<TaggedNotebook[]> {
  const asked = only && new Set(only);
  const all = await Array.fromAsync(read(listNotebookInstances({})));
  const there = all.filter(
    (notebook) =>
      notebook.NotebookInstanceStatus !== "Deleting" && (!asked || asked.has(notebookId(notebook))),
  );
  const withTags = async (notebook: NotebookInstanceSummary): Promise<TaggedNotebook> => {
    const ResourceArn = notebook.NotebookInstanceArn;
    return { notebook, tags: await Array.fromAsync(read(listSageMakerTags({ ResourceArn }))) };
  };
  return concurrently(there, withTags, { concurrency });
}
