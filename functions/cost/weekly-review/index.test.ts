import { describe, expect, test } from "vitest";
import { pastDays } from "../../../engine/run/past.ts";
import { decideOnce } from "../../../ledger/decisions.ts";
import { storePlan } from "../../../ledger/plans.ts";
import { rememberUnits } from "../../../ledger/units-known.ts";
import { after, before, days, hours } from "../../../sdk/time.ts";
import { plainStore } from "../../../test/setup/plain-store.ts";
import { registry } from "../../registry.ts";
import { type PastRun, pastRun, pastUndo, runOfPast } from "./fixture.ts";
import unit from "./index.ts";
import { matters } from "./matters.ts";
import { weekBefore } from "./week.ts";

const account = "123456789012";
/** A Monday morning. */
const now = new Date("2026-11-30T07:30:00Z");
const long = new Date("2026-01-01T00:00:00Z");
const config = unit.config.parse({});
const at = (ago: number) => before(now, days(ago));
const plainRun = (run: Omit<PastRun, "account">) => pastRun({ ...run, account });

interface Told {
  readonly timeZone?: string;
  readonly at?: Date;
  readonly config?: object;
}

async function told(store: ReturnType<typeof plainStore>, asked: Told = {}) {
  const { timeZone = "UTC", at: when = now } = asked;
  const parsed = unit.config.parse(asked.config ?? {});
  const here = { account, region: "eu-central-1", now: when };
  const found = await unit.find({
    ...here,
    ...{ config: parsed, only: undefined, regions: [], remembered: async () => undefined },
    read: (() => undefined) as never,
    readIn: () => (() => undefined) as never,
    past: { timeZone, between: (days) => pastDays(store, days, when) },
  });
  const message = unit.tell(await Array.fromAsync(found as Iterable<never>), {
    ...here,
    config: parsed,
  });
  if (!message) throw new Error("it tells nothing");
  return message;
}

async function ledgerWith(units: readonly string[], ...runs: ReturnType<typeof pastRun>[]) {
  const store = plainStore();
  await rememberUnits(store, units, long);
  for (const steps of runs) await store.transact(steps);
  return store;
}

describe("a week", () => {
  test("is the seven whole days before today, by the settings' clocks", () => {
    expect(weekBefore(now, "UTC", 7)).toEqual({
      since: new Date("2026-11-23T00:00:00Z"),
      until: new Date("2026-11-30T00:00:00Z"),
      ...{ first: "2026-11-23", last: "2026-11-29", timeZone: "UTC" },
    });
    // In Kiritimati it is Monday evening, in Honolulu still Sunday.
    expect(weekBefore(now, "Pacific/Kiritimati", 7).last).toBe("2026-11-29");
    expect(weekBefore(now, "Pacific/Honolulu", 7).last).toBe("2026-11-28");
  });
  test.each([
    ["2026-03-30T05:30:00Z", "Europe/Berlin", 167],
    ["2026-10-26T06:30:00Z", "Europe/Berlin", 169],
    ["2026-11-02T12:30:00Z", "America/New_York", 169],
    ["2026-10-05T00:30:00Z", "Australia/Lord_Howe", 167.5],
    ["2026-04-06T00:30:00Z", "Australia/Sydney", 169],
    ["2026-11-30T07:30:00Z", "Asia/Kolkata", 168],
  ])("before %s in %s has %d hours", (moment, timeZone, expected) => {
    const { since, until } = weekBefore(new Date(moment), timeZone, 7);
    expect((until.getTime() - since.getTime()) / 3_600_000).toBe(expected);
  });
});

