/** Where backups are found, and plans watched: by answers as AWS documents them. */
import { describe, expect, test } from "vitest";
import { after, before, days, hours } from "../../../sdk/time.ts";
import { backupName } from "../table-backups/backup-name.ts";
import unit, { type ProtectionFinding } from "./index.ts";

const now = new Date("2026-11-29T06:30:00Z");
const region = "eu-west-1";
const account = "123456789012";
const ago = (number: number) => before(now, hours(number));
const denied = (what: string) =>
  Object.assign(new Error(`not authorized to perform: ${what}`), { name: "AccessDeniedException" });

type Answer = unknown | ((input: Readonly<Record<string, unknown>>) => unknown);
/** By operation: a list of a paged read, an answer of another, or what is thrown. */
type Answers = Readonly<Record<string, Answer>>;

const paged: ReadonlySet<string> = new Set(
  unit.reads
    .map(({ operation }) => operation)
    .filter(
      (operation) =>
        !/^(backup:(Get|DescribeRegion)|dynamodb:Describe|s3:Get|elasticfilesystem:DescribeBackup)/.test(
          operation,
        ),
    ),
);

async function* each(items: unknown) {
  if (items instanceof Error) throw items;
  yield* (items as AsyncIterable<unknown> | readonly unknown[] | undefined) ?? [];
}

/** All that is found in one region, or what was thrown. */
async function looked(
  answers: Answers,
  config: object = {},
  drills: Readonly<Record<string, unknown>> = {},
): Promise<ProtectionFinding[]> {
  const read = ({ operation, input }: { operation: string; input: object }) => {
    const known = answers[operation];
    const answer = typeof known === "function" ? known(input) : known;
    if (paged.has(operation)) return each(answer);
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer ?? {});
  };
  const search = {
    ...{ account, region, now, only: undefined, regions: [region] },
    config: unit.config.parse(config),
    read: read as never,
    readIn: () => read as never,
    remembered: async ({ target, region: of }: { target: string; region: string }) =>
      drills[`${target} ${of}`] as never,
  };
  return Array.fromAsync(unit.find(search) as AsyncIterable<ProtectionFinding>);
}

const told = (found: readonly ProtectionFinding[], config: object = {}) =>
  unit.tell(found, { account, region, now, config: unit.config.parse(config) });
/** By name, what the table says. */
async function standings(answers: Answers, config: object = {}) {
  const message = told(await looked(answers, config), config);
  return Object.fromEntries((message?.table?.rows ?? []).map((row) => [row[0], row[6]]));
}

const long = ago(5000);
const volume = (VolumeId: string, more: object = {}) => ({
  ...{ VolumeId, CreateTime: long, State: "available", Tags: [] },
  ...more,
});
const attached = (VolumeId: string, InstanceId: string, more: object = {}) =>
  volume(VolumeId, { State: "in-use", Attachments: [{ InstanceId }], ...more });
const snapshot = (VolumeId: string, more: object = {}) => ({
  ...{ SnapshotId: `snap-${VolumeId}`, VolumeId, StartTime: ago(3), State: "completed" },
  ...more,
});
const ours = (size: number, more: Readonly<Record<string, string>> = {}) =>
  Object.entries({
    "nightshift:unit": "volume-backups",
    "nightshift:backup-of": "i-1",
    "nightshift:slot": "2026-11-29",
    "nightshift:of": String(size),
    ...more,
  }).map(([Key, Value]) => ({ Key, Value }));

