/** Takes back what was done: guarded, refused with the difference when the target has changed since, recorded as an action of its own. */
import type { AnyAutomation } from "../automation.ts";
import type { Write } from "../call.ts";
import { digest, same, serialise } from "../codec.ts";
import { inDoubt, inOneLine, NotPossible } from "../errors.ts";
import { stopped } from "../guards/kill-switch.ts";
import { type ActionRecord, actionById, actionsOf, type CallData, intend, settle } from "../ledger/actions.ts";
import { type Hold, holdsAt, liftHold, putHold } from "../ledger/holds.ts";
import { keys, type Place, runOf, unitOf } from "../ledger/keys.ts";
import { put } from "../ledger/outbox.ts";
import { recordRun } from "../ledger/runs.ts";
import type { Store } from "../ledger/store.ts";
import { after, days, seconds } from "../time.ts";
import { leaseOf, send, timeLeft } from "./apply.ts";
import type { Host } from "./host.ts";
import { look } from "./plan.ts";
import { outcomeOf } from "./record.ts";
import type { ActionResult, Held, RunResult } from "./result.ts";
import type { Start } from "./start.ts";

/** How long the automation leaves alone what was undone. */
export const holdFor = days(14);
const pauses = [0, 1, 2, 4, 8, 15, 30, 60];

const undoId = (action: string) => `${action}.undo`;
/** Whether an id names the taking back of an action. */
export const isUndo = (id: string): boolean => id.endsWith(".undo");

/** Every write that may take back what the automation does: what its undo role is granted. */
export const undoWrites = (unit: AnyAutomation): readonly Write[] => [...new Set([...(unit.undoes ?? []), ...unit.writes.flatMap(({ undoneBy }) => undoneBy)])];

/**
 * The calls that take an action back, computed from the recorded call and today's code.
 * @throws {NotPossible} when there is no way back, or one that the automation does not declare (rules.md, 1)
 */
export function callsBack(unit: AnyAutomation, record: ActionRecord): readonly { readonly write: Write; readonly call: CallData }[] {
  const write = unit.writes.find(({ operation }) => operation === record.call.operation);
  if (!write) throw new NotPossible(`${unit.id} no longer declares ${record.call.operation}, which ${record.id} made: take it back by hand`);
  if (write.irreversible !== undefined && !record.undo) throw new NotPossible(`${record.id} cannot be taken back: ${write.irreversible}`);
  const calls = record.undo ?? write.invert(record.call.input, record.output ?? {});
  if (!calls.length) throw new NotPossible(`${record.id} has no way back`);
  const allowed = undoWrites(unit);
  return calls.map(({ operation, input }) => {
    const by = allowed.find((one) => one.operation === operation);
    if (!by) throw new NotPossible(`the way back of ${record.id} is ${operation}, which ${unit.id} does not declare: it is refused`);
    return { write: by, call: { operation, input } };
  });
}

/** The actions that an id names: one action, or all of a run that changed something, last first. */
export async function undoable(store: Store, id: string): Promise<readonly ActionRecord[]> {
  const [unit, run] = [unitOf(id), runOf(id)];
  const all = await actionsOf(store, "unit", unit, run);
  const named = id === run ? all.filter(({ outcome }) => outcome === "applied") : all.filter((one) => one.id === id);
  if (!all.length) throw new NotPossible(`there is no run or action ${id} that changed anything; \`nightshift history\` lists them`);
  if (!named.length)
    throw new NotPossible(
      id === run ? `${id} changed nothing, so there is nothing to take back` : `${run} has no action ${id}; \`nightshift history\` lists them`,
    );
  return named.toSorted((a, b) => b.at.getTime() - a.at.getTime());
}

