import { expect, test } from "vitest";
import { tell } from "../../../test/setup/signal.ts";
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