describe("volumes and instances", () => {
  const one = { "ec2:DescribeVolumes": [volume("vol-1")] };
  test.each<[what: string, snapshot: object, standing: string]>([
    ["somebody's snapshot", snapshot("vol-1"), "as asked"],
    ["one that is not complete yet", snapshot("vol-1", { State: "pending" }), "no backup"],
    [
      "one that failed",
      snapshot("vol-1", { State: "error", StateMessage: "key disabled" }),
      "no backup: it has no valid backup; a newer one is of no use: snap-vol-1 is in the state error (key disabled)",
    ],
    ["a copy from elsewhere", snapshot("vol-ffffffff"), "no backup"],
    ["one of another volume", snapshot("vol-2"), "no backup"],
    ["one that is too old", snapshot("vol-1", { StartTime: ago(30) }), "too old"],
    [
      "one that says that it is of it, by a tag that anybody writes",
      snapshot("vol-2", { Tags: ours(1, { "nightshift:backup-of": "vol-1" }) }),
      "no backup",
    ],
  ])("%s", async (_, kept, standing) => {
    const found = await standings({ ...one, "ec2:DescribeSnapshots": [kept] });
    expect(found["vol-1"]).toContain(standing);
  });

  const pair = {
    "ec2:DescribeInstances": [{ InstanceId: "i-1", State: { Name: "running" } }],
    "ec2:DescribeVolumes": [attached("vol-1", "i-1"), attached("vol-2", "i-1")],
  };
  test("an instance is as well backed up as the worst of its volumes", async () => {
    const found = await standings({ ...pair, "ec2:DescribeSnapshots": [snapshot("vol-1")] });
    expect(found).toEqual({
      "i-1": "no backup: it has no valid backup; its volume vol-2 is the worst of them",
    });
  });
  test("a set of ours counts when it is whole", async () => {
    const set = (...ids: string[]) => ids.map((id) => snapshot(id, { Tags: ours(2) }));
    const whole = { ...pair, "ec2:DescribeSnapshots": set("vol-1", "vol-2") };
    expect(await standings(whole)).toEqual({ "i-1": "as asked" });
    const half = await standings({ ...pair, "ec2:DescribeSnapshots": set("vol-1") });
    expect(half["i-1"]).toContain("no backup");
  });
  test("one failed snapshot of a set makes none of it count", async () => {
    const set = [
      snapshot("vol-1", { Tags: ours(2) }),
      snapshot("vol-2", { Tags: ours(2), State: "error" }),
      snapshot("vol-1", { StartTime: ago(40) }),
      snapshot("vol-2", { StartTime: ago(40) }),
    ];
    const found = await standings({ ...pair, "ec2:DescribeSnapshots": set });
    expect(found["i-1"]).toMatch(/^too old.*of no use/);
  });
  test("a volume that its tag leaves out by name is not missed", async () => {
    const Tags = [{ Key: "nightshift:exempt", Value: "from=volume-backups owner=ann@example.com" }];
    const answers = {
      ...pair,
      "ec2:DescribeVolumes": [attached("vol-1", "i-1"), attached("vol-2", "i-1", { Tags })],
      "ec2:DescribeSnapshots": [snapshot("vol-1")],
    };
    expect(await standings(answers)).toEqual({ "i-1": "as asked" });
  });
  test("a recovery point of the instance holds all its volumes", async () => {
    const ResourceArn = `arn:aws:ec2:${region}:${account}:instance/i-1`;
    const found = await standings({ ...pair, ...points({ ResourceArn }) });
    expect(found).toEqual({ "i-1": "as asked" });
  });
  test("the volume of an instance that is gone counts by itself", async () => {
    const answers = {
      "ec2:DescribeInstances": [{ InstanceId: "i-1", State: { Name: "terminated" } }],
      "ec2:DescribeVolumes": [attached("vol-1", "i-1")],
    };
    expect(Object.keys(await standings(answers))).toEqual(["vol-1"]);
  });
  test.each<[what: string, instance: object, words: string]>([
    ["a spot instance", { InstanceLifecycle: "spot" }, "it is a spot instance"],
    [
      "a node",
      { Tags: [{ Key: "aws:eks:cluster-name", Value: "shop" }] },
      "it belongs to the EKS cluster shop",
    ],
    [
      "one of an Auto Scaling group",
      { Tags: [{ Key: "aws:autoscaling:groupName", Value: "web" }] },
      "it belongs to the Auto Scaling group web",
    ],
  ])("%s is named apart", async (_, more, words) => {
    const instance = { InstanceId: "i-1", State: { Name: "running" }, ...more };
    const found = await standings({ ...pair, "ec2:DescribeInstances": [instance] });
    expect(found).toEqual({ "i-1": `not counted: ${words}` });
  });
  test("what a stack made holds data all the same", async () => {
    const Tags = [{ Key: "aws:cloudformation:stack-name", Value: "shop" }];
    const found = await standings({ "ec2:DescribeVolumes": [volume("vol-1", { Tags })] });
    expect(found["vol-1"]).toContain("no backup");
  });
});

