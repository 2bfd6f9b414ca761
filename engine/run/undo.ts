/**
 * Takes back what was done: guarded, refused with the difference when the target has changed since,
 * recorded as an action of its own.
 */
import { randomUUID } from "node:crypto";
import { type ActionRecord, actionById, actionsOf, type CallData } from "../../ledger/actions.ts";
import { type Hold, holdsAt, liftHold, putHold } from "../../ledger/holds.ts";
import { runOf, undoId, unitOf } from "../../ledger/ids.ts";
import { intend } from "../../ledger/intents.ts";
import { keys } from "../../ledger/keys.ts";
import { giveUp, settle } from "../../ledger/outcomes.ts";
import type { ActionResult, Held, RunResult } from "../../ledger/result.ts";
import { runById, runRecord } from "../../ledger/runs.ts";
import type { Start } from "../../ledger/start.ts";
import type { Step, Store } from "../../ledger/store.ts";
import { post } from "../../messages/outbox.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { digest, same } from "../../sdk/codec.ts";
import { inDoubt, inOneLine, NotPossible } from "../../sdk/errors.ts";
import { after, days } from "../../sdk/time.ts";
import { stopped } from "../guards/kill-switch.ts";
import { leaseOf, send, timeLeft } from "./apply.ts";
import type { Host } from "./host.ts";
import { lookUntil } from "./look-until.ts";
import { look } from "./plan.ts";
import { newsOf, outcomeOf } from "./record.ts";
import { callsBack, difference, undoable } from "./way-back.ts";

/** How long the automation leaves alone what was undone. */
export const holdFor = days(14);

/**
 * Takes back one action, or all of a run.
 * @param host with clients of the automation's undo role; its store may write `undo#…` and the locks
 * @param by who asked for it
 * @throws {NotPossible} when the id names nothing that can be taken back
 */
export async function undo(
  unit: AnyAutomation,
  id: string,
  by: string,
  host: Host,
): Promise<RunResult> {
  const named = await undoable(host.store, id);
  const [first] = named;
  if (!first) throw new NotPossible(`there is nothing to take back in ${id}`);
  const actions: ActionResult[] = [];
  for (const record of named)
    try {
      actions.push(await takeBack(unit, record, by, host));
    } catch (error) {
      // One failure does not stop the others.
      actions.push(result(record, { outcome: "failed", error: inOneLine(error) }));
    }

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
  // All of it was taken back before: the record of that stands, and was told, unless that attempt
  // died before it could.
  if (
    actions.every(({ outcome }) => outcome === "already") &&
    (await runById(host.store, "undo", unit.id, run.id))
  )
    return run;
  const done = actions.filter(
    ({ outcome }) => outcome === "applied" || outcome === "already",
  ).length;
  const message = post(`undo#${unit.id}`, {
    id: `${run.id}.${digest(newsOf(actions)).slice(0, 8)}`,
    at: now,
    account: run.account,
    region: run.region,
    unit: unit.id,
    kind: "undo",
    severity: run.outcome === "failed" ? "critical" : run.outcome === "done" ? "info" : "warning",
    title: `${unit.id} in ${run.region}: ${done} of ${actions.length} change${actions.length === 1 ? "" : "s"} taken back`,
    by,
    facts: {
      by,
      ...(done > 0 && {
        "left alone until": `${after(now, holdFor).toISOString().slice(0, 10)}; to lift that: npx nightshift undo ${run.id}`,
      }),
      ...(unit.lost?.length && done > 0 ? { "not restored": unit.lost.join("; ") } : {}),
    },
    run,
  });
  await host.store.transact([...runRecord("undo", run), message]);
  return run;
}

interface Ended {
  readonly outcome: ActionResult["outcome"];
  readonly held?: Held;
  readonly error?: string;
  readonly verified?: true | null;
}

const result = (
  record: ActionRecord,
  { outcome, held = undefined, error = undefined, verified = null }: Ended,
  call?: CallData,
): ActionResult => ({
  id: undoId(record.id),
  target: record.target,
  because: `it takes back ${record.id}`,
  call: call ?? record.undo?.[0] ?? record.call,
  outcome,
  verified,
  held: held ?? null,
  error: error ?? null,
  undo: { operation: record.call.operation, input: record.call.input },
  savesPerMonth: record.savesPerMonth === null ? null : -record.savesPerMonth,
});

/** Why nothing may be changed now, or nothing. Not readable holds (rule: kill-switch). */
async function stoppedNow(unit: string, host: Host): Promise<string | undefined> {
  try {
    return stopped(await host.killSwitch(), unit);
  } catch (error) {
    return `the kill switch could not be read, so nothing is changed: ${inOneLine(error)}`;
  }
}

function changedSince(record: ActionRecord, now: unknown): Held {
  const unseen = record.verified === null && record.after === undefined;
  const why = unseen
    ? "what became of it was never seen"
    : `somebody changed it since: ${difference(record.after, now)}`;
  return { by: "changed", why: `${why}. Nothing is taken back; decide by hand` };
}

type Calls = ReturnType<typeof callsBack>;

