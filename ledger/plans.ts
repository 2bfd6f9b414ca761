/** Plans that wait for a person. */
import { gunzipSync, gzipSync } from "node:zlib";
import { parse, serialise } from "../sdk/codec.ts";
import { NotPossible } from "../sdk/errors.ts";
import { before, days } from "../sdk/time.ts";
import { runOf, stamp, unitOf } from "./ids.ts";
import { keys, type Place } from "./keys.ts";
import type { Proposed } from "./result.ts";
import type { Store } from "./store.ts";

/** DynamoDB takes 400 KB an item. */
const mostBytes = 380_000;

export interface StoredPlan extends Place {
  readonly id: string;
  readonly run: string;
  readonly hash: string;
  readonly at: Date;
  readonly expires: Date;
  /** Why a person is asked. */
  readonly why: string;
  /**
   * Who asked for the run, by hand or by the call that it answers, if anyone: the settings may
   * forbid that they approve it.
   */
  readonly requester: string | null;
  readonly proposals: readonly (Proposed & { readonly digest: string })[];
}

export async function storePlan(store: Store, plan: StoredPlan): Promise<void> {
  const packed = gzipSync(serialise(plan)).toString("base64");
  if (packed.length > mostBytes)
    throw new NotPossible(
      `the plan of ${plan.proposals.length} proposals is too large to be stored; narrow the unit's config, or raise its caps, and run again`,
    );
  await store.put({ ...keys.plan(plan.unit, plan.id), type: "plan", state: "open", body: packed });
}

export async function planById(store: Store, id: string): Promise<StoredPlan | undefined> {
  const found = await store.get(keys.plan(unitOf(id), id));
  return found && unpack(found.body);
}

const unpack = (body: unknown): StoredPlan =>
  parse(gunzipSync(Buffer.from(body as string, "base64")).toString()) as StoredPlan;

/** Longer than any plan may be approved. */
const longest = days(7);

/** Those of a unit that could still be decided on. Whether they were, only the decision says. */
export async function* waitingPlans(
  store: Store,
  unit: string,
  now: Date,
): AsyncIterable<StoredPlan> {
  // A plan's id begins with its run's, which says when that was.
  for await (const { body } of store.query(keys.plan(unit, "").pk, {
    from: `${unit}.${stamp(before(now, longest))}`,
  })) {
    const plan = unpack(body);
    if (plan.expires > now) yield plan;
  }
}

/** @throws {NotPossible} that says what to look at instead */
export async function planOrThrow(store: Store, id: string): Promise<StoredPlan> {
  const plan = await planById(store, id);
  if (plan) return plan;
  const run = runOf(id);
  throw new NotPossible(
    `there is no plan ${id}; a run in mode ask stores one and prints its id${run && run !== id ? `, see \`npx nightshift history\` for ${run}` : ""}`,
  );
}
