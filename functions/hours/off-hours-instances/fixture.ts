import {
  DescribeInstancesCommand,
  EC2Client,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  StartInstancesCommand,
  StopInstancesCommand,
} from "@aws-sdk/client-ec2";
import { type ActionRecord, putAction } from "../../../ledger/actions.ts";
import type { Store } from "../../../ledger/store.ts";
import { asLastChange } from "../../../ledger/story.ts";
import { weekdays } from "../../../sdk/weekdays.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";
import type { MemoryAws } from "../../../testing/memory/aws.ts";
import { onUntilTag } from "../hours-of.ts";
import { self } from "./scheduled.ts";

/** Neither today nor yesterday or tomorrow, wherever the day is about to end. */
const farDay = weekdays[(new Date().getUTCDay() + 6 + 3) % 7] ?? "monday";

/** One that says off all the time that a test takes, and one that says on. */
export const seededSchedules = {
  closed: { timeZone: "UTC", on: [{ days: [farDay], from: "10:00", until: "11:00" }] },
  open: { timeZone: "UTC", on: [{ days: [...weekdays], from: "00:00", until: "24:00" }] },
};

interface Seeded {
  /** Its schedule, as its tag says it. */
  readonly hours?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly input?: Partial<RunInstancesCommandInput>;
  /** What became of it since it was launched. */
  readonly later?: "stopped by hand" | "stopped by us" | "started by hand";
}

const closed: Seeded = { hours: "closed" };
const instances: Readonly<Record<string, Seeded>> = {
  late: closed,
  "late-too": { ...closed, tags: { team: "web" } },
  asleep: { hours: "open", later: "stopped by us" },
  "left-off": { hours: "open", later: "stopped by hand" },
  "left-on": { ...closed, later: "started by hand" },
  "kept-on": { ...closed, tags: { [onUntilTag]: "2099-12-31T22:00" } },
  "kept-on-badly": { ...closed, tags: { [onUntilTag]: "22:00" } },
  misspelt: { hours: "Closed" },
  "at-work": { hours: "open" },
  untagged: {},
  exempt: { ...closed, tags: { "nightshift:exempt": "reason=mine" } },
  "of-a-group": { ...closed, tags: { "aws:autoscaling:groupName": "web" } },
  "of-a-stack": { ...closed, tags: { "aws:cloudformation:stack-name": "shop" } },
  protected: { ...closed, input: { DisableApiStop: true } },
  "with-disks": { ...closed, input: { InstanceType: "m5d.large" } },
};

async function launch(ec2: EC2Client, name: string, { hours, tags, input }: Seeded) {
  const all = { Name: name, ...(hours && { "nightshift:hours": hours }), ...tags };
  const Tags = Object.entries(all).map(([Key, Value]) => ({ Key, Value }));
  const { Instances = [] } = await ec2.send(
    new RunInstancesCommand({
      ImageId: "ami-12c6146b",
      InstanceType: "t3.micro",
      MinCount: 1,
      MaxCount: 1,
      TagSpecifications: [{ ResourceType: "instance", Tags }],
      ...input,
    }),
  );
  return Instances[0]?.InstanceId ?? "";
}

/** A stop, as the unit that made it would have recorded it. */
export interface SeededStop extends Pick<ActionRecord, "unit" | "target" | "call"> {
  readonly at?: Date;
  /** The target's state, where it has more to it. */
  readonly before?: object;
  readonly after?: object;
}

/** Writes into the ledger that a unit stopped something, and nothing was done to it since. */
export async function recordStop(
  { aws, store }: { readonly aws: TestAccount; readonly store: Store },
  { unit, target, call, ...more }: SeededStop,
): Promise<void> {
  const { at = new Date("2026-11-20T20:00:00Z") } = more;
  const { before = { state: "running" }, after = { state: "stopped" } } = more;
  const run = `${unit}.${at.toISOString().replace(/[-:]|\.\d+Z$/g, "")}.00000000`;
  const record: ActionRecord = {
    unit,
    account: aws.account,
    region: aws.region,
    target,
    within: null,
    id: `${run}.${target.slice(-10).replace(/\W/g, "-")}`,
    run,
    at,
    because: "the schedule says off",
    digest: "seeded",
    call,
    undo: null,
    once: null,
    savesPerMonth: null,
    before,
    after,
    outcome: "applied",
    output: {},
    verified: true,
    held: null,
    error: null,
  };
  await store.transact([putAction("unit", record), asLastChange("unit", record)]);
}

async function happen(
  { aws, store, id }: { readonly aws: TestAccount; readonly store: Store; readonly id: string },
  later: NonNullable<Seeded["later"]>,
): Promise<void> {
  const ec2 = aws.client(EC2Client);
  const InstanceIds = [id];
  await ec2.send(new StopInstancesCommand({ InstanceIds }));
  if (later === "started by hand") await ec2.send(new StartInstancesCommand({ InstanceIds }));
  if (later !== "stopped by us") return;
  const call = { operation: "ec2:StopInstances", input: { InstanceIds } };
  await recordStop({ aws, store }, { unit: self, target: id, call });
}

const machine = (aws: MemoryAws, target: string) =>
  aws.ec2.machines.get(target) ?? { state: "stopped" as const, tags: {} };

export const fixture: AutomationFixture = {
  settings: { config: { schedules: seededSchedules } },
  async seed(aws, store) {
    for (const [name, seeded] of Object.entries(instances)) {
      const id = await launch(aws.client(EC2Client), name, seeded);
      if (seeded.later) await happen({ aws, store, id }, seeded.later);
    }
  },
  async look(aws) {
    const { Reservations = [] } = await aws
      .client(EC2Client)
      .send(new DescribeInstancesCommand({}));
    return Object.fromEntries(
      Reservations.flatMap(({ Instances = [] }) => Instances).map(
        ({ InstanceId, InstanceType, State, Tags = [], SubnetId, BlockDeviceMappings }) => [
          Tags.find(({ Key }) => Key === "Name")?.Value ?? "",
          {
            InstanceId,
            InstanceType,
            state: State?.Name,
            Tags,
            SubnetId,
            volumes: BlockDeviceMappings?.map(({ Ebs }) => Ebs?.VolumeId),
          },
        ],
      ),
    );
  },
  wrong: ["late", "late-too", "asleep"],
  held: {
    exempt: "exemption",
    "of-a-group": "managed",
    "of-a-stack": "managed",
    protected: "managed",
    "with-disks": "managed",
  },
  memory: {
    targetId: (nth) => `i-wrong-${nth}`,
    seed(aws, target) {
      aws.ec2.machines.set(target, {
        state: "running",
        tags: { Name: target, "nightshift:hours": "closed" },
      });
    },
    state: (aws, target) => machine(aws, target).state,
    isWrong: (aws, target) => machine(aws, target).state === "running",
    spoil(aws, target) {
      machine(aws, target).state = "running";
    },
    tags: (aws, target) => machine(aws, target).tags,
    asksTags: () => "tags",
  },
  unused: ["ec2:DescribeInstanceAttribute", "ec2:DescribeInstanceTypes"].map((action) => ({
    role: "undo",
    action,
    why: "Asked only of what is about to be stopped by its schedule; an undo looks with the automation's own `find`, and so its role has all its reads. It reads and changes nothing.",
  })),
};
