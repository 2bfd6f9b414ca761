import { readFileSync } from "node:fs";
import type { DescribeInstancesRequest, Instance } from "@aws-sdk/client-ec2";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { startInstances, stopInstances } from "../../../aws/ec2/instance.ts";
import type { Remembered } from "../../../sdk/automation.ts";
import { CannotJudge } from "../../../sdk/errors.ts";
import { after, before, hours, minutes } from "../../../sdk/time.ts";
import { type HoursTrial, judgeByHours, lookByHours } from "../../../test/setup/hours.ts";
import { expectTriedAgain, openedByHours } from "../../../test/setup/hours-account.ts";
import {
  at,
  doneBy,
  evening,
  morning,
  noon,
  officeSchedules,
} from "../../../test/setup/hours-office.ts";
import { messages } from "../../../testing/delivery.ts";
import type { RecordedCall } from "../../../testing/recorded-call.ts";
import { onUntilTag, schedulesNow } from "../hours-of.ts";
import { fixture } from "./fixture.ts";
import unit from "./index.ts";
import { type ScheduledInstance, scheduledOf, self } from "./scheduled.ts";

const InstanceId = "i-0a1";
const workdays = ["monday", "tuesday", "wednesday", "thursday", "friday"] as const;
const config = unit.config.parse({
  schedules: {
    office: officeSchedules.office,
    "stop-only": {
      timeZone: "Europe/Berlin",
      on: [{ days: workdays, from: "07:00", until: "18:00" }],
      starts: false,
    },
    night: {
      timeZone: "UTC",
      on: [{ days: ["friday"], from: "22:00", until: "06:00" }],
      holidays: ["2026-12-25"],
    },
  },
});

const running: Instance = {
  InstanceId,
  InstanceType: "m5.large",
  State: { Name: "running" },
  LaunchTime: new Date("2026-11-20T06:00:00Z"),
  Tags: [{ Key: "nightshift:hours", Value: "office" }],
};
const stopped: Instance = { ...running, State: { Name: "stopped" } };
const tagged = (instance: Instance, tags: Readonly<Record<string, string>>): Instance => ({
  ...instance,
  Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
});

const actionOf = (operation: string, time: Date): Remembered => doneBy(self, time, { operation });
const stopAt = (at: string): Remembered => actionOf("ec2:StopInstances", new Date(at));

interface Tried {
  readonly now: Date;
  readonly config?: typeof config;
  /** What the unit last did to it. */
  readonly last?: Remembered | undefined;
  readonly isProtected?: boolean;
  readonly only?: readonly string[];
}

const trialOf = (
  instances: readonly Instance[],
  { config: chosen = config, isProtected = false, ...tried }: Tried,
): HoursTrial => {
  const isAsked = (
    { InstanceId: id = "", Tags = [] }: Instance,
    { Filters = [] }: DescribeInstancesRequest,
  ): boolean =>
    Filters.every(({ Name, Values = [] }) => {
      if (Name === "instance-id") return Values.includes(id);
      return Name !== "tag-key" || Tags.some(({ Key = "" }) => Values.includes(Key));
    });
  return {
    ...tried,
    config: chosen,
    answers(operation, input) {
      if (operation === "ec2:DescribeInstanceAttribute")
        return { DisableApiStop: { Value: isProtected } };
      if (operation === "ec2:DescribeInstances")
        return instances.filter((instance) => isAsked(instance, input));
      return [
        { InstanceType: "m5.large", InstanceStorageSupported: false },
        { InstanceType: "m5d.large", InstanceStorageSupported: true },
      ];
    },
  };
};
const lookAt = (instances: readonly Instance[], tried: Tried) =>
  lookByHours(unit, trialOf(instances, tried));

const propose = (found: ScheduledInstance, { now, config: chosen = config }: Tried) =>
  unit.propose(found, {
    account: "123456789012",
    region: "eu-central-1",
    now,
    config: chosen,
    since: undefined,
  });

const judged = (instance: Instance, tried: Tried) => judgeByHours(unit, trialOf([instance], tried));

