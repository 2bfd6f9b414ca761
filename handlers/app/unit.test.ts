import { describe, expect, onTestFinished, test } from "vitest";
import * as z from "zod/mini";
import { describeLogGroups } from "../../aws/logs/log-group.ts";
import { deliveries, GoesOn, OutOfTime } from "../../engine/run/time-left.ts";
import { sample, throughSns, throughSqs } from "../../events/samples.ts";
import { planById } from "../../ledger/plans.ts";
import { ActionsFailed, TryAgain, UsageError } from "../../sdk/errors.ts";
import { report } from "../../sdk/report.ts";
import { after, days, hours, minutes } from "../../sdk/time.ts";
import { apiCall, sweep } from "../../sdk/unit.ts";
import type { UnitSettings } from "../../settings/settings.ts";
import { prepare, problems, subjects } from "../../test/setup/delivery.ts";
import { makeGroups, retention, retentions } from "../../test/setup/retention.ts";
import { contextOf, keptCounts, keptLog } from "../../testing/context.ts";
import type { TestDelivery } from "../../testing/delivery.ts";
import { clientsOf } from "../../testing/host.ts";
import { knownPeople } from "../../testing/signatures.ts";
import { throwIfFailed, unitFunction } from "./unit.ts";
import { watchdogHandler } from "./watchdog.ts";

const listening = {
  ...retention,
  on: [
    sweep("cron(0 3 * * ? *)", { window: minutes(30) }),
    apiCall({
      source: "aws.logs",
      names: ["CreateLogGroup"],
      detail: z.object({
        requestParameters: z.nullish(z.object({ logGroupName: z.optional(z.string()) })),
      }),
      only: ({ requestParameters }) => [requestParameters?.logGroupName],
    }),
  ],
};

async function deployed(given: Partial<UnitSettings> = {}) {
  const delivery = await prepare(subjects.retention);
  onTestFinished(() => delivery.close());
  const { aws } = delivery;
  const host = delivery.host(given);
  const { log, lines } = keptLog();
  const { metrics, counts } = keptCounts();
  const people = knownPeople(host.clock);
  const parts = {
    settings: host.settings,
    clock: host.clock,
    clients: clientsOf(aws, host.clock, { endpoint: delivery.proxy.endpoint }),
    log,
    metrics,
    identify: people.identify,
  };
  const byHand = (order: object, arn = `arn:aws:iam::${aws.account}:user/ann`) =>
    people.sign(
      arn,
      { deployed: host.settings, account: aws.account, to: listening.id },
      { kind: "manual", region: aws.region, ...order },
    );
  const handle = unitFunction(parts, listening, parts.settings);
  const at = host.clock.now();
  const slot = (over = {}) => ({
    kind: "slot",
    region: aws.region,
    schedule: "arn:aws:scheduler:::schedule/nightly",
    slot: at.toISOString(),
    sweep: 0,
    ...over,
  });
  const created = (logGroupName: string | undefined, over: object = {}) => {
    const event = sample("log-retention/create-log-group") as {
      detail: { requestParameters: object };
    };
    return {
      ...event,
      id: `event-${logGroupName}`,
      account: aws.account,
      region: aws.region,
      detail: { ...event.detail, requestParameters: logGroupName ? { logGroupName } : null },
      ...over,
    };
  };
  return {
    ...delivery,
    handle: (payload: unknown, remaining?: number) => handle(payload, contextOf(aws, remaining)),
    slot,
    created,
    byHand,
    lines,
    counts,
    parts,
    at,
  };
}
const summary = ({ runs }: Awaited<ReturnType<Awaited<ReturnType<typeof deployed>>["handle"]>>) =>
  runs.map(({ outcome, mode, actions }) => [outcome, mode, actions.length]);

