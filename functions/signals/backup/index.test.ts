import { describe, expect, test } from "vitest";
import { over, tell } from "../../../test/setup/signal.ts";
import backup from "./index.ts";

test.each([
  [
    "backup/backup-job-completed",
    "info",
    "The backup of volume/vol-1a2b3c4d5e6f7a8b9 is complete",
    "backup/us-west-2/backup/arn:aws:ec2:us-west-2:123456789012:volume/vol-1a2b3c4d5e6f7a8b9",
    "quietly",
  ],
  [
    "backup/backup-job-failed",
    "warning",
    "The backup of volume/vol-1a2b3c4d5e6f7a8b9 has failed: Insufficient privileges to create a backup",
    "backup/us-west-2/backup/arn:aws:ec2:us-west-2:123456789012:volume/vol-1a2b3c4d5e6f7a8b9",
    "no",
  ],
  [
    "backup/restore-job-failed",
    "warning",
    "The restore of snapshot/snap-0123456789abcdef0 has failed: The specified zone is not available",
    "backup/us-west-2/restore/arn:aws:ec2:us-west-2::snapshot/snap-0123456789abcdef0",
    "no",
  ],
])(
  "%s is %s: %s; what it belongs to is %s, and it ends that: %s",
  (path, severity, title, key, ends) => {
    const told = tell(backup, path);
    expect(told).toMatchObject({ severity, title, key });
    expect([told?.closes === true, told?.quiet === true]).toEqual([
      ends !== "no",
      ends === "quietly",
    ]);
  },
);

test("the link leads to the page of what it is about", () =>
  expect(tell(backup, "backup/backup-job-completed")?.link).toBe(
    "https://us-west-2.console.aws.amazon.com/backup/home?region=us-west-2#/jobs/backup/details/1b2345b2-f22c-4dab-5eb6-bbc7890ed123",
  ));

test("what the settings ignore is not told", () =>
  expect(
    tell(backup, "backup/backup-job-failed", {
      config: { ignore: ["arn:aws:ec2:us-west-2:123456789012:volume/vol-1a2b3c4d5e6f7a8b9"] },
    }),
  ).toBeUndefined());

test("what the settings call critical is critical", () =>
  expect(
    tell(backup, "backup/backup-job-failed", { config: { critical: ["arn:aws:ec2:*"] } })?.severity,
  ).toBe("critical"));

test("what goes on is not told; `state` and `status` say the same", () => {
  expect(
    tell(backup, "backup/backup-job-failed", { change: { state: "RUNNING" } }),
  ).toBeUndefined();
  const said = (change: object) => tell(backup, "backup/backup-job-failed", { change })?.title;
  expect(said({ state: undefined, status: "FAILED" })).toBe(said({}));
  expect(said({ state: "PARTIAL", statusMessage: null })).toBe(
    "The backup of volume/vol-1a2b3c4d5e6f7a8b9 has ended in part",
  );
});

test("a job that missed its window is told so: nothing that it had made is gone", () =>
  expect(
    tell(backup, "backup/backup-job-failed", {
      change: { state: "EXPIRED", statusMessage: null },
    })?.title,
  ).toBe("The backup of volume/vol-1a2b3c4d5e6f7a8b9 was not made within its window"));

describe("that a job has made it is read of that job", () => {
  test.each([
    ["backupJobId", "backup:DescribeBackupJob", "BackupJobId", { State: "COMPLETED" }],
    ["copyJobId", "backup:DescribeCopyJob", "CopyJobId", { CopyJob: { State: "COMPLETED" } }],
    ["restoreJobId", "backup:DescribeRestoreJob", "RestoreJobId", { Status: "COMPLETED" }],
  ])("by its %s", async (field, operation, name, complete) => {
    const change = { backupJobId: undefined, [field]: "job-1" };
    const ask = (answer: object) =>
      over(backup, "backup/backup-job-completed", { [operation]: answer }, { change });
    expect(await ask(complete)).toEqual({
      over: true,
      asked: [{ operation, kind: "read", input: { [name]: "job-1" } }],
    });
    const failed = JSON.parse(JSON.stringify(complete).replace("COMPLETED", "FAILED")) as object;
    expect((await ask(failed)).over).toBe(false);
    expect((await ask({})).over).toBe(false);
  });
  test("an event that names none is no answer", async () =>
    await expect(
      over(backup, "backup/backup-job-completed", {}, { change: { backupJobId: undefined } }),
    ).rejects.toThrow("the event names no job"));
});

describe("an end ends its own beginning", () => {
  const point = "arn:aws:ec2:us-west-2::snapshot/snap-1";
  const restore = (change: object) =>
    tell(backup, "backup/restore-job-failed", {
      detailType: "Restore Job State Change",
      resources: [point],
      change: { recoveryPointArn: undefined, ...change },
    })?.key;
  test("a restore that is complete ends the one of the same recovery point that failed", () =>
    expect(tell(backup, "backup/restore-job-completed")?.key).toBe(
      tell(backup, "backup/restore-job-failed")?.key,
    ));
  test("a restore goes by its recovery point, whatever it has made of it", () =>
    expect(restore({ status: "COMPLETED", createdResourceArn: "arn:aws:ec2:::volume/new" })).toBe(
      restore({ recoveryPointArn: point }),
    ));
  test("a copy to one vault is none to another", () => {
    const copy = (destinationBackupVaultArn: string, state: string) =>
      tell(backup, "backup/backup-job-failed", {
        detailType: "Copy Job State Change",
        change: { backupJobId: undefined, copyJobId: "c", destinationBackupVaultArn, state },
      })?.key;
    const [near, far] = ["arn:aws:backup:eu-west-1::vault:a", "arn:aws:backup:us-east-1::vault:b"];
    expect(copy(near, "FAILED")).toBe(copy(near, "COMPLETED"));
    expect(copy(near, "FAILED")).not.toBe(copy(far, "COMPLETED"));
  });
});