test("what is told: what was done, saved, failed, and waits", async () => {
  const store = await ledgerWith(
    ["gp3-volumes", "idle-instances", "log-retention"],
    // 7.30 a month is a cent an hour.
    plainRun({
      unit: "gp3-volumes",
      at: new Date("2026-11-28T00:00:00Z"),
      actions: [
        { target: "vol-1", saves: 7.3 },
        { target: "vol-2", unpriced: true },
      ],
    }),
    plainRun({
      unit: "gp3-volumes",
      at: at(2),
      actions: [{ target: "vol-3", outcome: "failed", error: "AccessDenied: no", name: "data" }],
    }),
    plainRun({ unit: "log-retention", at: at(1) }),
  );
  const run = `idle-instances.20261129T020000.00000000`;
  await storePlan(store, {
    ...{ id: `${run}.plan-0a1b2c3d`, run, unit: "idle-instances", hash: "0a1b2c3d", account },
    ...{ region: "eu-central-1", at: at(1), expires: after(now, days(1)) },
    ...{ why: "its mode is ask", requester: null, proposals: [] },
  });
  expect(await told(store)).toEqual({
    title:
      "The week 2026-11-23 to 2026-11-29: 2 changes made, $0.48 saved, 1 failure is still open, 1 plan waits for you",
    severity: "warning",
    facts: {
      "these days":
        "2026-11-23 00:00 UTC to 2026-11-30 00:00 UTC, 168 hours, whole days in UTC; 2 units ran 3 times in all",
      saved:
        "$0.48 within these days by what was changed in them, for as long as it stood; what stands saves at least $7.30 a month; 1 without a known price (see npx nightshift prices). By the prices that each change named, not by the bill; what was changed before is not in it",
      "waits for a decision":
        "idle-instances in eu-central-1: 0 changes until 2026-12-01 07:30 UTC, npx nightshift history idle-instances.20261129T020000.00000000.plan-0a1b2c3d",
      "failed and still open":
        'gp3-volumes on vol-3 "data" in eu-central-1, 2026-11-28 07:30 UTC: AccessDenied: no',
      "not known":
        "what was changed in the settings: the ledger does not record it; what others did; what the bill shows",
    },
    table: {
      columns: expect.any(Array),
      rows: [["gp3-volumes", 2, 2, 1, 0, 0, 0, 0.48]],
      total: ["all", 3, 2, 1, 0, 0, 0, 0.48],
    },
  });
});

test("a quiet week is two lines, and a week without any run is none", async () => {
  const store = await ledgerWith(["gp3-volumes"], plainRun({ unit: "gp3-volumes", at: at(2) }));
  expect(await told(store)).toEqual({
    title:
      "A quiet week 2026-11-23 to 2026-11-29: nothing was changed, failed or taken back, and nothing waits",
    severity: "info",
    facts: { ran: "1 unit ran 1 time in all" },
  });
  const empty = await told(await ledgerWith(["gp3-volumes"]));
  expect(empty.title).toBe("Nothing ran in the week 2026-11-23 to 2026-11-29");
  expect(empty.severity).toBe("warning");
});

test("a week in which no unit was there yet is not told, and one that began in it is", async () => {
  const first = async (since: Date) => {
    const store = plainStore();
    await rememberUnits(store, ["gp3-volumes"], since);
    return told(store);
  };
  await expect(first(new Date("2026-11-30T00:00:00Z"))).rejects.toThrow("it tells nothing");
  await expect(told(plainStore())).rejects.toThrow("it tells nothing");
  expect((await first(new Date("2026-11-29T23:59:59Z"))).facts?.["new units"]).toBe("gp3-volumes");
});

test("what was before the first midnight, or after the last, is no part of the week", async () => {
  const actions = [{ target: "vol-1", saves: 100 }];
  const store = await ledgerWith(
    ["gp3-volumes"],
    plainRun({ unit: "gp3-volumes", at: new Date("2026-11-22T22:59:59.999Z"), actions }),
    plainRun({ unit: "gp3-volumes", at: new Date("2026-11-29T23:00:00Z"), actions }),
  );
  // In Berlin both are just outside, in UTC the later one is within.
  expect((await told(store, { timeZone: "Europe/Berlin" })).title).toContain("Nothing ran");
  expect((await told(store)).title).toContain("1 change made");
});

