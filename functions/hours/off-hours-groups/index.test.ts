import type { Activity, AutoScalingGroup } from "@aws-sdk/client-auto-scaling";
import { describe, expect, test } from "vitest";
import type { Remembered } from "../../../sdk/automation.ts";
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
  tagged,
} from "../../../test/setup/hours-office.ts";
import type { RecordedCall } from "../../../testing/recorded-call.ts";
import { onUntilTag } from "../hours-of.ts";
import { fixture, scaleByHand } from "./fixture.ts";
import unit from "./index.ts";
import { groupHours } from "./scheduled.ts";
import { none, resized, type Sizes } from "./sizes.ts";

const AutoScalingGroupName = "web";
const config = unit.config.parse({ schedules: officeSchedules });

const two: Sizes = { min: 1, max: 4, desired: 2 };
const hoursTag = tagged({ "nightshift:hours": "office" });
const groupWith = (
  { min, max, desired }: Sizes,
  more: Partial<AutoScalingGroup> = {},
): AutoScalingGroup => ({
  AutoScalingGroupName,
  MinSize: min,
  MaxSize: max,
  DesiredCapacity: desired,
  DefaultCooldown: 300,
  AvailabilityZones: ["eu-central-1a"],
  HealthCheckType: "EC2",
  CreatedTime: at("2026-01-01T00:00:00Z"),
  Tags: hoursTag,
  ...more,
});
const filled = groupWith(two);
const empty = groupWith(none);

const emptiedAt = (time: Date, before: unknown = two): Remembered =>
  doneBy(groupHours, time, { ...resized(AutoScalingGroupName, none), before });
const filledAt = (time: Date): Remembered =>
  doneBy(groupHours, time, { ...resized(AutoScalingGroupName, two), before: none });
const activity = (Cause: string, StartTime: Date): Activity => ({
  ActivityId: "a",
  AutoScalingGroupName,
  Cause,
  StartTime,
  StatusCode: "Successful",
});

interface Tried {
  readonly now: Date;
  readonly config?: typeof config;
  /** What the unit last did to it. */
  readonly last?: Remembered | undefined;
  readonly activities?: readonly Activity[];
  readonly only?: readonly string[];
}

interface Asked {
  readonly AutoScalingGroupNames?: readonly string[];
  readonly Filters?: readonly { readonly Values: readonly string[] }[];
}

const trialOf = (
  groups: readonly AutoScalingGroup[],
  { config: chosen = config, activities = [], ...tried }: Tried,
): HoursTrial => ({
  ...tried,
  config: chosen,
  answers(operation, { AutoScalingGroupNames: names, Filters }: Asked) {
    if (operation === "autoscaling:DescribeScalingActivities") return { Activities: activities };
    return groups.filter(
      ({ AutoScalingGroupName: name = "", Tags = [] }) =>
        (!names || names.includes(name)) &&
        (!Filters || Tags.some(({ Key = "" }) => Filters[0]?.Values.includes(Key))),
    );
  },
});
const lookAt = (groups: readonly AutoScalingGroup[], tried: Tried) =>
  lookByHours(unit, trialOf(groups, tried));
const judged = async (group: AutoScalingGroup, tried: Tried) => {
  const all = await judgeByHours(unit, trialOf([group], tried));
  return { ...all, becomes: unit.becomes?.(all.first) };
};

