/** A flow that fails again and again about one target begins later each time, and others as ever. */
import { expect, test } from "vitest";
import { createSnapshot } from "../../aws/ec2/snapshot.ts";
import type { RunResult } from "../../ledger/result.ts";
import { setbackAfter, setbackOf } from "../../ledger/setbacks.ts";
import type { Start } from "../../ledger/start.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { hours, type Span } from "../../sdk/time.ts";
import { FlowWorld } from "../../test/setup/flows-in-memory.ts";
import { type ReapCarrier, reapingIn } from "../../test/setup/reaping.ts";

const outcomesOf = ({ actions }: RunResult) =>
  actions.map(({ target, outcome, held }) => `${target} ${held?.by ?? outcome}`);

/** A world in which flows fail as long as `fails` says so; the settings leave time for nothing else. */
function failing() {
  const state = { fails: true };
  const carry = async ({ write }: ReapCarrier, VolumeId: string): Promise<void> => {
    if (state.fails) throw new Error("the authority refuses it");
    await write(createSnapshot({ VolumeId }));
  };
  const unit = reapingIn({ pending: 0, carry }) as AnyAutomation;
  const world = new FlowWorld(unit, { breaker: 100 });
  world.aws.volumes.set("vol-1", "wrong");
  let slots = 0;
  const sweep = async (more: Partial<Start> = {}) => {
    slots += 1;
    const run = await world.deliver(`slot-${slots}`, more);
    await world.flows.carryAll();
    return run;
  };
  const later = (span: Span) => world.clock.sleep(span);
  return { state, world, sweep, later };
}

test("after two failures it waits a day, from the third on two; the sweeps between say why", async () => {
  const { world, sweep, later } = failing();
  const tries: string[] = [];
  for (let sweeps = 0; sweeps < 40; sweeps += 1) {
    tries.push(...outcomesOf(await sweep()));
    await later(hours(6));
  }
  const begun = tries.flatMap((what, at) => (what === "vol-1 begun" ? [at * 6] : []));
  expect(begun.slice(0, 5)).toEqual([0, 6, 30, 78, 126]);
  expect(new Set(tries)).toEqual(new Set(["vol-1 begun", "vol-1 back-off"]));
  const [held] = (await sweep()).actions;
  expect(held?.held?.why).toMatch(
    /^it failed \d+ times one after the other, last at \S+ \(test-reaping\.\S+\): it is tried again from \S+ on, or by `npx nightshift run test-reaping` when the cause is mended$/,
  );
  expect(world.aws.effects).toEqual([]);
});

test("another target is not held by it", async () => {
  const { world, sweep } = failing();
  await sweep();
  await sweep();
  world.aws.volumes.set("vol-2", "wrong");
  expect(outcomesOf(await sweep()).toSorted()).toEqual(["vol-1 back-off", "vol-2 begun"]);
});

test("whoever starts it by hand has seen it: it begins", async () => {
  const { sweep } = failing();
  await sweep();
  await sweep();
  expect(outcomesOf(await sweep())).toEqual(["vol-1 back-off"]);
  expect(outcomesOf(await sweep({ kind: "manual", by: "ann" }))).toEqual(["vol-1 begun"]);
});

test("a success ends the count", async () => {
  const { state, world, sweep } = failing();
  const times = async () => (await setbackOf(world.host().store, world.place, "vol-1"))?.times;
  await sweep();
  expect(await times()).toBe(1);
  state.fails = false;
  const done = await sweep();
  expect((await world.end(done.id)).outcomes).toEqual(["applied"]);
  expect(await times()).toBeUndefined();
});

test("the pause grows to two days, and no further", () => {
  const at = new Date("2026-11-21T03:00:00Z");
  const first = setbackAfter(undefined, { at, action: "a" });
  const second = setbackAfter(first, { at, action: "b" });
  const third = setbackAfter(second, { at, action: "c" });
  const fifth = setbackAfter(setbackAfter(third, { at, action: "d" }), { at, action: "e" });
  expect([first, second, third, fifth].map(({ times, until }) => [times, +until - +at])).toEqual([
    [1, 0],
    [2, 24 * 3_600_000],
    [3, 48 * 3_600_000],
    [5, 48 * 3_600_000],
  ]);
});
