import type { ScalableTarget } from "@aws-sdk/client-application-auto-scaling";
import type { Service, ServiceEvent } from "@aws-sdk/client-ecs";
import { describe, expect, test } from "vitest";
import { PartlyFailed } from "../../../sdk/call.ts";
import { CannotJudge } from "../../../sdk/errors.ts";
import { after, minutes } from "../../../sdk/time.ts";
import { type HoursTrial, judgeByHours, lookByHours } from "../../../test/setup/hours.ts";
import { expectTriedAgain, openedByHours } from "../../../test/setup/hours-account.ts";
import {
  at,
  doneBy,
  evening,
  morning,
  noon,
  officeSchedules,
  saturday,
} from "../../../test/setup/hours-office.ts";
import type { RecordedCall } from "../../../testing/recorded-call.ts";
import { onUntilTag } from "../hours-of.ts";
import { scaledTo } from "./counts.ts";
import { fixture, scaleByHand } from "./fixture.ts";
import unit from "./index.ts";
import { allSuspended, type Suspension, suspendedAs } from "./scaling.ts";
import { serviceHours } from "./scheduled.ts";
import { startedFromNone } from "./service.ts";

const id = "service:prod/web";
const ResourceId = "service/prod/web";
const scaling = "scaling:service/prod/web";
const clusterArn = "arn:aws:ecs:eu-central-1:123456789012:cluster/prod";
const config = unit.config.parse({ schedules: officeSchedules });

const lower = (tags: Readonly<Record<string, string>>) =>
  Object.entries(tags).map(([key, value]) => ({ key, value }));
const hoursTag = lower({ "nightshift:hours": "office" });
const serviceWith = (desiredCount: number, more: Partial<Service> = {}): Service => ({
  serviceName: "web",
  clusterArn,
  status: "ACTIVE",
  desiredCount,
  runningCount: desiredCount,
  createdAt: at("2026-01-01T00:00:00Z"),
  deployments: [{ id: "ecs-svc/1", status: "PRIMARY", createdAt: at("2026-01-01T00:00:00Z") }],
  tags: hoursTag,
  ...more,
});
const full = serviceWith(2);
const empty = serviceWith(0);

const free: Suspension = { in: false, out: false, scheduled: false };
const growing: Suspension = { in: true, out: false, scheduled: false };
const scaledBy = (now: Suspension): ScalableTarget => ({
  ServiceNamespace: "ecs",
  ResourceId,
  ScalableDimension: "ecs:service:DesiredCount",
  MinCapacity: 1,
  MaxCapacity: 4,
  RoleARN: "arn:aws:iam::123456789012:role/a",
  CreationTime: at("2026-01-01T00:00:00Z"),
  SuspendedState: {
    DynamicScalingInSuspended: now.in,
    DynamicScalingOutSuspended: now.out,
    ScheduledScalingSuspended: now.scheduled,
  },
});

const takenAt = (time: Date, before: unknown = { desired: 2 }) =>
  doneBy(serviceHours, time, { ...scaledTo(id, 0), before });
const givenAt = (time: Date) =>
  doneBy(serviceHours, time, { ...scaledTo(id, 2), before: { desired: 0 } });
const suspendedAt = (time: Date, before: unknown = growing) =>
  doneBy(serviceHours, time, { ...suspendedAs(scaling, allSuspended), before });

interface Tried extends Pick<HoursTrial, "now" | "last" | "only" | "regions"> {
  readonly config?: typeof config;
  readonly targets?: readonly ScalableTarget[];
}

interface Asked {
  readonly cluster?: string;
  readonly services?: readonly string[];
  readonly ResourceIds?: readonly string[];
}

const trialOf = (
  services: readonly Service[],
  { config: chosen = config, targets = [], ...tried }: Tried,
): HoursTrial => ({
  ...tried,
  config: chosen,
  answers(operation, { services: names = [], ResourceIds = [] }: Asked) {
    if (operation === "ecs:ListClusters") return [clusterArn];
    if (operation === "ecs:ListServices")
      return services.map(({ serviceName }) => `arn:aws:ecs:::service/prod/${serviceName}`);
    if (operation === "application-autoscaling:DescribeScalableTargets")
      return targets.filter(({ ResourceId = "" }) => ResourceIds.includes(ResourceId));
    const asked = names.map((name) => name.split("/").at(-1));
    const found = services.filter(({ serviceName }) => asked.includes(serviceName));
    if (found.length < asked.length)
      throw new PartlyFailed("ecs:DescribeServices", [{ reason: "MISSING" }]);
    return { services: found };
  },
});
const lookAt = (services: readonly Service[], tried: Tried) =>
  lookByHours(unit, trialOf(services, tried));
