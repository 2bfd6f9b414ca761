import {
  BackupClient,
  DescribeBackupJobCommand,
  ListCopyJobsCommand,
  StartBackupJobCommand,
} from "@aws-sdk/client-backup";
import { type ActionRecord, putAction } from "../../../ledger/actions.ts";
import type { Store } from "../../../ledger/store.ts";
import { asLastChange } from "../../../ledger/story.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";
import { record } from "../../../testing/recorded-answer.ts";
import { setId, tagOf } from "../backup-set.ts";
import { makeTaggedTable, makeVault, pointsOfServices } from "../vault-backups/fixture.ts";
import { vaultMaker } from "../vault-backups/maker.ts";

export const otherVault = "arn:aws:backup:us-east-2:210987654321:backup-vault:copies";

export interface SeedPoint {
  readonly about: string;
  readonly slot: string;
  /** Whether the ledger knows of it. */
  readonly recorded?: boolean;
  /** Whether its tags call it ours. */
  readonly tagged?: boolean;
}

const runOf = ({ region }: TestAccount, slot: string): string =>
  `${vaultMaker}.${slot.replaceAll("-", "")}T012500.${region.replaceAll("-", "").padEnd(8, "0").slice(0, 8)}`;

/** @returns the point's ARN */
export async function seedPoint(aws: TestAccount, store: Store, seed: SeedPoint): Promise<string> {
  const { about, slot, recorded = true, tagged = true } = seed;
  const run = runOf(aws, slot);
  const id = `${run}.${Buffer.from(about).toString("hex").slice(-24)}`;
  const client = aws.client(BackupClient);
  const { BackupJobId, RecoveryPointArn = "" } = await client.send(
    new StartBackupJobCommand({
      BackupVaultName: "main",
      ResourceArn: about,
      IamRoleArn: `arn:aws:iam::${aws.account}:role/backs-up`,
      ...(tagged && {
        RecoveryPointTags: {
          [tagOf.unit]: vaultMaker,
          [tagOf.about]: about,
          [tagOf.slot]: slot,
          [tagOf.action]: id,
          [tagOf.run]: run,
        },
      }),
    }),
  );
  for (let asked = 0; asked < 2; asked += 1)
    await client.send(new DescribeBackupJobCommand({ BackupJobId }));
  if (!recorded) return RecoveryPointArn;
  const action: ActionRecord = {
    unit: vaultMaker,
    account: aws.account,
    region: aws.region,
    target: setId({ about, slot }),
    within: about,
    id,
    run,
    at: new Date(`${slot}T01:25:00Z`),
    because: "it had none",
    digest: "seeded",
    call: { operation: "flow:back-up-in-vault", input: { about, slot } },
    undo: null,
    once: null,
    savesPerMonth: null,
    before: { slot, points: [] },
    outcome: "applied",
    output: { RecoveryPointArn, BackupVaultName: "main" },
    verified: true,
    held: null,
    error: null,
  };
  await store.transact([putAction("unit", action), asLastChange("unit", action)]);
  return RecoveryPointArn;
}

/** Tables, of which copies ask for AWS Backup's advanced features. */
export const advanced = { ResourceTypeManagementPreference: { DynamoDB: true } };

const slots: Readonly<Record<string, Omit<SeedPoint, "about">>> = {
  orders: { slot: "2026-11-21" },
  "made-up": { slot: "2026-11-21", recorded: false },
  untagged: { slot: "2026-11-21", tagged: false },
};

export const fixture: AutomationFixture = {
  unused: [
    { role: "unit", action: "backup:ListTags", why: pointsOfServices },
    { role: "unit", action: "tag:GetResources", why: pointsOfServices },
    { role: "flow", action: "backup:ListTags", why: pointsOfServices },
    { role: "flow", action: "tag:GetResources", why: pointsOfServices },
    { role: "flow", action: "backup:StartCopyJob", why: pointsOfServices },
    {
      role: "unit",
      action: "dynamodb:BatchGetItem",
      why: "Whether a copy was taken back is asked where one is recorded, and these points have none. It reads records of its own, and changes nothing.",
    },
    {
      role: "flow",
      action: "dynamodb:GetItem",
      why: "Whether a copy was taken back is asked where one is recorded, and these points have none. It reads records of its own, and changes nothing.",
    },
  ],
  settings: {
    config: { vault: "main", role: "backs-up", to: [{ vault: otherVault }] },
    irreversible: "act",
  },
  async seed(aws, store) {
    await makeVault(aws);
    await record(aws, { path: "/account-settings", answer: advanced });
    for (const [name, point] of Object.entries(slots)) {
      const about = await makeTaggedTable(aws, name, {});
      await seedPoint(aws, store, { about, ...point });
    }
  },
  async look(aws) {
    const { CopyJobs = [] } = await aws.client(BackupClient).send(new ListCopyJobsCommand({}));
    const copied = (name: string) =>
      CopyJobs.filter(({ ResourceArn }) => ResourceArn?.endsWith(`/${name}`));
    return Object.fromEntries(
      Object.keys(slots).map((name) => [
        name,
        copied(name).map(({ DestinationBackupVaultArn }) => DestinationBackupVaultArn),
      ]),
    );
  },
  wrong: ["orders"],
  held: {},
};
