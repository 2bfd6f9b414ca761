import {
  BackupClient,
  DeleteRecoveryPointCommand,
  ListBackupJobsCommand,
  ListTagsCommand,
  PutBackupVaultLockConfigurationCommand,
} from "@aws-sdk/client-backup";
import { DeleteTableCommand, DynamoDBClient, UntagResourceCommand } from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { describe, expect, onTestFinished, test } from "vitest";
import { undo } from "../../../engine/run/undo.ts";
import { actionsOf } from "../../../ledger/actions.ts";
import { after, days, minutes } from "../../../sdk/time.ts";
import type { UnitSettings } from "../../../settings/settings.ts";
import { open } from "../../../test/setup/delivery.ts";
import type { TestAccount } from "../../../testing/account.ts";
import { messages, nextSweep, notesIn, type TestDelivery } from "../../../testing/delivery.ts";
import { proposeFor } from "../../../testing/propose.ts";
import { record } from "../../../testing/recorded-answer.ts";
import { tagOf } from "../backup-set.ts";
import { backUpInVault } from "./back-up.ts";
import { blockedHere, notCopied, type VaultPlace } from "./blocked.ts";
import { makeTaggedTable, makeVault, pointsOf, weeklyPoints } from "./fixture.ts";
import unit from "./index.ts";
import { kindOf } from "./kinds.ts";
import { endOf, jobFailure } from "./outcome.ts";

const files = "arn:aws:elasticfilesystem:eu-west-1:123456789012:file-system/fs-1";
const point = "arn:aws:backup:eu-west-1:123456789012:recovery-point:1";

describe("what is proposed", () => {
  const found = {
    about: files,
    kind: "efs" as const,
    tags: [],
    slot: "2026-11-21",
    blocked: undefined,
    there: [] as string[],
  };
  const config = unit.config.parse({ vault: "main", role: "ops/backs-up", keepDays: 10 });
  const made = {
    about: files,
    slot: "2026-11-21",
    vault: "main",
    role: expect.stringMatching(/^arn:aws:iam::\d{12}:role\/ops\/backs-up$/),
    keepDays: 10,
  };
  test("a point, where the slot has none", () =>
    expect(proposeFor(unit, found, { config })).toEqual({
      because: "it has no recovery point of the slot 2026-11-21",
      call: backUpInVault(made),
    }));
  test("nothing where it has one", () =>
    expect(proposeFor(unit, { ...found, there: [point] }, { config })).toBeUndefined());
});

describe("config", () => {
  test.each<[what: string, config: object, word: RegExp]>([
    ["a life too short for cold storage", { keepDays: 100, coldAfterDays: 30 }, /90 days/],
    ["a role's ARN", { role: "arn:aws:iam::123456789012:role/backs-up" }, /not an ARN/],
    ["what AWS Backup backs up in another unit", { resources: ["vol-1"] }, /ARN of a file system/],
    ["a misspelt key", { copiesTo: [] }, /copiesTo/],
    ["a point kept for no day", { keepDays: 0 }, /./],
    ["a kind that nobody knows", { kinds: ["EFS"] }, /./],
    ["a vault of one letter", { vault: "m" }, /./],
    ["a point gone before the next slot", { every: "year", keepDays: 35 }, /shorter than a slot/],
  ])("%s is refused", (_, config, word) => {
    const parsed = unit.config.safeParse(config);
    expect(parsed.success).toBe(false);
    expect(JSON.stringify(parsed.error?.issues)).toMatch(word);
  });
  test.each([
    files,
    "arn:aws:fsx:eu-west-1:123456789012:volume/fs-1/fsvol-1",
    "arn:aws:s3:::pictures.example.com",
    "arn:aws-us-gov:dynamodb:us-gov-west-1:123456789012:table/orders",
  ])("%s may be listed", (arn) => {
    expect(unit.config.safeParse({ resources: [arn] }).success).toBe(true);
    expect(kindOf(arn)).toBeDefined();
  });
});

test.each([
  "arn:aws:s3:eu-west-1:123456789012:storage-lens/all",
  "arn:aws:s3:eu-west-1:123456789012:job/1",
  "arn:aws:s3:eu-west-1:123456789012:accesspoint/readers",
  "arn:aws:dynamodb:eu-west-1:123456789012:table/orders/stream/1",
  "arn:aws:fsx:eu-west-1:123456789012:backup/backup-1",
  "arn:aws:fsx:eu-west-1:123456789012:storage-virtual-machine/fs-1/svm-1",
])("%s is of such a service, and nothing that is backed up", (arn) =>
  expect(kindOf(arn)).toBeUndefined(),
);