const judged = async (service: Service, tried: Tried) => {
  const all = await judgeByHours(unit, trialOf([service], tried));
  return { ...all, becomes: unit.becomes?.(all.first) };
};
/** What is proposed for what scales it. */
const scalingJudged = async (service: Service, now: Suspension, tried: Tried) => {
  const targets = [scaledBy(now)];
  const { first, proposal } = await judged(service, { ...tried, targets, only: [scaling] });
  return { proposal, becomes: unit.becomes?.(first), target: unit.target(first) };
};

describe("what is proposed for a service", () => {
  test("when the schedule says off, its desired count becomes 0", async () => {
    const { proposal, becomes } = await judged(full, { now: evening });
    expect(proposal).toEqual({
      because:
        "the schedule office says off from 2026-11-20 20:00 until 2026-11-23 07:00 (Europe/Berlin); its desired count is 2, which it gets back",
      call: scaledTo(id, 0),
      savesPerMonth: "unknown",
    });
    expect(becomes).toEqual({ desired: 0 });
  });
  test("when it says on, it gets back what it had", async () => {
    const last = takenAt(evening, { desired: 5 });
    const { proposal, becomes } = await judged(empty, { now: morning, last });
    expect(proposal).toEqual({
      because:
        "the schedule office says on until 2026-11-23 20:00 (Europe/Berlin); it was off for 59.0 hours, its price is unknown",
      call: scaledTo(id, 5),
      ends: "a",
    });
    expect(becomes).toEqual({ desired: 5 });
  });
  test("also where ECS was starting a task as its tasks were taken", async () => {
    const events = scaledUp("2026-11-20T19:06:00Z");
    const tried = { now: morning, last: takenAt(evening) };
    const { proposal } = await judged(serviceWith(0, { events }), tried);
    expect(proposal?.call).toEqual(scaledTo(id, 2));
  });
  test("that it gets nothing back is not claimed where a schedule only stops", async () => {
    const tags = lower({ "nightshift:hours": "stop-only" });
    const { proposal } = await judged(serviceWith(2, { tags }), { now: evening });
    expect(proposal?.because).toMatch(/; its desired count is 2$/);
  });
  test("somebody keeps it on for longer: what this unit took it gets back for that", async () => {
    const tags = [...hoursTag, ...lower({ [onUntilTag]: "2026-11-21T22:00" })];
    const tried = { now: saturday, last: takenAt(evening) };
    expect((await judged(serviceWith(0, { tags }), tried)).proposal?.call).toEqual(scaledTo(id, 2));
  });

  const ours = takenAt(evening);
  const scaledUp = (time: string): ServiceEvent[] => [
    { message: "(service web) has started 2 tasks: (task c) (task d).", createdAt: at(time) },
    {
      message: "(service web) has stopped 1 running tasks: (task a).",
      createdAt: at("2026-11-20T12:00:00Z"),
    },
  ];
  test.each<[what: string, service: Service, tried: Tried]>([
    ["one that has tasks while the schedule says on", full, { now: noon }],
    ["one that has none while it says off", empty, { now: saturday, last: ours }],
    ["one that a person scaled to nothing", empty, { now: noon }],
    [
      "one that this unit gave its tasks back, and a person took them after that",
      empty,
      { now: noon, last: givenAt(morning) },
    ],
    [
      "one that somebody scaled after this unit had, and took its tasks by day",
      serviceWith(0, { events: scaledUp("2026-11-21T09:00:00Z") }),
      { now: noon, last: ours },
    ],
    [
      "one of which the ledger does not say what it had",
      empty,
      { now: morning, last: takenAt(evening, { state: "running" }) },
    ],
    [
      "one that had nothing before",
      empty,
      { now: morning, last: takenAt(evening, { desired: 0 }) },
    ],
    [
      "one that was deleted, and made anew under its name",
      serviceWith(0, { createdAt: at("2026-11-22T09:00:00Z") }),
      { now: morning, last: ours },
    ],
    [
      "one that somebody scaled after this unit had taken its tasks",
      serviceWith(1),
      { now: saturday, last: ours },
    ],
    [
      "one that had none, and that somebody scaled within its time off",
      serviceWith(2, { events: scaledUp("2026-11-21T09:00:00Z") }),
      { now: saturday },
    ],
    [
      "one that was made within its time off",
      serviceWith(2, { createdAt: at("2026-11-21T09:00:00Z") }),
      { now: saturday },
    ],
    ["one that would be on again within the hour", full, { now: at("2026-11-23T05:15:00Z") }],
    [
      "one that is being deployed",
      serviceWith(2, { deployments: [{ createdAt: evening }, { createdAt: noon }] }),
      { now: evening },
    ],
    [
      "one whose tasks CodeDeploy replaces",
      serviceWith(2, {
        deploymentController: { type: "CODE_DEPLOY" },
        taskSets: [{ createdAt: evening }, { createdAt: noon }],
      }),
      { now: evening },
    ],
  ])("%s is left alone", async (_, service, tried) => {
    expect((await judged(service, tried)).proposal).toBeUndefined();
  });

  test.each<[what: string, service: Service, tried: Tried]>([
    ["in the next evening", full, { now: at("2026-11-23T19:05:00Z"), last: ours }],
    [
      "where somebody scaled it before its time off",
      serviceWith(2, { events: scaledUp("2026-11-20T13:00:00Z") }),
      { now: saturday },
    ],
    [
      "where a new version has not yet become steady, and is alone",
      serviceWith(2, { deployments: [{ rolloutState: "IN_PROGRESS", createdAt: noon }] }),
      { now: evening },
    ],
    [
      "where CodeDeploy deploys it, and does not just now",
      serviceWith(2, {
        deploymentController: { type: "CODE_DEPLOY" },
        taskSets: [{ createdAt: noon }],
      }),
      { now: evening },
    ],
    [
      "where a controller of one's own deploys it",
      serviceWith(2, { deploymentController: { type: "EXTERNAL" }, taskSets: [] }),
      { now: evening },
    ],
  ])("it is scaled to nothing %s", async (_, service, tried) => {
    const { proposal, managed } = await judged(service, tried);
    expect([proposal?.call, managed]).toEqual([scaledTo(id, 0), undefined]);
  });
});