function points(...all: object[]) {
  const known = { CreationDate: ago(3), Status: "COMPLETED" };
  return {
    "backup:ListBackupVaults": [{ BackupVaultName: "main" }],
    "backup:ListRecoveryPointsByBackupVault": all.map((point) => ({ ...known, ...point })),
  };
}

describe("recovery points of AWS Backup", () => {
  const ResourceArn = `arn:aws:ec2:${region}:${account}:volume/vol-1`;
  const one = { "ec2:DescribeVolumes": [volume("vol-1")] };
  test.each<[status: string, standing: string]>([
    ["COMPLETED", "as asked"],
    ["AVAILABLE", "as asked"],
    ["CREATING", "no backup: it has no valid backup"],
    ["PARTIAL", "a point in the AWS Backup vault main is PARTIAL"],
    ["EXPIRED", "EXPIRED"],
    ["DELETING", "DELETING"],
    ["STOPPED", "STOPPED"],
  ])("%s", async (Status, standing) => {
    const found = await standings({ ...one, ...points({ ResourceArn, Status }) });
    expect(found["vol-1"]).toContain(standing);
  });
  test("are asked for as far back as the longest target needs", async () => {
    const asked: unknown[] = [];
    const answers = {
      ...points(),
      "backup:ListRecoveryPointsByBackupVault": (input: object) =>
        void ("ByCreatedAfter" in input && asked.push(input)),
    };
    await looked(answers);
    await looked(answers, { hours: 480 });
    expect(asked).toEqual([
      { BackupVaultName: "main", ByCreatedAfter: before(now, days(8)) },
      { BackupVaultName: "main", ByCreatedAfter: before(now, days(40)) },
    ]);
  });
  test("of another account in the same vault count for nothing here", async () => {
    const other = "arn:aws:ec2:eu-west-1:999999999999:volume/vol-1";
    const found = await standings({ ...one, ...points({ ResourceArn: other }) });
    expect(found["vol-1"]).toContain("no backup");
  });
});

