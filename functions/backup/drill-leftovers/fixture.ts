import {
  CreateVolumeCommand,
  DescribeInstancesCommand,
  DescribeVolumesCommand,
  EC2Client,
  RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import { type ActionRecord, putAction } from "../../../ledger/actions.ts";
import { type Written, writtenStep } from "../../../ledger/flows.ts";
import type { Store } from "../../../ledger/store.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";
import { tagIn, tagOf } from "../backup-set.ts";
import { driller } from "../drilled.ts";

/** What a drill is to have made, and what the ledger says of it. */
interface LeftoverCase {
  readonly name: string;
  /** The drill's outcome; nothing where the ledger has no such drill. */
  readonly outcome?: ActionRecord["outcome"];
  /** What became of its making. */
  readonly state?: Written["state"];
  readonly tags?: Readonly<Record<string, string>>;
}

/** The same for whatever is drilled. */
const cases: readonly LeftoverCase[] = [
  { name: "of a drill that failed", outcome: "failed" },
  { name: "of a drill that was stopped", outcome: "held" },
  { name: "whose making was never answered", outcome: "failed", state: "intended" },
  { name: "of a drill at work", outcome: "begun" },
  { name: "made up" },
  {
    name: "kept by somebody",
    outcome: "failed",
    tags: { "nightshift:exempt": "owner=ann@example.com reason=mine" },
  },
];
export const leftoverNames: readonly string[] = cases.map(({ name }) => name);

/** What the sweeper of each kind owes its fixture. */
export const leftoversOwed = {
  // What is made here is new; a drill's is left alone for hours.
  settings: { config: { hours: 0 }, irreversible: "act" },
  wrong: [
    "of a drill that failed",
    "of a drill that was stopped",
    "whose making was never answered",
  ],
  held: { "made up": "managed", "kept by somebody": "exemption" },
  unused: [
    {
      role: "unit",
      action: "dynamodb:BatchGetItem",
      why: "A unit whose records it reads, it may also ask whether they were taken back: a drill's are not asked that. It reads, and changes nothing.",
    },
  ],
} as const satisfies Partial<AutomationFixture>;

/** Of whose drills. */
interface DrillKind {
  readonly unit: string;
  readonly flow: string;
  /** The call that makes what is left. */
  readonly call: string;
}

/** One that is to be made. */
interface MadeByDrill {
  readonly name: string;
  readonly run: string;
  readonly action: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Of each region its own: the ledger has those of all regions. */
const runIn = (region: string, unit: string): string =>
  `${unit}.20200101T033000.${Buffer.from(region).toString("hex").slice(0, 8)}`;

/** @returns the id of the drill that is to have made it */
export const leftoverAction = (region: string, unit: string, name: string): string =>
  `${runIn(region, unit)}.${String(leftoverNames.indexOf(name)).padStart(10, "0")}`;

interface TestPlace {
  readonly aws: TestAccount;
  readonly store: Store;
}

/** What the ledger says of the drill that made it. */
async function recordDrill(
  { aws, store }: TestPlace,
  { unit, flow, call }: DrillKind,
  {
    run,
    action,
    outcome,
    state,
    output,
  }: MadeByDrill & {
    readonly outcome: ActionRecord["outcome"];
    readonly state: Written["state"];
    readonly output: unknown;
  },
): Promise<void> {
  const record: ActionRecord = {
    unit,
    account: aws.account,
    region: aws.region,
    target: `drilled@${action}`,
    within: null,
    id: action,
    run,
    at: new Date("2020-01-01T03:30:00Z"),
    because: "it was never restored",
    digest: "seeded",
    call: { operation: flow, input: {} },
    undo: null,
    once: null,
    savesPerMonth: null,
    before: null,
    outcome,
    verified: null,
    held: null,
    error: null,
  };
  const written: Written = {
    at: new Date(0),
    call: { operation: call, input: {} },
    state,
    ...(state === "done" && { output }),
  };
  await store.transact([putAction("unit", record), writtenStep({ unit, run, action }, 0, written)]);
}

/**
 * Makes all cases, decoys among them.
 * @param make gives what AWS answers to its making
 */
export async function seedLeftovers(
  place: TestPlace,
  kind: DrillKind,
  make: (made: MadeByDrill) => Promise<unknown>,
): Promise<void> {
  const { region } = place.aws;
  for (const { name, outcome, state = "done", tags = {} } of cases) {
    const action = leftoverAction(region, kind.unit, name);
    const made = { name, run: runIn(region, kind.unit), action, tags };
    const output = await make(made);
    if (outcome) await recordDrill(place, kind, { ...made, outcome, state, output });
  }
}

async function makeDrillVolume(aws: TestAccount, { name, run, action, tags }: MadeByDrill) {
  const all = {
    Name: name,
    "nightshift:drill": action,
    [tagOf.action]: action,
    [tagOf.run]: run,
    ...tags,
  };
  const Tags = Object.entries(all).map(([Key, Value]) => ({ Key, Value }));
  const { VolumeId = "" } = await aws.client(EC2Client).send(
    new CreateVolumeCommand({
      AvailabilityZone: `${aws.region}a`,
      Size: 8,
      TagSpecifications: [{ ResourceType: "volume", Tags }],
    }),
  );
  return { VolumeId };
}

const readerName = "an instance of a drill that failed";

/** What a drill that failed read its volumes on, and beside it somebody's own. */
async function makeReader(place: TestPlace): Promise<void> {
  const { aws } = place;
  const ec2 = aws.client(EC2Client);
  const [name = ""] = leftoverNames;
  const action = leftoverAction(aws.region, driller, name);
  const run = runIn(aws.region, driller);
  const tags = {
    Name: readerName,
    "nightshift:drill": action,
    [tagOf.action]: action,
    [tagOf.run]: run,
  };
  const input = { ImageId: "ami-12c6146b", InstanceType: "t4g.nano" as const };
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  const many = { MinCount: 1, MaxCount: 1 };
  const { Instances = [] } = await ec2.send(
    new RunInstancesCommand({
      ...input,
      ...many,
      TagSpecifications: [{ ResourceType: "instance", Tags }],
    }),
  );
  const own = [{ ResourceType: "instance" as const, Tags: [{ Key: "Name", Value: "own" }] }];
  await ec2.send(new RunInstancesCommand({ ...input, ...many, TagSpecifications: own }));
  const output = { Instances: Instances.map(({ InstanceId }) => ({ InstanceId })) };
  const written: Written = {
    at: new Date(0),
    call: { operation: "ec2:RunInstances", input: {} },
    state: "done",
    output,
  };
  await place.store.transact([writtenStep({ unit: driller, run, action }, 1, written)]);
}

export const fixture: AutomationFixture = {
  ...leftoversOwed,
  wrong: [...leftoversOwed.wrong, readerName],
  async seed(aws, store) {
    const kind = { unit: driller, flow: "flow:drill-volumes", call: "ec2:CreateVolume" };
    await seedLeftovers({ aws, store }, kind, (made) => makeDrillVolume(aws, made));
    await makeReader({ aws, store });
    await aws
      .client(EC2Client)
      .send(new CreateVolumeCommand({ AvailabilityZone: `${aws.region}a`, Size: 8 }));
  },
  async look(aws) {
    const ec2 = aws.client(EC2Client);
    const { Volumes = [] } = await ec2.send(new DescribeVolumesCommand({}));
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}));
    const states = Reservations.flatMap(({ Instances = [] }) => Instances).map(
      (each) => [tagIn(each, "Name") ?? "", each.State?.Name] as const,
    );
    const there = new Map(Volumes.map((each) => [tagIn(each, "Name") ?? "of others", each.Size]));
    const names = [...leftoverNames, "of others"];
    return {
      ...Object.fromEntries(names.map((name) => [name, there.get(name) ?? "gone"])),
      ...Object.fromEntries(states),
    };
  },
};
