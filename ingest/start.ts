/**
 * What a unit's function was invoked with, as starts of runs: parsed, matched with the unit's
 * triggers, nothing else taken from it (rule: policy-not-in-payload).
 */
import * as z from "zod/mini";
import type { Start } from "../ledger/start.ts";
import { digest } from "../sdk/codec.ts";
import { UsageError } from "../sdk/errors.ts";
import { matchesPattern } from "../sdk/pattern.ts";
import { after, hours, minutes } from "../sdk/time.ts";
import type { Trigger, Unit } from "../sdk/unit.ts";
import type { UnitSettings } from "../settings/settings.ts";
import { type Delivery, unwrap } from "./envelope.ts";

/** Beyond a schedule's window: for retries, and for a function that starts slowly. */
const grace = hours(1);

const slot = z.object({
  kind: z.literal("slot"),
  region: z.string(),
  schedule: z.string(),
  slot: z.string(),
  sweep: z.number(),
});
const manual = z.object({
  kind: z.literal("manual"),
  region: z.string(),
  key: z.string(),
  event: z.optional(z.unknown()),
});
const decided = z.object({ kind: z.literal("decision"), plan: z.string(), region: z.string() });
const again = z.object({
  kind: z.literal("redo"),
  region: z.string(),
  key: z.string(),
  /** The undo that is taken back. */
  undo: z.string(),
  again: z.array(
    z.object({ target: z.string(), within: z.nullable(z.string()), state: z.string() }),
  ),
  /** Where the ledger has it, in the undo function's own part. */
  recorded: z.object({ writer: z.literal("undo"), digest: z.string() }),
});
const abandoned = z.object({
  kind: z.literal("take-up"),
  region: z.string(),
  key: z.string(),
  /** The id that the unit had when it was left, where that was another. */
  as: z.optional(z.string()),
});
/** Of the watchdog: a flow that nobody carries. It starts no run. */
export const flowOrder = z.object({
  kind: z.literal("take-up-flow"),
  region: z.string(),
  action: z.string(),
});

/** Of the undo function and the watchdog: an undo for which an invocation was too short. */
export const undoGoesOn = z.object({
  kind: z.literal("undo-goes-on"),
  id: z.string(),
  /** The order's own. */
  key: z.string(),
});

/** What the scheduler, the command line, decide, undo and the watchdog say to a unit's function. */
export const order = z.discriminatedUnion("kind", [slot, manual, decided, again, abandoned]);
export type Order =
  | z.output<typeof order>
  | z.output<typeof flowOrder>
  | z.output<typeof undoGoesOn>;

/** Whether a payload is one of ours, not an event. */
export const isOrder = (payload: unknown): boolean =>
  typeof payload === "object" &&
  payload !== null &&
  "kind" in payload &&
  !("source" in payload) &&
  !("Records" in payload);

type Triggered = Pick<Unit, "id" | "scope"> & { readonly on: readonly Trigger[] };

/** The region that a unit looks in: a global one in the home region, whatever the event says. */
export const regionOfUnit = (
  unit: Triggered,
  region: string,
  { home }: Pick<UnitSettings, "home">,
) => (unit.scope === "global" ? home : region);

/** A time slot: the same for each attempt of the scheduler (rule: time-slots). */
export function startOfSlot(
  unit: Triggered,
  { region, schedule, slot: due, sweep }: z.output<typeof slot>,
): Start {
  const at = new Date(due);
  if (Number.isNaN(at.getTime()))
    throw new UsageError(`the slot ${JSON.stringify(due)} is not a time`);
  const trigger = unit.on[sweep];
  const window = trigger?.kind === "sweep" ? (trigger.window ?? minutes(0)) : minutes(0);
  return {
    kind: "sweep",
    key: `${schedule}#${at.toISOString()}`,
    region,
    at,
    latest: after(after(at, window), grace),
  };
}

interface Hint {
  readonly userIdentity?: {
    readonly arn?: unknown;
    readonly sessionContext?: { readonly sessionIssuer?: { readonly arn?: unknown } };
  };
}
const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

/**
 * Whoever hands an event over chooses its id. It takes the place of no time slot, decision or order
 * (their keys have a `#`), and fits into the ledger.
 */
const keyOfEvent = (id: string): string =>
  /^[\w.:-]{1,128}$/.test(id) ? id : `event.${digest(id)}`;

export interface Starts {
  readonly starts: readonly Start[];
  /** Events that are none of the unit's business, and why. */
  readonly foreign: readonly string[];
}

/** @param account our own, 12 digits */
export function startsOf(
  unit: Triggered,
  deliveries: readonly Delivery[],
  account: string,
  settings: Pick<UnitSettings, "home" | "regions">,
): Starts {
  const starts: Start[] = [];
  const foreign: string[] = [];
  for (const { event } of deliveries) {
    const name = `${event.source} "${event.detailType}"`;
    const trigger = unit.on.find(
      (one) => one.kind === "event" && matchesPattern(one.pattern, event.raw),
    );
    if (event.account !== account) foreign.push(`${name} of account ${event.account}`);
    else if (!settings.regions.includes(event.region) && unit.scope !== "global")
      foreign.push(`${name} of region ${event.region}`);
    else if (trigger?.kind !== "event") foreign.push(`${name} matches none of its triggers`);
    else {
      const identity = (event.detail as Hint | null)?.userIdentity;
      const by = text(identity?.arn);
      const actor = text(identity?.sessionContext?.sessionIssuer?.arn) ?? by ?? null;
      const region = regionOfUnit(unit, event.region, settings);
      starts.push({
        kind: "event",
        key: keyOfEvent(event.id),
        region,
        at: event.time,
        only: trigger.only(event.detail),
        actor,
        ...(by !== undefined && { by }),
      });
    }
  }
  return { starts, foreign };
}

/** @throws {UsageError} when the event matches none of the unit's triggers */
export function startsOfEvent(
  unit: Triggered,
  payload: unknown,
  account: string,
  settings: Pick<UnitSettings, "home" | "regions">,
): readonly Start[] {
  const { starts, foreign } = startsOf(unit, unwrap(payload), account, settings);
  if (foreign.length)
    throw new UsageError(`the event is not for ${unit.id}: ${foreign.join(", ")}`);
  return starts;
}
