import type { Activity } from "@aws-sdk/client-auto-scaling";
import type { Nodegroup } from "@aws-sdk/client-eks";
import { describe, expect, test } from "vitest";
import { type NodeSizes, nodeGroupNames, withNodes } from "../../../aws/eks/node-sizes.ts";
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
} from "../../../test/setup/hours-office.ts";
import type { RecordedCall } from "../../../testing/recorded-call.ts";
import { onUntilTag } from "../hours-of.ts";
import { fixture, scaleByHand } from "./fixture.ts";
import unit from "./index.ts";
import { nodeGroupHours } from "./scheduled.ts";

const config = unit.config.parse({ schedules: officeSchedules });
const id = "nodegroup:prod/web";
const two: NodeSizes = { min: 1, max: 4, desired: 2 };
const none: NodeSizes = { min: 0, max: 4, desired: 0 };
const office = { "nightshift:hours": "office" };

const groupWith = ({ min, max, desired }: NodeSizes, more: Partial<Nodegroup> = {}): Nodegroup => ({
  clusterName: "prod",
  nodegroupName: "web",
  status: "ACTIVE",
  scalingConfig: { minSize: min, maxSize: max, desiredSize: desired },
  createdAt: at("2026-01-01T00:00:00Z"),
  tags: office,
  resources: { autoScalingGroups: [{ name: "eks-web-1" }] },
  ...more,
});
const filled = groupWith(two);
const empty = groupWith(none);

const emptiedAt = (time: Date, before: unknown = two): Remembered =>
  doneBy(nodeGroupHours, time, { ...withNodes(id, none), before });
const filledAt = (time: Date): Remembered =>
  doneBy(nodeGroupHours, time, { ...withNodes(id, two), before: none });
const activity = (Cause: string, StartTime: Date): Activity => ({
  ActivityId: "a",
  AutoScalingGroupName: "eks-web-1",
  Cause,
  StartTime,
  StatusCode: "Successful",
});

interface Tried {
  readonly now: Date;
  readonly config?: typeof config;
  readonly last?: Remembered | undefined;
  readonly activities?: readonly Activity[];
  readonly only?: readonly string[];
  readonly isAutoMode?: true;
  /** Instances that Karpenter runs. */
  readonly byKarpenter?: readonly object[];
}

const trialOf = (
  groups: readonly Nodegroup[],
  { config: chosen = config, activities = [], isAutoMode, byKarpenter = [], ...tried }: Tried,
): HoursTrial => ({
  ...tried,
  config: chosen,
  answers(operation, { nodegroupName }: { readonly nodegroupName?: string }) {
    if (operation === "autoscaling:DescribeScalingActivities") return { Activities: activities };
    if (operation === "eks:ListClusters") return ["prod"] as never;
    if (operation === "eks:DescribeCluster")
      return { cluster: { name: "prod", computeConfig: { enabled: isAutoMode } } };
    if (operation === "ec2:DescribeInstances") return byKarpenter;
    if (operation === "eks:ListNodegroups")
      return groups.map((group) => group.nodegroupName) as never;
    return { nodegroup: groups.find((group) => group.nodegroupName === nodegroupName) };
  },
});
const lookAt = (groups: readonly Nodegroup[], tried: Tried) =>
  lookByHours(unit, trialOf(groups, tried));
const judged = async (group: Nodegroup, tried: Tried) => {
  const all = await judgeByHours(unit, trialOf([group], tried));
  return { ...all, becomes: unit.becomes?.(all.first) };
};