describe("databases", () => {
  const database = (more: object = {}) => ({
    DBInstanceArn: `arn:aws:rds:${region}:${account}:db:orders`,
    ...{ DBInstanceIdentifier: "orders", DbiResourceId: "db-1", InstanceCreateTime: long },
    ...{ DBInstanceStatus: "available", BackupRetentionPeriod: 7, LatestRestorableTime: ago(0) },
    ...more,
  });
  const off = { BackupRetentionPeriod: 0, LatestRestorableTime: undefined };
  const kept = (more: object = {}) => ({
    ...{ DBSnapshotIdentifier: "s-1", DbiResourceId: "db-1", SnapshotCreateTime: ago(3) },
    ...{ Status: "available", SnapshotType: "manual", ...more },
  });
  const at = (more: object, ...snapshots: object[]) =>
    standings({
      "rds:DescribeDBInstances": [database(more)],
      "rds:DescribeDBSnapshots": snapshots,
    });
  test("is taken back to any moment", async () =>
    expect(await at({})).toEqual({ orders: "as asked" }));
  test("a moment that stands still is an old backup, whatever the retention says", async () =>
    expect((await at({ LatestRestorableTime: ago(60) })).orders).toContain("too old"));
  test("of no retention a moment that is still named counts for nothing", async () =>
    expect((await at({ BackupRetentionPeriod: 0 })).orders).toContain("no backup"));
  test("a manual snapshot counts", async () =>
    expect(await at(off, kept())).toEqual({ orders: "as asked" }));
  test.each<[what: string, more: object]>([
    ["of the database that had this name before", { DbiResourceId: "db-0" }],
    ["that failed", { Status: "failed" }],
    ["that is being made", { Status: "creating" }],
  ])("a snapshot %s does not", async (_, more) =>
    expect((await at(off, kept(more))).orders).toContain("no backup"),
  );
  test("a copy is as old as what it was copied from", async () =>
    expect((await at(off, kept({ OriginalSnapshotCreateTime: ago(90) }))).orders).toContain(
      "too old",
    ));
  test("a point of AWS Backup that is older than the database is of another", async () => {
    const ResourceArn = `arn:aws:rds:${region}:${account}:db:orders`;
    const answers = {
      "rds:DescribeDBInstances": [database({ ...off, InstanceCreateTime: ago(30) })],
      ...points({ ResourceArn, CreationDate: ago(50) }),
    };
    expect((await standings(answers, { hours: 12 })).orders).toContain("no backup");
  });
  test.each<[what: string, more: object, words: string]>([
    ["a replica", { ReadReplicaSourceDBInstanceIdentifier: "main" }, "it replicates main"],
    ["one that is being created", { DBInstanceStatus: "creating" }, "it is creating"],
  ])("%s is named apart", async (_, more, words) =>
    expect(await at({ ...off, ...more })).toEqual({ orders: `not counted: ${words}` }),
  );
  test("what a drill wrote on its snapshot is shown", async () => {
    const word = "2026-11-29T03:20:00Z good rto=754s checked=restored";
    const TagList = [{ Key: "nightshift:drilled", Value: word }];
    const found = await looked({
      "rds:DescribeDBInstances": [database(off)],
      "rds:DescribeDBSnapshots": [kept({ TagList })],
    });
    expect(told(found)?.table?.rows.map((row) => row[5])).toEqual([word]);
  });
  test("an instance of a cluster is backed up with that", async () => {
    const answers = {
      "rds:DescribeDBInstances": [database({ ...off, DBClusterIdentifier: "shop" })],
      "rds:DescribeDBClusters": [
        {
          ...{ DBClusterArn: "arn:c", DBClusterIdentifier: "shop", DbClusterResourceId: "c-1" },
          ...{ ClusterCreateTime: long, BackupRetentionPeriod: 1, LatestRestorableTime: ago(1) },
        },
      ],
    };
    expect(await standings(answers)).toEqual({ shop: "as asked" });
  });
});