describe("what is proposed", () => {
  test("when the schedule says off, all three sizes become 0 at once", async () => {
    const { proposal, becomes } = await judged(filled, { now: evening });
    expect(proposal).toEqual({
      because:
        "the schedule office says off from 2026-11-20 20:00 until 2026-11-23 07:00 (Europe/Berlin); it has 2 of 1 to 4, which it gets back",
      call: resized(AutoScalingGroupName, none),
      savesPerMonth: "unknown",
    });
    expect(becomes).toEqual(none);
  });
  test("when it says on, it gets back what it had", async () => {
    const last = emptiedAt(evening);
    const { proposal, becomes } = await judged(empty, { now: morning, last });
    expect(proposal).toEqual({
      because:
        "the schedule office says on until 2026-11-23 20:00 (Europe/Berlin); it was off for 59.0 hours, its price is unknown",
      call: resized(AutoScalingGroupName, two),
      ends: "a",
    });
    expect(becomes).toEqual(two);
  });
  test("what another scaled by day is what it gets back the next day", async () => {
    const five = { min: 2, max: 9, desired: 5 };
    const { proposal } = await judged(empty, { now: morning, last: emptiedAt(evening, five) });
    expect(proposal?.call).toEqual(resized(AutoScalingGroupName, five));
  });
  test("that it gets nothing back is not claimed where a schedule only stops", async () => {
    const Tags = tagged({ "nightshift:hours": "stop-only" });
    const { proposal } = await judged(groupWith(two, { Tags }), { now: evening });
    expect(proposal?.because).toMatch(/; it has 2 of 1 to 4$/);
  });
  test("somebody keeps it on for longer: what this unit emptied is filled for that", async () => {
    const Tags = [...hoursTag, ...tagged({ [onUntilTag]: "2026-11-21T22:00" })];
    const tried = { now: saturday, last: emptiedAt(evening) };
    const { proposal } = await judged(groupWith(none, { Tags }), tried);
    expect(proposal?.call).toEqual(resized(AutoScalingGroupName, two));
  });

  const ours = emptiedAt(evening);
  const byHand =
    "a user request explicitly set group desired capacity changing the desired capacity from 0 to 2";
  test.each<[what: string, group: AutoScalingGroup, tried: Tried]>([
    ["one that has instances while the schedule says on", filled, { now: noon }],
    ["one that is empty while it says off", empty, { now: saturday, last: ours }],
    ["one that a person emptied", empty, { now: noon }],
    [
      "one that a person emptied, and left room to grow",
      groupWith({ min: 0, max: 4, desired: 0 }),
      { now: noon, last: ours },
    ],
    [
      "one that this unit filled, and a person emptied after that",
      empty,
      { now: noon, last: filledAt(morning) },
    ],
    [
      "one of which the ledger does not say what it had",
      empty,
      { now: morning, last: emptiedAt(evening, { state: "running" }) },
    ],
    ["one that had nothing before", empty, { now: morning, last: emptiedAt(evening, none) }],
    [
      "one that somebody scaled after this unit had emptied it",
      groupWith({ min: 1, max: 1, desired: 1 }),
      { now: saturday, last: ours },
    ],
    [
      "one that somebody filled within its time off, although this unit had not emptied it",
      filled,
      {
        now: saturday,
        activities: [activity(`At 2026-11-21T09:00:00Z ${byHand}.`, at("2026-11-21T09:00:00Z"))],
      },
    ],
    [
      "one that was made within its time off",
      groupWith(two, { CreatedTime: at("2026-11-21T09:00:00Z") }),
      { now: saturday },
    ],
    ["one that would be filled again within the hour", filled, { now: at("2026-11-23T05:15:00Z") }],
  ])("%s is left alone", async (_, group, tried) => {
    expect((await judged(group, tried)).proposal).toBeUndefined();
  });

  test.each<[what: string, tried: Tried]>([
    [
      "in the next evening, whatever somebody scaled in the night before",
      { now: at("2026-11-23T19:05:00Z"), last: ours },
    ],
    [
      "where somebody filled it before its time off",
      { now: saturday, activities: [activity(byHand, at("2026-11-20T10:00:00Z"))] },
    ],
    [
      "where it was only made larger within its time off",
      {
        now: saturday,
        activities: [
          activity("a user request … changing the desired capacity from 10 to 20", saturday),
        ],
      },
    ],
    [
      "when the time for which somebody had kept it on is over",
      { now: saturday, last: filledAt(at("2026-11-20T21:00:00Z")) },
    ],
  ])("it is emptied %s", async (_, tried) => {
    const { proposal } = await judged(filled, tried);
    expect(proposal?.call).toEqual(resized(AutoScalingGroupName, none));
  });
});