describe("a time slot", () => {
  test("is a sweep, once, however often the scheduler tries, and is counted", async () => {
    const { handle, slot, counts, proxy } = await deployed();
    const [first, second] = [await handle(slot()), await handle(slot({ anything: "else" }))];
    expect(summary(first)).toEqual([["done", "act", 3]]);
    expect(second).toEqual(first);
    expect(proxy.calls.flatMap(subjects.retention.changes)).toHaveLength(3);
    expect(counts).toMatchObject({ found: 8, applied: 6, failed: 0 });
  });
  test("is one of the schedules that are deployed, or nothing is done", async () => {
    const everyHour = { sweep: 0, schedule: "cron(0 * * * ? *)", timeZone: "UTC" };
    const { handle, slot, aws, at, proxy } = await deployed({ schedules: [everyHour] });
    const schedule = `arn:aws:scheduler:${aws.region}:${aws.account}:schedule/nightshift/${listening.id}-0-${aws.region}`;
    const hour = new Date(at);
    hour.setUTCMinutes(0, 0, 0);
    const due = slot({ schedule, slot: hour.toISOString() });
    for (const [forged, says] of [
      [{ slot: new Date(hour.getTime() + 60_000).toISOString() }, "is no time of its schedule"],
      [{ slot: after(hour, hours(2)).toISOString() }, "is still to come"],
      [{ schedule: "arn:aws:scheduler:::schedule/nightly" }, "is of no schedule of this unit"],
      [{ sweep: 1 }, "is of no schedule of this unit"],
    ] as const)
      await expect(handle({ ...due, ...forged })).rejects.toThrow(says);
    expect(proxy.calls).toEqual([]);
    expect(summary(await handle(due)).map(([outcome]) => outcome)).toEqual(["done"]);
  });
  test("that comes long after its window only watches", async () => {
    const { handle, slot, at, aws, later } = await deployed();
    await later(hours(2));
    const answer = await handle(slot({ slot: at.toISOString() }));
    expect(summary(answer)).toEqual([["held", "watch", 3]]);
    expect(answer.runs[0]?.actions[0]?.held?.why).toContain("comes too late");
    expect((await retentions(aws))["wrong-a"]).toBeNull();
  });
  test("of the region that services without regions use is one of a unit that runs there too", async () => {
    const { parts, slot, aws } = await deployed();
    const settings = { ...parts.settings, regions: [aws.region] };
    const there = slot({ region: "us-east-1" });
    const runsIn = async (unit: typeof listening & { readonly central?: true }) =>
      (await unitFunction(parts, unit, settings)(there, contextOf(aws))).runs.map(
        ({ region }) => region,
      );
    expect(await runsIn(listening)).toEqual([]);
    expect(await runsIn({ ...listening, central: true })).toEqual(["us-east-1"]);
  });
  test("of a region that is not configured does nothing", async () => {
    const { handle, slot, lines } = await deployed();
    expect(await handle(slot({ region: "us-east-1" }))).toEqual({ runs: [] });
    expect(lines).toContainEqual(
      expect.objectContaining({ level: "warn", message: "a region that is not configured" }),
    );
  });
});

// rule: policy-not-in-payload
test("policy comes from the settings alone: mode, config, clock and limits in an invocation are nothing", async () => {
  const { handle, slot, aws, byHand } = await deployed({ mode: "watch" });
  const policy = {
    mode: "act",
    config: { days: 1 },
    settings: { mode: "act" },
    at: "2030-01-01T00:00:00Z",
    caps: { changes: 1000 },
    latest: null,
    only: ["wrong-a"],
  };
  expect(summary(await handle(slot(policy)))).toEqual([["held", "watch", 3]]);
  const order = await byHand({ key: "k", ...policy });
  expect(summary(await handle(order))).toEqual([["held", "watch", 3]]);
  expect((await retentions(aws))["wrong-a"]).toBeNull();
});

describe("an event", () => {
  test.each<[string, (event: object) => unknown]>([
    ["from EventBridge", (event) => event],
    ["through SNS", (event) => throughSns(event)],
    ["through SQS", (event) => throughSqs(event)],
  ])("%s looks only where it points", async (_, wrap) => {
    const { handle, created, aws } = await deployed();
    expect(summary(await handle(wrap(created("wrong-b"))))).toEqual([["done", "act", 1]]);
    expect(await retentions(aws)).toEqual({
      "wrong-a": null,
      "wrong-b": 7,
      "wrong-c": null,
      other: null,
    });
  });
  test("that names nothing ends quietly, with a line in the log", async () => {
    const { handle, created, lines, proxy } = await deployed();
    expect(await handle(created(undefined))).toEqual({ runs: [] });
    expect(lines.map(({ message }) => message)).toEqual(["the event names no targets"]);
    expect(proxy.calls).toEqual([]);
  });
  test("that names what is gone ends quietly too", async () => {
    const { handle, created } = await deployed();
    expect(summary(await handle(created("gone")))).toEqual([["nothing", "act", 0]]);
  });
  test.each([
    ["another account", { account: "999999999999" }],
    ["a region that is not configured", { region: "ap-south-1" }],
    ["another source", { source: "my.app" }],
    [
      "a failed call",
      {
        detail: {
          eventName: "CreateLogGroup",
          errorCode: "AccessDenied",
          requestParameters: { logGroupName: "wrong-a" },
        },
      },
    ],
  ])("of %s is foreign: one line, one count, no call", async (_, over) => {
    const { handle, created, lines, counts, proxy } = await deployed();
    expect(await handle(created("wrong-a", over))).toEqual({ runs: [] });
    expect([lines.map(({ message }) => message), counts.foreign, proxy.calls]).toEqual([
      ["a foreign event"],
      1,
      [],
    ]);
  });
  test("that our own role caused starts nothing", async () => {
    const { handle, created, aws } = await deployed();
    const issuer = `arn:aws:iam::${aws.account}:role/nightshift-test-retention`;
    const detail = {
      eventName: "CreateLogGroup",
      requestParameters: { logGroupName: "wrong-a" },
      userIdentity: { sessionContext: { sessionIssuer: { arn: issuer } } },
    };
    const answer = await handle(created("wrong-a", { detail }));
    expect(answer.runs[0]?.actions[0]?.held?.by).toBe("own-echo");
  });
  test.each([undefined, null, "text", [], {}, { Records: [{}] }])(
    "%o is none, and says what was expected",
    async (payload) => {
      const { handle } = await deployed();
      await expect(handle(payload)).rejects.toThrow("expected an EventBridge event");
    },
  );
});