describe("tables", () => {
  const drilledWell = {
    output: { at: ago(2), result: "good", seconds: 754, checked: "counted" },
  };
  const TableArn = `arn:aws:dynamodb:${region}:${account}:table/carts`;
  const table = (more: object = {}) => ({
    "dynamodb:ListTables": ["carts"],
    "dynamodb:DescribeTable": {
      Table: { TableArn, TableName: "carts", TableId: "t-1", CreationDateTime: long, ...more },
    },
  });
  const pitr = (PointInTimeRecoveryStatus: string, LatestRestorableDateTime?: Date) => ({
    "dynamodb:DescribeContinuousBackups": {
      ContinuousBackupsDescription: {
        PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus, LatestRestorableDateTime },
      },
    },
  });
  const kept = (more: object = {}) => ({
    "dynamodb:ListBackups": [
      {
        ...{ TableId: "t-1", BackupName: "nightly", BackupStatus: "AVAILABLE" },
        ...{ BackupCreationDateTime: ago(3), ...more },
      },
    ],
  });
  test.each<[what: string, answers: Answers, standing: string]>([
    ["nothing", {}, "no backup"],
    ["point in time", pitr("ENABLED", ago(0)), "as asked"],
    ["point in time that is off", pitr("DISABLED", ago(0)), "no backup"],
    ["point in time that stands still", pitr("ENABLED", ago(60)), "too old"],
    ["a backup", kept(), "as asked"],
    ["one that is being made", kept({ BackupStatus: "CREATING" }), "no backup"],
    ["one that is deleted", kept({ BackupStatus: "DELETED" }), "the backup nightly is DELETED"],
    ["one of the table that had this name before", kept({ TableId: "t-0" }), "no backup"],
    ["a point of AWS Backup", points({ ResourceArn: TableArn }), "as asked"],
  ])("with %s", async (_, answers, standing) =>
    expect((await standings({ ...table(), ...answers })).carts).toContain(standing),
  );
  test.each<[what: string, drills: Readonly<Record<string, unknown>>, shown: string]>([
    ["one that the ledger knows", { "carts@2026-11-29 eu-west-1": drilledWell }, "good rto=754s"],
    ["one of another region", { "carts@2026-11-29 us-east-1": drilledWell }, "never"],
    ["none", {}, "never"],
  ])("of its drills it shows %s", async (_, drills, shown) => {
    const BackupName = `${backupName("2026-11-29")}_0a1b2c3d`;
    const found = await looked({ ...table(), ...kept({ BackupName }) }, {}, drills);
    expect(told(found)?.table?.rows[0]?.[5]).toContain(shown);
  });
  test("one that is being created is named apart", async () =>
    expect((await standings(table({ TableStatus: "CREATING" }))).carts).toBe(
      "not counted: it is creating",
    ));
  test("that is deleted while it is looked at is no error", async () =>
    expect(await looked({ ...table(), "dynamodb:DescribeTable": undefined })).toEqual([]));
  test("one that cannot be read leaves all tables unknown, and nothing else", async () => {
    const found = await looked({
      ...table(),
      "dynamodb:ListTagsOfResource": denied("dynamodb:ListTagsOfResource"),
      "ec2:DescribeVolumes": [volume("vol-1")],
    });
    expect(told(found)?.facts?.Unknown).toContain("tables, eu-west-1: AccessDenied");
    expect(found.filter(({ kind }) => kind === "resource")).toHaveLength(1);
  });
});

describe("a service that cannot be read", () => {
  const volumes = { "ec2:DescribeVolumes": [volume("vol-1"), volume("vol-2")] };
  test("leaves unknown what only it could protect, and no more", async () => {
    const answers = {
      ...volumes,
      "ec2:DescribeSnapshots": [snapshot("vol-1")],
      "backup:ListBackupVaults": denied("backup:ListBackupVaults"),
      "backup:ListBackupPlans": denied("backup:ListBackupPlans"),
    };
    expect(await standings(answers)).toEqual({
      "vol-1": "as asked",
      "vol-2": "unknown: not known: the vaults of AWS Backup could not be read",
    });
  });
  test("half way leaves as protected what was seen by then", async () => {
    async function* some() {
      yield snapshot("vol-1");
      throw Object.assign(new Error("Rate exceeded"), { name: "ThrottlingException" });
    }
    const read = await looked({ ...volumes, "ec2:DescribeSnapshots": some });
    expect(read.filter(({ kind }) => kind === "unread")).toHaveLength(1);
  });
  test("names what is missing of one kind, and goes on with the others", async () => {
    const found = await looked({ ...volumes, "rds:DescribeDBInstances": denied("rds") });
    expect(told(found)?.facts?.Unknown).toContain("databases, eu-west-1: AccessDenied");
    expect(found.filter(({ kind }) => kind === "resource")).toHaveLength(2);
  });
  test("and nothing that can be: that is no report", async () => {
    const nothing = Object.fromEntries(unit.reads.map(({ operation }) => [operation, denied("x")]));
    await expect(looked(nothing)).rejects.toThrow("not authorized");
  });
});

