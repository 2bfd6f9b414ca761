import { CreateVolumeCommand, DescribeVolumesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { type ActionRecord, putAction } from "../../../ledger/actions.ts";
import { type Written, writtenStep } from "../../../ledger/flows.ts";
import type { Store } from "../../../ledger/store.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";
import { tagIn, tagOf } from "../backup-set.ts";
import { driller } from "../drilled.ts";

/** Of each region its own: the ledger has those of all regions. */
const runIn = (region: string): string =>
  `${driller}.20200101T033000.${Buffer.from(region).toString("hex").slice(0, 8)}`;

/** What a drill is to have made, and what the ledger says of it. */
export interface Leftover {
  readonly name: string;
  /** The drill's outcome; nothing where the ledger has no such drill. */
  readonly outcome?: ActionRecord["outcome"];
  /** What became of its making. */
  readonly state?: Written["state"];
  readonly tags?: Readonly<Record<string, string>>;
}

const leftovers: readonly Leftover[] = [
  { name: "of a drill that failed", outcome: "failed" },
  { name: "of a drill that was stopped", outcome: "held" },
  { name: "whose making was never answered", outcome: "failed", state: "intended" },
  { name: "of a drill at work", outcome: "begun" },
  { name: "made up by a tag" },
  {
    name: "kept by somebody",
    outcome: "failed",
    tags: { "nightshift:exempt": "owner=ann@example.com reason=mine" },
  },
];

const actionOf = (run: string, nth: number): string => `${run}.${String(nth).padStart(10, "0")}`;

const recordOf = (
  { account, region }: TestAccount,
  { run, id, outcome }: Pick<ActionRecord, "run" | "id" | "outcome">,
): ActionRecord => ({
  unit: driller,
  account,
  region,
  target: `vol-1@${id}`,
  within: null,
  id,
  run,
  at: new Date("2020-01-01T03:30:00Z"),
  because: "it was never restored",
  digest: "seeded",
  call: { operation: "flow:drill-volumes", input: {} },
  undo: null,
  once: null,
  savesPerMonth: null,
  before: null,
  outcome,
  verified: null,
  held: null,
  error: null,
});

export async function seedLeftover(
  aws: TestAccount,
  store: Store,
  { name, outcome, state = "done", tags = {}, nth }: Leftover & { readonly nth: number },
): Promise<string> {
  const run = runIn(aws.region);
  const action = actionOf(run, nth);
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
  if (outcome) {
    const call = { operation: "ec2:CreateVolume", input: {} };
    const output = state === "intended" ? {} : { output: { VolumeId } };
    const written: Written = { at: new Date(0), call, state, ...output };
    await store.transact([
      putAction("unit", recordOf(aws, { run, id: action, outcome })),
      writtenStep({ unit: driller, run, action }, 0, written),
    ]);
  }
  return VolumeId;
}

export const fixture: AutomationFixture = {
  // What is made here is new; a drill's is left alone for hours.
  settings: { config: { hours: 0 }, irreversible: "act" },
  async seed(aws, store) {
    for (const [nth, leftover] of leftovers.entries())
      await seedLeftover(aws, store, { ...leftover, nth });
    await aws
      .client(EC2Client)
      .send(new CreateVolumeCommand({ AvailabilityZone: `${aws.region}a`, Size: 8 }));
  },
  async look(aws) {
    const { Volumes = [] } = await aws.client(EC2Client).send(new DescribeVolumesCommand({}));
    const there = new Map(Volumes.map((each) => [tagIn(each, "Name") ?? "of others", each.Size]));
    const names = [...leftovers.map(({ name }) => name), "of others"];
    return Object.fromEntries(names.map((name) => [name, there.get(name) ?? "gone"]));
  },
  wrong: [
    "of a drill that failed",
    "of a drill that was stopped",
    "whose making was never answered",
  ],
  held: { "made up by a tag": "managed", "kept by somebody": "exemption" },
  unused: [
    {
      role: "unit",
      action: "dynamodb:BatchGetItem",
      why: "A unit whose records it reads, it may also ask whether they were taken back: a drill's are not asked that. It reads, and changes nothing.",
    },
  ],
};