describe("what was saved", () => {
  const month = { target: "vol-1", saves: 730 };
  const first = new Date("2026-11-25T00:00:00Z");

  test("ends where the same target is changed again: its rate is counted once", async () => {
    const runs = [0, 1, 2].map((later) =>
      plainRun({ unit: "off-hours-instances", at: after(first, days(later)), actions: [month] }),
    );
    const { title, facts } = await told(await ledgerWith(["off-hours-instances"], ...runs));
    // Five days at a dollar an hour, not three times as many.
    expect(title).toContain("$120.00 saved");
    expect(facts?.saved).toContain("what stands saves $730.00 a month.");
  });
  test("ends where it is taken back", async () => {
    const run = { unit: "gp3-volumes", at: first, actions: [month] };
    const store = await ledgerWith(["gp3-volumes"], plainRun(run));
    await store.transact(pastUndo({ ...run, account }, after(first, hours(10))));
    const { title, facts, table } = await told(store);
    expect(title).toContain("1 change made, 1 taken back, $10.00 saved");
    expect(facts?.saved).toContain("nothing of it stands at their end");
    expect(table?.rows).toEqual([["gp3-volumes", 1, 1, 0, 1, 0, 0, 10]]);
  });
  test("of a price that nobody knows is unknown, not 0", async () => {
    const actions = [{ target: "vol-1", unpriced: true }] as const;
    const run = plainRun({ unit: "gp3-volumes", at: first, actions });
    const { facts, table } = await told(await ledgerWith(["gp3-volumes"], run));
    expect(table?.rows[0]?.at(-1)).toBe("unknown");
    expect(facts?.saved).toContain("of what stands the price is unknown");
  });
});

describe("what failed", () => {
  const failing = { target: "vol-1", outcome: "failed", error: "Throttled" } as const;
  const runOf = (ago: number, action: typeof failing | { target: string }, region?: string) =>
    plainRun({ unit: "gp3-volumes", at: at(ago), actions: [action], ...(region && { region }) });

  test("is over once it was done, and is open in another region", async () => {
    const done = { target: "vol-1" };
    const mended = await ledgerWith(["gp3-volumes"], runOf(3, failing), runOf(2, done));
    expect((await told(mended)).facts?.["failed and still open"]).toBeUndefined();
    const elsewhere = await ledgerWith(
      ["gp3-volumes"],
      runOf(3, failing),
      runOf(2, done, "us-east-1"),
    );
    expect((await told(elsewhere)).facts?.["failed and still open"]).toContain("vol-1");
    const again = await ledgerWith(["gp3-volumes"], runOf(3, done), runOf(2, failing));
    expect((await told(again)).title).toContain("1 failure is still open");
  });
  test("each night anew is one that is open", async () => {
    const nights = [6, 5, 4, 3, 2, 1].map((ago) => runOf(ago, failing));
    const { title, table } = await told(await ledgerWith(["gp3-volumes"], ...nights));
    expect(title).toContain("1 failure is still open");
    expect(table?.rows[0]?.[3]).toBe(6);
  });
  test("as a whole run is open until one comes to its end", async () => {
    const died = plainRun({ unit: "gp3-volumes", at: at(2), failedWith: "AccessDenied" });
    const { facts, severity } = await told(await ledgerWith(["gp3-volumes"], died));
    expect(severity).toBe("warning");
    expect(facts?.["failed and still open"]).toContain("its run did not come to its end");
    const store = await ledgerWith(
      ["gp3-volumes"],
      died,
      plainRun({ unit: "gp3-volumes", at: at(1) }),
    );
    expect((await told(store)).facts?.["failed and still open"]).toBeUndefined();
  });
  test("without a record of its own is counted and named by its run", async () => {
    const [line] = runOf(2, failing);
    const { facts } = await told(await ledgerWith(["gp3-volumes"], line ? [line] : []));
    expect(facts?.["failed and still open"]).toContain(
      "1 of its changes failed without a record of their own: npx nightshift history gp3-volumes.",
    );
  });
});

test("a plan that was decided on, or has expired, does not wait", async () => {
  const store = await ledgerWith(["idle-instances"]);
  const run = "idle-instances.20261129T020000.00000000";
  const plan = (id: string, expires: Date) => ({
    ...{ id: `${run}.plan-${id}`, run, unit: "idle-instances", hash: id, account, expires },
    ...{ region: "eu-central-1", at: at(1), why: "", requester: null, proposals: [] },
  });
  await storePlan(store, plan("decided", after(now, days(1))));
  await storePlan(store, plan("expired", before(now, hours(1))));
  await storePlan(store, plan("waiting", after(now, days(1))));
  const decision = { plan: `${run}.plan-decided`, hash: "decided", verdict: "deny" } as const;
  await decideOnce(store, { ...decision, by: "arn:aws:iam::123456789012:user/ann", at: at(1) });
  const { facts } = await told(store);
  expect(facts?.["waits for a decision"]).toMatch(/plan-waiting$/);
});