describe("what is proposed", () => {
  test("when the schedule says off, what has run since before is stopped", async () => {
    expect((await judged(running, { now: evening })).proposal).toEqual({
      because:
        "the schedule office says off from 2026-11-20 20:00 until 2026-11-23 07:00 (Europe/Berlin)",
      call: stopInstances({ InstanceIds: [InstanceId] }),
      // $70.08 a month for the 103 hours of a week's 168 that it is off.
      savesPerMonth: 42.97,
    });
  });

  test("when it says on, what this unit stopped is started, with the hours that it was really off", async () => {
    const { proposal } = await judged(stopped, {
      now: morning,
      last: stopAt("2026-11-20T19:05:00Z"),
    });
    expect(proposal).toEqual({
      because:
        "the schedule office says on until 2026-11-23 20:00 (Europe/Berlin); it was off for 59.0 hours, which saved about $5.66",
      call: startInstances({ InstanceIds: [InstanceId] }),
      // So that its own stop does not keep it waiting.
      ends: "a",
    });
  });

  test("a price that nobody knows is said to be unknown, and nothing is claimed", async () => {
    const windows = { ...stopped, PlatformDetails: "Windows" };
    const start = await judged(windows, { now: morning, last: stopAt("2026-11-20T19:05:00Z") });
    expect(start.proposal?.because).toContain("off for 59.0 hours, its price is unknown");
    const stop = await judged({ ...running, PlatformDetails: "Windows" }, { now: evening });
    expect(stop.proposal).toHaveProperty("savesPerMonth", "unknown");
  });

  test("one that was launched to hibernate hibernates, others are never asked to", async () => {
    const HibernationOptions = { Configured: true };
    const { proposal } = await judged({ ...running, HibernationOptions }, { now: evening });
    expect(proposal?.call).toEqual(stopInstances({ InstanceIds: [InstanceId], Hibernate: true }));
    const { found } = await lookAt([{ ...running, HibernationOptions }], { now: evening });
    expect(found.map(unit.state)).toEqual([{ state: "running", hibernates: true }]);
  });

  const byUs = stopAt("2026-11-20T19:05:00Z");
  test.each<[what: string, instance: Instance, tried: Tried]>([
    ["one that runs while the schedule says on", running, { now: noon }],
    ["one that stands while it says off", stopped, { now: evening, last: byUs }],
    [
      "one that a person started within its time off",
      { ...running, LaunchTime: new Date("2026-11-21T09:00:00Z") },
      { now: new Date("2026-11-21T10:00:00Z") },
    ],
    [
      "one that was started by a clock that goes wrong",
      { ...running, LaunchTime: new Date("2026-11-21T09:00:00Z") },
      { now: evening },
    ],
    ["one that a person stopped", stopped, { now: noon, last: undefined }],
    [
      "one that this unit started, and a person stopped after that",
      stopped,
      { now: noon, last: actionOf("ec2:StartInstances", morning) },
    ],
    [
      "one that this unit stopped, and a person started and stopped again",
      { ...stopped, LaunchTime: new Date("2026-11-21T09:00:00Z") },
      { now: morning, last: byUs },
    ],
    ["one that is only starting", { ...running, State: { Name: "pending" } }, { now: evening }],
    [
      "one that is still stopping",
      { ...stopped, State: { Name: "stopping" } },
      { now: morning, last: byUs },
    ],
    [
      "one that would be started again within the hour",
      running,
      { now: new Date("2026-11-23T05:15:00Z") },
    ],
    [
      "one whose schedule starts nothing",
      tagged(stopped, { "nightshift:hours": "stop-only" }),
      { now: noon, last: byUs },
    ],
  ])("%s is left alone", async (_, instance, tried) => {
    expect((await judged(instance, tried)).proposal).toBeUndefined();
  });

  test.each<[what: string, instance: Instance, now: Date]>([
    [
      "by a schedule that starts nothing",
      tagged(running, { "nightshift:hours": "stop-only" }),
      new Date("2026-11-20T17:05:00Z"),
    ],
    ["hours late, where no look was made in time", running, new Date("2026-11-21T03:00:00Z")],
    [
      "the next evening, where a person started it in the night before",
      { ...running, LaunchTime: new Date("2026-11-23T02:00:00Z") },
      new Date("2026-11-23T19:05:00Z"),
    ],
    [
      "on a holiday, after the night that began before it",
      { ...tagged(running, { "nightshift:hours": "night" }) },
      new Date("2026-12-25T23:00:00Z"),
    ],
  ])("it is stopped %s", async (_, instance, now) => {
    expect((await judged(instance, { now })).proposal?.call.operation).toBe("ec2:StopInstances");
  });
});