describe("an order", () => {
  test.each([
    { kind: "slot" },
    { kind: "conquer" },
    { kind: "slot", region: "x", schedule: "s", slot: "soon", sweep: 0 },
    { kind: "decision", plan: 5, region: "x" },
  ])("that is not understood is refused: %o", async (payload) => {
    const { handle } = await deployed();
    await expect(handle(payload)).rejects.toThrow(UsageError);
  });
  test("by hand may carry an event, which must be one of the unit's", async () => {
    const { handle, created, byHand } = await deployed();
    const order = (event: unknown) => byHand({ key: "k", event });
    await expect(handle(await order(created("wrong-a", { source: "my.app" })))).rejects.toThrow(
      "matches none of its triggers",
    );
    expect(summary(await handle(await order(created("wrong-a"))))).toEqual([["done", "act", 1]]);
  });
  test("by hand is in the name of whoever has signed it, and counts once", async () => {
    const { handle, byHand, aws, store } = await deployed({ mode: "ask" });
    const eve = `arn:aws:iam::${aws.account}:user/eve`;
    const order = await byHand({ key: "k", by: "arn:aws:iam::123456789012:user/boss" }, eve);
    const { runs } = await handle(order);
    const plan = await planById(store, runs[0]?.plan?.id ?? "");
    expect(plan?.requester).toBe(eve);
    await expect(handle(order)).rejects.toThrow("counts once");
  });
  test("by hand that nobody has signed starts nothing, whoever it says that it is", async () => {
    const { handle, aws, proxy } = await deployed();
    const order = { kind: "manual", region: aws.region, key: "k", by: "ann" };
    await expect(handle(order)).rejects.toThrow("give it with the command line");
    const recorded = { writer: "slack", digest: "0".repeat(64) };
    await expect(handle({ ...order, recorded })).rejects.toThrow("takes no orders of slack");
    expect(proxy.calls).toEqual([]);
  });
  test("by hand of somebody in another account, whom the settings do not name, starts nothing", async () => {
    const { handle, byHand, proxy } = await deployed();
    const order = await byHand({ key: "k" }, "arn:aws:iam::999999999999:user/eve");
    await expect(handle(order)).rejects.toThrow("belongs to the account 999999999999");
    expect(proxy.calls).toEqual([]);
  });
  test("to take up a run that does not exist says so", async () => {
    const { handle, aws } = await deployed();
    await expect(handle({ kind: "take-up", region: aws.region, key: "none" })).rejects.toThrow(
      "there is no claim none of test-retention",
    );
  });
  test("on a plan that does not exist says so", async () => {
    const { handle, aws } = await deployed();
    await expect(
      handle({ kind: "decision", region: aws.region, plan: "test-retention.a.b.plan-c" }),
    ).rejects.toThrow("there is no plan");
  });
});

describe("a process that dies", () => {
  const watch = ({ aws, parts, store, handle }: Awaited<ReturnType<typeof deployed>>) =>
    watchdogHandler({
      units: ["test-retention"],
      reporting: ["test-retention"],
      checks: [],
      place: { account: aws.account, home: aws.region },
      store,
      clock: parts.clock,
      log: parts.log,
      invoke: async (_, order) => void (await handle(order)),
      tell: async () => {},
      tellNow: async () => {},
    });

  test.each(["DescribeLogGroups", "TransactWriteItems", "PutRetentionPolicy"])(
    "at %s is left alone while it may live, then taken up by the watchdog",
    async (operation) => {
      const one = await deployed();
      const lost = new Set<number>();
      one.proxy.fault((call) => call.operation === operation, "killed", {
        times: 1,
        onFault: ({ index }) => lost.add(index),
      });
      await expect(one.handle(one.slot())).rejects.toThrow();
      one.proxy.revive();
      expect((await watch(one)()).takenUp).toBe(0);
      await expect(one.handle(one.slot())).rejects.toThrow(TryAgain);
      await one.later(minutes(20));
      expect((await watch(one)()).takenUp).toBe(1);
      expect(await problems(subjects.retention, one as TestDelivery, lost)).toEqual([]);
      expect((await watch(one)()).takenUp).toBe(0);
    },
  );
});