describe("who started its tasks is told by its events", () => {
  const said = (message: string, hour: number): ServiceEvent => ({
    message,
    createdAt: at(`2026-11-21T${String(hour).padStart(2, "0")}:00:00Z`),
  });
  const events = (...messages: string[]): ServiceEvent[] =>
    messages.map((message, hour) => said(message, hour)).toReversed();
  const start = (...tasks: string[]) =>
    `(service web) has started ${tasks.length} tasks: ${tasks.map((task) => `(task ${task})`).join(" ")}.`;
  const stop = (...tasks: string[]) =>
    `(service web) has stopped ${tasks.length} running tasks: ${tasks.map((task) => `(task ${task})`).join(" ")}.`;
  const steady = "(service web) has reached a steady state.";
  test.each<[what: string, messages: readonly string[], hour: number | undefined]>([
    ["nothing", [], undefined],
    ["its first start, before which nobody knows", [start("a"), steady], undefined],
    ["from nothing", [start("a"), stop("a"), steady, start("b")], 3],
    ["from nothing, by CodeDeploy", [stop("a"), start("b").replace("web", "web, taskSet 1")], 1],
    ["a new version: the old goes after it", [start("a"), start("b"), stop("a")], undefined],
    ["a task that ended is replaced", [start("a", "b"), stop("a"), start("c")], undefined],
    ["one that ended by itself is replaced", [start("a"), steady, start("b")], undefined],
    ["twice from nothing: the last counts", [stop("a"), start("b"), stop("b"), start("c")], 3],
  ])("%s", (_, messages, hour) => {
    expect(startedFromNone(events(...messages))?.getUTCHours()).toBe(hour);
  });
});