test("drills say what they found, and sets and renewals are counted", async () => {
  const drilled = (result: string, target: string) => ({ target, output: { result } });
  const store = await ledgerWith(
    ["backup-drill", "volume-backups", "renew-certificates"],
    plainRun({
      unit: "backup-drill",
      at: at(2),
      actions: [drilled("good", "a"), drilled("bad", "b"), drilled("good", "c")],
    }),
    plainRun({ unit: "volume-backups", at: at(2), actions: [{ target: "set-1" }] }),
    plainRun({ unit: "renew-certificates", at: at(2), failedWith: "no" }),
  );
  expect((await told(store)).facts).toMatchObject({
    "restore drills":
      "3 drills carried out: 2 restored and were good, 1 did NOT restore as they should",
    backups: "1 set made",
    certificates: "0 renewals; 1 run did not come to an end",
  });
});

test("each unit of a matter is one that there is", () => {
  const named = matters.flatMap(({ units }) => units);
  const ids: readonly string[] = Object.keys(registry);
  expect(named.filter((id) => !ids.includes(id))).toEqual([]);
});

test("a unit that was first deployed in the week is new", async () => {
  const store = await ledgerWith(["gp3-volumes"]);
  await rememberUnits(store, ["open-ingress"], at(2));
  expect((await told(store)).facts?.["new units"]).toBe("open-ingress");
});

test("flows count when they end, and those of the week before that end now", async () => {
  const begun = { unit: "old-snapshots", at: at(10), account };
  const store = await ledgerWith(["old-snapshots"]);
  await store.transact(
    plainRun({
      ...{ unit: "old-snapshots", at: at(3), endOf: runOfPast(begun) },
      actions: [{ target: "snap-1", saves: 730 }],
    }),
  );
  expect((await told(store)).title).toContain("1 change made");
});

test("20,000 changes are counted and valued, none twice", async () => {
  const store = await ledgerWith(["gp3-volumes"]);
  for (let part = 0; part < 20; part += 1) {
    const actions = Array.from({ length: 1000 }, (_, index) => ({
      target: `vol-${part}-${index}`,
      saves: 0.73,
    }));
    const at = new Date(`2026-11-29T00:${String(part).padStart(2, "0")}:00Z`);
    await store.transact(plainRun({ unit: "gp3-volumes", at, actions }));
  }
  const { title, facts } = await told(store);
  expect(title).toContain("20000 changes made");
  expect(facts?.saved).toContain("what stands saves $14,600.00 a month");
});

describe("an error is no 0", () => {
  test("what the ledger refuses ends the report", async () => {
    const store = await ledgerWith(["gp3-volumes"]);
    const denied = Object.assign(new Error("not authorized"), { name: "AccessDeniedException" });
    const refusing = {
      ...store,
      async *query(pk: string, range?: object) {
        if (pk.endsWith("#runs")) throw denied;
        yield* store.query(pk, range);
      },
    };
    await expect(told(refusing as never)).rejects.toThrow(denied);
  });
  test("a record that cannot be read is counted as such", async () => {
    const run = plainRun({ unit: "gp3-volumes", at: at(2), actions: [{ target: "vol-1" }] });
    const store = await ledgerWith(["gp3-volumes"], run);
    const unreadable = {
      ...store,
      async *query(pk: string, range: { unreadable?: (item: object) => void; prefix?: string }) {
        if (range?.prefix === "action#")
          range.unreadable?.({ pk, sk: "action#x", why: "a newer version wrote it" });
        else yield* store.query(pk, range);
      },
    };
    const { facts, severity } = await told(unreadable as never);
    expect(severity).toBe("warning");
    expect(facts?.["not counted"]).toBe(
      "1 record of the ledger that cannot be read: a newer version wrote it",
    );
  });
  test("without a way to read the ledger it fails", async () => {
    const search = { ...{ now, account, region: "eu-central-1", config }, only: undefined };
    await expect(async () => unit.find(search as never)).rejects.toThrow("no way to read");
  });
});

