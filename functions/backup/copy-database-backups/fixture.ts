import {
  DescribeDBClusterSnapshotsCommand,
  DescribeDBSnapshotsCommand,
  RDSClient,
  type Tag,
} from "@aws-sdk/client-rds";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";
import { tagIn, tagOf } from "../backup-set.ts";
import { makeCluster, makeInstance } from "../database-backups/fixture.ts";
import { seedDatabaseBackup } from "../prune-database-backups/fixture.ts";
import { databaseCopier } from "./copier.ts";

const there = "us-east-2";
const slot = "2026-11-21";

interface CopyThere {
  readonly name: string;
  readonly about: string;
  readonly tags: readonly Tag[];
}

/** All copies of ours in a region. */
export async function databaseCopiesIn(aws: TestAccount, region: string): Promise<CopyThere[]> {
  const rds = aws.client(RDSClient, { region });
  const { DBSnapshots = [] } = await rds.send(new DescribeDBSnapshotsCommand({}));
  const { DBClusterSnapshots = [] } = await rds.send(new DescribeDBClusterSnapshotsCommand({}));
  const all = [
    ...DBSnapshots.map((each) => ({ name: each.DBSnapshotIdentifier, tags: each.TagList })),
    ...DBClusterSnapshots.map((each) => ({
      name: each.DBClusterSnapshotIdentifier,
      tags: each.TagList,
    })),
  ];
  return all.flatMap(({ name = "", tags = [] }) => {
    const about = tagIn({ Tags: tags }, tagOf.about) ?? "";
    return tagIn({ Tags: tags }, tagOf.unit) === databaseCopier ? [{ name, about, tags }] : [];
  });
}

const abouts = ["db:orders", "cluster:orders", "db:made-up"];

export const fixture: AutomationFixture = {
  settings: { config: { to: [{ region: there }] } },
  async seed(aws, store) {
    await makeInstance(aws, "orders", {});
    await makeInstance(aws, "made-up", {});
    await makeCluster(aws, "orders", {});
    for (const about of abouts)
      await seedDatabaseBackup({ aws, store }, { about, slot, recorded: about !== "db:made-up" });
  },
  async look(aws) {
    const copies = await databaseCopiesIn(aws, there);
    return Object.fromEntries(
      abouts.map((name) => [name, copies.filter(({ about }) => about === name).length]),
    );
  },
  wrong: ["db:orders", "cluster:orders"],
  held: {},
  unused: [
    {
      role: "unit",
      action: "dynamodb:BatchGetItem",
      why: "Whether a copy was taken back is asked where one is recorded, and these snapshots have none. It reads records of its own, and changes nothing.",
    },
    {
      role: "flow",
      action: "dynamodb:GetItem",
      why: "Whether a copy was taken back is asked where one is recorded, and these snapshots have none. It reads records of its own, and changes nothing.",
    },
  ],
};
