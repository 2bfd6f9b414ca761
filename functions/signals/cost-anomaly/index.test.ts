import { expect, test } from "vitest";
import { tell } from "../../../test/setup/signal.ts";
import costAnomaly from "./index.ts";

test.each([
  [
    "cost-anomaly/anomaly",
    "critical",
    "Amazon Elastic Compute Cloud - Compute costs $1,001.00 more than the $300.00 that was expected",
    "anomaly/12345678-abcd-ef12-3456-987654321a12",
    "no",
  ],
  [
    "cost-anomaly/anomaly-sns",
    "critical",
    "Amazon Elastic Compute Cloud - Compute costs $1,001.00 more than the $300.00 that was expected",
    "anomaly/12345678-abcd-ef12-3456-987654321a12",
    "no",
  ],
])(
  "%s is %s: %s; what it belongs to is %s, and it ends that: %s",
  (path, severity, title, key, ends) => {
    const told = tell(costAnomaly, path);
    expect(told).toMatchObject({ severity, title, key });
    expect([told?.closes === true, told?.quiet === true]).toEqual([
      ends !== "no",
      ends === "quietly",
    ]);
  },
);

test("the link leads to the page of what it is about", () =>
  expect(tell(costAnomaly, "cost-anomaly/anomaly")?.link).toBe(
    "https://us-east-1.console.aws.amazon.com/costmanagement/home#/anomaly-detection/anomalies/12345678-abcd-ef12-3456-987654321a12",
  ));

test("what the settings ignore is not told", () =>
  expect(
    tell(costAnomaly, "cost-anomaly/anomaly", {
      config: { ignore: ["Amazon Elastic Compute Cloud - Compute"] },
    }),
  ).toBeUndefined());

test("it is critical from an amount that the settings name", () => {
  expect(
    tell(costAnomaly, "cost-anomaly/anomaly", { config: { criticalFrom: 1001.01 } })?.severity,
  ).toBe("warning");
  expect(
    tell(costAnomaly, "cost-anomaly/anomaly", { config: { criticalFrom: 1001 } })?.severity,
  ).toBe("critical");
});
test("over EventBridge and over SNS it is the same message", () =>
  expect(tell(costAnomaly, "cost-anomaly/anomaly-sns")).toEqual(
    tell(costAnomaly, "cost-anomaly/anomaly"),
  ));
