import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  CreateLaunchConfigurationCommand,
  DescribeAutoScalingGroupsCommand,
  UpdateAutoScalingGroupCommand,
} from "@aws-sdk/client-auto-scaling";
import type { Store } from "../../../ledger/store.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";
import { onUntilTag } from "../hours-of.ts";
import { recordStop, seededSchedules } from "../off-hours-instances/fixture.ts";
import { groupHours } from "./scheduled.ts";
import { none, type Sizes } from "./sizes.ts";

interface Seeded {
  /** Its schedule, as its tag says it. */
  readonly hours?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** What it had before this unit emptied it. */
  readonly emptiedFrom?: Sizes;
  readonly sizes?: Sizes;
  readonly isProtected?: true;
}

const two: Sizes = { min: 1, max: 4, desired: 2 };
const closed: Seeded = { hours: "closed" };
const open: Seeded = { hours: "open", sizes: none };

const groups: Readonly<Record<string, Seeded>> = {
  late: closed,
  "late-too": { ...closed, tags: { team: "web" } },
  asleep: { ...open, emptiedFrom: two },
  "left-empty": open,
  "scaled-meanwhile": { hours: "open", sizes: { min: 0, max: 2, desired: 0 }, emptiedFrom: two },
  "kept-on": { ...closed, tags: { [onUntilTag]: "2099-12-31T22:00" } },
  misspelt: { hours: "Closed" },
  "at-work": { hours: "open" },
  untagged: {},
  exempt: { ...closed, tags: { "nightshift:exempt": "reason=mine" } },
  "of-a-stack": { ...closed, tags: { "aws:cloudformation:stack-name": "shop" } },
  "of-a-cluster": { ...closed, tags: { "eks:cluster-name": "prod" } },
  guarded: { ...closed, isProtected: true },
};

const inputOf = (AutoScalingGroupName: string, { min, max, desired }: Sizes) => ({
  AutoScalingGroupName,
  MinSize: min,
  MaxSize: max,
  DesiredCapacity: desired,
});

/** Scales a group as a person would. */
export async function scaleByHand(aws: TestAccount, name: string, sizes: Sizes): Promise<void> {
  await aws.client(AutoScalingClient).send(new UpdateAutoScalingGroupCommand(inputOf(name, sizes)));
}

interface Place {
  readonly aws: TestAccount;
  readonly store: Store;
}

async function makeGroup({ aws, store }: Place, name: string, seeded: Seeded): Promise<void> {
  const { hours, tags, emptiedFrom, sizes = two, isProtected } = seeded;
  const all = { ...(hours && { "nightshift:hours": hours }), ...tags };
  await aws.client(AutoScalingClient).send(
    new CreateAutoScalingGroupCommand({
      ...inputOf(name, sizes),
      LaunchConfigurationName: "web",
      AvailabilityZones: [`${aws.region}a`],
      ...(isProtected && { NewInstancesProtectedFromScaleIn: true }),
      Tags: Object.entries(all).map(([Key, Value]) => ({
        ResourceId: name,
        ResourceType: "auto-scaling-group",
        PropagateAtLaunch: false,
        Key,
        Value,
      })),
    }),
  );
  if (!emptiedFrom) return;
  const call = { operation: "autoscaling:UpdateAutoScalingGroup", input: inputOf(name, none) };
  const states = { before: emptiedFrom, after: none };
  await recordStop({ aws, store }, { unit: groupHours, target: name, call, ...states });
}

export const fixture: AutomationFixture = {
  settings: { config: { schedules: seededSchedules } },
  async seed(aws, store) {
    await aws.client(AutoScalingClient).send(
      new CreateLaunchConfigurationCommand({
        LaunchConfigurationName: "web",
        ImageId: "ami-12c6146b",
        InstanceType: "t3.micro",
      }),
    );
    for (const [name, seeded] of Object.entries(groups))
      await makeGroup({ aws, store }, name, seeded);
  },
  async look(aws) {
    const { AutoScalingGroups = [] } = await aws
      .client(AutoScalingClient)
      .send(new DescribeAutoScalingGroupsCommand({ MaxRecords: 100 }));
    return Object.fromEntries(
      AutoScalingGroups.map((each) => [
        each.AutoScalingGroupName,
        {
          sizes: { min: each.MinSize, max: each.MaxSize, desired: each.DesiredCapacity },
          instances: each.Instances?.length,
          zones: each.AvailabilityZones,
          launches: each.LaunchConfigurationName,
          tags: (each.Tags ?? []).map(({ Key, Value }) => `${Key}=${Value}`).sort(),
        },
      ]),
    );
  },
  wrong: ["late", "late-too", "asleep"],
  held: {
    exempt: "exemption",
    "of-a-stack": "managed",
    "of-a-cluster": "managed",
    guarded: "managed",
  },
};
