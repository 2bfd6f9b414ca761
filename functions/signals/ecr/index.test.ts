import { describe, expect, test } from "vitest";
import { over, tell, tellEach } from "../../../test/setup/signal.ts";
import ecr from "./index.ts";

test.each([
  [
    "ecr/scan-clean",
    "info",
    "The scan of shop/web:42 found nothing critical or high",
    "arn:aws:ecr:us-east-1:123456789012:repository/shop/web:42",
    "quietly",
  ],
  [
    "ecr/scan-findings",
    "critical",
    "The image shop/web:42 has 10 critical and 4 high vulnerabilities",
    "arn:aws:ecr:us-east-1:123456789012:repository/shop/web:42",
    "no",
  ],
])(
  "%s is %s: %s; what it belongs to is %s, and it ends that: %s",
  (path, severity, title, key, ends) => {
    const told = tell(ecr, path);
    expect(told).toMatchObject({ severity, title, key });
    expect([told?.closes === true, told?.quiet === true]).toEqual([
      ends !== "no",
      ends === "quietly",
    ]);
  },
);

test("the link leads to the page of what it is about", () =>
  expect(tell(ecr, "ecr/scan-clean")?.link).toBe(
    "https://us-east-1.console.aws.amazon.com/ecr/repositories/private/123456789012/shop%2Fweb/_/image/sha256%3A8f5b2640fe6fb4f46592dfd3410c4a79dac4f89e4782432e0378abcd1234abcd/scan-results?region=us-east-1",
  ));

test("what the settings ignore is not told", () =>
  expect(tell(ecr, "ecr/scan-findings", { config: { ignore: ["shop/*"] } })).toBeUndefined());

test("a scan that failed is told, and one that found only less is the end", () => {
  expect(tell(ecr, "ecr/scan-findings", { change: { "scan-status": "FAILED" } })).toMatchObject({
    severity: "warning",
    title: "The scan of shop/web:42 has failed",
    closes: false,
  });
  expect(
    tell(ecr, "ecr/scan-findings", { change: { "finding-severity-counts": { HIGH: 1 } } }),
  ).toMatchObject({
    severity: "warning",
    title: "The image shop/web:42 has 1 high vulnerability",
  });
});

describe("that a tag is clean is read", () => {
  const ask = (answer: object | undefined, change: object = {}, key?: string) =>
    over(
      ecr,
      "ecr/scan-clean",
      { "ecr:DescribeImageScanFindings": answer },
      { change, ...(key !== undefined && { key }) },
    );
  const scanned = (counts: object, status = "COMPLETE") => ({
    imageScanStatus: { status },
    imageScanFindings: { findingSeverityCounts: counts },
  });
  test("of the image that the tag names now", async () =>
    expect(await ask(scanned({ LOW: 1 }))).toEqual({
      over: true,
      asked: [
        {
          operation: "ecr:DescribeImageScanFindings",
          kind: "read",
          input: { repositoryName: "shop/web", imageId: { imageTag: "42" } },
        },
      ],
    }));
  test("a newer image under the tag that has findings is not, nor is one that is still scanned", async () => {
    expect((await ask(scanned({ HIGH: 1 }))).over).toBe(false);
    expect((await ask(scanned({ CRITICAL: 1 }))).over).toBe(false);
    expect((await ask(scanned({}, "IN_PROGRESS"))).over).toBe(false);
    expect((await ask(scanned({}, "FAILED"))).over).toBe(false);
    expect((await ask({})).over).toBe(false);
  });
  test("an image that is gone has no vulnerabilities", async () =>
    expect((await ask(undefined)).over).toBe(true));
  test("one without a tag goes by its digest, and of several tags each by itself", async () => {
    const untagged = await ask(scanned({}), { "image-tags": [] });
    expect(untagged.asked[0]?.input).toMatchObject({
      imageId: { imageDigest: expect.stringMatching(/^sha256:8f5b/) },
    });
    const second = await ask(scanned({}), { "image-tags": ["42", "latest"] }, "x:latest");
    expect(second.asked[0]?.input).toMatchObject({ imageId: { imageTag: "latest" } });
  });
});

test("a clean image ends what is open under any of its tags, and a bad one is told once", () => {
  const bad = tellEach(ecr, "ecr/scan-findings", { change: { "image-tags": ["v1", "latest"] } });
  const clean = tellEach(ecr, "ecr/scan-clean", { change: { "image-tags": ["v2", "latest"] } });
  expect(bad.map(({ title }) => title)).toEqual([
    "The image shop/web:latest has 10 critical and 4 high vulnerabilities",
  ]);
  expect(clean.map(({ key }) => key)).toContain(bad[0]?.key);
  expect(clean.map(({ closes, quiet }) => [closes, quiet])).toEqual([
    [true, true],
    [true, true],
  ]);
});
