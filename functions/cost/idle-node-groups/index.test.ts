import { DescribeNodegroupCommand, EKSClient, type Nodegroup } from "@aws-sdk/client-eks";
import { describe, expect, onTestFinished, test } from "vitest";
import { type NodeGroup, pricedType } from "../../../aws/eks/managed-node-group.ts";
import { withNodes } from "../../../aws/eks/node-sizes.ts";
import { before, days } from "../../../sdk/time.ts";
import { open } from "../../../test/setup/delivery.ts";
import {
  each,
  flat,
  type MeasuredValues,
  measuredAws,
  searching,
} from "../../../test/setup/measured.ts";
import type { TestDelivery } from "../../../testing/delivery.ts";
import { proposeFor } from "../../../testing/propose.ts";
import { fixture } from "./fixture.ts";
import unit, { type FoundNodeGroup, nodeGroupManager } from "./index.ts";

const now = new Date("2026-11-21T05:10:00Z");
const id = "nodegroup:prod/web";

const group: NodeGroup = {
  id,
  cluster: "prod",
  sizes: { min: 1, max: 5, desired: 3 },
  status: "ACTIVE",
  tags: [{ Key: "team", Value: "shop" }],
  createdAt: before(now, days(90)),
  scaledBy: "eks-web-1",
  instanceTypes: ["m5.large"],
  issues: [],
  isLost: false,
};
const idle: FoundNodeGroup = { group, idling: { is: "idle", most: [2.34, 11] } };

describe("what is proposed", () => {
  test("an idle group gets as many nodes as its minimum says; minimum and maximum stay", () =>
    expect(proposeFor(unit, idle)).toEqual({
      because:
        "for 14 days no hour took more than 2.3 % CPU (11.0 % at the highest of any node); it has 3 of 1 to 5 and keeps 1. Which pods run there AWS does not tell",
      savesPerMonth: "unknown",
      call: withNodes(id, { min: 1, max: 5, desired: 1 }),
    }));

  test.each<[what: string, group: Nodegroup, type: string | undefined]>([
    ["of one type, on demand", {}, "m5.large"],
    ["of two types", { instanceTypes: ["m5.large", "m5a.large"] }, undefined],
    ["of Spot", { capacityType: "SPOT" }, undefined],
    ["of Windows", { amiType: "WINDOWS_CORE_2022_x86_64" }, undefined],
    ["of a launch template", { instanceTypes: [] }, undefined],
  ])("nodes %s: what price they have", (_, asked, type) => {
    const plain: Nodegroup = { instanceTypes: ["m5.large"], capacityType: "ON_DEMAND" };
    expect(pricedType({ ...plain, ...asked })).toBe(type);
  });

  test.each<[what: string, group: NodeGroup, saves: number | "unknown"]>([
    ["two nodes of a type that is priced", { ...group, pricedType: "m5.large" }, 140.16],
    ["a type without a price", { ...group, pricedType: "m99.large" }, "unknown"],
  ])("%s: what it saves", (_, priced, saves) =>
    expect(proposeFor(unit, { ...idle, group: priced })?.savesPerMonth).toBe(saves),
  );

  test.each([
    [0, 1, 1],
    [0, 0, 0],
    [2, 1, 2],
    [0, 2, 2],
  ])("of a minimum of %i and at least %i it keeps %i", (min, least, desired) => {
    const found = { ...idle, group: { ...group, sizes: { min, max: 5, desired: 3 } } };
    const config = unit.config.parse({ least });
    expect(proposeFor(unit, found, { config })?.call).toEqual(
      withNodes(id, { min, max: 5, desired }),
    );
  });

  test.each<[what: string, found: FoundNodeGroup]>([
    [
      "one that has no more than its minimum",
      { ...idle, group: { ...group, sizes: { min: 3, max: 5, desired: 3 } } },
    ],
    ["one without nodes", { ...idle, group: { ...group, sizes: { min: 0, max: 5, desired: 0 } } }],
    [
      "one that has a single node",
      { ...idle, group: { ...group, sizes: { min: 0, max: 5, desired: 1 } } },
    ],
    ...(["busy", "gaps", "young"] as const).map((is): [string, FoundNodeGroup] => [
      `one that is ${is}`,
      { group, idling: { is } },
    ]),
    ["one that was not judged", { group }],
    ...["CREATING", "UPDATING", "DEGRADED", "CREATE_FAILED", "DELETE_FAILED", ""].map(
      (status): [string, FoundNodeGroup] => [
        `one that is "${status}"`,
        { ...idle, group: { ...group, status } },
      ],
    ),
    [
      "one of which the group behind it is not known",
      { ...idle, group: { ...group, scaledBy: undefined } },
    ],
  ])("nothing of %s", (_, found) => expect(proposeFor(unit, found)).toBeUndefined());

  test("an undo gives back the sizes that it had", () => {
    const about = { target: id, within: undefined };
    expect(unit.restore?.calls(group.sizes, about)).toEqual(withNodes(id, group.sizes));
  });
});

