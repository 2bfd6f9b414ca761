/**
 * Stops notebook instances of SageMaker when their schedule says off, and starts them again when it
 * says on. One asks for a schedule of the settings by the tag `nightshift:hours`, whose value is its
 * name; schedules, holidays and the tag by which a person keeps one on for longer are those of
 * `off-hours-instances`.
 *
 * Only what this unit stopped is started again, as the ledger says it; what a person stopped, or has
 * changed since, stays stopped. What a person started while the schedule says off runs until it says
 * off the next time. Both are told. Whether somebody works with a notebook, AWS does not measure.
 *
 * Left alone and named are those that others manage. One that failed is told; one that is on its way
 * is waited for.
 */
import * as z from "zod/mini";
import {
  startNotebookInstance,
  stopNotebookInstanceByHours,
} from "../../../aws/sagemaker/notebook-instance.ts";
import { automation } from "../../../sdk/automation.ts";
import { sweep } from "../../../sdk/unit.ts";
import { schedulesNow } from "../hours-of.ts";
import { ofStacksField } from "../looking.ts";
import { hoursNotes, lookNotes } from "../notes.ts";
import { proposalByHours } from "../scheduled.ts";
import { hoursTagField, mostADayField, recursWithin, schedulesField } from "../schedules.ts";
import {
  notebookHourReads,
  notebookHours,
  notebookId,
  notebookNameOf,
  notebooksOf,
  type ScheduledNotebook,
  scheduledNotebooks,
} from "./scheduled.ts";

const stopOf = (id: string) =>
  stopNotebookInstanceByHours({ NotebookInstanceName: notebookNameOf(id) });
const startOf = (id: string) => startNotebookInstance({ NotebookInstanceName: notebookNameOf(id) });

const stopped: ReadonlySet<string | undefined> = new Set(["Stopping", "Stopped"]);

function notesOf(found: ScheduledNotebook): string[] {
  const name = notebookId(found.notebook);
  if (!found.hours || found.notebook.NotebookInstanceStatus !== "Failed")
    return hoursNotes(found, { name });
  return [`${name} has failed, and follows no schedule until that is mended`];
}

export default automation({
  id: notebookHours,
  family: "hours",
  summary:
    "Stops SageMaker notebook instances outside the hours of their schedule, and starts them",
  on: [sweep("cron(0/15 * * * ? *)")],
  config: z.strictObject({
    schedules: schedulesField,
    tag: hoursTagField,
    ofStacks: ofStacksField("notebook instances"),
    mostADay: mostADayField,
  }),
  caps: ({ mostADay }) => ({ changes: mostADay, percent: 100 }),
  recursWithin,
  remembers: [notebookHours],
  reads: notebookHourReads,
  writes: [stopNotebookInstanceByHours, startNotebookInstance],
  lost: [
    "What its notebooks held in memory, and what they were at: nothing of that is stored.",
    "What lies outside the folder SageMaker of its user: packages that were installed there by hand.",
  ],

  async *find({ read, only, config, now, regions, remembered, keptOn, note }) {
    const schedules = schedulesNow(config.schedules, { now, keptOn: await keptOn() });
    const looking = { read, now, config, schedules, remembered };
    const all = await notebooksOf(read, only);
    if (only) {
      yield* await scheduledNotebooks(all, looking);
      return;
    }
    const { listed } = schedules;
    const asking = all.filter(
      ({ notebook, tags }) =>
        listed.has(notebookId(notebook)) || tags.some(({ Key }) => Key === config.tag),
    );
    const found = await scheduledNotebooks(asking, looking);
    const there = new Set(all.map(({ notebook }) => notebookId(notebook)));
    const notes = [
      ...lookNotes({ config, now, regions }, schedules, { there, kind: "notebook instance" }),
      ...found.flatMap(notesOf),
    ];
    for (const text of notes) note(text);
    yield* found;
  },

  target: ({ notebook, tags, managed }) => ({ id: notebookId(notebook), tags, managed }),

  // On its way counts as arrived: undo compares what was decided, not how far it has come.
  state: ({ notebook: { NotebookInstanceStatus } }) => ({
    state: stopped.has(NotebookInstanceStatus) ? "stopped" : "running",
  }),
  becomes: ({ hours }) => ({ state: hours?.period.is === "on" ? "running" : "stopped" }),

  restore: {
    by: [startNotebookInstance, stopNotebookInstanceByHours],
    calls: (before, { target }) => (before.state === "running" ? startOf(target) : stopOf(target)),
  },

  propose(found, { now }) {
    const id = notebookId(found.notebook);
    return proposalByHours(found, now, {
      stop: () => stopOf(id),
      start: () => startOf(id),
      pricePerMonth: undefined,
    });
  },
});