describe("what is proposed", () => {
  test("when the schedule says off, minimum and desired size become 0, and the maximum stays", async () => {
    const { proposal, becomes } = await judged(filled, { now: evening });
    expect(proposal).toEqual({
      because:
        "the schedule office says off from 2026-11-20 20:00 until 2026-11-23 07:00 (Europe/Berlin); it has 2 of 1 to 4, which it gets back",
      call: withNodes(id, none),
      savesPerMonth: "unknown",
    });
    expect(proposal?.call.input).toEqual({
      clusterName: "prod",
      nodegroupName: "web",
      scalingConfig: { minSize: 0, maxSize: 4, desiredSize: 0 },
    });
    expect(becomes).toEqual(none);
  });
  test("when it says on, it gets back what it had", async () => {
    const { proposal, becomes } = await judged(empty, { now: morning, last: emptiedAt(evening) });
    expect(proposal).toEqual({
      because:
        "the schedule office says on until 2026-11-23 20:00 (Europe/Berlin); it was off for 59.0 hours, its price is unknown",
      call: withNodes(id, two),
      ends: "a",
    });
    expect(becomes).toEqual(two);
  });
  test("what an autoscaler gave it by day is what it gets back the next day", async () => {
    const seven = { min: 1, max: 9, desired: 7 };
    const last = doneBy(nodeGroupHours, evening, {
      ...withNodes(id, { ...seven, min: 0, desired: 0 }),
      before: seven,
    });
    const left = groupWith({ min: 0, max: 9, desired: 0 });
    const { proposal } = await judged(left, { now: morning, last });
    expect(proposal?.call).toEqual(withNodes(id, seven));
  });
  test("that it gets nothing back is not claimed where a schedule only stops", async () => {
    const tags = { "nightshift:hours": "stop-only" };
    const { proposal } = await judged(groupWith(two, { tags }), { now: evening });
    expect(proposal?.because).toMatch(/; it has 2 of 1 to 4$/);
  });
  test("somebody keeps it on for longer: what this unit emptied is filled for that", async () => {
    const tags = { ...office, [onUntilTag]: "2026-11-21T22:00" };
    const tried = { now: saturday, last: emptiedAt(evening) };
    const { proposal } = await judged(groupWith(none, { tags }), tried);
    expect(proposal?.call).toEqual(withNodes(id, two));
  });

  test.each<[what: string, now: NodeSizes, back: NodeSizes]>([
    ["fewer than it had", { min: 0, max: 4, desired: 1 }, two],
    ["more than it had", { min: 0, max: 4, desired: 3 }, { min: 1, max: 4, desired: 3 }],
  ])(
    "the cluster's autoscaler gave it %s by night: by day it gets back its minimum, and no node is taken",
    async (_, sizes, back) => {
      const { proposal, becomes } = await judged(groupWith(sizes), {
        now: morning,
        last: emptiedAt(evening),
      });
      expect(proposal).toEqual({
        because: `the schedule office says on until 2026-11-23 20:00 (Europe/Berlin); it was scaled within its time off, and gets back what it had: ${back.desired} of 1 to 4`,
        call: withNodes(id, back),
        ends: "a",
      });
      expect(becomes).toEqual(back);
    },
  );

  const ours = emptiedAt(evening);
  const byHand =
    "a user request update of AutoScalingGroup constraints to min: 0, max: 4, desired: 2 changing the desired capacity from 0 to 2";
  test.each<[what: string, group: Nodegroup, tried: Tried]>([
    ["one that has nodes while the schedule says on", filled, { now: noon }],
    ["one that is empty while it says off", empty, { now: saturday, last: ours }],
    ["one that a person emptied", empty, { now: noon }],
    [
      "one that a person gave another maximum while it was empty",
      groupWith({ min: 0, max: 2, desired: 0 }),
      { now: noon, last: ours },
    ],
    [
      "one that a person gave other sizes by night",
      groupWith({ min: 0, max: 2, desired: 1 }),
      { now: noon, last: ours },
    ],
    [
      "one without a minimum that an autoscaler scales by day",
      groupWith({ min: 0, max: 4, desired: 1 }),
      { now: noon, last: filledAt(morning) },
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
      "one of the same name that was made since",
      groupWith(none, { createdAt: saturday }),
      { now: morning, last: ours },
    ],
    [
      "one that somebody scaled after this unit had emptied it",
      groupWith({ min: 0, max: 4, desired: 1 }),
      { now: saturday, last: ours },
    ],
    [
      "one that somebody filled within its time off, although this unit had not emptied it",
      filled,
      { now: saturday, activities: [activity(byHand, at("2026-11-21T09:00:00Z"))] },
    ],
    [
      "one that was made within its time off",
      groupWith(two, { createdAt: at("2026-11-21T09:00:00Z") }),
      { now: saturday },
    ],
    ["one that would be filled again within the hour", filled, { now: at("2026-11-23T05:15:00Z") }],
    ...(["CREATING", "UPDATING", "CREATE_FAILED", "DELETE_FAILED"] as const).map(
      (status) =>
        [
          `one that is ${status}, with nodes`,
          groupWith(two, { status }),
          { now: evening },
        ] satisfies [string, Nodegroup, Tried],
    ),
    [
      "one that is UPDATING, without nodes",
      groupWith(none, { status: "UPDATING" }),
      { now: morning, last: ours },
    ],
    [
      "one that has lost the group behind it",
      groupWith(two, {
        status: "DEGRADED",
        health: { issues: [{ code: "AutoScalingGroupNotFound", message: "gone" }] },
      }),
      { now: evening },
    ],
  ])("%s is left alone", async (_, group, tried) => {
    expect((await judged(group, tried)).proposal).toBeUndefined();
  });

  test.each<[what: string, group: Nodegroup, tried: Tried]>([
    [
      "in the next evening, whatever somebody scaled in the night before",
      filled,
      { now: at("2026-11-23T19:05:00Z"), last: ours },
    ],
    [
      "where somebody filled it before its time off",
      filled,
      { now: saturday, activities: [activity(byHand, at("2026-11-20T10:00:00Z"))] },
    ],
    [
      "where it was only made larger within its time off",
      filled,
      {
        now: saturday,
        activities: [activity("… changing the desired capacity from 10 to 20", saturday)],
      },
    ],
    ["although a node of it is not well", groupWith(two, { status: "DEGRADED" }), { now: evening }],
  ])("it is emptied %s", async (_, group, tried) => {
    expect((await judged(group, tried)).proposal?.call).toEqual(withNodes(id, none));
  });
});