test.each<[more: Partial<NodeGroup>, words: RegExp | undefined]>([
  [{}, undefined],
  [{ instanceTypes: ["m5.large", "g5.xlarge"] }, /accelerators \(g5\.xlarge\)/],
  [{ instanceTypes: ["p4d.24xlarge"] }, /accelerators/],
  [{ instanceTypes: ["inf2.xlarge"] }, /accelerators/],
  [{ instanceTypes: [] }, /launch template/],
  [{ tags: [{ Key: "aws:cloudformation:stack-name", Value: "shop" }] }, /stack shop/],
  [{ tags: [{ Key: "karpenter.sh/nodepool", Value: "general" }] }, /Karpenter/],
  [{ tags: [{ Key: "nightshift:hours", Value: "office" }] }, /nightshift:hours/],
])("who manages a group with %o", (more, words) => {
  const manager = nodeGroupManager({ ...group, ...more });
  if (words) expect(manager).toMatch(words);
  else expect(manager).toBeUndefined();
});

const asEks: Nodegroup = {
  clusterName: "prod",
  nodegroupName: "web",
  status: "ACTIVE",
  scalingConfig: { minSize: 1, maxSize: 5, desiredSize: 3 },
  createdAt: before(now, days(90)),
  instanceTypes: ["m5.large"],
  resources: { autoScalingGroups: [{ name: "eks-web-1" }] },
};
const quiet: MeasuredValues = () => flat(2);

interface Judged {
  readonly groups?: readonly Nodegroup[];
  readonly only?: readonly string[];
}

async function judged(values: MeasuredValues, { groups = [asEks], only }: Judged = {}) {
  const byName = new Map(groups.map((known) => [known.nodegroupName, known]));
  const aws = measuredAws(values, {
    "eks:ListClusters": () => each(["prod"]),
    "eks:ListNodegroups": () => each([...byName.keys()]),
    "eks:DescribeNodegroup": async ({ nodegroupName }: { nodegroupName: string }) => ({
      nodegroup: byName.get(nodegroupName),
    }),
  });
  const config = unit.config.parse({});
  const search = { ...searching(now), only, config, read: aws.read };
  const all = await Array.fromAsync(unit.find(search as never) as AsyncIterable<FoundNodeGroup>);
  return { all, ...aws };
}