describe("a tag that is not understood stops and starts nothing, and is told", () => {
  test.each([
    ["Office", "office is probably meant"],
    ["offce", "office is probably meant"],
    ["office ", "office is probably meant"],
    ["office night", "which is no schedule"],
    ["off=(M-F,19);on=(M-F,7)", "which is no schedule"],
    ["constructor", "which is no schedule"],
    ["", "which is no schedule"],
  ])("%j", async (value, told) => {
    const tags = { "nightshift:hours": value };
    for (const [instance, now] of [
      [running, evening],
      [stopped, morning],
    ] as const) {
      const last = stopAt("2026-11-20T19:05:00Z");
      const attempt = judged(tagged(instance, tags), { now, last });
      await expect(attempt).rejects.toThrow(CannotJudge);
      await expect(attempt).rejects.toThrow(told);
    }
  });
  test("where the settings have no schedules, that is said", async () => {
    const attempt = judged(running, { now: evening, config: unit.config.parse({}) });
    await expect(attempt).rejects.toThrow("the settings have no schedules");
  });
  test("a start that AWS does not tell", async () => {
    const attempt = judged({ ...running, LaunchTime: undefined }, { now: evening });
    await expect(attempt).rejects.toThrow("AWS does not say when it was started");
  });
});

describe("a person keeps it on for longer", () => {
  const until = (value: string, instance = running) =>
    tagged(instance, { "nightshift:hours": "office", [onUntilTag]: value });
  const last = stopAt("2026-11-20T19:05:00Z");
  test.each<[string, string, Date, string | undefined]>([
    ["it runs until then", "2026-11-20T22:00", at("2026-11-20T20:59:59Z"), undefined],
    ["and is stopped after", "2026-11-20T22:00", at("2026-11-20T21:00:00Z"), "ec2:StopInstances"],
    ["of last week, it counts for nothing", "2026-11-13T22:00", evening, "ec2:StopInstances"],
    [
      "over the morning, it is on anyway",
      "2026-11-23T12:00",
      at("2026-11-22T12:00:00Z"),
      undefined,
    ],
  ])("%s", async (_, value, now, operation) => {
    expect((await judged(until(value), { now })).proposal?.call.operation).toBe(operation);
  });
  test("what this unit stopped is started for it, and stopped when it is over", async () => {
    const needed = until("2026-11-21T15:00", stopped);
    const start = await judged(needed, { now: at("2026-11-21T09:00:00Z"), last });
    expect(start.proposal?.call).toEqual(startInstances({ InstanceIds: [InstanceId] }));
    expect(start.proposal?.because).toContain("says on until 2026-11-21 15:00");
    const again = { ...until("2026-11-21T15:00"), LaunchTime: at("2026-11-21T09:00:30Z") };
    const stop = await judged(again, { now: at("2026-11-21T14:05:00Z") });
    expect(stop.proposal?.call.operation).toBe("ec2:StopInstances");
  });
  test("what a person stopped is not", async () => {
    const needed = until("2026-11-21T15:00", stopped);
    expect((await judged(needed, { now: at("2026-11-21T09:00:00Z") })).proposal).toBeUndefined();
  });
  test.each(["22:00", "2026-11-20", "2026-02-30T22:00", "tomorrow", "2026-11-20T22:00Z", ""])(
    "%j is no time: it is neither stopped nor started, and told",
    async (value) => {
      const attempt = judged(until(value), { now: evening });
      await expect(attempt).rejects.toThrow(/which is no time like 2026-11-21T22:00/);
    },
  );
});