describe("what other reports of this kind get wrong", () => {
  const first = new Date("2026-11-25T00:00:00Z");
  const one = { target: "vol-1", saves: 730 };
  const run = { unit: "gp3-volumes", at: first, actions: [one] };

  test("the same target of two accounts is two", async () => {
    const other = pastRun({ ...run, at: after(first, hours(1)), account: "999999999999" });
    const { facts } = await told(await ledgerWith(["gp3-volumes"], plainRun(run), other));
    expect(facts?.saved).toContain("what stands saves $1,460.00 a month");
  });
  test("the same id in two regions is two", async () => {
    const other = plainRun({ ...run, at: after(first, hours(1)), region: "us-east-1" });
    const { facts } = await told(await ledgerWith(["gp3-volumes"], plainRun(run), other));
    expect(facts?.saved).toContain("what stands saves $1,460.00 a month");
  });
  test("what was taken back in this week, and made before it, saves nothing less than 0", async () => {
    const older = { ...run, account, at: at(20) };
    const store = await ledgerWith(["gp3-volumes"], pastRun(older));
    await store.transact(pastUndo(older, first));
    const { title, facts } = await told(store);
    expect(title).toBe("The week 2026-11-23 to 2026-11-29: nothing was changed, 1 taken back");
    expect(facts?.saved).toBeUndefined();
  });
  test("a unit that is gone from the code still has its week", async () => {
    const store = await ledgerWith(["retired"], plainRun({ ...run, unit: "retired" }));
    expect((await told(store)).table?.rows[0]?.[0]).toBe("retired");
  });
  test("what was held each hour is held once, and is not a change", async () => {
    const held = [{ target: "vol-1", outcome: "held" }] as const;
    const runs = [1, 2, 3].map((later) =>
      plainRun({ ...run, at: after(first, hours(later)), actions: held }),
    );
    const { title, table } = await told(await ledgerWith(["gp3-volumes"], ...runs));
    expect(title).toContain("nothing was changed");
    expect(table?.rows).toEqual([["gp3-volumes", 3, 0, 0, 0, 0, 1, 0]]);
  });
  test("what nobody knows the end of is under way, and saves nothing yet", async () => {
    const begun = [{ ...one, outcome: "begun" }] as const;
    const store = await ledgerWith(["gp3-volumes"], plainRun({ ...run, actions: begun }));
    const { table, facts } = await told(store);
    expect(table?.rows).toEqual([["gp3-volumes", 1, 0, 0, 0, 1, 0, 0]]);
    expect(facts?.saved).toBeUndefined();
  });
  test("of a hundred failures the first are named and the others counted", async () => {
    const actions = Array.from({ length: 100 }, (_, index) => ({
      ...{ target: `vol-${index}`, outcome: "failed", error: "x".repeat(5000) },
    })) as NonNullable<PastRun["actions"]>;
    const store = await ledgerWith(["gp3-volumes"], plainRun({ ...run, actions }));
    const { title, facts } = await told(store, { config: { names: 3 } });
    expect(title).toContain("100 failures are still open");
    expect(facts?.["failed and still open"]).toMatch(/; and 97 more$/);
    expect(facts?.["failed and still open"]?.length).toBeLessThan(1000);
  });
  test("over the end of a year the days keep their order", () => {
    const { first: begins, last } = weekBefore(new Date("2027-01-04T07:30:00Z"), "UTC", 7);
    expect([begins, last]).toEqual(["2026-12-28", "2027-01-03"]);
  });
  test("one day is named as one, and two weeks are no week", async () => {
    const store = await ledgerWith(["gp3-volumes"], plainRun({ ...run, at: at(1) }));
    const { title } = await told(store, { config: { days: 1 } });
    expect(title).toMatch(/^The day 2026-11-29: 1 change made/);
    const fortnight = await told(store, { config: { days: 14 } });
    expect(fortnight.title).toMatch(/^The 14 days 2026-11-16 to 2026-11-29: 1 change made/);
  });
  test("asked twice it says the same", async () => {
    const store = await ledgerWith(["gp3-volumes"], plainRun(run));
    expect(await told(store)).toEqual(await told(store));
  });
});

test.each([
  [{ days: 0 }, "days"],
  [{ days: 32 }, "days"],
  [{ names: 0 }, "names"],
  [{ day: 7 }, "day"],
])("settings of %j are refused by name", (wrong, name) => {
  expect(JSON.stringify(unit.config.safeParse(wrong).error?.issues)).toContain(name);
});