describe("what is proposed for what scales it", () => {
  test("it is suspended whole before its service is scaled to nothing", async () => {
    const { proposal, becomes } = await scalingJudged(full, growing, { now: evening });
    expect(proposal).toEqual({
      because:
        "the schedule office says off from 2026-11-20 20:00 until 2026-11-23 07:00 (Europe/Berlin); nothing is to scale it meanwhile",
      call: suspendedAs(scaling, allSuspended),
    });
    expect(becomes).toEqual(allSuspended);
    expect(scaling < id).toBe(true);
  });
  test("and where that failed, after it", async () => {
    const tried = { now: saturday, last: takenAt(evening) };
    const { proposal } = await scalingJudged(empty, free, tried);
    expect(proposal?.call).toEqual(suspendedAs(scaling, allSuspended));
  });
  test("when the schedule says on, what a person had suspended before stays so", async () => {
    const tried = { now: morning, last: suspendedAt(evening) };
    const { proposal, becomes } = await scalingJudged(empty, allSuspended, tried);
    expect(proposal).toEqual({
      because: "the schedule office says on until 2026-11-23 20:00 (Europe/Berlin)",
      call: suspendedAs(scaling, growing),
      ends: "a",
    });
    expect(becomes).toEqual(growing);
  });
  test("what somebody scales within its time off may be scaled again", async () => {
    // Asked about the service, the ledger says that it was taken; about this, that it was suspended.
    const both = { ...suspendedAt(evening), call: { ...suspendedAt(evening).call } };
    const service = serviceWith(1, { createdAt: at("2026-11-21T09:00:00Z") });
    const { proposal } = await scalingJudged(service, allSuspended, { now: saturday, last: both });
    expect(proposal).toEqual({
      because: "somebody has scaled it, although its schedule says off",
      call: suspendedAs(scaling, growing),
      ends: "a",
    });
  });
  test.each<[what: string, service: Service, now: Suspension, tried: Tried]>([
    ["it was suspended before", full, allSuspended, { now: evening }],
    ["a person suspended it", full, allSuspended, { now: noon }],
    [
      "a person suspended it after this unit had resumed it",
      full,
      allSuspended,
      {
        now: noon,
        last: doneBy(serviceHours, morning, {
          ...suspendedAs(scaling, growing),
          before: allSuspended,
        }),
      },
    ],
    [
      "a person resumed a part of it",
      full,
      { in: true, out: false, scheduled: true },
      { now: noon, last: suspendedAt(evening) },
    ],
    ["its service had no tasks anyway", empty, free, { now: saturday }],
    [
      "its service is another's",
      serviceWith(2, {
        tags: [...hoursTag, ...lower({ "aws:cloudformation:stack-name": "shop" })],
      }),
      free,
      { now: evening },
    ],
    ["its service has tasks as it should", full, growing, { now: noon }],
    [
      "its service stands as it should",
      empty,
      allSuspended,
      { now: saturday, last: takenAt(evening) },
    ],
  ])("nothing where %s", async (_, service, now, tried) => {
    expect((await scalingJudged(service, now, tried)).proposal).toBeUndefined();
  });
  test("its service's exemption is its own", async () => {
    const { target } = await scalingJudged(full, free, { now: evening });
    expect(target.within?.id).toBe(id);
    expect(target.within?.tags).toEqual([{ Key: "nightshift:hours", Value: "office" }]);
  });
});

describe("what others manage is named, and held", () => {
  const withTag = (tags: Readonly<Record<string, string>>) => ({
    tags: [...hoursTag, ...lower(tags)],
  });
  test.each<[Partial<Service>, string]>([
    [{ schedulingStrategy: "DAEMON" }, "a daemon"],
    [{ resourceManagementType: "ECS" }, "an Express service"],
    [withTag({ "aws:cloudformation:stack-name": "shop" }), "the CloudFormation stack shop"],
    [withTag({ "aws:servicecatalog:provisionedProductArn": "a" }), "Service Catalog"],
  ])("%#", async (more, told) => {
    const { proposal, managed } = await judged(serviceWith(2, more), { now: evening });
    expect(proposal).toBeDefined();
    expect(managed).toContain(told);
  });
  test("one of a stack is scaled where the settings say so", async () => {
    const more = withTag({ "aws:cloudformation:stack-name": "shop" });
    const tried = { now: evening, config: { ...config, ofStacks: true } };
    expect((await judged(serviceWith(2, more), tried)).managed).toBeUndefined();
  });
});

