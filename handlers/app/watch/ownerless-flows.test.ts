import { beforeEach, describe, expect, test } from "vitest";
import { type Begun, takeFlow, writtenStep } from "../../../ledger/flows.ts";
import { keys } from "../../../ledger/keys.ts";
import type { Store } from "../../../ledger/store.ts";
import { rememberUnits } from "../../../ledger/units-known.ts";
import { noLog } from "../../../sdk/log.ts";
import { after, minutes } from "../../../sdk/time.ts";
import { plainStore } from "../../../test/setup/plain-store.ts";
import { takeUpLeft } from "./left-behind.ts";
import { ownerlessFlows } from "./ownerless-flows.ts";

const now = new Date("2026-11-21T03:00:00Z");
const begun: Begun = {
  unit: "reaps",
  account: "123456789012",
  region: "eu-west-1",
  run: "reaps.20261121T020000.0123abcd",
  action: "reaps.20261121T020000.0123abcd.0123456789",
  target: "vol-1",
  since: new Date("2026-11-21T02:00:00Z"),
  start: { kind: "sweep", key: "slot", region: "eu-west-1", at: now },
  attempt: 1,
};
const lease = after(now, minutes(5));

let store: Store;
beforeEach(async () => {
  store = plainStore();
  await rememberUnits(store, ["reaps", "other"], now);
  const item = { ...keys.flow(begun, begun.action), type: "flow", state: "waiting", holder: "1" };
  await store.put({ ...item, lease: lease.getTime(), body: begun });
});

describe("a flow whose unit is taken out of the settings", () => {
  test("is told, with its target and what it wrote", async () => {
    const call = { operation: "ec2:CreateSnapshot", input: { VolumeId: "vol-1" } };
    await store.transact([writtenStep(begun, 0, { at: now, call, state: "done", output: {} })]);
    const [finding, ...more] = await ownerlessFlows(store, { units: ["other"], formerly: {} });
    expect(more).toEqual([]);
    expect(finding).toMatchObject({
      key: `ownerless flow ${begun.action}`,
      affected: ["vol-1"],
      facts: { "what it wrote": "ec2:CreateSnapshot" },
    });
  });

  test("is none of the watchdog's findings as long as the unit is deployed", async () => {
    const units = ["other", "reaps"];
    expect(await ownerlessFlows(store, { units, formerly: {} })).toEqual([]);
  });

  test("says under which id it begins anew, where it was renamed, and what to do with what is left", async () => {
    const [finding] = await ownerlessFlows(store, {
      units: ["other"],
      formerly: { other: ["reaps"] },
    });
    expect(finding?.title).toBe("A flow of reaps was under way when reaps was renamed to other");
    expect(finding?.facts?.["what now"]).toMatch(
      /other looks at vol-1 again at its next sweep, and begins anew.*npx nightshift history reaps\..*deploy it as reaps again/,
    );
  });
});

describe("a flow that nobody carries", () => {
  const deployed = { units: ["reaps", "other"], formerly: {} };
  const ordersAt = async (at: Date) => {
    const orders: unknown[] = [];
    const failed: unknown[] = [];
    const invoke = async (unit: string, order: object) => void orders.push({ unit, ...order });
    const count = await takeUpLeft(
      { store, log: noLog, invoke, account: "123456789012" },
      deployed,
      at,
      (error) => failed.push(error),
    );
    expect([count, failed]).toEqual([orders.length, []]);
    return orders;
  };
  const order = { unit: "reaps", kind: "take-up-flow", region: begun.region, action: begun.action };

  test("is handed to its unit's own function when its lease is over, and timers had their time", async () => {
    expect(await ordersAt(after(lease, minutes(9)))).toEqual([]);
    expect(await ordersAt(after(lease, minutes(11)))).toEqual([order]);
  });

  test("of which another has taken it since is left alone", async () => {
    const before = { begun, state: "waiting", holder: "1", lease } as const;
    const later = after(now, minutes(60));
    expect(await takeFlow(store, before, { state: "carried", holder: "2", lease: later })).toBe(
      true,
    );
    expect(await takeFlow(store, before, { state: "carried", holder: "3", lease: later })).toBe(
      false,
    );
    expect(await ordersAt(after(lease, minutes(11)))).toEqual([]);
  });

  test("one that cannot be handed over does not keep the others from it", async () => {
    const other = { ...begun, unit: "other", action: "other.20261121T020000.0123abcd.0123456789" };
    const item = { ...keys.flow(other, other.action), type: "flow", state: "waiting", holder: "1" };
    await store.put({ ...item, lease: lease.getTime(), body: other });
    const handed: string[] = [];
    const failed: unknown[] = [];
    const invoke = async (unit: string) => {
      if (unit === "reaps") throw new Error("no");
      handed.push(unit);
    };
    const left = { store, log: noLog, invoke, account: "123456789012" };
    await takeUpLeft(left, deployed, after(lease, minutes(11)), (error) => failed.push(error));
    expect([handed, failed.length]).toEqual([["other"], 1]);
  });
});
