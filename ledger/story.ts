/** What happened to a target, in order of time. */

import { type ActionRecord, actionById } from "./actions.ts";
import { keys, type PlacedTarget, type Writer } from "./keys.ts";
import type { Step, Store } from "./store.ts";

export interface LastChange {
  readonly run: string;
  readonly action: string;
  readonly at: Date;
}

/** @param sk where in the story: a time with the action's id, or `last` */
const storyStep = (writer: Writer, record: ActionRecord, sk: string): Step => ({
  put: {
    pk: keys.story(writer, record, record.target),
    sk,
    type: "story",
    body: { run: record.run, action: record.id, at: record.at },
  },
});

export const partOfStory = (writer: Writer, record: ActionRecord): Step =>
  storyStep(writer, record, `${record.at.toISOString()}#${record.id}`);

export const asLastChange = (writer: Writer, record: ActionRecord): Step =>
  storyStep(writer, record, "last");

/** When this automation last changed the target successfully. */
export const lastChange = async (store: Store, at: PlacedTarget): Promise<LastChange | undefined> =>
  (await store.get({ pk: keys.story("unit", at, at.target), sk: "last" }))?.body as
    | LastChange
    | undefined;

/**
 * All that was done to a target by one unit, in order of time.
 * @param since begun later than this; absent: all
 */
export async function* story(
  store: Store,
  writer: Writer,
  at: PlacedTarget,
  since?: Date,
): AsyncIterable<ActionRecord> {
  // Beyond the time's own item: an id is not sorted by time.
  const range = since && { from: `${since.toISOString()}$` };
  for await (const { sk, body } of store.query(keys.story(writer, at, at.target), range)) {
    if (sk === "last") continue;
    const { run, action } = body as LastChange;
    const record = await actionById(store, writer, { unit: at.unit, run, id: action });
    if (record) yield record;
  }
}