describe("what others manage, or what would run on, is named", () => {
  const instance = {
    InstanceId: "i-0a1",
    LifecycleState: "InService",
    HealthStatus: "Healthy",
  } as const;
  const inZone = { AvailabilityZone: "eu-central-1a", ProtectedFromScaleIn: false };
  const withTag = (tags: Readonly<Record<string, string>>) => ({
    Tags: [...hoursTag, ...tagged(tags)],
  });
  test.each<[Partial<AutoScalingGroup>, string]>([
    [withTag({ "eks:nodegroup-name": "workers" }), "the EKS node group workers"],
    [withTag({ AmazonECSManaged: "" }), "ECS"],
    [
      withTag({ "elasticbeanstalk:environment-name": "shop" }),
      "the Elastic Beanstalk environment shop",
    ],
    [withTag({ "aws:cloudformation:stack-name": "shop" }), "the CloudFormation stack shop"],
    [{ Operator: { Principal: "eks.amazonaws.com" } }, "eks.amazonaws.com"],
    [{ NewInstancesProtectedFromScaleIn: true }, "protects new instances from scaling in"],
    [
      { Instances: [{ ...instance, ...inZone, ProtectedFromScaleIn: true }] },
      "its instances that are protected from scaling in: i-0a1",
    ],
    [
      { Instances: [{ ...instance, ...inZone, LifecycleState: "Standby" }] },
      "its instances on standby, which would run on: i-0a1",
    ],
    [{ WarmPoolConfiguration: { MinSize: 1 } }, "its warm pool"],
    [{ SuspendedProcesses: [{ ProcessName: "Terminate" }] }, "its process Terminate"],
    [{ SuspendedProcesses: [{ ProcessName: "Launch" }] }, "its process Launch"],
  ])("%#", async (more, told) => {
    const { proposal, managed } = await judged(groupWith(two, more), { now: evening });
    expect(proposal).toBeDefined();
    expect(managed).toContain(told);
  });
  test("one of a stack is emptied where the settings say so, and suspended alarms keep nothing", async () => {
    const more = {
      ...withTag({ "aws:cloudformation:stack-name": "shop" }),
      SuspendedProcesses: [{ ProcessName: "AlarmNotification" }],
    };
    const tried = { now: evening, config: { ...config, ofStacks: true } };
    expect((await judged(groupWith(two, more), tried)).managed).toBeUndefined();
  });
});

describe("what people are told", () => {
  test("that one was scaled after it was emptied, in the same words all night", async () => {
    const last = emptiedAt(evening);
    const told = [
      "web was started some time after 2026-11-20T20:05 (Europe/Berlin), while the schedule office says off: it is left running until that says off the next time",
    ];
    for (const now of ["2026-11-21T09:15:00Z", "2026-11-22T22:00:00Z"])
      expect((await judged(filled, { now: at(now), last })).notes).toEqual(told);
  });
  test("that one was emptied by somebody else", async () => {
    const { notes } = await judged(empty, { now: noon });
    expect(notes.join()).toContain("web is stopped, and not by this unit, so it is not started");
  });
  test("that what the settings name is not there", async () => {
    const { office } = config.schedules;
    const schedules = office ? { office: { ...office, targets: ["gone", "web"] } } : {};
    const { notes, found } = await lookAt([filled], {
      now: noon,
      config: { ...config, schedules },
    });
    expect(notes.join()).toContain("names gone in its `targets`, and there is no such group");
    expect(found).toHaveLength(1);
  });
  test("nothing of what goes as it should", async () => {
    for (const [group, now, last] of [
      [filled, noon, undefined],
      [filled, evening, undefined],
      [empty, saturday, emptiedAt(evening)],
      [empty, morning, emptiedAt(evening)],
    ] as const)
      expect((await judged(group, { now, last })).notes).toEqual([]);
  });
});

test.each(["Office", "office night", "constructor", ""])(
  "a tag that says %j is not understood: nothing is emptied or filled, and it is told",
  async (value) => {
    const Tags = tagged({ "nightshift:hours": value });
    const attempt = judged(groupWith(two, { Tags }), { now: evening });
    await expect(attempt).rejects.toThrow(CannotJudge);
    await expect(attempt).rejects.toThrow("which is no schedule");
  },
);