describe("what AWS Backup would refuse is known before", () => {
  const place: VaultPlace = {
    region: "eu-west-1",
    name: "main",
    vault: { BackupVaultName: "main" },
    optIn: { EFS: true },
    managed: {},
  };
  const locked = { ...place.vault, Locked: true, MinRetentionDays: 30, MaxRetentionDays: 365 };
  test.each<[what: string, change: Partial<VaultPlace>, keepDays: number, word: RegExp]>([
    ["no such vault", { vault: undefined }, 35, /vault main, which eu-west-1 does not have/],
    [
      "a vault for copies alone",
      { vault: { ...place.vault, VaultType: "LOGICALLY_AIR_GAPPED_BACKUP_VAULT" } },
      35,
      /copies alone go there/,
    ],
    ["a kind that is off", { optIn: { EFS: false } }, 35, /EFS is off: opt in/],
    ["a lock that asks for more", { vault: locked }, 7, /30 to 365 days: `keepDays` says 7/],
    ["a lock that asks for less", { vault: locked }, 400, /30 to 365 days/],
    [
      "a lock with one end",
      { vault: { ...place.vault, Locked: true, MinRetentionDays: 90 } },
      35,
      /90 days at least/,
    ],
  ])("%s", (_, change, keepDays, word) =>
    expect(blockedHere({ ...place, ...change }, "efs", keepDays)).toMatch(word),
  );
  test.each<[what: string, change: Partial<VaultPlace>]>([
    ["a vault without a lock", {}],
    ["a lock that lets it in", { vault: locked }],
    ["another kind that is off", { optIn: { S3: false } }],
    ["a kind that the region does not list", { optIn: {} }],
    ["what a lock asked for that is no longer there", { vault: { ...locked, Locked: false } }],
  ])("nothing of %s", (_, change) =>
    expect(blockedHere({ ...place, ...change }, "efs", 35)).toBeUndefined(),
  );
  test("points of tables leave the region only with the advanced features", () => {
    expect(notCopied(place, "dynamodb")).toMatch(/advanced features/);
    expect(notCopied({ ...place, managed: { DynamoDB: true } }, "dynamodb")).toBeUndefined();
    expect(notCopied(place, "s3")).toBeUndefined();
  });
});

