/** File systems and buckets: by answers as AWS documents them, and by what was reported of others. */
import { describe, expect, test } from "vitest";
import { before, hours, minutes } from "../../../sdk/time.ts";
import unit, { type ProtectionFinding } from "./index.ts";

const now = new Date("2026-11-29T06:30:00Z");
const [region, account] = ["eu-west-1", "123456789012"];
const ago = (number: number) => before(now, hours(number));
const long = ago(5000);
const fails = (name: string, message = "not authorized to perform: x", more: object = {}) =>
  Object.assign(new Error(message), { name, ...more });
const denied = fails("AccessDenied");
const noHost = fails("Error", "getaddrinfo ENOTFOUND", { code: "ENOTFOUND" });

type Answer = unknown | ((input: Readonly<Record<string, unknown>>) => unknown);
type Answers = Readonly<Record<string, Answer>>;
const single =
  /^(backup:(Get|DescribeRegion)|dynamodb:Describe|s3:Get|elasticfilesystem:DescribeBackup)/;

async function* each(items: unknown) {
  if (items instanceof Error) throw items;
  yield* (items as AsyncIterable<unknown> | readonly unknown[] | undefined) ?? [];
}

interface Look {
  readonly config?: object;
  readonly regions?: readonly string[];
  readonly asked?: string[];
}

async function looked(
  answers: Answers,
  { config = {}, regions = [region], asked = [] }: Look = {},
): Promise<ProtectionFinding[]> {
  const readIn =
    (at: string) =>
    ({ operation, input }: { operation: string; input: object }) => {
      asked.push(`${operation} ${at}`);
      const known = answers[`${operation} ${at}`] ?? answers[operation];
      const answer = typeof known === "function" ? known(input) : known;
      if (!single.test(operation)) return each(answer);
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer ?? {});
    };
  const search = {
    ...{ account, region, now, only: undefined, regions, readIn },
    config: unit.config.parse(config),
    read: readIn(region) as never,
    remembered: async () => undefined as never,
  };
  return Array.fromAsync(unit.find(search as never) as AsyncIterable<ProtectionFinding>);
}

const told = (found: readonly ProtectionFinding[], config: object = {}) =>
  unit.tell(found, { account, region, now, config: unit.config.parse(config) });
async function standings(answers: Answers, look: Look = {}) {
  const message = told(await looked(answers, look), look.config);
  return Object.fromEntries((message?.table?.rows ?? []).map((row) => [row[0], row[6]]));
}

const points = (...all: object[]) => {
  const known = { CreationDate: ago(3), Status: "COMPLETED" };
  return {
    "backup:ListBackupVaults": [{ BackupVaultName: "main" }],
    "backup:ListRecoveryPointsByBackupVault": ({
      ByResourceType,
    }: Readonly<Record<string, unknown>>) =>
      all
        .map((point) => ({ ...known, ...point }) as { ResourceArn?: string })
        .filter(({ ResourceArn }) => !ByResourceType || ResourceArn?.includes(":s3:::")),
  };
};