test("of 20,000 groups that are as they should be, nothing is asked but the listing", async () => {
  const many = (group: AutoScalingGroup) =>
    Array.from({ length: 20_000 }, (_, nth) => ({ ...group, AutoScalingGroupName: `web-${nth}` }));
  for (const [group, now] of [
    [filled, noon],
    [empty, saturday],
  ] as const) {
    const { calls, asked } = await lookAt(many(group), { now });
    const operations = calls.map(({ operation }) => operation);
    expect([operations, asked]).toEqual([["autoscaling:DescribeAutoScalingGroups"], []]);
  }
});

test("one that is gone, or about to be, fails nothing; one without the tag is still known to an undo", async () => {
  const going = groupWith(two, { AutoScalingGroupName: "going", Status: "Delete in progress" });
  const plain = groupWith(none, { Tags: [] });
  const only = ["gone", "going", "web"];
  const { found } = await lookAt([going, plain], { now: evening, only });
  expect(found.map(unit.state)).toEqual([none]);
});

test("an undo gives back the sizes that it had", () => {
  const about = { target: AutoScalingGroupName, within: undefined };
  expect(unit.restore?.calls(two, about)).toEqual(resized(AutoScalingGroupName, two));
});

test("for thirty quiet days it is emptied and filled by the clock, and gets back the same each time", async () => {
  let sizes = two;
  let last: Remembered | undefined;
  const made: string[] = [];
  const told = new Set<string>();
  for (let nth = 0; nth < 30 * 24 * 4; nth += 1) {
    const now = after(at("2026-11-16T12:00:00Z"), minutes(15 * nth));
    const { proposal, notes } = await judged(groupWith(sizes), { now, last });
    for (const note of notes) told.add(note);
    if (!proposal) continue;
    const isEmptied = sizes.desired > 0;
    last = isEmptied ? emptiedAt(now, sizes) : filledAt(now);
    sizes = isEmptied ? none : two;
    expect(proposal.call).toEqual(resized(AutoScalingGroupName, sizes));
    made.push(now.toISOString().slice(11, 16));
  }
  // From a Monday to a Wednesday: 22 evenings of workdays, and 22 mornings after them.
  expect(made).toEqual(Array.from({ length: 22 }, () => ["19:00", "06:00"]).flat());
  expect([...told]).toEqual([]);
});

describe("in an account", { tags: ["moto"] }, () => {
  const opened = () =>
    openedByHours(unit, fixture, ({ sizes }: { readonly sizes: Sizes }) => sizes);

  test("one that cannot be changed now is told, keeps nothing else from its hours, opens no breaker, and is tried again", async () => {
    const account = await opened();
    const { states } = account;
    const isAsleep = ({ operation, parameters }: RecordedCall) =>
      operation === "UpdateAutoScalingGroup" && JSON.stringify(parameters).includes("asleep");
    const refused = { call: isAsleep, by: "ScalingActivityInProgress" };
    await expectTriedAgain(account, refused, async () =>
      expect(await states("late", "late-too", "asleep")).toEqual([none, none, none]),
    );
    expect(await states("asleep")).toEqual([two]);
  });

  test("the answer to a change is lost: it is made once more, and is what it was to be", async () => {
    const { delivery, states, sweep } = await opened();
    delivery.proxy.fault(({ operation }) => operation === "UpdateAutoScalingGroup", "resetAfter", {
      times: 1,
    });
    for (const nth of [1, 2]) await sweep(nth);
    expect(await states("late", "late-too", "asleep")).toEqual([none, none, two]);
  });

  test("one that a person scales after it was emptied is left as it is", async () => {
    const { delivery, states, sweep } = await opened();
    await sweep(1);
    const one = { min: 1, max: 1, desired: 1 };
    await scaleByHand(delivery.aws, "late", one);
    for (const nth of [2, 3, 4]) await sweep(nth);
    expect(await states("late")).toEqual([one]);
  });
});