describe("what others manage, or would put back, is named", () => {
  const withTags = (tags: Readonly<Record<string, string>>) => ({ tags: { ...office, ...tags } });
  test.each<[string, Partial<Nodegroup>, Partial<Tried>, string]>([
    [
      "of a stack",
      withTags({ "aws:cloudformation:stack-name": "shop" }),
      {},
      "the CloudFormation stack shop",
    ],
    [
      "of a product",
      withTags({ "aws:servicecatalog:provisionedProductArn": "arn" }),
      {},
      "the Service Catalog product",
    ],
    ["in Auto Mode", {}, { isAutoMode: true }, "the cluster's Auto Mode"],
    ["beside Karpenter", {}, { byKarpenter: [{ InstanceId: "i-1" }] }, "Karpenter in the cluster"],
  ])("%s", async (_, more, tried, told) => {
    const { proposal, managed } = await judged(groupWith(two, more), { now: evening, ...tried });
    expect(proposal).toBeDefined();
    expect(managed).toContain(told);
  });

  test("what EKS itself writes of a group's cluster manages nothing", async () => {
    const own = withTags({ "eks:cluster-name": "prod", "eks:nodegroup-name": "web" });
    expect((await judged(groupWith(two, own), { now: evening })).managed).toBeUndefined();
  });

  test("one of a stack, or beside Karpenter, is emptied where the settings say so", async () => {
    const chosen = { ...config, ofStacks: true, besideProvisioners: true };
    const group = groupWith(two, withTags({ "aws:cloudformation:stack-name": "shop" }));
    const tried = { now: evening, config: chosen, byKarpenter: [{ InstanceId: "i-1" }] };
    const { managed, calls } = await judged(group, tried);
    expect(managed).toBeUndefined();
    expect(calls.map(({ operation }) => operation)).not.toContain("ec2:DescribeInstances");
  });

  test("Karpenter is looked for in the cluster's own instances, once a cluster, and only where nodes are to be taken", async () => {
    const all = [filled, groupWith(two, { nodegroupName: "too" })];
    const { calls } = await lookAt(all, { now: evening });
    expect(calls.filter(({ operation }) => operation === "ec2:DescribeInstances")).toEqual([
      {
        operation: "ec2:DescribeInstances",
        input: {
          Filters: [
            { Name: "tag:kubernetes.io/cluster/prod", Values: ["*"] },
            { Name: "tag-key", Values: ["karpenter.sh/nodepool", "karpenter.sh/provisioner-name"] },
            { Name: "instance-state-name", Values: ["pending", "running"] },
          ],
        },
      },
    ]);
    const quiet = await lookAt(all, { now: noon });
    expect(new Set(quiet.calls.map(({ operation }) => operation))).toEqual(
      new Set(["eks:ListClusters", "eks:ListNodegroups", "eks:DescribeNodegroup"]),
    );
  });
});