describe("plans of AWS Backup", () => {
  const arn = `arn:aws:ec2:${region}:${account}:volume/vol-1`;
  const due = "cron(0 1 * * ? *)";
  interface Plan {
    readonly selection?: object;
    readonly schedule?: string;
    readonly zone?: string;
    readonly jobs?: readonly object[];
    readonly since?: Date;
    readonly optIns?: object;
    readonly selections?: readonly object[];
  }
  const job = (more: object = {}) => ({
    ...{ ResourceArn: arn, State: "COMPLETED", CreationDate: ago(5.5) },
    ...{ CreatedBy: { BackupPlanId: "p-1" }, ...more },
  });
  const watched = async (plan: Plan, answers: Answers = {}) => {
    const found = await looked({
      "ec2:DescribeVolumes": [volume("vol-1", { Tags: [{ Key: "backup", Value: "daily" }] })],
      "backup:ListBackupPlans": [{ BackupPlanId: "p-1", BackupPlanName: "nightly" }],
      "backup:GetBackupPlan": {
        CreationDate: plan.since ?? long,
        BackupPlan: {
          Rules: [
            {
              RuleName: "daily",
              ScheduleExpression: plan.schedule ?? due,
              ...(plan.zone && { ScheduleExpressionTimezone: plan.zone }),
            },
          ],
        },
      },
      "backup:ListBackupSelections": plan.selections ?? [{ SelectionId: "s-1" }],
      "backup:GetBackupSelection": { BackupSelection: plan.selection ?? { Resources: [arn] } },
      "backup:ListBackupJobs": plan.jobs ?? [job()],
      "backup:DescribeRegionSettings": { ResourceTypeOptInPreference: plan.optIns ?? {} },
      ...answers,
    });
    return found.flatMap((each) => (each.kind === "plan" ? each.trouble.words : []));
  };
  const byTag = (ConditionValue: string) => ({
    ListOfTags: [{ ConditionType: "STRINGEQUALS", ConditionKey: "backup", ConditionValue }],
  });

  test("one that ran is no trouble", async () => expect(await watched({})).toEqual([]));
  test.each<[state: string]>([["FAILED"], ["ABORTED"], ["EXPIRED"], ["PARTIAL"]])(
    "whose last job is %s is told with its own words",
    async (State) => {
      const failed = job({ State, StatusMessage: "Access Denied trying to call AWS Backup" });
      expect(await watched({ jobs: [job({ CreationDate: ago(30) }), failed] })).toEqual([
        `the last job of 1 of 1 resource failed: volume/vol-1 at 2026-11-29 01:00 UTC, ${State}: Access Denied trying to call AWS Backup`,
      ]);
    },
  );
  test("what failed once and has succeeded since is over, in whatever order it is listed", async () =>
    expect(
      await watched({ jobs: [job(), job({ State: "FAILED", CreationDate: ago(30) })] }),
    ).toEqual([]));
  test("a failure of what is deleted by now is nobody's trouble", async () => {
    const gone = job({ State: "FAILED", ResourceArn: arn.replace("vol-1", "vol-9") });
    expect(await watched({ jobs: [job(), gone] })).toEqual([]);
  });
  test("that made no job when it was due, though it selects something", async () =>
    expect(await watched({ jobs: [job({ CreationDate: ago(30) })] })).toEqual([
      "its rule daily was due at 2026-11-29 01:00 UTC and made no job, though it selects 1 resource",
    ]));
  test("whose selection fits nothing that is here", async () =>
    expect(await watched({ jobs: [], selection: byTag("weekly") })).toEqual([
      "its rule daily was due at 2026-11-29 01:00 UTC and made no job: its selections fit nothing that is here",
    ]));
  test("which may select what is not looked at here is not said to fit nothing", async () => {
    const selection = { Resources: ["arn:aws:redshift:*:*:cluster:*"] };
    expect(await watched({ jobs: [], selection })).toEqual([
      "its rule daily was due at 2026-11-29 01:00 UTC and made no job",
    ]);
  });
  test("is not said to fit nothing where what there is could not be read", async () =>
    expect(
      await watched(
        { jobs: [], selection: byTag("weekly") },
        { "rds:DescribeDBInstances": denied("rds") },
      ),
    ).toEqual(["its rule daily was due at 2026-11-29 01:00 UTC and made no job"]));
  test("that was changed since it was due, or was due a moment ago, has time", async () => {
    expect(await watched({ jobs: [], since: ago(1) })).toEqual([]);
    expect(
      await watched({ jobs: [job({ CreationDate: ago(30) })], schedule: "cron(0 6 ? * 1 *)" }),
    ).toEqual([]);
  });
  test("is due by its own time zone", async () => {
    // 06:00 in Tokyo was 21:00 UTC of the day before: the job of 22:00 is of that.
    const plan = { schedule: "cron(0 6 * * ? *)", zone: "Asia/Tokyo" };
    expect(await watched({ ...plan, jobs: [job({ CreationDate: ago(8.5) })] })).toEqual([]);
    expect(await watched({ ...plan, jobs: [job({ CreationDate: ago(20) })] })).toEqual([
      "its rule daily was due at 2026-11-28 21:00 UTC and made no job, though it selects 1 resource",
    ]);
  });
  test("that is due once a year is not asked for jobs that AWS has forgotten", async () =>
    expect(await watched({ jobs: [], schedule: "cron(0 1 1 1 ? *)" })).toEqual([]));
  test("without any selection", async () =>
    expect(await watched({ selections: [] })).toEqual([
      "it has no selection, and so it backs up nothing",
    ]));
  test("that selects by tag what AWS Backup is not opted in for", async () =>
    expect(await watched({ selection: byTag("daily"), optIns: { EBS: false } })).toEqual([
      "it selects by tag or pattern what AWS Backup is not opted in for here: EBS",
    ]));
  test("that names it by its ARN needs no opting in", async () =>
    expect(await watched({ optIns: { EBS: false } })).toEqual([]));
  test.each<[what: string, selection: object, fits: boolean]>([
    ["all", { Resources: ["*"] }, true],
    ["a pattern", { Resources: ["arn:aws:ec2:*:*:volume/*"] }, true],
    ["all but it", { Resources: ["*"], NotResources: ["arn:aws:ec2:*:*:volume/*"] }, false],
    [
      "a condition that holds",
      {
        Resources: ["*"],
        Conditions: {
          StringLike: [{ ConditionKey: "aws:ResourceTag/backup", ConditionValue: "d*" }],
        },
      },
      true,
    ],
    [
      "a condition that does not",
      {
        Resources: ["*"],
        Conditions: {
          StringNotEquals: [{ ConditionKey: "aws:ResourceTag/backup", ConditionValue: "daily" }],
        },
      },
      false,
    ],
  ])("selects by %s", async (_, selection, fits) => {
    const [words] = await watched({ jobs: [], selection });
    expect(words?.includes("though it selects 1 resource")).toBe(fits);
  });
  test("that cannot be read is unknown, and the report goes on", async () => {
    const found = await looked({
      "ec2:DescribeVolumes": [volume("vol-1")],
      "ec2:DescribeSnapshots": [snapshot("vol-1")],
      "backup:ListBackupPlans": denied("backup:ListBackupPlans"),
    });
    expect(told(found)).toMatchObject({
      severity: "warning",
      facts: { Unknown: expect.stringContaining("the plans of AWS Backup, eu-west-1") },
    });
  });
});

test("of 20,000 volumes with thirty snapshots each, all are judged", async () => {
  async function* many() {
    for (let at = 0; at < 20_000; at += 1)
      for (let night = 0; night < 30; night += 1)
        yield snapshot(`vol-${at}`, {
          StartTime: after(ago(26 + night * 24), hours((at % 2) * 12)),
        });
  }
  const volumes = Array.from({ length: 20_000 }, (_, at) => volume(`vol-${at}`));
  const found = await looked({ "ec2:DescribeVolumes": volumes, "ec2:DescribeSnapshots": many });
  const message = told(found);
  expect(message?.title).toMatch(/^10000 of 20000 resources have no backup as young as asked: /);
  expect(message?.table?.rows).toHaveLength(100);
  expect(message?.facts?.["Not in the table"]).toBe("19900 resources of less urgency");
  expect(message?.facts?.["Too old"]).toContain("and 9990 more");
});