describe("file systems of EFS", () => {
  const FileSystemArn = `arn:aws:elasticfilesystem:${region}:${account}:file-system/fs-1`;
  const files = (more: object = {}) => ({
    "elasticfilesystem:DescribeFileSystems": [
      {
        ...{ FileSystemArn, FileSystemId: "fs-1", Name: "home", CreationTime: long },
        ...{ LifeCycleState: "available", Tags: [], ...more },
      },
    ],
  });
  const policy = (Status: string) => ({
    "elasticfilesystem:DescribeBackupPolicy": { BackupPolicy: { Status } },
  });
  const at = async (answers: Answers, more: object = {}) =>
    (await standings({ ...files(more), ...answers }))["home (fs-1)"];

  test.each<[what: string, answers: Answers, standing: string]>([
    ["a point of AWS Backup", points({ ResourceArn: FileSystemArn }), "as asked"],
    [
      "none, and automatic backups that are off",
      policy("DISABLED"),
      "no backup: it has no valid backup; EFS's automatic backups are off",
    ],
    ["none, and no policy at all", {}, "EFS's automatic backups are off"],
    ["none, and a policy that is being turned off", policy("DISABLING"), "are off"],
    [
      "none, though automatic backups are on",
      policy("ENABLED"),
      "no backup: it has no valid backup; EFS's automatic backups are on, and have made none as young as asked",
    ],
    [
      "one that failed",
      points({ ResourceArn: FileSystemArn, Status: "PARTIAL" }),
      "a newer one is of no use: a point in the AWS Backup vault main is PARTIAL",
    ],
    [
      "a policy that may not be read",
      { "elasticfilesystem:DescribeBackupPolicy": denied },
      "whether EFS backs it up by itself is not known: AccessDenied",
    ],
  ])("with %s", async (_, answers, standing) => expect(await at(answers)).toContain(standing));
  test.each<[what: string, more: object, words: string]>([
    ["being created", { LifeCycleState: "creating" }, "it is creating"],
    [
      "a replica",
      { FileSystemProtection: { ReplicationOverwriteProtection: "REPLICATING" } },
      "it replicates another file system",
    ],
  ])("one that is %s is named apart", async (_, more, words) =>
    expect(await at({}, more)).toBe(`not counted: ${words}`),
  );
  test("its own tag asks for more", async () => {
    const Tags = [{ Key: "nightshift:rpo", Value: "1h" }];
    expect(await at(points({ ResourceArn: FileSystemArn }), { Tags })).toContain("too old");
  });
  test("vaults that cannot be read leave it unknown, never unprotected", async () =>
    expect(await at({ "backup:ListBackupVaults": denied })).toBe(
      "unknown: not known: the vaults of AWS Backup could not be read",
    ));
});