/** What changed since, field by field, in words. */
export function difference(expected: unknown, found: unknown): string {
  const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isRecord(expected) || !isRecord(found))
    return `it was ${expected === undefined ? "gone" : serialise(expected)} and is ${found === undefined ? "gone" : serialise(found)}`;
  return [...new Set([...Object.keys(expected), ...Object.keys(found)])]
    .filter((name) => !same(expected[name], found[name]))
    .map((name) => `${name} was ${serialise(expected[name] ?? null)} and is ${serialise(found[name] ?? null)}`)
    .join("; ");
}

/**
 * Takes back one action, or all of a run.
 * @param host with clients of the automation's undo role; its store may write `undo#…` and the locks
 * @param by who asked for it
 * @throws {NotPossible} when the id names nothing that can be taken back
 */
export async function undo(unit: AnyAutomation, id: string, by: string, host: Host): Promise<RunResult> {
  const named = await undoable(host.store, id);
  const [first] = named;
  if (!first) throw new NotPossible(`there is nothing to take back in ${id}`);
  const why = stopped(await host.killSwitch(), unit.id);
  const actions: ActionResult[] = [];
  for (const record of named) actions.push(why ? result(record, { outcome: "held", held: { by: "kill-switch", why } }) : await undoOne(unit, record, by, host));

  const now = host.clock.now();
  const run: RunResult = {
    id: `${undoId(id)}`,
    automation: unit.id,
    account: first.account,
    region: first.region,
    mode: host.settings.mode,
    at: now,
    outcome: outcomeOf(actions),
    found: named.length,
    plan: null,
    actions,
    calls: { ...host.clients.calls },
  };
  await host.store.transact(recordRun("undo", run));
  const done = actions.filter(({ outcome }) => outcome === "applied").length;
  await put(host.store, `undo#${unit.id}`, {
    id: `${run.id}.${digest(actions.map(({ id: one, outcome }) => [one, outcome])).slice(0, 8)}`,
    at: now,
    account: run.account,
    region: run.region,
    unit: unit.id,
    kind: "undo",
    severity: run.outcome === "failed" ? "critical" : run.outcome === "done" ? "info" : "warning",
    title: `${unit.id} in ${run.region}: ${done} of ${actions.length} change${actions.length === 1 ? "" : "s"} taken back`,
    facts: {
      by,
      ...(done > 0 && { "left alone until": `${after(now, holdFor).toISOString().slice(0, 10)}; to lift that: nightshift undo ${run.id}` }),
      ...(unit.lost?.length && done > 0 ? { "not restored": unit.lost.join("; ") } : {}),
    },
    run,
  });
  return run;
}

const result = (
  record: ActionRecord,
  rest: { readonly outcome: ActionResult["outcome"]; readonly held?: Held; readonly error?: string; readonly verified?: true | null },
): ActionResult => ({
  id: undoId(record.id),
  target: record.target,
  because: `it takes back ${record.id}`,
  call: record.undo?.[0] ?? record.call,
  outcome: rest.outcome,
  verified: rest.verified ?? null,
  held: rest.held ?? null,
  error: rest.error ?? null,
  undo: { operation: record.call.operation, input: record.call.input },
  savesPerMonth: record.savesPerMonth === null ? null : -record.savesPerMonth,
});