describe("what people are told", () => {
  test("that one was scaled after its tasks were taken, in the same words all night", async () => {
    const last = takenAt(evening);
    for (const now of ["2026-11-21T09:15:00Z", "2026-11-22T22:00:00Z"])
      expect((await judged(full, { now: at(now), last })).notes).toEqual([
        "service:prod/web was started some time after 2026-11-20T20:05 (Europe/Berlin), while the schedule office says off: it is left running until that says off the next time",
      ]);
  });
  test("that one was scaled to nothing by somebody else", async () => {
    const { notes } = await judged(empty, { now: noon, targets: [scaledBy(free)] });
    expect(notes.join()).toContain("service:prod/web is stopped, and not by this unit");
  });
  test("that a deployment which does not end keeps one on, once it has lasted an hour", async () => {
    const deployments = [{ createdAt: at("2026-11-20T18:30:00Z") }, { createdAt: noon }];
    const stuck = serviceWith(2, {
      deployments: deployments.slice(0, 1).concat([{ createdAt: at("2026-11-01T00:00:00Z") }]),
    });
    expect((await judged(stuck, { now: evening })).notes).toEqual([]);
    const { notes } = await judged(stuck, { now: saturday });
    expect(notes.join()).toContain("is being deployed since 2026-11-20T19:30 (Europe/Berlin)");
  });
  test("that a deployment which does not end keeps one without its tasks in the morning", async () => {
    const begun = at("2026-11-22T09:00:00Z");
    const stuck = serviceWith(0, {
      deployments: [{ createdAt: begun }, { createdAt: evening }],
    });
    const { notes, proposal } = await judged(stuck, { now: morning, last: takenAt(evening) });
    expect(proposal).toBeUndefined();
    expect(notes.join()).toContain("has no tasks although the schedule office says on");
    expect((await judged(stuck, { now: at("2026-11-22T20:00:00Z") })).notes).toEqual([]);
  });
  test("that what the settings name is not there, where one region alone is looked at", async () => {
    const { office } = config.schedules;
    const schedules = office ? { office: { ...office, targets: ["service:prod/gone", id] } } : {};
    const tried = { now: noon, config: { ...config, schedules } };
    const { notes, found } = await lookAt([serviceWith(2, { tags: [] })], tried);
    expect(notes.join()).toContain(
      "names service:prod/gone in its `targets`, and there is no such",
    );
    expect(found).toHaveLength(1);
    const more = { ...tried, regions: ["eu-central-1", "us-east-1"] };
    expect((await lookAt([full], more)).notes).toEqual([]);
  });
  test("nothing of what goes as it should", async () => {
    for (const [service, now, last] of [
      [full, noon, undefined],
      [full, evening, undefined],
      [empty, saturday, takenAt(evening)],
      [empty, saturday, undefined],
      [empty, morning, takenAt(evening)],
    ] as const)
      expect((await judged(service, { now, last, targets: [scaledBy(free)] })).notes).toEqual([]);
  });
});

test.each(["Office", "constructor", ""])(
  "a tag that says %j is not understood: nothing is scaled or suspended, and it is told",
  async (value) => {
    const tags = lower({ "nightshift:hours": value });
    const tried = { now: evening, targets: [scaledBy(free)] };
    const attempt = judged(serviceWith(2, { tags }), tried);
    await expect(attempt).rejects.toThrow(CannotJudge);
    const { found } = await lookAt([serviceWith(2, { tags })], tried);
    expect(found.map((each) => unit.target(each).id)).toEqual([id]);
  },
);

test("of 20,000 services that are as they should be, nothing is asked but the listings, and the ledger nothing", async () => {
  const many = (service: Service) =>
    Array.from({ length: 20_000 }, (_, nth) => ({ ...service, serviceName: `web-${nth}` }));
  for (const [service, now] of [
    [full, noon],
    [empty, saturday],
  ] as const) {
    const { calls, asked } = await lookAt(many(service), { now });
    const operations = Map.groupBy(calls, ({ operation }) => operation);
    expect([...operations].map(([operation, all]) => [operation, all.length])).toEqual([
      ["ecs:ListClusters", 1],
      ["ecs:ListServices", 1],
      ["ecs:DescribeServices", 2000],
      ["application-autoscaling:DescribeScalableTargets", 400],
    ]);
    expect(asked).toEqual([]);
  }
});