describe("file systems of FSx", () => {
  const arn = (id: string) => `arn:aws:fsx:${region}:${account}:${id}`;
  const files = (FileSystemType: string, more: object = {}) => ({
    ...{ FileSystemId: "fs-1", FileSystemType, CreationTime: long, Lifecycle: "AVAILABLE" },
    ...{ ResourceARN: arn("file-system/fs-1"), Tags: [{ Key: "Name", Value: "share" }], ...more },
  });
  const backup = (more: object = {}) => ({
    ...{ BackupId: "backup-1", Lifecycle: "AVAILABLE", Type: "AUTOMATIC", CreationTime: ago(3) },
    ...{ FileSystem: { ResourceARN: arn("file-system/fs-1") }, ...more },
  });
  const at = async (type: string, more: object, ...backups: object[]) =>
    (
      await standings({
        "fsx:DescribeFileSystems": [files(type, more)],
        "fsx:DescribeBackups": backups,
      })
    )["share (fs-1)"];

  test.each<[what: string, more: object, standing: string]>([
    ["an automatic one", {}, "as asked"],
    ["somebody's", { Type: "USER_INITIATED" }, "as asked"],
    ["one of AWS Backup", { Type: "AWS_BACKUP" }, "as asked"],
    ["one that is being made", { Lifecycle: "CREATING" }, "no backup: it has no valid backup"],
    ["one that waits", { Lifecycle: "PENDING" }, "no backup: it has no valid backup"],
    ["one on its way to S3", { Lifecycle: "TRANSFERRING" }, "no backup: it has no valid backup"],
    [
      "one that failed",
      { Lifecycle: "FAILED", FailureDetails: { Message: "no room" } },
      "a newer one is of no use: the backup backup-1 is FAILED: no room",
    ],
    ["one that is deleted", { Lifecycle: "DELETED" }, "the backup backup-1 is DELETED"],
    ["one that is too old", { CreationTime: ago(90) }, "too old"],
    [
      "a copy of what is not here",
      { SourceBackupId: "backup-0" },
      "the copy backup-1 does not say how old is what it holds",
    ],
  ])("with %s", async (_, more, standing) =>
    expect(await at("WINDOWS", {}, backup(more))).toContain(standing),
  );
  test("a copy is as old as what it was copied from", async () => {
    const source = backup({ BackupId: "backup-0", CreationTime: ago(90) });
    const copy = backup({ SourceBackupId: "backup-0" });
    expect(await at("WINDOWS", {}, copy, source)).toContain("too old");
  });
  test.each<[what: string, type: string, more: object, words: string]>([
    [
      "automatic backups are off",
      "WINDOWS",
      { WindowsConfiguration: { AutomaticBackupRetentionDays: 0 } },
      "FSx's automatic backups are off",
    ],
    [
      "automatic backups are on",
      "OPENZFS",
      { OpenZFSConfiguration: { AutomaticBackupRetentionDays: 7 } },
      "FSx's automatic backups are on, and have made none as young as asked",
    ],
    [
      "it is linked to a bucket since it was made",
      "LUSTRE",
      { LustreConfiguration: { DataRepositoryConfiguration: { ImportPath: "s3://a" } } },
      "it is linked to a bucket, and FSx backs up none such: what is not exported is nowhere else",
    ],
  ])("says that %s", async (_, type, more, words) =>
    expect(await at(type, more)).toBe(`no backup: it has no valid backup; ${words}`),
  );
  test("one that was linked to a bucket later is known by that", async () => {
    const found = await standings({
      "fsx:DescribeFileSystems": [files("LUSTRE")],
      "fsx:DescribeDataRepositoryAssociations": [{ FileSystemId: "fs-1" }],
    });
    expect(found["share (fs-1)"]).toContain("it is linked to a bucket");
  });
  const scratch = { LustreConfiguration: { DeploymentType: "SCRATCH_2" } };
  test("scratch is named apart, and counts where somebody names it", async () => {
    expect(await at("LUSTRE", scratch)).toBe(
      "not counted: it is scratch, and FSx backs up none such",
    );
    const Tags = [
      { Key: "Name", Value: "share" },
      { Key: "nightshift:rpo", Value: "1d" },
    ];
    expect(await at("LUSTRE", { ...scratch, Tags })).toContain("no backup");
  });

  const volume = (id: string, more: object = {}) => ({
    ...{ VolumeId: id, FileSystemId: "fs-1", VolumeType: "ONTAP", Name: id, Lifecycle: "CREATED" },
    ...{ ResourceARN: arn(`volume/fs-1/${id}`), OntapConfiguration: { OntapVolumeType: "RW" } },
    ...{ CreationTime: long, ...more },
  });
  test("of ONTAP volumes are backed up, not the file system", async () => {
    const Volume = { ResourceARN: arn("volume/fs-1/fsvol-1") };
    const found = await standings({
      "fsx:DescribeFileSystems": [files("ONTAP")],
      "fsx:DescribeVolumes": [
        volume("fsvol-1"),
        volume("fsvol-2"),
        volume("fsvol-3", { OntapConfiguration: { OntapVolumeType: "DP" } }),
        volume("fsvol-4", {
          OntapConfiguration: { OntapVolumeType: "RW", StorageVirtualMachineRoot: true },
        }),
        volume("fsvol-5", { VolumeType: "OPENZFS" }),
      ],
      "fsx:DescribeBackups": [backup({ Volume })],
    });
    expect(found).toEqual({
      "fsvol-1 (fsvol-1)": "as asked",
      "fsvol-2 (fsvol-2)": "no backup: it has no valid backup; FSx's automatic backups are off",
      "fsvol-3 (fsvol-3)": "not counted: it replicates another volume",
      "fsvol-4 (fsvol-4)": "not counted: it is the root of its virtual machine",
    });
  });
  test("backups that cannot be read leave it unknown, never unprotected", async () => {
    const found = await standings({
      "fsx:DescribeFileSystems": [files("WINDOWS")],
      "fsx:DescribeBackups": denied,
    });
    expect(found["share (fs-1)"]).toBe("unknown: not known: backups of FSx could not be read");
  });
  test("a region that has no FSx has nothing of it, and that is told, and no alarm", async () => {
    const found = await looked({
      "ec2:DescribeVolumes": [{ VolumeId: "vol-1", CreateTime: ago(2), State: "available" }],
      "fsx:DescribeFileSystems": noHost,
      "fsx:DescribeBackups": noHost,
    });
    expect(told(found)).toMatchObject({
      severity: "info",
      facts: { "Not offered": "backups of FSx, eu-west-1 · file systems of FSx, eu-west-1" },
    });
  });
  test("where no host at all has a name nothing is known: that is no report", async () => {
    const nothing = Object.fromEntries(unit.reads.map(({ operation }) => [operation, noHost]));
    await expect(looked(nothing)).rejects.toThrow("ENOTFOUND");
  });
  test("a host that is only not found at this moment is unknown", async () => {
    const later = fails("Error", "getaddrinfo EAI_AGAIN", { code: "EAI_AGAIN" });
    const found = await looked({
      "ec2:DescribeVolumes": [{ VolumeId: "vol-1", CreateTime: ago(2), State: "available" }],
      "fsx:DescribeFileSystems": later,
    });
    expect(told(found)?.facts?.Unknown).toContain("file systems of FSx, eu-west-1");
  });
});