describe("what people are told", () => {
  test("that one was scaled after it was emptied, in the same words all night", async () => {
    const last = emptiedAt(evening);
    const told = [
      `${id} was started some time after 2026-11-20T20:05 (Europe/Berlin), while the schedule office says off: it is left running until that says off the next time`,
    ];
    for (const now of ["2026-11-21T09:15:00Z", "2026-11-22T22:00:00Z"])
      expect((await judged(filled, { now: at(now), last })).notes).toEqual(told);
  });
  test("that one was emptied by somebody else", async () => {
    const { notes } = await judged(empty, { now: noon });
    expect(notes.join()).toContain(`${id} is stopped, and not by this unit, so it is not started`);
  });
  test("what EKS says is wrong with one", async () => {
    const issues = [
      { code: "InsufficientFreeAddresses", message: "no addresses are free" },
    ] as const;
    const health = { issues: [...issues] };
    const group = groupWith(two, { status: "DEGRADED", health });
    expect((await judged(group, { now: noon })).notes).toEqual([
      `${id} is DEGRADED: it may not get the nodes it asks for. EKS says of it: InsufficientFreeAddresses: no addresses are free`,
    ]);
    const failed = groupWith(two, { status: "CREATE_FAILED" });
    expect((await judged(failed, { now: noon })).notes).toEqual([
      `${id} is CREATE_FAILED, and follows no schedule until that is mended`,
    ]);
  });
  test("that what the settings name is not there", async () => {
    const { office: schedule } = config.schedules;
    const targets = ["web", "nodegroup:prod/gone", id];
    const schedules = schedule ? { office: { ...schedule, targets } } : {};
    const tried = { now: noon, config: { ...config, schedules } };
    const { notes, found } = await lookAt([filled], tried);
    expect(notes.join()).toMatch(
      /names web in its `targets`, and there is no such node group.*nodegroup:prod\/gone/,
    );
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
    const attempt = judged(groupWith(two, { tags: { "nightshift:hours": value } }), {
      now: evening,
    });
    await expect(attempt).rejects.toThrow(CannotJudge);
    await expect(attempt).rejects.toThrow("which is no schedule");
  },
);

test("of 20,000 groups that are as they should be, each is described once, and the ledger not asked", async () => {
  const many = Array.from({ length: 20_000 }, (_, nth) => `web-${nth}`);
  const { asked, calls, found } = await lookByHours(unit, {
    now: noon,
    config,
    answers(operation, { nodegroupName = "" }: { readonly nodegroupName?: string }) {
      if (operation === "eks:ListClusters") return ["prod"] as never;
      if (operation === "eks:ListNodegroups") return many as never;
      return { nodegroup: groupWith(two, { nodegroupName }) };
    },
  });
  expect([found.length, calls.length, asked]).toEqual([20_000, 20_002, []]);
});

test("one that is gone, or about to be, fails nothing, nor does an id that names none; one without the tag is still known to an undo", async () => {
  const going = groupWith(two, { nodegroupName: "going", status: "DELETING" });
  const plain = groupWith(none, { tags: {} });
  const only = ["nodegroup:prod/gone", "nodegroup:prod/going", id, "web"];
  const { found, calls } = await lookAt([going, plain], { now: evening, only });
  expect(found.map(unit.state)).toEqual([none]);
  expect(calls).toHaveLength(3);
});

test("an undo gives back the sizes that it had", () => {
  expect(unit.restore?.calls(two, { target: id, within: undefined })).toEqual(withNodes(id, two));
  expect(nodeGroupNames(id)).toEqual({ clusterName: "prod", nodegroupName: "web" });
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
    expect(proposal.call).toEqual(withNodes(id, sizes));
    made.push(now.toISOString().slice(11, 16));
  }
  // From a Monday to a Wednesday: 22 evenings of workdays, and 22 mornings after them.
  expect(made).toEqual(Array.from({ length: 22 }, () => ["19:00", "06:00"]).flat());
  expect([...told]).toEqual([]);
});

test.each([{ besideProvisioners: "yes" }, { mostADay: 0 }, { tag: "" }, { schedule: {} }])(
  "config %o is refused",
  (given) => expect(unit.config.safeParse(given).success).toBe(false),
);

describe("in an account", { tags: ["moto"] }, () => {
  const opened = () =>
    openedByHours(unit, fixture, ({ sizes }: { readonly sizes: NodeSizes }) => sizes);
  const updates = ({ operation }: RecordedCall) => operation === "UpdateNodegroupConfig";

  test("one that cannot be changed now is told, keeps nothing else from its hours, opens no breaker, and is tried again", async () => {
    const account = await opened();
    const { states } = account;
    const isAsleep = (call: RecordedCall) =>
      updates(call) && JSON.stringify(call.parameters).includes('"desiredSize":2');
    const refused = { call: isAsleep, by: "ResourceInUseException" };
    await expectTriedAgain(account, refused, async () =>
      expect(await states("late", "late-too", "asleep")).toEqual([none, none, none]),
    );
    expect(await states("asleep", "autoscaled-by-night")).toEqual([two, { ...two, desired: 3 }]);
  });

  test("the answer to a change is lost: it is made once more, and is what it was to be", async () => {
    const { delivery, states, sweep } = await opened();
    delivery.proxy.fault(updates, "resetAfter", { times: 1 });
    for (const nth of [1, 2]) await sweep(nth);
    expect(await states("late", "late-too", "asleep")).toEqual([none, none, two]);
  });

  test("one that a person scales after it was emptied is left as it is", async () => {
    const { delivery, states, sweep } = await opened();
    await sweep(1);
    const one = { min: 0, max: 4, desired: 1 };
    await scaleByHand(delivery.aws, "late", one);
    for (const nth of [2, 3, 4]) await sweep(nth);
    expect(await states("late")).toEqual([one]);
  });

  test.each(["ListClusters", "ListNodegroups", "DescribeNodegroup", "DescribeCluster"])(
    "where %s is denied nothing is emptied or filled: an error is no empty list, and no cluster without Karpenter",
    async (operation) => {
      const { delivery, states, sweep } = await opened();
      delivery.proxy.fault((call) => call.operation === operation, "denied");
      await expect(sweep(1)).rejects.toThrow();
      expect(await states("late", "asleep")).toEqual([two, none]);
    },
  );
});