describe("a run that is out of time, has got further and will not be delivered again", () => {
  async function lastDelivery() {
    const caps = { changes: 100, percent: 100, floor: 100 };
    const started = await deployed({ caps });
    const { aws, proxy, handle, later } = started;
    await makeGroups(aws, ...["d", "e", "f", "g", "h"].map((name) => `wrong-${name}`));
    /** In all deliveries but the last nothing is changed; in the last, time ends during a change. */
    const cutShort = async (order: () => unknown) => {
      for (let nth = 1; nth < deliveries; nth += 1)
        await expect(handle(await order(), 1000)).rejects.toThrow(OutOfTime);
      expect(proxy.calls.flatMap(subjects.retention.changes)).toEqual([]);
      let isOver = false;
      proxy.fault((call) => {
        if (!isOver && subjects.retention.changes(call).length) {
          isOver = true;
          void later(minutes(15));
        }
        return false;
      }, "denied");
    };
    return { ...started, cutShort };
  }
  const changed = ({ proxy }: Awaited<ReturnType<typeof lastDelivery>>) =>
    proxy.calls.flatMap(subjects.retention.changes);

  test("is no failure of its invocation, and the next one goes on there", async () => {
    const late = await lastDelivery();
    await late.cutShort(late.slot);
    expect(await late.handle(late.slot())).toEqual({ runs: [] });
    const before = changed(late).length;
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(8);
    expect(summary(await late.handle(late.slot()))).toEqual([["done", "act", 8]]);
    expect(new Set(changed(late)).size).toBe(8);
    expect(changed(late)).toHaveLength(8);
  });
  test("is told to whoever started it by hand and waits", async () => {
    const late = await lastDelivery();
    const order = () => late.byHand({ key: "k" });
    await late.cutShort(order);
    await expect(late.handle(await order())).rejects.toThrow(GoesOn);
    expect(changed(late).length).toBeGreaterThan(0);
  });
});

test("what failed is thrown at last, so that retries and the failure queue see it", async () => {
  const { handle, slot, proxy } = await deployed();
  proxy.fault((call) => subjects.retention.changes(call).includes("wrong-a"), "denied");
  const answer = await handle(slot());
  expect(summary(answer)).toEqual([["failed", "act", 3]]);
  expect(() => throwIfFailed(answer)).toThrow(ActionsFailed);
  expect(() => throwIfFailed(answer)).toThrow(/wrong-a: AccessDenied/);
  expect(() => throwIfFailed({ runs: [] })).not.toThrow();
});

test("an unreadable config stops the function at its start, with the field's name", async () => {
  const { parts } = await deployed();
  expect(() => unitFunction(parts, listening, { ...parts.settings, config: { dayz: 1 } })).toThrow(
    "units.test-retention.config",
  );
});

test("a report runs, tells once, and changes nothing", async () => {
  const { parts, aws, at, store, proxy } = await deployed();
  const groups = report({
    id: "test-groups",
    family: "test",
    summary: "Counts log groups",
    on: [sweep("cron(0 3 * * ? *)")],
    config: z.strictObject({}),
    reads: [describeLogGroups],
    async *find({ read }) {
      yield* read(describeLogGroups({}));
    },
    tell: (found) => ({ title: `there are ${found.length} log groups`, severity: "info" }),
  });
  const handle = unitFunction(parts, groups, { ...parts.settings, id: "test-groups" });
  const slot = {
    kind: "slot",
    region: aws.region,
    schedule: "s",
    slot: at.toISOString(),
    sweep: 0,
  };
  const first = await handle(slot, contextOf(aws));
  expect(first.runs[0]).toMatchObject({
    outcome: "done",
    found: 4,
    message: { title: "there are 4 log groups" },
  });
  expect(await handle(slot, contextOf(aws))).toEqual(first);
  expect(await Array.fromAsync(store.query("unit#test-groups#outbox"))).toHaveLength(1);
  expect(proxy.calls.flatMap(subjects.retention.changes)).toEqual([]);
});

test("a unit without regions looks in the home region, wherever its event comes from", async () => {
  const { parts, created, aws } = await deployed();
  const handle = unitFunction(parts, { ...listening, scope: "global" as const }, parts.settings);
  const { runs } = await handle(created("wrong-a", { region: "us-east-1" }), contextOf(aws));
  expect(runs.map(({ region, outcome }) => [region, outcome])).toEqual([[aws.region, "done"]]);
});

test("an event is a run of its own, days later too", async () => {
  const { handle, created, later } = await deployed();
  await handle(created("wrong-a"));
  await later(days(2));
  expect(summary(await handle(created("wrong-a", { id: "event-2" })))).toEqual([
    ["nothing", "act", 0],
  ]);
});