describe("what a stop would harm, or another would take back, is named", () => {
  const of = (more: Instance, tags: Readonly<Record<string, string>> = {}) => ({
    ...running,
    ...more,
    Tags: [...(running.Tags ?? []), ...(tagged({}, tags).Tags ?? [])],
  });
  test.each<[Instance, string]>([
    [of({}, { "aws:autoscaling:groupName": "web" }), "the Auto Scaling group web"],
    [of({}, { "aws:eks:cluster-name": "prod" }), "the EKS cluster prod"],
    [of({}, { AmazonECSManaged: "true" }), "ECS"],
    [of({}, { "aws:cloudformation:stack-name": "shop" }), "the CloudFormation stack shop"],
    [of({ InstanceLifecycle: "spot", SpotInstanceRequestId: "sir-1" }), "the spot request sir-1"],
    [of({ RootDeviceType: "instance-store" }), "its instance store, which a stop would wipe"],
    [of({ InstanceType: "m5d.large" }), "its local disks, which a stop would wipe"],
    [of({ InstanceType: "quantum.large" as never }), "its local disks, which a stop would wipe"],
  ])("%#", async (instance, managed) => {
    const found = await judged(instance, { now: evening });
    expect(found.managed).toBe(managed);
    expect(found.proposal).toBeDefined();
  });
  test("stop protection", async () => {
    const found = await judged(running, { now: evening, isProtected: true });
    expect(found.managed).toBe("stop protection, which somebody set on it");
  });
  test("one of a stack is stopped where the settings say so, one of a group within a stack is not", async () => {
    const ofStacks = { ...config, ofStacks: true };
    const stack = { "aws:cloudformation:stack-name": "shop" };
    const single = await judged(of({}, stack), { now: evening, config: ofStacks });
    expect(single.managed).toBeUndefined();
    const group = { ...stack, "aws:autoscaling:groupName": "web" };
    const member = await judged(of({}, group), { now: evening, config: ofStacks });
    expect(member.managed).toBe("the Auto Scaling group web");
  });
});

describe("what the settings name by its id", () => {
  const { office } = config.schedules;
  const listed = {
    ...config,
    schedules: {
      ...config.schedules,
      ...(office && { office: { ...office, targets: [InstanceId] } }),
    },
  };
  const tried = { now: evening, config: listed };
  test("is stopped without the tag, and nothing else that has none", async () => {
    const other = { ...running, InstanceId: "i-0b2" };
    const untagged = [running, other].map((each) => tagged(each, { Name: "web" }));
    const { found } = await lookAt(untagged, tried);
    expect(found.map((each) => propose(each, tried)?.call)).toEqual([
      stopInstances({ InstanceIds: [InstanceId] }),
    ]);
  });
  test("is found once where it has the tag too", async () => {
    expect((await lookAt([running], tried)).found).toHaveLength(1);
  });
  test("with a tag that names another schedule it has two: it is left as it is, and told", async () => {
    const attempt = judged(tagged(running, { "nightshift:hours": "night" }), tried);
    await expect(attempt).rejects.toThrow(
      'its tag nightshift:hours says "night", and the settings name it in the schedule office',
    );
  });
  test("and is not there, is told", async () => {
    expect((await lookAt([], tried)).notes.join()).toContain(
      "The schedule office names i-0a1 in its `targets`, and there is no such instance",
    );
  });
});

describe("what people are told", () => {
  test("that one was started within its time off, in the same words all night", async () => {
    const started = { ...running, LaunchTime: new Date("2026-11-21T09:00:00Z") };
    const told = [
      "i-0a1 was started at 2026-11-21T10:00 (Europe/Berlin), while the schedule office says off: it is left running until that says off the next time",
    ];
    for (const now of ["2026-11-21T09:15:00Z", "2026-11-22T22:00:00Z"])
      expect((await judged(started, { now: new Date(now) })).notes).toEqual(told);
  });
  test("that one was stopped by somebody else, by day and by night in the same words", async () => {
    const byHand = {
      ...stopped,
      StateTransitionReason: "User initiated (2026-11-20 10:00:00 GMT)",
    };
    const [day] = (await judged(byHand, { now: noon })).notes;
    expect(day).toContain("i-0a1 is stopped, and not by this unit, so it is not started");
    expect((await judged(byHand, { now: evening })).notes).toEqual([day]);
  });
  test("why one did not stay up, where AWS says so", async () => {
    const StateReason = { Code: "Client.InternalError", Message: "Client error on launch" };
    const last = actionOf("ec2:StartInstances", morning);
    const { notes } = await judged({ ...stopped, StateReason }, { now: noon, last });
    expect(notes.join()).toContain("AWS says of it: Client error on launch");
  });
  test("that a schedule's holidays have run out", async () => {
    const { notes } = await lookAt([], { now: new Date("2026-12-26T12:00:00Z") });
    expect(notes.join()).toContain("The holidays of the schedule night end with 2026-12-25");
    expect((await lookAt([], { now: new Date("2026-12-25T12:00:00Z") })).notes).toEqual([]);
  });
  test("nothing of what goes as it should", async () => {
    const last = stopAt("2026-11-20T19:05:00Z");
    for (const [instance, now] of [
      [running, noon],
      [running, evening],
      [stopped, evening],
      [stopped, morning],
    ] as const)
      expect((await judged(instance, { now, last })).notes).toEqual([]);
  });
});