test("one that is gone, or about to be, fails nothing; one without the tag is still known to an undo", async () => {
  const going = serviceWith(0, { serviceName: "going", status: "DRAINING" });
  const plain = serviceWith(0, { tags: [] });
  const only = ["service:prod/gone", "service:prod/going", id, scaling];
  const targets = [scaledBy(allSuspended)];
  const { found } = await lookAt([going, plain], { now: evening, only, targets });
  expect(found.map(unit.state)).toEqual([{ desired: 0 }, allSuspended]);
});

test("an undo gives back the count, and what scaled it, each by itself", () => {
  const within = undefined;
  expect(unit.restore?.calls({ desired: 2 }, { target: id, within })).toEqual(scaledTo(id, 2));
  expect(unit.restore?.calls(growing, { target: scaling, within })).toEqual(
    suspendedAs(scaling, growing),
  );
});

test("for thirty quiet days it goes by the clock, and gets back the same each time", async () => {
  let desired = 3;
  let last: ReturnType<typeof takenAt> | undefined;
  const made: string[] = [];
  const told = new Set<string>();
  for (let nth = 0; nth < 30 * 24 * 4; nth += 1) {
    const now = after(at("2026-11-16T12:00:00Z"), minutes(15 * nth));
    const { proposal, notes } = await judged(serviceWith(desired), { now, last });
    for (const note of notes) told.add(note);
    if (!proposal) continue;
    const isTaken = desired > 0;
    last = isTaken ? takenAt(now, { desired }) : givenAt(now);
    desired = isTaken ? 0 : 3;
    expect(proposal.call).toEqual(scaledTo(id, desired));
    made.push(now.toISOString().slice(11, 16));
  }
  expect(made).toEqual(Array.from({ length: 22 }, () => ["19:00", "06:00"]).flat());
  expect([...told]).toEqual([]);
});

describe("in an account", { tags: ["moto"] }, () => {
  const opened = () =>
    openedByHours(
      unit,
      fixture,
      (seen: { readonly desired?: number; readonly suspended?: object }) =>
        seen.desired ?? seen.suspended,
    );
  const suspended = (now: Suspension) => scaledBy(now).SuspendedState;

  test("one that ECS does not scale now is told, keeps nothing else from its hours, opens no breaker, and is tried again", async () => {
    const account = await opened();
    const { states } = account;
    const isAsleep = ({ operation, parameters }: RecordedCall) =>
      operation === "UpdateService" && JSON.stringify(parameters).includes("asleep");
    await expectTriedAgain(account, { call: isAsleep, by: "ServiceNotActiveException" }, async () =>
      expect(await states("late", "late-too", "asleep", "scaling of late")).toEqual([
        0,
        0,
        0,
        suspended(allSuspended),
      ]),
    );
    expect(await states("asleep", "scaling of asleep")).toEqual([3, suspended(growing)]);
  });

  test("what suspends its scaling is denied: it is scaled to nothing all the same, told, and tried again", async () => {
    const account = await opened();
    const { delivery, states, sweep } = account;
    delivery.proxy.fault(({ operation }) => operation === "RegisterScalableTarget", "denied");
    await sweep(1);
    expect(await states("late", "scaling of late")).toEqual([0, suspended(free)]);
    delivery.proxy.reset();
    await sweep(2);
    expect(await states("late", "scaling of late")).toEqual([0, suspended(allSuspended)]);
  });

  test.each(["ListClusters", "ListServices", "DescribeServices", "DescribeScalableTargets"])(
    "where %s is denied the run fails, and nothing is scaled",
    async (operation) => {
      const { delivery, states } = await opened();
      delivery.proxy.fault((call) => call.operation === operation, "denied");
      await expect(delivery.deliver()).rejects.toThrow();
      expect(await states("late", "scaling of late")).toEqual([2, suspended(free)]);
    },
  );

  test("one that a person scales after its tasks were taken is left as it is, and may be scaled again", async () => {
    const { delivery, states, sweep, told } = await opened();
    await sweep(1);
    expect(await states("late", "scaling of late")).toEqual([0, suspended(allSuspended)]);
    await scaleByHand(delivery.aws, "late", 1);
    for (const nth of [2, 3, 4]) await sweep(nth);
    expect(await states("late", "scaling of late")).toEqual([1, suspended(free)]);
    expect(await told("service:prod/late was started")).toHaveLength(1);
  });
});