describe("a job that made nothing good says why, and what helps", () => {
  test.each<[state: string, why: string, help: RegExp]>([
    ["FAILED", "Bucket must have versioning enabled.", /Turn on the bucket's versioning/],
    ["FAILED", "IAM Role arn:x cannot be assumed by AWS Backup", /assume the role that `role`/],
    ["FAILED", "Access denied. Missing s3:GetBucketTagging", /ForS3Backup/],
    [
      "FAILED",
      "Copy job failed. Both source and destination account must be a member of the same organization",
      /one organization/,
    ],
    ["FAILED", "KMS key arn:x is not accessible", /use the keys/],
    ["FAILED", "There is a running job for the same resource", /next sweep/],
    ["EXPIRED", "", /did not begin or end in its time/],
    ["ABORTED", "", /stopped it/],
    ["PARTIAL", "3 objects could not be read", /stays until its lifecycle ends/],
  ])("%s: %s", (state, why, help) => {
    const words = jobFailure("the backup job 1 of x", { state, why });
    expect(words).toMatch(help);
    expect(words).toContain(`is ${state}`);
  });
  test("and goes on until then", () => {
    for (const state of ["CREATED", "PENDING", "RUNNING", "ABORTING", undefined])
      expect(endOf({ State: state })).toBeUndefined();
  });
});

const plan = { ...weeklyPoints, vault: "main", role: "backs-up", kinds: ["dynamodb"] };

const tables =
  (count: number) =>
  async (aws: TestAccount): Promise<void> => {
    await makeVault(aws);
    for (let at = 0; at < count; at += 1) await makeTaggedTable(aws, `table-${at}`, { backup: "" });
  };

async function opened(
  seed: (aws: TestAccount) => Promise<unknown>,
  settings: Partial<UnitSettings> = {},
): Promise<TestDelivery> {
  const delivery = await open(unit, seed, { config: plan, ...settings }, true);
  onTestFinished(() => delivery.close());
  return delivery;
}

const recordsOf = (delivery: TestDelivery, run: { readonly id: string }) =>
  actionsOf(delivery.store, "unit", unit.id, run.id);

const callsOf = ({ proxy }: TestDelivery, name: string) =>
  proxy.calls.filter(({ operation }) => operation === name);

async function jobsIn({ aws }: TestDelivery): Promise<string[]> {
  const { BackupJobs = [] } = await aws.client(BackupClient).send(new ListBackupJobsCommand({}));
  return BackupJobs.map(({ BackupJobId = "" }) => BackupJobId);
}

describe("a slot has one point", () => {
  test("whatever is delivered twice, also while its job runs, and a sweep an hour later makes none", async () => {
    const delivery = await opened(tables(3));
    const run = await delivery.deliver();
    await delivery.flows.carryNext();
    await delivery.deliver();
    const meanwhile = await delivery.deliver({ start: { ...delivery.start, key: "again" } });
    expect(meanwhile.actions.filter(({ outcome }) => outcome === "begun")).toEqual([]);
    await delivery.ended(run);
    await delivery.later(minutes(30));
    expect((await delivery.deliver({ start: nextSweep(delivery) })).actions).toEqual([]);
    expect(await pointsOf(delivery.aws)).toHaveLength(3);
    expect(callsOf(delivery, "StartBackupJob")).toHaveLength(3);
    expect((await recordsOf(delivery, run)).map((each) => [each.outcome, each.verified])).toEqual(
      Array(3).fill(["applied", true]),
    );
  });

  test("two sweeps at once make one", async () => {
    const delivery = await opened(tables(2));
    const starts = ["a", "b"].map((key) => ({ ...delivery.start, key }));
    const runs = await Promise.all(starts.map((start) => delivery.deliver({ start })));
    for (const run of runs) await delivery.ended(run);
    expect(await pointsOf(delivery.aws)).toHaveLength(2);
  });

  test("the answer to its start is lost: the token makes it the same job", async () => {
    const delivery = await opened(tables(1));
    delivery.proxy.fault(({ operation }) => operation === "StartBackupJob", "resetAfter", {
      times: 1,
    });
    await delivery.ended(await delivery.deliver());
    const tokens = callsOf(delivery, "StartBackupJob").map(
      ({ parameters }) => (parameters as { IdempotencyToken?: string }).IdempotencyToken,
    );
    expect(tokens.length).toBeGreaterThan(1);
    expect(new Set(tokens).size).toBe(1);
    expect(await pointsOf(delivery.aws)).toHaveLength(1);
  });

  test("it dies right after its start: its own job is nobody else's to wait for", async () => {
    const delivery = await opened(tables(1));
    delivery.proxy.fault(({ operation }) => operation === "StartBackupJob", "killedAfter", {
      times: 1,
    });
    await delivery
      .deliver()
      .then(delivery.ended)
      .catch(() => {});
    delivery.proxy.revive();
    await delivery.later(minutes(20));
    const run = await delivery.ended(await delivery.insist());
    expect((await recordsOf(delivery, run)).map(({ outcome }) => outcome)).toEqual(["applied"]);
    expect(await pointsOf(delivery.aws)).toHaveLength(1);
  });

  test("and the next slot another", async () => {
    const delivery = await opened(tables(1), { config: { ...plan, every: "day" } });
    await delivery.ended(await delivery.deliver());
    await delivery.later(days(1));
    const next = { ...delivery.start, key: "next", at: after(delivery.start.at, days(1)) };
    await delivery.ended(await delivery.deliver({ start: next }));
    expect(await pointsOf(delivery.aws)).toHaveLength(2);
  });

  test("it says whose it is, and how long AWS Backup keeps it", async () => {
    const delivery = await opened(tables(1), {
      config: { ...plan, keepDays: 200, coldAfterDays: 30 },
    });
    const run = await delivery.ended(await delivery.deliver());
    const [made] = await pointsOf(delivery.aws);
    expect(made?.Lifecycle).toEqual({ DeleteAfterDays: 200, MoveToColdStorageAfterDays: 30 });
    const { Tags } = await delivery.aws
      .client(BackupClient)
      .send(new ListTagsCommand({ ResourceArn: made?.RecoveryPointArn }));
    expect(Tags).toMatchObject({
      [tagOf.unit]: "vault-backups",
      [tagOf.about]: made?.ResourceArn,
      [tagOf.run]: run.id,
    });
  });

  test.each(["RUNNING", "ABORTING"])(
    "another job is at it (%s): that is waited for",
    async (State) => {
      const delivery = await opened(tables(1));
      const busy = { BackupJobs: [{ BackupJobId: "other", State }] };
      await record(delivery.aws, { path: "/backup-jobs", answer: busy });
      const run = await delivery.deliver();
      await delivery.flows.carryNext();
      await delivery.flows.carryNext();
      expect(callsOf(delivery, "StartBackupJob")).toEqual([]);
      const mine = { BackupJobs: [{ BackupJobId: "mine", State: "RUNNING" }] };
      await record(delivery.aws, { path: "/backup-jobs", answer: mine });
      await delivery.ended(run);
      expect(await pointsOf(delivery.aws)).toHaveLength(1);
    },
  );
});

describe("what goes wrong is told, and nothing is left by half", () => {
  test("a job that fails: in AWS's words, with what helps, and the next sweep begins anew", async () => {
    const delivery = await opened(tables(1));
    const run = await delivery.deliver();
    await delivery.flows.carryNext();
    const [job = ""] = await jobsIn(delivery);
    await record(delivery.aws, {
      path: `/backup-jobs/${job}`,
      answer: { BackupJobId: job, State: "FAILED", StatusMessage: "Access denied to the table." },
    });
    await delivery.ended(run);
    const [failed] = await recordsOf(delivery, run);
    expect(failed?.error).toMatch(/is FAILED: Access denied to the table\. Attach AWS's policies/);
    expect((await messages(delivery)).at(-1)).toMatchObject({ severity: "critical" });
    expect(await pointsOf(delivery.aws)).toEqual([]);
    await delivery.ended(await delivery.deliver({ start: nextSweep(delivery) }));
    expect(await pointsOf(delivery.aws)).toHaveLength(1);
  });

  test("a job that is done with issues: the point stays, and what is missing is told", async () => {
    const delivery = await opened(tables(1));
    const run = await delivery.deliver();
    await delivery.flows.carryNext();
    const [job = ""] = await jobsIn(delivery);
    const why = "Completed with issues: 12 objects were skipped";
    await record(delivery.aws, {
      path: `/backup-jobs/${job}`,
      answer: {
        ...{ BackupJobId: job, State: "COMPLETED", StatusMessage: why },
        ...{ MessageCategory: "AccessDenied", RecoveryPointArn: "arn:aws:backup:x" },
      },
    });
    await delivery.ended(run);
    expect((await recordsOf(delivery, run)).map(({ outcome }) => outcome)).toEqual(["applied"]);
    const told = (await messages(delivery)).filter(({ kind }) => kind === "report");
    expect(told).toMatchObject([{ severity: "warning", facts: { why } }]);
  });

  test.each([
    "InvalidParameterValueException",
    "AccessDeniedException",
    "ResourceNotFoundException",
  ])("%s: the action fails with AWS's word for it, and nothing is made", async (code) => {
    const delivery = await opened(tables(1));
    delivery.proxy.fault(({ operation }) => operation === "StartBackupJob", `refused:${code}`, {
      times: 1,
    });
    const run = await delivery.ended(await delivery.deliver());
    const [failed] = await recordsOf(delivery, run);
    expect([failed?.outcome, failed?.error]).toEqual([
      "failed",
      expect.stringContaining(`backup:StartBackupJob: ${code}`),
    ]);
    expect(await pointsOf(delivery.aws)).toEqual([]);
  });

  test("too many at once (LimitExceededException) is waited for", async () => {
    const delivery = await opened(tables(1));
    delivery.proxy.fault(
      ({ operation }) => operation === "StartBackupJob",
      "refused:LimitExceededException",
      { times: 2 },
    );
    const run = await delivery.ended(await delivery.deliver());
    expect((await recordsOf(delivery, run)).map(({ outcome }) => outcome)).toEqual(["applied"]);
  });

  test.each([
    "GetResources",
    "ListBackupVaults",
    "DescribeRegionSettings",
    "ListRecoveryPointsByBackupVault",
  ])("where %s is denied, the run fails and nothing is made", async (operation) => {
    const delivery = await opened(tables(1));
    delivery.proxy.fault((call) => call.operation === operation, "denied");
    await expect(delivery.deliver()).rejects.toThrow();
    expect(callsOf(delivery, "StartBackupJob")).toEqual([]);
  });

  test("the vault is not there: nothing is asked of AWS Backup, and what is held says it", async () => {
    const delivery = await opened(async (aws) => {
      await makeTaggedTable(aws, "orders", { backup: "" });
    });
    const run = await delivery.deliver();
    expect(run.actions.map(({ held }) => held?.why)).toEqual([
      expect.stringMatching(/the vault main, which \S+ does not have/),
    ]);
    expect(callsOf(delivery, "StartBackupJob")).toEqual([]);
  });

  test("a lock of the vault that asks for more days holds it", async () => {
    const delivery = await opened(async (aws) => {
      await tables(1)(aws);
      await aws.client(BackupClient).send(
        new PutBackupVaultLockConfigurationCommand({
          BackupVaultName: "main",
          MinRetentionDays: 90,
          MaxRetentionDays: 400,
        }),
      );
    });
    const run = await delivery.deliver();
    expect(run.actions.map(({ held }) => held?.why)).toEqual([
      expect.stringMatching(/90 to 400 days: `keepDays` says 35/),
    ]);
  });

  test("a table that is deleted keeps its point, and that is told with the day of its end", async () => {
    const delivery = await opened(tables(1));
    await delivery.ended(await delivery.deliver());
    await delivery.aws
      .client(DynamoDBClient)
      .send(new DeleteTableCommand({ TableName: "table-0" }));
    expect((await delivery.deliver({ start: nextSweep(delivery) })).actions).toEqual([]);
    expect(await pointsOf(delivery.aws)).toHaveLength(1);
    expect(await notesIn(delivery)).toEqual([
      expect.stringMatching(/table-0 has left the plan or is gone: .* after which there is none/),
    ]);
  });
});

test("what somebody untags has left the plan: told once, and no more is made of it", async () => {
  const delivery = await opened(tables(2));
  await delivery.ended(await delivery.deliver());
  const ResourceArn = `arn:aws:dynamodb:${delivery.aws.region}:${delivery.aws.account}:table/table-1`;
  await delivery.aws
    .client(DynamoDBClient)
    .send(new UntagResourceCommand({ ResourceArn, TagKeys: ["backup"] }));
  for (const later of [1, 2]) await delivery.deliver({ start: nextSweep(delivery, later) });
  expect(await notesIn(delivery)).toEqual([expect.stringMatching(/table-1 has left the plan/)]);
});

test("a bucket that the settings name is backed up where it lies, also without any tag", async () => {
  const seed = async (aws: TestAccount) => {
    await makeVault(aws);
    const Bucket = `pictures-${aws.account}`;
    const LocationConstraint = aws.region as "eu-west-1";
    const there = aws.region !== "us-east-1" && {
      CreateBucketConfiguration: { LocationConstraint },
    };
    await aws.client(S3Client).send(new CreateBucketCommand({ Bucket, ...there }));
  };
  const delivery = await opened(seed);
  const here = `arn:aws:s3:::pictures-${delivery.aws.account}`;
  const resources = [here, `arn:aws:s3:::elsewhere-${delivery.aws.account}`];
  const run = await delivery.deliver({ host: delivery.host({ config: { ...plan, resources } }) });
  expect(run.actions.map(({ target }) => target)).toEqual([expect.stringContaining(`${here}@`)]);
});

const pointsPath = "/backup-vaults/main/recovery-points";
const oursByTags = (about: string) => ({
  Tags: { [tagOf.unit]: "vault-backups", [tagOf.about]: about, [tagOf.slot]: "2026-11-21" },
});

describe("what has left the plan is told of what is ours alone, and of all of it", () => {
  const leftOf = async (points: readonly object[]) => {
    const delivery = await opened(async (aws) => makeVault(aws));
    await record(delivery.aws, { path: pointsPath, answer: { RecoveryPoints: points } });
    await record(delivery.aws, { path: `/tags/${point}`, answer: oursByTags(filesHere(delivery)) });
    await delivery.deliver();
    return { delivery, notes: await notesIn(delivery) };
  };
  const filesHere = ({ aws }: TestDelivery, name = "fs-1", region = aws.region) =>
    `arn:aws:elasticfilesystem:${region}:${aws.account}:file-system/${name}`;
  const ours = { RecoveryPointArn: point, Status: "COMPLETED" };
  const at = (ResourceArn: string, more: object = {}) => ({ ...ours, ResourceArn, ...more });

  test("also where a plan of AWS Backup has points of many others in that vault", async () => {
    const plans = { RecoveryPointArn: `${point}0`, CreatedBy: { BackupPlanId: "p-1" } };
    const account = await opened(async (aws) => makeVault(aws));
    const own = filesHere(account);
    const many = Array.from({ length: 30 }, (_, each) =>
      at(filesHere(account, `x-${each}`), plans),
    );
    await record(account.aws, {
      path: pointsPath,
      answer: { RecoveryPoints: [...many, at(own)] },
    });
    await record(account.aws, { path: `/tags/${point}`, answer: oursByTags(own) });
    await account.deliver();
    expect(await notesIn(account)).toEqual([expect.stringMatching(/fs-1 has left the plan/)]);
    expect(callsOf(account, "ListTags")).toHaveLength(1);
  });

  test("not of copies from another region, which have the tags of what they are copies of", async () => {
    const files2 = "arn:aws:elasticfilesystem:us-west-2:123456789012:file-system/fs-1";
    const bucket = { SourceBackupVaultArn: "arn:aws:backup:us-west-2:123456789012:backup-vault:x" };
    const { notes, delivery } = await leftOf([at(files2), at("arn:aws:s3:::pictures", bucket)]);
    expect(notes).toEqual([]);
    expect(callsOf(delivery, "ListTags")).toEqual([]);
  });

  test("tags that AWS Backup refuses to tell are asked of the service, or of nobody", async () => {
    const account = await opened(async (aws) => makeVault(aws));
    const { region, account: id } = account.aws;
    const volume = `arn:aws:fsx:${region}:${id}:volume/fs-1/fsvol-1`;
    const backup = `arn:aws:fsx:${region}:${id}:backup/backup-1`;
    const RecoveryPoints = [
      at(`arn:aws:dynamodb:${region}:${id}:table/left`, {
        RecoveryPointArn: `arn:aws:dynamodb:${region}:${id}:table/left/backup/01`,
      }),
      at(volume, { RecoveryPointArn: backup }),
    ];
    account.proxy.fault(
      ({ operation }) => operation === "ListTags",
      "refused:InvalidParameterValueException",
    );
    await record(account.aws, { path: pointsPath, answer: { RecoveryPoints } });
    await account.deliver();
    expect(callsOf(account, "ListTags")).toEqual([]);
    expect(callsOf(account, "GetResources").map(({ parameters }) => parameters)).toContainEqual(
      expect.objectContaining({ ResourceARNList: [backup] }),
    );
  });
});

test("a point that only tags call ours does not count as left", async () => {
  const delivery = await opened(async (aws) => makeVault(aws));
  await record(delivery.aws, {
    path: "/backup-vaults/main/recovery-points",
    answer: {
      RecoveryPoints: [{ RecoveryPointArn: point, ResourceArn: files, Status: "COMPLETED" }],
    },
  });
  await record(delivery.aws, { path: `/tags/${point}`, answer: { Tags: { team: "shop" } } });
  await delivery.deliver();
  expect(await notesIn(delivery)).toEqual([]);
});

test("somebody deletes the point: that it is made again asks first", async () => {
  const delivery = await opened(tables(1));
  await delivery.ended(await delivery.deliver());
  const [made] = await pointsOf(delivery.aws);
  await delivery.aws.client(BackupClient).send(
    new DeleteRecoveryPointCommand({
      BackupVaultName: "main",
      RecoveryPointArn: made?.RecoveryPointArn,
    }),
  );
  const run = await delivery.deliver({ start: nextSweep(delivery) });
  expect(run.actions.map(({ outcome }) => outcome)).toEqual(["waiting"]);
});

test("an undo deletes its own point alone, and the slot is then left alone", async () => {
  const delivery = await opened(tables(2));
  const run = await delivery.ended(await delivery.deliver());
  const [action] = run.actions;
  const take = (confirms?: string) =>
    undo(unit, action?.id ?? "", { by: "ann", confirms }, delivery.host());
  const undone = await take((await take()).confirm);
  expect(undone.actions.map(({ outcome, verified }) => [outcome, verified])).toEqual([
    ["applied", true],
  ]);
  expect((await pointsOf(delivery.aws)).map(({ ResourceArn }) => ResourceArn)).toEqual([
    expect.stringMatching(/table-1$/),
  ]);
  const again = await delivery.deliver({ start: nextSweep(delivery) });
  expect(again.actions.map(({ held }) => held?.by)).toEqual(["hold"]);
});