describe("how much is asked", () => {
  const many = Array.from({ length: 2000 }, (_, nth) => ({ ...running, InstanceId: `i-${nth}` }));
  test("of what runs as it should, nothing but the listing", async () => {
    const { calls, asked } = await lookAt(many, { now: noon });
    const operations = calls.map(({ operation }) => operation);
    expect([operations, asked]).toEqual([["ec2:DescribeInstances"], []]);
  });
  test("of what this unit stopped in the evening, nothing until the morning", async () => {
    const StateTransitionReason = "User initiated (2026-11-20 19:05:00 GMT)";
    const asleep = many.map((each) => ({ ...each, ...stopped, StateTransitionReason }));
    expect((await lookAt(asleep, { now: after(evening, hours(3)) })).asked).toEqual([]);
    expect((await lookAt(asleep, { now: morning })).asked).toHaveLength(2000);
  });
});

test("one that is gone fails nothing, and one without the tag is still known to an undo", async () => {
  expect((await lookAt([], { now: evening, only: [InstanceId] })).found).toEqual([]);
  const plain = tagged(stopped, {});
  const { found } = await lookAt([plain], { now: evening, only: [InstanceId] });
  expect(found.map(unit.state)).toEqual([{ state: "stopped" }]);
});

test("an error of the ledger ends the look: it is not taken for nobody's doing", async () => {
  const broken = scheduledOf([stopped], {
    read: (() => (async function* () {})()) as never,
    now: noon,
    config,
    schedules: schedulesNow(config.schedules, { now: noon }),
    remembered: () => Promise.reject(new Error("ThrottlingException")),
  });
  await expect(broken).rejects.toThrow("ThrottlingException");
});

test("the example of docs/hours.md is valid", async () => {
  const page = readFileSync(new URL("../../../docs/hours.md", import.meta.url), "utf8");
  const [, example = ""] = /```ts\n([\s\S]*?)```/.exec(page) ?? [];
  const source = example.replace(
    /^import .*$/m,
    'const defineConfig = (settings) => settings; const holidays = () => ["2026-12-25"];',
  );
  const data = `data:text/javascript,${encodeURIComponent(source)}`;
  const { default: written } = (await import(/* @vite-ignore */ data)) as {
    default: { units: Record<string, { config: unknown }> };
  };
  const parsed = unit.config.parse(written.units[self]?.config);
  expect(parsed.schedules.office?.holidays).toEqual(["2026-12-25"]);
});

