import { expect, test } from "vitest";
import { tell } from "../../../test/setup/signal.ts";
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
