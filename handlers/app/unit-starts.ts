/** What a payload of a unit's function starts: a time slot, events, or an order of ours. */
import type * as z from "zod/mini";
import { redoStart } from "../../engine/run/redo.ts";
import { assertDue } from "../../ingest/due.ts";
import { unwrap } from "../../ingest/envelope.ts";
import type { Identify } from "../../ingest/identity.ts";
import { isOrder, order, startOfSlot, startsOf, startsOfEvent } from "../../ingest/start.ts";
import { keys } from "../../ledger/keys.ts";
import { type Taker, takeOrder } from "../../ledger/orders.ts";
import { planOrThrow } from "../../ledger/plans.ts";
import { decisionKey, type Start } from "../../ledger/start.ts";
import type { Store } from "../../ledger/store.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { NotPossible, UsageError } from "../../sdk/errors.ts";
import type { AnyReport } from "../../sdk/report.ts";
import type { Clock } from "../../sdk/time.ts";
import { arnsOf } from "../../settings/arns.ts";
import { idsOf } from "../../settings/former-ids.ts";
import { namesOf } from "../../settings/names.ts";
import type { UnitSettings } from "../../settings/settings.ts";
import type { Log } from "./log.ts";
import type { Counter } from "./metrics.ts";
import { personBehind } from "./person.ts";

/** What is started, and where. */
export interface Starting {
  readonly unit: AnyAutomation | AnyReport;
  readonly settings: UnitSettings;
  /** 12 digits. */
  readonly account: string;
  /** Lambda's request id: the same for each try of one asynchronous invocation. */
  readonly invocation: string;
  readonly identify: Identify;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Counter;
}

type ParsedOrder = z.output<typeof order>;
type OrderOf<K extends ParsedOrder["kind"]> = Extract<ParsedOrder, { readonly kind: K }>;

/** @throws {UsageError} when an order is not understood */
export async function startsOfPayload(
  starting: Starting,
  payload: unknown,
): Promise<readonly Start[]> {
  if (!isOrder(payload)) return startsOfEvents(starting, payload);
  const parsed = order.safeParse(payload);
  if (parsed.success) return startsOfOrder(starting, parsed.data, payload);
  const issues = parsed.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`);
  throw new UsageError(`an order that is not understood: ${issues.join("; ")}`);
}

function startsOfEvents(
  { unit, settings, account, log, metrics }: Starting,
  payload: unknown,
): readonly Start[] {
  const { starts, foreign } = startsOf(unit, unwrap(payload), account, settings);
  for (const why of foreign) log.info("a foreign event", { why });
  if (foreign.length) metrics.add("foreign", foreign.length);
  return starts;
}

/** @param payload as it came: what proves a person's order covers all of it */
async function startsOfOrder(
  starting: Starting,
  given: ParsedOrder,
  payload: unknown,
): Promise<readonly Start[]> {
  switch (given.kind) {
    case "slot":
      return [slotStart(starting, given)];
    case "manual":
      return manualStarts(starting, given, await orderedBy(starting, payload));
    case "decision":
      return decisionStarts(starting, given);
    case "redo":
      return redoStarts(starting, given);
    case "take-up":
      return takenUp(starting, given);
  }
}

/**
 * An undo that is taken back: nothing of it is believed that the undo function has not written into
 * its own part of the ledger.
 */
async function redoStarts(
  { unit, store, clock, invocation }: Starting,
  { recorded, ...given }: OrderOf<"redo">,
): Promise<readonly Start[]> {
  const now = clock.now();
  const taker: Taker = {
    name: unit.id,
    partition: `unit#${unit.id}`,
    invocation,
    now,
    believes: ["undo"],
  };
  const { state, by } = await takeOrder(store, taker, recorded, given);
  return state === "taken" ? [redoStart(given, { by, at: now })] : [];
}

/**
 * A time slot: of a schedule that the unit is deployed with, where it is.
 * @throws {NotPossible} for any other
 */
function slotStart({ unit, settings, account, clock }: Starting, given: OrderOf<"slot">): Start {
  const start = startOfSlot(unit, given);
  const { region, schedule, sweep } = given;
  if (!settings.schedules) return start;
  const expected = arnsOf(settings, { account }).schedule(
    namesOf(settings).schedule(unit.id, sweep, region),
  );
  assertDue({ at: start.at, sweep, schedule, expected }, settings.schedules, clock.now());
  return start;
}

/** @throws {NotPossible} where nobody is proven to have ordered it */
async function orderedBy(starting: Starting, payload: unknown): Promise<string> {
  const { unit, account, invocation } = starting;
  const hearing = { ...starting, name: unit.id, partition: `unit#${unit.id}` };
  return (await personBehind(hearing, payload, { account, invocation })).by;
}

/** @param by who is proven to have ordered it */
function manualStarts(
  { unit, settings, account, clock }: Starting,
  { key, region, event }: OrderOf<"manual">,
  by: string,
): readonly Start[] {
  const about = { kind: "manual", key: `manual#${key}`, by } as const;
  if (event === undefined) return [{ ...about, region, at: clock.now() }];
  return startsOfEvent(unit, event, account, settings).map((start, index) => ({
    ...start,
    ...about,
    key: `${about.key}#${index}`,
  }));
}

/** A run that was left unfinished, as it was started; nothing where it has been finished since. */
async function takenUp(
  { unit, settings, account, store }: Starting,
  { region, key, as = unit.id }: OrderOf<"take-up">,
): Promise<readonly Start[]> {
  if (!idsOf(unit.id, settings).includes(as))
    throw new NotPossible(`${unit.id} was never called ${as}: it takes up nothing of it`);
  const claim = await store.get(keys.claim({ unit: as, account, region }, key));
  if (!claim) throw new NotPossible(`there is no claim ${key} of ${as} in ${region}`);
  return claim.state === "finished" ? [] : [(claim.body as { start: Start }).start];
}

/** The targets are read from the plan by the run: a claim has no room for so many. */
async function decisionStarts(
  { store, clock }: Starting,
  { plan, region }: OrderOf<"decision">,
): Promise<readonly Start[]> {
  await planOrThrow(store, plan);
  return [{ kind: "decision", key: decisionKey(plan), region, at: clock.now(), plan }];
}
