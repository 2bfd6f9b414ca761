/**
 * Stops notebook instances of SageMaker that have run for weeks on end. AWS does not measure what
 * their notebooks do, so nobody can say that one idles; but who works with one by day stops it by
 * night, and what runs for weeks was left on more often than not. So a person is asked before each.
 * What is known is since when it has run: starting it, stopping it and each change of it begin the
 * time anew. Its volume stays; starting it is the way back.
 *
 * Left alone and named are those that others manage, and those that follow a schedule of hours.
 */
import type { NotebookInstanceSummary, Tag } from "@aws-sdk/client-sagemaker";
import * as z from "zod/mini";
import {
  listNotebookInstances,
  stopNotebookInstance,
} from "../../../aws/sagemaker/notebook-instance.ts";
import { listSageMakerTags } from "../../../aws/sagemaker/tag.ts";
import { automation } from "../../../sdk/automation.ts";
import { concurrently } from "../../../sdk/concurrently.ts";
import { managedBy, managedByHours } from "../../../sdk/managed-by.ts";
import { before, days, minutes } from "../../../sdk/time.ts";
import { sweep } from "../../../sdk/unit.ts";

/** A notebook instance; its tags, where it has run for long or was asked for by name. */
export interface FoundNotebook {
  readonly notebook: NotebookInstanceSummary;
  readonly tags?: readonly Tag[] | undefined;
}

/** Notebook instances that are looked at together. */
const together = 100;

const hasRunSince = ({ NotebookInstanceStatus, LastModifiedTime }: NotebookInstanceSummary) =>
  NotebookInstanceStatus === "InService" ? LastModifiedTime : undefined;

/** On its way out counts as gone. */
const isThere = ({ NotebookInstanceStatus }: NotebookInstanceSummary): boolean =>
  NotebookInstanceStatus !== "Deleting";

const stopped: ReadonlySet<string | undefined> = new Set(["Stopping", "Stopped"]);

/** Who or what else decides whether it runs (rule: managed-by-others). */
export const notebookManager = (tags: readonly Tag[] | undefined): string | undefined =>
  managedBy(tags) ?? managedByHours(tags);

export default automation({
  id: "idle-sagemaker-notebooks",
  family: "cost",
  summary: "Stops notebook instances of SageMaker that have run for weeks on end",
  on: [sweep("cron(50 4 * * ? *)", { window: minutes(30) })],
  config: z.strictObject({
    days: z
      ._default(z.int().check(z.gte(1), z.lte(365)), 14)
      .check(z.describe("How long it must have run without a stop, a start or a change.")),
  }),
  reads: [listNotebookInstances, listSageMakerTags],
  writes: [stopNotebookInstance],
  lost: [
    "What its notebooks held in memory, and what they were at: nothing of that is stored.",
    "What lies outside the folder SageMaker of its user: packages that were installed there by hand.",
  ],

  async *find({ read, pages, only, config, now }): AsyncGenerator<FoundNotebook> {
    const looked = only && new Set(only);
    const earliest = before(now, days(config.days));
    for await (const page of pages(listNotebookInstances({}), together)) {
      const notebooks = page.filter(
        (each) => isThere(each) && (!looked || looked.has(each.NotebookInstanceName ?? "")),
      );
      yield* await concurrently(
        notebooks,
        async (notebook): Promise<FoundNotebook> => {
          const since = hasRunSince(notebook);
          if (!looked && !(since && since <= earliest)) return { notebook };
          const ResourceArn = notebook.NotebookInstanceArn;
          const tags = await Array.fromAsync(read(listSageMakerTags({ ResourceArn })));
          return { notebook, tags };
        },
        { concurrency: 4 },
      );
    }
  },

  target: ({ notebook, tags }) => ({
    id: notebook.NotebookInstanceName,
    tags: tags ?? [],
    managed: notebookManager(tags),
  }),
  name: ({ notebook: { NotebookInstanceName } }) => NotebookInstanceName,

  // On its way counts as arrived: undo compares what was decided, not how far it has come.
  state: ({ notebook: { NotebookInstanceStatus } }) => ({
    state: stopped.has(NotebookInstanceStatus) ? "stopped" : "running",
  }),
  becomes: () => ({ state: "stopped" }),

  propose({ notebook }, { config, now }) {
    const { NotebookInstanceName, InstanceType } = notebook;
    const since = hasRunSince(notebook);
    if (!NotebookInstanceName || !since || since > before(now, days(config.days))) return;
    return {
      because: `it has run since ${since.toISOString().slice(0, 10)} without a stop; what ${InstanceType} costs is not known here, nor whether somebody works with it`,
      call: stopNotebookInstance({ NotebookInstanceName }),
    };
  },
});