describe("for days on end", () => {
  const { office } = config.schedules;
  const alone = { ...config, schedules: office ? { office } : {} };
  interface Turn {
    readonly at: Date;
    readonly id: string;
    readonly by: "us" | "person";
    readonly to: "running" | "stopped";
  }

  /** Runs each quarter of an hour; between two runs a person does something. */
  async function live(from: Date, quarters: number, person: ReadonlyMap<number, string>) {
    const ids = ["i-a", "i-b"];
    const LaunchTime = before(from, hours(3));
    const instances = new Map(ids.map((id) => [id, { ...running, InstanceId: id, LaunchTime }]));
    const done = new Map<string, Remembered>();
    const turns: Turn[] = [];
    const turn = (id: string, by: Turn["by"], at: Date) => {
      const instance = instances.get(id);
      if (!instance) return;
      const to = instance.State?.Name === "running" ? "stopped" : "running";
      turns.push({ at, id, by, to });
      instances.set(id, {
        ...instance,
        State: { Name: to },
        ...(to === "running"
          ? { LaunchTime: at, StateTransitionReason: "" }
          : {
              StateTransitionReason: `User initiated (${at.toISOString().slice(0, 19).replace("T", " ")} GMT)`,
            }),
      });
    };
    for (let nth = 0; nth < quarters; nth += 1) {
      const now = after(from, minutes(15 * nth));
      const { found } = await lookOnce([...instances.values()], done, now);
      for (const each of found) {
        const proposal = propose(each, { now });
        const id = each.instance.InstanceId ?? "";
        if (!proposal) continue;
        turn(id, "us", now);
        done.set(id, actionOf(proposal.call.operation, now));
      }
      const id = person.get(nth);
      if (id) turn(id, "person", after(now, minutes(7)));
    }
    return turns;
  }

  const lookOnce = async (
    instances: readonly Instance[],
    done: ReadonlyMap<string, Remembered>,
    now: Date,
  ) => {
    const perInstance = await Promise.all(
      instances.map((each) =>
        lookAt([each], { now, config: alone, last: done.get(each.InstanceId ?? "") }),
      ),
    );
    return { found: perInstance.flatMap((each) => each.found) };
  };

  test("it is off and on by the wall's clock, over the week in which the clocks are put back", async () => {
    const turns = await live(new Date("2026-10-23T12:00:00Z"), 4 * 24 * 4, new Map());
    const shown = turns
      .filter(({ id }) => id === "i-a")
      .map(({ at, to }) => `${to} ${at.toISOString().slice(0, 16)}`);
    // 20:00 in summer time, 07:00 and 20:00 in winter time.
    expect(shown).toEqual([
      "stopped 2026-10-23T18:00",
      "running 2026-10-26T06:00",
      "stopped 2026-10-26T19:00",
      "running 2026-10-27T06:00",
    ]);
  });

  test("whatever a person does, only what this unit stopped is started, and nothing is stopped twice in one time off", async () => {
    const quarters = 4 * 24 * 3;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 0, max: quarters }), fc.constantFrom("i-a", "i-b")), {
          maxLength: 8,
        }),
        async (events) => {
          const from = new Date("2026-11-17T12:00:00Z");
          const turns = await live(from, quarters, new Map(events));
          for (const [at, each] of turns.entries()) {
            if (each.by === "person") continue;
            const earlier = turns.slice(0, at).filter(({ id }) => id === each.id);
            const last = earlier.at(-1);
            if (each.to === "running") expect(last?.by).toBe("us");
            // A time off lasts 11 hours at least: a stop soon after a person's start is none of ours.
            else if (last) expect(last.at <= before(each.at, minutes(8))).toBe(true);
            if (each.to === "stopped") {
              const clock = each.at.toISOString().slice(11, 16);
              const isAtOnce = clock === "19:00";
              expect(isAtOnce || last === undefined || last.to === "running").toBe(true);
              if (last?.by === "person") expect(clock).toBe("19:00");
            }
          }
        },
      ),
      { numRuns: 8 },
    );
  });
});

describe("in an account", { tags: ["moto"] }, () => {
  test("a start for which AWS has no capacity is told, keeps nothing else from its hours, opens no breaker, and is tried again", async () => {
    const account = await openedByHours(
      unit,
      fixture,
      ({ state }: { readonly state: string }) => state,
    );
    const { states, delivery } = account;
    const isStart = ({ operation }: RecordedCall) => operation === "StartInstances";
    const refused = { call: isStart, by: "InsufficientInstanceCapacity" };
    await expectTriedAgain(account, refused, async () => {
      expect(await states("late", "late-too", "asleep")).toEqual(["stopped", "stopped", "stopped"]);
      const told = await messages(delivery);
      expect(told.map(({ severity }) => severity)).toEqual(told.map(() => "critical"));
    });
    expect(await states("late", "late-too", "asleep")).toEqual(["stopped", "stopped", "running"]);
  });
});