async function takeBack(
  unit: AnyAutomation,
  record: ActionRecord,
  by: string,
  host: Host,
): Promise<ActionResult> {
  const { store } = host;
  if (record.outcome !== "applied")
    return result(record, {
      outcome: "failed",
      error: `${record.id} is ${record.outcome}: there is nothing to take back`,
    });
  const calls = callsBack(unit, record);
  const [first] = calls;
  timeLeft(host);
  const ended = (rest: Ended) => result(record, rest, first?.call);

  const at = host.clock.now();
  const mine: ActionRecord = {
    ...record,
    id: undoId(record.id),
    at,
    because: `it takes back ${record.id}`,
    call: first?.call ?? record.call,
    undo: null,
    once: null,
    before: record.after,
    after: undefined,
    outcome: "intended",
    verified: null,
    held: null,
    error: null,
    // Two people may ask for the same undo at once.
    attempt: randomUUID(),
    undoes: record.id,
    by,
  };
  const { lost } = await intend(
    { store, writer: "undo", lease: { from: at, until: leaseOf(host) } },
    [mine],
  );
  const earlier = (await store.get(keys.undone(unit.id, record.id)))?.state;
  const busy = lost.get(mine.id);
  if (busy && earlier === "undone") return ended({ outcome: "already", verified: true });
  if (busy && earlier === "redone")
    return ended({
      outcome: "held",
      held: {
        by: "changed",
        why: "it was taken back, and done again since by a later run: take that one back",
      },
    });
  if (busy) return ended({ outcome: "held", held: busy });
  try {
    const { outcome, held, error, verified } = await carryBack(
      unit,
      record,
      mine,
      calls,
      earlier === "intended",
      host,
    );
    return ended({
      outcome: outcome === "intended" ? "failed" : outcome,
      verified,
      ...(held && { held }),
      ...(error !== null && { error }),
    });
  } catch (error) {
    // Whether it had its effect is for the next attempt to see; the target must not wait for it.
    await giveUp(store, "undo", { ...mine, outcome: "failed", error: inOneLine(error) }).catch(
      () => {},
    );
    throw error;
  }
}

/**
 * With the lock in hand.
 * @param begun an earlier attempt died, and may have had its effect
 * @returns the record, settled
 */
async function carryBack(
  unit: AnyAutomation,
  record: ActionRecord,
  mine: ActionRecord,
  calls: Calls,
  begun: boolean,
  host: Host,
): Promise<ActionRecord> {
  const { store } = host;
  const { target, within, region } = record;
  const settled = async (rest: Partial<ActionRecord>, also: readonly Step[] = []) => {
    const ended = { ...mine, ...rest };
    await settle(store, "undo", ended, also);
    return ended;
  };

  const stop = await stoppedNow(unit.id, host);
  if (stop) return settled({ outcome: "held", held: { by: "kill-switch", why: stop } });
  const seen = async () =>
    (await look(unit, host, region, [target, ...(within ? [within] : [])])).states;
  // What comes back may have a new id: it is restored when something in the same container is as
  // the target was.
  const restored = (states: Awaited<ReturnType<typeof seen>>) =>
    [...states].some(
      ([id, found]) =>
        same(found.state, record.before) &&
        (id === target || (within !== null && found.within === within)),
    );
  let states = await seen();
  // What an earlier attempt did may not show yet (rule: retries-are-deliveries).
  if (begun && !restored(states))
    await lookUntil(host, async () => {
      states = await seen();
      return restored(states);
    });
  const now = states.get(target)?.state;
  const done = begun && restored(states);
  if (!done && !same(now, record.after))
    return settled({ outcome: "held", held: changedSince(record, now) });

  // First the hold, then the change: the next sweep must not do it again, even if this process dies
  // in between.
  const { unit: id, account, at, by = "" } = mine;
  const hold: Hold = {
    unit: id,
    account,
    region,
    target,
    within,
    state: digest(record.before),
    until: after(at, holdFor),
    by,
    action: record.id,
  };
  const marker = { ...keys.undone(id, record.id), type: "undone", body: { by, at } };
  await putHold(store, hold);
  await store.put({ ...marker, state: "intended" });

  for (const [sent, { write, call }] of (done ? [] : calls).entries())
    try {
      await send(write, call.input, mine.id, host, region);
    } catch (error) {
      const doubt =
        (error instanceof Error && write.already.includes(error.name)) || inDoubt(error);
      // It is as it was: what is left of the calls would be sent for nothing, after a wait in which
      // nobody asked (rule: kill-switch).
      if (doubt && (await lookUntil(host, async () => restored(await seen())))) break;
      // Nothing was taken back, so there is nothing to leave alone.
      if (!doubt && sent === 0) await liftHold(store, hold);
      return settled({ outcome: "failed", error: inOneLine(error) });
    }
  const verified = (await lookUntil(host, async () => restored(await seen()))) || null;
  return settled({ outcome: "applied", verified, after: record.before }, [
    { put: { ...marker, state: "undone" } },
  ]);
}

/**
 * Takes back an undo: lifts its hold, and says what the automation's own run must look at to do it
 * again, guarded anew.
 * @param id `<action>.undo` or `<run>.undo`
 */
export async function redo(
  id: string,
  by: string,
  key: string,
  store: Store,
  now: Date,
): Promise<readonly Start[]> {
  const original = id.replace(/\.undo$/, "");
  const [unit, run] = [unitOf(original), runOf(original)];
  const undone = (await actionsOf(store, "undo", unit, run)).filter(
    ({ outcome, undoes }) => outcome === "applied" && (original === run || undoes === original),
  );
  if (!undone.length)
    throw new NotPossible(
      `there is no undo ${id} to take back; \`npx nightshift history\` lists them`,
    );
  const starts: Start[] = [];
  for (const record of undone) {
    const first = await actionById(store, "unit", { unit, run, id: record.undoes ?? "" });
    if (!first) continue;
    for (const hold of await holdsAt(store, record))
      if (hold.action === first.id) await liftHold(store, hold);
    await store.put({
      ...keys.undone(unit, first.id),
      type: "undone",
      state: "redone",
      body: { by, at: now },
    });
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
