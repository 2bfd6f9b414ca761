import { DescribeSnapshotsCommand, EC2Client } from "@aws-sdk/client-ec2";
import type { AutomationFixture } from "../../../testing/fixture.ts";
import { tagIn } from "../backup-set.ts";
import { makeVolume, seedSet } from "../prune-backups/fixture.ts";
import { copyTagOf } from "./copy.ts";

const slot = "2026-11-21";
const there = "us-east-2";

/** By their names for people; each of a volume of its own. */
const sets: Readonly<Record<string, Parameters<typeof decoyOf>[0]>> = {
  data: {},
  "made up by tags": { recorded: false },
  "not whole": { missing: ["snap-0123456789abcdef0"] },
};
function decoyOf(decoy: { readonly recorded?: boolean; readonly missing?: readonly string[] }) {
  return decoy;
}

export const fixture: AutomationFixture = {
  settings: { config: { to: [{ region: there }] } },
  async seed(aws, store) {
    const ec2 = aws.client(EC2Client);
    for (const [name, decoy] of Object.entries(sets)) {
      const volume = await makeVolume(ec2, `${aws.region}a`);
      await seedSet({ aws, store, ec2 }, { volume, slot, name, ...decoy });
    }
  },
  async look(aws) {
    const { Snapshots = [] } = await aws
      .client(EC2Client, { region: there })
      .send(new DescribeSnapshotsCommand({ OwnerIds: ["self"] }));
    const copied = Snapshots.filter((each) => tagIn(each, copyTagOf.from) !== undefined);
    return Object.fromEntries(
      Object.keys(sets).map((name) => [
        name,
        copied.filter((each) => tagIn(each, "Name") === name).length,
      ]),
    );
  },
  wrong: ["data"],
  held: {},
  unused: [
    {
      role: "unit",
      action: "dynamodb:BatchGetItem",
      why: "Whether a copy was taken back is asked where one is recorded, and these sets have none. It reads records of its own, and changes nothing.",
    },
    {
      role: "flow",
      action: "dynamodb:GetItem",
      why: "Whether a copy was taken back is asked where one is recorded, and these sets have none. It reads records of its own, and changes nothing.",
    },
  ],
};