describe("what is measured", () => {
  test("CPU of all instances of the group behind it: on average, and of any at its highest", async () => {
    const { all, metrics } = await judged(quiet);
    expect(all[0]?.idling).toEqual({ is: "idle", most: [2, 2] });
    expect(all.map((found) => unit.becomes?.(found))).toEqual([{ min: 1, max: 5, desired: 1 }]);
    const asked = {
      namespace: "AWS/EC2",
      name: "CPUUtilization",
      dimensions: "AutoScalingGroupName=eks-web-1",
    };
    expect(metrics).toEqual([
      { ...asked, stat: "Average" },
      { ...asked, stat: "Maximum" },
    ]);
  });
  test.each<[what: string, is: string, values: MeasuredValues]>([
    ["one busy hour in two weeks", "busy", () => [...flat(2, 335), 5]],
    ["one busy moment", "busy", ({ stat }) => flat(stat === "Maximum" ? 20 : 2)],
    ["nothing at all", "gaps", () => []],
    ["a week alone", "gaps", () => flat(2, 7 * 24)],
  ])("%s: %s", async (_, is, values) => {
    expect((await judged(values)).all[0]?.idling?.is).toBe(is);
  });
  test.each([
    ["within that time", before(now, days(13))],
    ["at a time that EKS does not say", undefined],
  ])("made %s: young, and not asked about", async (_, createdAt) => {
    const { all, queries } = await judged(quiet, { groups: [{ ...asEks, createdAt }] });
    expect([all[0]?.idling?.is, queries]).toEqual(["young", []]);
  });
  test("by name, those that are gone are none, and the others are not asked about", async () => {
    const { all, operations } = await judged(quiet, { only: [id, "nodegroup:prod/gone", "web"] });
    expect(all.map(({ group: found }) => found.id)).toEqual([id]);
    expect(operations.filter((operation) => operation.startsWith("eks:List"))).toEqual([]);
  });
});

test("of 20,000 each is described, and only those with nodes to give are measured", async () => {
  const groups = Array.from({ length: 20_000 }, (_, nth) => ({
    ...asEks,
    nodegroupName: `g-${nth}`,
    ...(nth % 100 && { scalingConfig: { minSize: 3, maxSize: 5, desiredSize: 3 } }),
  }));
  const { all, queries } = await judged(quiet, { groups });
  expect(all.filter((found) => proposeFor(unit, found, { now }))).toHaveLength(200);
  expect(queries.reduce((sum, asked) => sum + asked, 0)).toBe(400);
});

test.each([{ days: 0 }, { days: 61 }, { cpu: 0 }, { peak: 101 }, { least: -1 }, { min: 1 }])(
  "config %o is refused",
  (given) => expect(unit.config.safeParse(given).success).toBe(false),
);

describe("in an account", { tags: ["moto"] }, () => {
  async function opened(): Promise<TestDelivery> {
    const delivery = await open(unit, fixture.seed, { ...fixture.settings, mode: "act" });
    onTestFinished(() => delivery.close());
    return delivery;
  }
  async function nodesOf({ aws }: TestDelivery, nodegroupName: string) {
    const asked = new DescribeNodegroupCommand({ clusterName: "prod", nodegroupName });
    return (await aws.client(EKSClient).send(asked)).nodegroup?.scalingConfig?.desiredSize;
  }

  test.each(["ListClusters", "ListNodegroups", "DescribeNodegroup", "GetMetricData"])(
    "where %s is denied no node is taken: an error is no empty list, and no measurement no idleness",
    async (operation) => {
      const delivery = await opened();
      delivery.proxy.fault((call) => call.operation === operation, "denied");
      await expect(delivery.deliver()).rejects.toThrow();
      delivery.proxy.reset();
      expect(await nodesOf(delivery, "aged-idle")).toBe(3);
    },
  );

  test("one that EKS does not change now is told, and the other still loses its nodes", async () => {
    const delivery = await opened();
    const updates = ({ operation }: { readonly operation: string }) =>
      operation === "UpdateNodegroupConfig";
    delivery.proxy.fault(updates, "refused:ResourceInUseException", { times: 1 });
    expect((await delivery.deliver()).outcome).toBe("failed");
    const left = [await nodesOf(delivery, "aged-idle"), await nodesOf(delivery, "aged-idle-too")];
    expect(left.toSorted()).toEqual([1, 3]);
  });
});
