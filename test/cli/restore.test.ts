/** What was lost comes back beside what is there, never over it. */
import {
  CreateBackupCommand,
  CreateTableCommand,
  DynamoDBClient,
  ListTablesCommand,
} from "@aws-sdk/client-dynamodb";
import { CreateSnapshotCommand, DescribeVolumesCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  CreateDBInstanceCommand,
  CreateDBSnapshotCommand,
  DescribeDBInstancesCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import { beforeEach, describe, expect, test } from "vitest";
import { makeVolume, seedSet } from "../../functions/backup/backup-drill/fixture.ts";
import {
  databaseDrilledBefore,
  seedDatabase,
} from "../../functions/backup/database-drill/fixture.ts";
import { seedTable, tableDrilledBefore } from "../../functions/backup/table-drill/fixture.ts";
import { hostOf, testSettings } from "../../testing/host.ts";
import { embedded, type TestAccount } from "../setup/aws.ts";
import { cli, settingsFor } from "./cli.ts";

let aws: TestAccount;
let settings: string;
beforeEach(async () => {
  aws = await embedded();
  aws.use();
  settings = settingsFor(aws, "act");
});

const restore = (...args: readonly string[]) => cli("restore", ...args, "--settings", settings);
const volumes = async () =>
  (await aws.client(EC2Client).send(new DescribeVolumesCommand({}))).Volumes ?? [];

describe("a volume", () => {
  const seeded = async () => {
    const about = await makeVolume(aws);
    const { store } = hostOf(aws, testSettings(aws, "log-retention"));
    await cli(
      "exempt",
      "x",
      "--until",
      "2099-01-01",
      "--owner",
      "a",
      "--reason",
      "b",
      "--settings",
      settings,
    );
    await seedSet(aws, store, { name: "data", about, slot: "2026-11-21" });
    await seedSet(aws, store, { name: "data", about, slot: "2026-11-20", recorded: false });
    await aws.client(EC2Client).send(new CreateSnapshotCommand({ VolumeId: about }));
    return about;
  };

  test("its points are listed: sets that the ledger knows, those that only their tags say are ours, and others", async () => {
    const about = await seeded();
    const { code, json } = await restore(about, "--json");
    expect(code).toBe(0);
    const points = json.points as { id: string; what: string; proof: string }[];
    expect(points.map(({ id, what }) => `${id.slice(0, 5)} ${what}`).sort()).toEqual([
      "2026- set by its tags, of which the ledger knows nothing",
      "2026- set of volume-backups",
      "snap- snapshot of somebody else's",
    ]);
    expect(new Set(points.map(({ proof }) => proof))).toEqual(new Set(["never drilled"]));
  });

  test("nothing is made until somebody says so, and it exits with 3", async () => {
    const about = await seeded();
    const { code, out } = await restore(about, "--at", "2026-11-21");
    expect(code).toBe(3);
    expect(out).toMatch(/makes a volume of snap-\w+ .*: gp2, 8 GB, in /);
    expect(await volumes()).toHaveLength(1);
  });

  test("it is made beside the original, in its zone, and the way there and back is printed", async () => {
    const about = await seeded();
    const { code, out, err } = await restore(about, "--at", "2026-11-21", "--yes");
    expect([code, err.includes("cost: price unknown (see npx nightshift prices)")]).toEqual([
      0,
      true,
    ]);
    const all = await volumes();
    const made = all.find(({ VolumeId }) => VolumeId !== about);
    const original = all.find(({ VolumeId }) => VolumeId === about);
    expect(all).toHaveLength(2);
    expect(made?.AvailabilityZone).toBe(original?.AvailabilityZone);
    expect(made?.Tags).toContainEqual({ Key: "nightshift:restored-of", Value: about });
    expect(out).toContain(
      `aws ec2 delete-volume --region ${aws.region} --volume-id ${made?.VolumeId}`,
    );
    expect(out).toContain("CloudTrail has it");
  });

  test("a point that is gone names those that there are", async () => {
    const about = await seeded();
    const { code, err } = await restore(about, "--at", "2026-01-01", "--yes");
    expect(code).toBe(1);
    expect(err).toMatch(
      /there is no point 2026-01-01: it may be gone by now\. There are .*2026-11-21/,
    );
  });
});

test("a database comes back under another name, and a taken name is refused", async () => {
  const rds = aws.client(RDSClient);
  await rds.send(
    new CreateDBInstanceCommand({
      DBInstanceIdentifier: "orders",
      DBInstanceClass: "db.t3.micro",
      Engine: "postgres",
      AllocatedStorage: 20,
      MasterUsername: "admin1",
      MasterUserPassword: "password1",
    }),
  );
  await rds.send(
    new CreateDBSnapshotCommand({
      DBInstanceIdentifier: "orders",
      DBSnapshotIdentifier: "before-it",
    }),
  );
  const taken = await restore("db:orders", "--at", "before-it", "--name", "orders", "--yes");
  expect([taken.code, taken.err]).toEqual([
    1,
    expect.stringMatching(/nothing is restored over it/),
  ]);
  const { code, out, err } = await restore(
    "db:orders",
    "--at",
    "before-it",
    "--name",
    "orders-2",
    "--yes",
  );
  expect([code, err]).toEqual([0, expect.any(String)]);
  expect(out).toMatch(
    /modify-db-instance .*--db-instance-identifier orders-2 --new-db-instance-identifier orders/,
  );
  const { DBInstances = [] } = await rds.send(new DescribeDBInstancesCommand({}));
  expect(DBInstances.map(({ DBInstanceIdentifier: id }) => id).sort()).toEqual([
    "orders",
    "orders-2",
  ]);
});

test("a table comes back under another name", async () => {
  const dynamo = aws.client(DynamoDBClient);
  await dynamo.send(
    new CreateTableCommand({
      TableName: "carts",
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    }),
  );
  const { BackupDetails } = await dynamo.send(
    new CreateBackupCommand({ TableName: "carts", BackupName: "mine" }),
  );
  const listed = await restore("carts", "--json");
  const arn = BackupDetails?.BackupArn ?? "";
  expect(listed.json.points).toMatchObject([{ id: arn.split("/").at(-1), what: "backup mine" }]);
  const { code } = await restore("carts", "--at", arn, "--name", "carts-2", "--yes");
  expect(code).toBe(0);
  const { TableNames } = await dynamo.send(new ListTablesCommand({}));
  expect(TableNames).toEqual(expect.arrayContaining(["carts", "carts-2"]));
});

test.each([
  ["--yes without a point", ["carts", "--yes"], 2, /--yes needs a point/],
  ["what is nothing", ["no such thing"], 2, /nothing that can be restored: give a volume/],
  [
    "a region that is not configured",
    ["carts", "--region", "ap-east-1"],
    2,
    /ap-east-1 is not configured/,
  ],
  [
    "what has no backup",
    ["vol-0123456789abcdef0"],
    1,
    /nothing in .* can bring vol-0123456789abcdef0 back/,
  ],
] as const)("%s is refused, and says what to do", async (_, args, code, words) => {
  const ended = await restore(...args);
  expect([ended.code, ended.err]).toEqual([code, expect.stringMatching(words)]);
});

describe("what a drill has found out is shown with its point", () => {
  /** The command makes the ledger, where there is none yet. */
  const place = async () => {
    const { store } = hostOf(aws, testSettings(aws, "log-retention"));
    const until = ["--until", "2099-01-01", "--owner", "a", "--reason", "b"];
    await cli("exempt", "x", ...until, "--settings", settings);
    return { aws, store };
  };
  const proofs = async (target: string): Promise<string[]> => {
    const { json } = await restore(target, "--json");
    return (json.points as { proof: string }[]).map(({ proof }) => proof).sort();
  };
  const slots = ["2026-11-17", "2026-11-18"];
  const drilled = expect.arrayContaining([
    expect.stringMatching(/^drilled 2026-11-18 .*: good, in 10 minutes$/),
    "never drilled",
  ]);

  test.each(["db:orders", "cluster:sales"])("of %s", async (about) => {
    const at = await place();
    const [, arn = ""] = await seedDatabase(at, about, { slots });
    await databaseDrilledBefore(at, about, arn);
    expect(await proofs(about)).toEqual(drilled);
  });
  test("of a table", async () => {
    const at = await place();
    await seedTable(at, { name: "orders", slots });
    await tableDrilledBefore(at, "orders", "2026-11-18");
    expect(await proofs("orders")).toEqual(drilled);
  });
});