async function undoOne(unit: AnyAutomation, record: ActionRecord, by: string, host: Host): Promise<ActionResult> {
  const place: Place = { unit: record.unit, account: record.account, region: record.region };
  const marker = keys.undone(unit.id, record.id);
  if (record.outcome !== "applied") return result(record, { outcome: "failed", error: `${record.id} is ${record.outcome}: there is nothing to take back` });
  const earlier = await host.store.get(marker);
  if (earlier?.state === "undone") return result(record, { outcome: "already", verified: true });
  let calls: ReturnType<typeof callsBack>;
  try {
    calls = callsBack(unit, record);
  } catch (error) {
    return result(record, { outcome: "failed", error: inOneLine(error) });
  }

  const seen = async () => (await look(unit, host, place.region, [record.target, ...(record.within ? [record.within] : [])])).states;
  // What comes back may have a new id: it is restored when something in the same container is as the target was.
  const restored = (states: Awaited<ReturnType<typeof seen>>) =>
    [...states].some(
      ([target, { state, within }]) => same(state, record.before) && (target === record.target || (record.within !== null && within === record.within)),
    );

  const states = await seen();
  const now = states.get(record.target)?.state;
  const begun = earlier?.state === "intended";
  if (!same(now, record.after) && !(begun && restored(states))) {
    const why = `somebody changed it since: ${difference(record.after, now)}. Nothing is taken back; decide by hand`;
    return result(record, { outcome: "held", held: { by: "changed", why } });
  }

  const at = host.clock.now();
  const hold: Hold = { ...place, target: record.target, within: record.within, state: digest(record.before), until: after(at, holdFor), by, action: record.id };
  // First the hold, then the change: the next sweep must not do it again, even if this process dies in between.
  await putHold(host.store, hold);
  await host.store.put({ ...marker, type: "undone", state: "intended", body: { by, at } });
  const mine: ActionRecord = {
    ...record,
    id: undoId(record.id),
    at,
    because: `it takes back ${record.id}`,
    call: calls[0]?.call ?? record.call,
    undo: null,
    once: null,
    before: now,
    after: undefined,
    outcome: "intended",
    verified: null,
    held: null,
    error: null,
    undoes: record.id,
    by,
  };
  const { lost } = await intend(host.store, "undo", [mine], leaseOf(host), at);
  const busy = lost.get(mine.id);
  if (busy) return result(record, { outcome: "held", held: busy });

  let error: string | undefined;
  if (!(begun && restored(states)))
    for (const { write, call } of calls) {
      try {
        timeLeft(host);
        await send(write, call.input, mine.id, host, place.region);
      } catch (thrown) {
        const already = thrown instanceof Error && write.already.includes(thrown.name);
        if ((already || inDoubt(thrown)) && restored(await seen())) continue;
        error = inOneLine(thrown);
        break;
      }
    }
  if (error !== undefined) {
    await settle(host.store, "undo", { ...mine, outcome: "failed", error });
    return result(record, { outcome: "failed", error });
  }
  const verified = await waitFor(host, async () => restored(await seen()));
  await settle(host.store, "undo", { ...mine, outcome: "applied", verified, after: record.before });
  await host.store.put({ ...marker, type: "undone", state: "undone", body: { by, at } });
  return result(record, { outcome: "applied", verified });
}

async function waitFor(host: Host, seen: () => Promise<boolean>): Promise<true | null> {
  for (const pause of pauses) {
    if (pause && after(host.clock.now(), seconds(pause + 20)) > host.deadline) return null;
    if (pause) await host.clock.sleep(seconds(pause));
    if (await seen()) return true;
  }
  return null;
}

/**
 * Takes back an undo: lifts its hold, and says what the automation's own run must look at to do it again, guarded anew.
 * @param id `<action>.undo` or `<run>.undo`
 */
export async function redo(id: string, by: string, key: string, store: Store, now: Date): Promise<readonly Start[]> {
  const original = id.replace(/\.undo$/, "");
  const [unit, run] = [unitOf(original), runOf(original)];
  const undone = (await actionsOf(store, "undo", unit, run)).filter(
    ({ outcome, undoes }) => outcome === "applied" && (original === run || undoes === original),
  );
  if (!undone.length) throw new NotPossible(`there is no undo ${id} to take back; \`nightshift history\` lists them`);
  const starts: Start[] = [];
  for (const record of undone) {
    const first = await actionById(store, "unit", unit, run, record.undoes ?? "");
    if (!first) continue;
    for (const hold of await holdsAt(store, record)) if (hold.action === first.id) await liftHold(store, record, hold.target);
    await store.remove(keys.undone(unit, first.id));
    starts.push({
      kind: "redo",
      key: `${key}#${first.id}`,
      region: record.region,
      at: now,
      only: [record.target, ...(record.within ? [record.within] : [])],
      target: record.target,
      state: digest(first.before),
      by,
    });
  }
  return starts;
}
