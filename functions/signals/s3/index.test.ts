import { expect, test } from "vitest";
import { tell } from "../../../test/setup/signal.ts";
import s3 from "./index.ts";

test.each([
  [
    "s3/public-access-block-deleted",
    "critical",
    "ann lifted the block of public access to amzn-s3-demo-bucket1",
    "arn:aws:s3:::amzn-s3-demo-bucket1/DeleteBucketPublicAccessBlock",
    "no",
  ],
  [
    "s3/replication-failed",
    "warning",
    "S3 could not replicate an object of amzn-s3-demo-bucket1: orders/2026 11.csv",
    "arn:aws:s3:::amzn-s3-demo-bucket1/replication",
    "no",
  ],
])(
  "%s is %s: %s; what it belongs to is %s, and it ends that: %s",
  (path, severity, title, key, ends) => {
    const told = tell(s3, path);
    expect(told).toMatchObject({ severity, title, key });
    expect([told?.closes === true, told?.quiet === true]).toEqual([
      ends !== "no",
      ends === "quietly",
    ]);
  },
);

test("the link leads to the page of what it is about", () =>
  expect(tell(s3, "s3/public-access-block-deleted")?.link).toBe(
    "https://us-west-2.console.aws.amazon.com/s3/buckets/amzn-s3-demo-bucket1?region=us-west-2",
  ));

test("what the settings ignore is not told", () =>
  expect(tell(s3, "s3/replication-failed", { config: { ignore: ["amzn-*"] } })).toBeUndefined());

test("what happens to single objects is not told; versions that are kept end that they were suspended", () => {
  expect(
    tell(s3, "s3/replication-failed", { change: { eventName: "ObjectRemoved:Delete" } }),
  ).toBeUndefined();
  const versioning = (Status: string) => ({
    eventName: "PutBucketVersioning",
    requestParameters: { bucketName: "b", VersioningConfiguration: { Status } },
  });
  expect(
    tell(s3, "s3/public-access-block-deleted", { change: versioning("Enabled") }),
  ).toMatchObject({ closes: true, quiet: true, key: "arn:aws:s3:::b/PutBucketVersioning" });
  const suspended = tell(s3, "s3/public-access-block-deleted", { change: versioning("Suspended") });
  expect(suspended).toMatchObject({
    title: "ann suspended the versions of b",
    key: "arn:aws:s3:::b/PutBucketVersioning",
  });
  expect(suspended?.occurs).toBeUndefined();
  expect(tell(s3, "s3/public-access-block-deleted")?.occurs).toBe(true);
});
test("a lost object is critical, and one whose name is badly encoded is named as it is", () => {
  const change = {
    eventName: "ReducedRedundancyLostObject",
    s3: { bucket: { name: "b" }, object: { key: "100%" } },
  };
  expect(tell(s3, "s3/replication-failed", { change })).toMatchObject({
    severity: "critical",
    title: "S3 has lost an object of b: 100%",
  });
});