describe("buckets", () => {
  const ResourceArn = "arn:aws:s3:::pictures";
  const here = { "s3:ListBuckets": [{ Name: "pictures", BucketRegion: region }] };
  /** Each is asked to have one. */
  const config = { targets: [{ kind: "bucket", hours: 24 }] };
  const at = async (answers: Answers, look: Look = { config }) =>
    (await standings({ ...here, ...answers }, look)).pictures;
  const continuous = `arn:aws:backup:${region}:${account}:recovery-point:continuous:pictures-1a2b`;

  test.each<[what: string, answers: Answers, standing: string]>([
    ["nothing", {}, "no backup: it has no valid backup; it has no versioning"],
    ["a point of AWS Backup", points({ ResourceArn }), "as asked"],
    ["one that is too old", points({ ResourceArn, CreationDate: ago(90) }), "too old"],
    [
      "a continuous backup, which is as old as when it began",
      points({
        ResourceArn,
        RecoveryPointArn: continuous,
        CreationDate: long,
        Status: "AVAILABLE",
      }),
      "as asked",
    ],
    [
      "a continuous backup that was stopped",
      points({
        ResourceArn,
        RecoveryPointArn: continuous,
        CreationDate: ago(5),
        Status: "STOPPED",
      }),
      "a newer one is of no use: its continuous backup in the AWS Backup vault main is STOPPED",
    ],
    [
      "versions, locks and replicas, which are no backup",
      {
        "s3:GetBucketVersioning": { Status: "Enabled" },
        "s3:GetObjectLockConfiguration": {
          ObjectLockConfiguration: {
            ObjectLockEnabled: "Enabled",
            Rule: { DefaultRetention: { Mode: "GOVERNANCE", Days: 30 } },
          },
        },
        "s3:GetBucketReplication": {
          ReplicationConfiguration: {
            Rules: [
              { Status: "Enabled", Destination: { Bucket: "arn:aws:s3:::copies" } },
              { Status: "Disabled", Destination: { Bucket: "arn:aws:s3:::former" } },
            ],
          },
        },
      },
      "no backup: it has no valid backup; its versioning is on, its objects are locked for 30 days (GOVERNANCE), it is replicated to copies, which is no backup",
    ],
    [
      "versioning that is suspended",
      { "s3:GetBucketVersioning": { Status: "Suspended" } },
      "its versioning is suspended",
    ],
    [
      "versioning that may not be read",
      { "s3:GetBucketVersioning": denied },
      "no backup: it has no valid backup; its versioning could not be read",
    ],
  ])("with %s", async (_, answers, standing) => expect(await at(answers)).toContain(standing));

  const untold = (more: Answers, config: object = {}) =>
    standings({ ...here, ...more }, { config });
  const tagged = (Value: string) => ({
    "s3:GetBucketTagging": { TagSet: [{ Key: "nightshift:rpo", Value }] },
  });
  test.each<[what: string, answers: Answers, config: object, standing: RegExp]>([
    ["nothing says", {}, {}, /^not counted: of a bucket one is asked for by its tag/],
    ["hours are named for all kinds", {}, { targets: [{ hours: 9 }] }, /^not counted: /],
    ["its tag says", tagged("2d"), {}, /^no backup: /],
    ["its tag forbids", tagged("none"), {}, /^not asked for/],
    ["its kind is named", {}, config, /^no backup: /],
    ["it has one, too old", points({ ResourceArn, CreationDate: ago(90) }), {}, /^too old: /],
  ])("one that never had a backup, where %s", async (_, answers, settings, standing) =>
    expect((await untold(answers, settings)).pictures).toMatch(standing),
  );
  test("whether one has versions is asked of those alone that are to have a backup", async () => {
    const asked: string[] = [];
    await looked(here, { asked });
    expect(asked.filter((each) => each.startsWith("s3:GetBucketVersioning"))).toEqual([]);
  });

  test("one whose own policy forbids to read its tags is unknown, and the others are not", async () => {
    const answers = {
      "s3:ListBuckets": [{ Name: "pictures" }, { Name: "vault" }],
      "s3:GetBucketTagging": ({ Bucket }: Readonly<Record<string, unknown>>) =>
        Bucket === "vault" ? denied : {},
    };
    const found = await standings(answers, { config });
    expect(found.vault).toMatch(
      /^unknown: not known: its tags \(AccessDenied: .*could not be read/,
    );
    expect(found.pictures).toContain("no backup");
  });
  test("one that is as well backed up as all are asked is known, whatever its tags say", async () =>
    expect(await at({ ...points({ ResourceArn }), "s3:GetBucketTagging": denied })).toBe(
      "as asked",
    ));
  test("one that is deleted while it is looked at is no error", async () =>
    expect(await looked({ ...here, "s3:GetBucketTagging": fails("NoSuchBucket") })).toEqual([]));
  test("throttling is no answer: buckets are then unknown as a whole", async () => {
    const found = await looked({
      ...here,
      "ec2:DescribeVolumes": [{ VolumeId: "vol-1", CreateTime: long, State: "available" }],
      "s3:GetBucketTagging": fails("SlowDown", "Please reduce your request rate."),
    });
    expect(told(found)?.facts?.Unknown).toBe(
      "buckets, eu-west-1: SlowDown: Please reduce your request rate.",
    );
  });
  test("what lies elsewhere is asked where it lies, and told once", async () => {
    // Whatever the region that is asked, the account's buckets may all be listed.
    const all = [
      { Name: "pictures", BucketRegion: region },
      { Name: "copies", BucketRegion: "us-west-2" },
    ];
    const asked: string[] = [];
    const found = await looked(
      { "s3:ListBuckets": all },
      { asked, regions: [region, "us-west-2"], config: { kinds: ["bucket"] } },
    );
    expect(
      found.map((each) => each.kind === "resource" && [each.resource.name, each.resource.region]),
    ).toEqual([
      ["pictures", region],
      ["copies", "us-west-2"],
    ]);
    expect(asked.filter((each) => each.startsWith("s3:GetBucketTagging"))).toEqual([
      `s3:GetBucketTagging ${region}`,
      "s3:GetBucketTagging us-west-2",
    ]);
  });
  test("the date that S3 calls its creation moves with its policy: it excuses nothing", async () =>
    expect(await at({ "s3:ListBuckets": [{ Name: "pictures", CreationDate: ago(1) }] })).toContain(
      "no backup",
    ));
  test("of 20,000 all are judged, and what else there is to them is asked of no more than a table has", async () => {
    const asked: string[] = [];
    const names = Array.from({ length: 20_000 }, (_, index) => ({ Name: `b-${index}` }));
    const found = await looked({ "s3:ListBuckets": names }, { asked, config });
    expect(told(found, config)?.title).toMatch(/^20000 of 20000 resources have no backup as young/);
    expect(asked.filter((each) => each.startsWith("s3:GetBucketVersioning"))).toHaveLength(1000);
  });
});

describe("kinds", () => {
  test("what is not looked at is not asked for", async () => {
    const asked: string[] = [];
    await looked({}, { asked, config: { kinds: ["efs"] } });
    const services = new Set(asked.map((each) => each.split(":")[0]));
    expect([...services].toSorted()).toEqual(["backup", "elasticfilesystem"]);
  });
  test("where some are left out, no plan is said to select nothing", async () => {
    const found = await looked(
      {
        "backup:ListBackupPlans": [{ BackupPlanId: "p-1", BackupPlanName: "nightly" }],
        "backup:GetBackupPlan": {
          CreationDate: long,
          BackupPlan: { Rules: [{ RuleName: "daily", ScheduleExpression: "cron(0 1 * * ? *)" }] },
        },
        "backup:ListBackupSelections": [{ SelectionId: "s-1" }],
        "backup:GetBackupSelection": {
          BackupSelection: { ListOfTags: [{ ConditionKey: "backup", ConditionValue: "yes" }] },
        },
      },
      { config: { kinds: ["efs"] } },
    );
    expect(found.map((each) => each.kind === "plan" && each.trouble.words)).toEqual([
      ["its rule daily was due at 2026-11-29 01:00 UTC and made no job"],
    ]);
  });
  test("one that is due in the last minutes of a continuous backup is as asked", async () => {
    const arn = `arn:aws:backup:${region}:${account}:recovery-point:continuous:pictures-1a2b`;
    const found = await looked({
      "s3:ListBuckets": [{ Name: "pictures" }],
      ...points({
        ResourceArn: "arn:aws:s3:::pictures",
        RecoveryPointArn: arn,
        Status: "AVAILABLE",
      }),
    });
    expect(found).toMatchObject([{ resource: { newest: { at: before(now, minutes(15)) } } }]);
  });
});

describe("what people reported of audits of AWS Backup", () => {
  const arn = `arn:aws:elasticfilesystem:${region}:${account}:file-system/fs-1`;
  const files = {
    "elasticfilesystem:DescribeFileSystems": [
      {
        ...{ FileSystemArn: arn, FileSystemId: "fs-1", CreationTime: long },
        ...{ LifeCycleState: "available" },
      },
    ],
  };
  const judged = async (...all: object[]) =>
    (await standings({ ...files, ...points(...all) }))["fs-1"];
  test("a resource in a plan counts as protected though no job of it ever succeeded: here it does not", async () =>
    expect((await standings(files))["fs-1"]).toContain("no backup"));
  test("an expired point counts as one: here it does not", async () =>
    expect(await judged({ ResourceArn: arn, Status: "EXPIRED" })).toContain("no backup"));
  test("a copy from another account makes one of the same id look protected: here it does not", async () =>
    expect(await judged({ ResourceArn: arn.replace(account, "999999999999") })).toContain(
      "no backup",
    ));
  test("a copy from another region does so too: here it does not", async () =>
    expect(await judged({ ResourceArn: arn.replace(region, "us-west-2") })).toContain("no backup"));
  test("a parent point of a stack counts for its parts: here its parts do", async () =>
    expect(await judged({ ResourceArn: arn, IsParent: true })).toContain("no backup"));
  test("a point in any vault counts, also in one that EFS made by itself", async () => {
    const answers = {
      ...files,
      ...points({ ResourceArn: arn }),
      "backup:ListBackupVaults": [
        { BackupVaultName: "aws/elasticfilesystem/automatic-backup-vault" },
      ],
    };
    expect((await standings(answers))["fs-1"]).toBe("as asked");
  });
  test("one without any tags is listed: tags are what an inventory by tags goes by", async () =>
    expect(Object.keys(await standings(files))).toEqual(["fs-1"]));
  test("a bucket that replicates elsewhere is called backed up: here it is not", async () => {
    const Rules = [{ Status: "Enabled", Destination: { Bucket: "arn:aws:s3:::copies" } }];
    const answers = {
      "s3:ListBuckets": [{ Name: "pictures" }],
      "s3:GetBucketReplication": { ReplicationConfiguration: { Rules } },
    };
    const config = { targets: [{ kind: "bucket", hours: 24 }] };
    const found = await standings(answers, { config });
    expect(found.pictures).toContain("no backup");
  });
  test("an error of one service ends the whole audit: here the others go on", async () => {
    const found = await looked({ ...files, "s3:ListBuckets": denied });
    expect(told(found)?.facts?.Unknown).toContain("buckets, eu-west-1: AccessDenied");
    expect(found.filter(({ kind }) => kind === "resource")).toHaveLength(1);
  });
  test("a plan that selects buckets by tag where S3 is not opted in backs up none: that is told", async () => {
    const found = await looked({
      "s3:ListBuckets": [{ Name: "pictures" }],
      "s3:GetBucketTagging": { TagSet: [{ Key: "backup", Value: "yes" }] },
      "backup:ListBackupPlans": [{ BackupPlanId: "p-1", BackupPlanName: "nightly" }],
      "backup:GetBackupPlan": { CreationDate: now, BackupPlan: { Rules: [] } },
      "backup:ListBackupSelections": [{ SelectionId: "s-1" }],
      "backup:GetBackupSelection": {
        BackupSelection: { ListOfTags: [{ ConditionKey: "backup", ConditionValue: "yes" }] },
      },
      "backup:DescribeRegionSettings": { ResourceTypeOptInPreference: { S3: false } },
    });
    expect(told(found)?.facts?.["Plans of others"]).toContain("not opted in for here: S3");
  });
  test("a kind can be asked for by itself, as days of its own", async () => {
    const config = { targets: [{ kind: "efs", hours: 200 }] };
    const all = points({ ResourceArn: arn, CreationDate: ago(150) });
    expect((await standings({ ...files, ...all }, { config }))["fs-1"]).toBe("as asked");
  });
});
