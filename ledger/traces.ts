/**
 * What a unit last did to each target, by where that lies: so that what somebody changed back is
 * known again, under whatever id it came back.
 */

import { digest } from "../sdk/codec.ts";
import { before, days } from "../sdk/time.ts";
import type { ActionRecord } from "./actions.ts";
import { keys, type Place, type PlacedTarget } from "./keys.ts";
import type { Condition, Item, Step, Store } from "./store.ts";
import { ttlAfter } from "./ttl.ts";

/** What was changed longer ago is forgotten: it is proposed like anything else. */
const remembered = days(90);

/** That a person was asked whether to do it again. */
export interface AskedAgain {
  readonly plan: string;
  /** The run that asked: its own next attempt asks again. */
  readonly run: string;
}

export interface Trace extends PlacedTarget {
  readonly action: string;
  readonly at: Date;
  readonly within: string | null;
  /** Digests of what it is known by, and of its state before and after; `null`: not seen. */
  readonly kin: string;
  readonly before: string;
  readonly after: string | null;
  /** How often it had been changed back before this. */
  readonly times: number;
  readonly asked?: AskedAgain;
}

/** The state of what is no longer there. */
const nowhere = digest(null);

/** It was removed, and was seen to be gone. */
export const isGone = ({ after }: Trace): boolean => after === nowhere;

const scopeOf = (within: string | null): string =>
  within === null ? "-" : digest(within).slice(0, 16);

function traceOf(record: ActionRecord): Trace {
  const { unit, account, region, target, within, verified, putBack } = record;
  return {
    unit,
    account,
    region,
    target,
    within,
    action: record.id,
    at: record.at,
    kin: record.kin ?? digest(record.before),
    before: digest(record.before),
    after: verified ? digest(record.after ?? null) : null,
    times: putBack?.times ?? 0,
  };
}

const traceItem = (trace: Trace): Item => ({
  pk: keys.traces(trace),
  sk: `${scopeOf(trace.within)}#${trace.target}`,
  type: "trace",
  // Whoever writes it again knows by this whether it is still of the same action.
  state: trace.action,
  ttl: ttlAfter(trace.at, remembered),
  body: trace,
});

/** The step that leaves a trace of what was done; nothing where nothing was. */
export const traceSteps = (record: ActionRecord): Step[] =>
  record.outcome === "applied" ? [{ put: traceItem(traceOf(record)) }] : [];

/** The step that adds what was seen after it, unless it has been changed again since. */
export function completedTrace(record: ActionRecord): Step | undefined {
  if (record.outcome !== "applied") return undefined;
  return { put: traceItem(traceOf(record)), if: { attr: "state", eq: record.id } };
}

/** Remembers something of a trace, in the partition of the unit's id of today. */
export const noteOnTrace = (
  store: Store,
  unit: string,
  trace: Trace,
  noted: Pick<Trace, "asked">,
): Promise<boolean> => {
  const condition: Condition = {
    or: [
      { attr: "pk", exists: false },
      { attr: "state", eq: trace.action },
    ],
  };
  return store.put(traceItem({ ...trace, ...noted, unit }), condition);
};

/** Of all targets that a unit has changed there, what it last did; not what is forgotten by now. */
export async function tracesAt(store: Store, place: Place, now: Date): Promise<Trace[]> {
  const since = before(now, remembered);
  const items = await Array.fromAsync(store.query(keys.traces(place)));
  return items.map(({ body }) => body as Trace).filter(({ at }) => at > since);
}

/** Where a target lies. */
export interface TracedPlace {
  readonly target: string;
  readonly within: string | null;
}

/** More than so many places are read as one. */
const mostApart = 20;

/** All that may be about some targets, or about others within what contains them. */
export async function tracesFor(
  store: Store,
  place: Place,
  targets: readonly TracedPlace[],
  now: Date,
): Promise<Trace[]> {
  const prefixes = new Set(
    targets.map(({ target, within }) => `${scopeOf(within)}#${within === null ? target : ""}`),
  );
  const apart = prefixes.size <= mostApart ? [...prefixes] : [undefined];
  const found = await Promise.all(
    apart.map((prefix) =>
      Array.fromAsync(
        store.query(keys.traces(place), {
          unreadable: "refuse",
          ...(prefix !== undefined && { prefix }),
        }),
      ),
    ),
  );
  const since = before(now, remembered);
  return found
    .flat()
    .map(({ body }) => body as Trace)
    .filter(({ at }) => at > since);
}
