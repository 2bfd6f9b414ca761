/**
 * Somebody changed back what the unit had changed: a stopped instance runs again, a closed port is
 * open again. Whoever did is heard (rule: managed-by-others).
 */

import type { Held, PutBack } from "../../ledger/result.ts";
import { isGone, noteOnTrace, type Trace, tracesFor } from "../../ledger/traces.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { digest } from "../../sdk/codec.ts";
import { concurrently } from "../../sdk/concurrently.ts";
import { ordinal } from "../../sdk/counted.ts";
import { inOneLine } from "../../sdk/errors.ts";
import { idsOf } from "../../settings/former-ids.ts";
import { type GuardContext, once } from "../guards/guard.ts";
import { othersThatChanged } from "../guards/others.ts";
import type { Workplace } from "./attempt.ts";
import type { PlannedChange } from "./planned-change.ts";

const concurrency = 16;

export interface Recognised {
  /** The same changes; what was changed back says so. */
  readonly changes: readonly PlannedChange[];
  /** What a person was asked about already, or could not be looked up, by digest. */
  readonly held: ReadonlyMap<string, Held>;
  /** By digest, what each is known by. */
  readonly traces: ReadonlyMap<string, Trace>;
}

/** By whom and when it is asked. */
type Asking = Pick<
  GuardContext,
  "start" | "now" | "lastChange" | "changers" | "settings" | "holds"
> & {
  /** The run that asks; absent: a plan that nobody stores. */
  readonly run?: string | undefined;
};

/** One query for all of them, or one for each container where there are few. */
export async function recognised(
  { unit, place, host }: Workplace,
  changes: readonly PlannedChange[],
  asking: Asking,
): Promise<Recognised> {
  if (!changes.length) return { changes, held: new Map(), traces: new Map() };
  const ids = idsOf(place.unit, host.settings);
  const undone = once(async () => new Set((await asking.holds()).map(({ action }) => action)));
  let known: readonly Trace[];
  try {
    const each = ids.map((id) =>
      tracesFor(host.store, { ...place, unit: id }, changes, asking.now),
    );
    known = (await Promise.all(each)).flat();
  } catch (error) {
    const held = new Map(changes.map((change) => [change.digest, unknown(error)]));
    return { changes, held, traces: new Map() };
  }
  const traceFor = tracesBy(known);
  const held = new Map<string, Held>();
  const traces = new Map<string, Trace>();
  const mark = async (change: PlannedChange): Promise<PlannedChange> => {
    const trace = traceFor(change);
    if (!trace) return change;
    traces.set(change.digest, trace);
    try {
      if (!isPutBack(unit, change, trace)) return change;
      // Our own undo is no hand of a stranger: it has a hold of its own, and what ends that is ours.
      if ((await undone()).has(trace.action)) return change;
      if (await byAnother(change, trace, asking)) return change;
    } catch (error) {
      held.set(change.digest, unknown(error));
      return change;
    }
    const putBack = { times: trace.times + 1, by: whoDid(asking) };
    const why = askedBefore(trace, putBack, asking);
    if (why) held.set(change.digest, { by: "put-back", why });
    return { ...change, putBack, because: `${change.because}; ${text(putBack, trace)}` };
  };
  return { changes: await concurrently(changes, mark, { concurrency }), held, traces };
}

const unknown = (error: unknown): Held => ({
  by: "put-back",
  why: `whether somebody changed it back could not be looked up, so nothing is changed: ${inOneLine(error)}`,
});

/** What was last done to a target, or to what it is under another id. */
function tracesBy(known: readonly Trace[]): (change: PlannedChange) => Trace | undefined {
  const byTarget = Map.groupBy(known, ({ target }) => target);
  // Under another id comes back only what was removed: beside that, siblings may be alike.
  const byKin = Map.groupBy(known.filter(isGone), ({ within, kin }) => kinKey(within, kin));
  return ({ target, within, kin }) => {
    const alike = within === null ? [] : (byKin.get(kinKey(within, kin)) ?? []);
    return latest([...(byTarget.get(target) ?? []), ...alike]);
  };
}

const kinKey = (within: string | null, kin: string): string => digest([within, kin]);

/** The last of them; of one that lies in two partitions, the one on which something was noted. */
const latest = (traces: readonly Trace[]): Trace | undefined =>
  traces.toSorted(
    (a, b) =>
      b.at.getTime() - a.at.getTime() || Number(Boolean(b.asked)) - Number(Boolean(a.asked)),
  )[0];

function isPutBack(
  { recognise }: AnyAutomation,
  { target, state, once: key, kin, again }: PlannedChange,
  trace: Trace,
): boolean {
  // It knows what ended its own last change, and that this was no person.
  if (again !== undefined && again === trace.action) return false;
  // One effect for each key: what is due again was not changed back.
  if (key !== null) return false;
  // Under another id it is there again.
  if (trace.target !== target) return true;
  // Made anew under the same name: nobody changed back what we changed.
  if (recognise && kin !== trace.kin) return false;
  // Not seen after our change: then only what is as it was before counts.
  return trace.after === null ? state === trace.before : state !== trace.after;
}

/** Another of our automations is no stranger either: what the two do in turn the guard `loop` sees. */
async function byAnother(
  { target }: PlannedChange,
  trace: Trace,
  { lastChange, changers, settings }: Asking,
): Promise<boolean> {
  const all = settings.automations ?? settings.all;
  for (const other of othersThatChanged(all, await changers(target))) {
    if (other === settings.id) continue;
    const change = await lastChange(target, other);
    if (change && change.at > trace.at) return true;
  }
  return false;
}

/** As CloudTrail's event says, where one started the run. */
function whoDid({ start }: Asking): string {
  const named = start.kind === "event" ? (start.by ?? start.actor) : undefined;
  return named || "somebody";
}

const dayOf = ({ at }: Trace): string => at.toISOString().slice(0, 10);

const text = ({ times, by }: PutBack, trace: Trace): string => {
  const again = times > 1 ? `, for the ${ordinal(times)} time` : "";
  return `${by} changed it back after ${trace.action} of ${dayOf(trace)}${again}`;
};

/** A person is asked once, and again only by whoever starts the unit by hand. */
function askedBefore(
  trace: Trace,
  putBack: PutBack,
  { start, settings, run }: Asking,
): string | undefined {
  const { asked } = trace;
  if (settings.protects || !asked || asked.run === run) return undefined;
  if (start.kind !== "sweep" && start.kind !== "event") return undefined;
  return `${text(putBack, trace)}; whether to do it again was asked with ${asked.plan}, and is not asked again: approve that while it can be, or ask anew with \`npx nightshift run ${settings.id}\`; \`npx nightshift exempt ${trace.target}\` leaves it for good`;
}

/** So that the next run does not ask again. */
export async function noteAsked(
  { place, host }: Workplace,
  waiting: readonly PlannedChange[],
  { traces }: Pick<Recognised, "traces">,
  asked: { readonly plan: string; readonly run: string },
): Promise<void> {
  const about = waiting.filter(({ putBack }) => putBack).map((change) => traces.get(change.digest));
  const note = (trace: Trace) => noteOnTrace(host.store, place.unit, trace, { asked });
  await concurrently(
    about.filter((trace) => trace !== undefined),
    note,
    { concurrency },
  );
}
