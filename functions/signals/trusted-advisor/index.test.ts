import { describe, expect, test } from "vitest";
import { over, tell } from "../../../test/setup/signal.ts";
import trustedAdvisor from "./index.ts";

test.each([
  [
    "trusted-advisor/check-green",
    "info",
    "Trusted Advisor: Amazon EBS Snapshots is fine again for vol-1a2b3c4d5e6f7a8b9",
    "trustedadvisor/Amazon EBS Snapshots/arn:aws:ec2:us-west-2:123456789012:volume/vol-1a2b3c4d5e6f7a8b9",
    "quietly",
  ],
  [
    "trusted-advisor/check-red",
    "warning",
    "Trusted Advisor: Amazon EBS Snapshots is red for vol-1a2b3c4d5e6f7a8b9",
    "trustedadvisor/Amazon EBS Snapshots/arn:aws:ec2:us-west-2:123456789012:volume/vol-1a2b3c4d5e6f7a8b9",
    "no",
  ],
])(
  "%s is %s: %s; what it belongs to is %s, and it ends that: %s",
  (path, severity, title, key, ends) => {
    const told = tell(trustedAdvisor, path);
    expect(told).toMatchObject({ severity, title, key });
    expect([told?.closes === true, told?.quiet === true]).toEqual([
      ends !== "no",
      ends === "quietly",
    ]);
  },
);

test("the link leads to the page of what it is about", () =>
  expect(tell(trustedAdvisor, "trusted-advisor/check-green")?.link).toBe(
    "https://us-east-1.console.aws.amazon.com/trustedadvisor/home#/dashboard?checkName=Amazon%20EBS%20Snapshots",
  ));

test("what the settings ignore is not told", () =>
  expect(
    tell(trustedAdvisor, "trusted-advisor/check-red", {
      config: { ignore: ["Amazon EBS Snapshots"] },
    }),
  ).toBeUndefined());

test("yellow is told only where the settings say so", () => {
  expect(
    tell(trustedAdvisor, "trusted-advisor/check-red", { change: { status: "WARN" } }),
  ).toBeUndefined();
  expect(
    tell(trustedAdvisor, "trusted-advisor/check-red", {
      change: { status: "WARN" },
      config: { atLeast: "info" },
    })?.title,
  ).toBe("Trusted Advisor: Amazon EBS Snapshots is yellow for vol-1a2b3c4d5e6f7a8b9");
});

describe("that a check is green for a resource is read", () => {
  const checks = { checks: [{ id: "c-1", name: "Amazon EBS Snapshots" }] };
  const ask = (result: object | undefined, known: object | undefined = checks, change = {}) =>
    over(
      trustedAdvisor,
      "trusted-advisor/check-green",
      {
        "support:DescribeTrustedAdvisorChecks": known,
        "support:DescribeTrustedAdvisorCheckResult": result && { result },
      },
      { change },
    );
  const flagged = (volume: string, more = {}) => ({
    status: "warning",
    flaggedResources: [{ status: "error", metadata: ["us-west-2", volume, null], ...more }],
  });
  test("of the check's result, which does not flag it", async () => {
    const { over: green, asked } = await ask(flagged("vol-other"));
    expect(green).toBe(true);
    expect(asked.map(({ operation, input }) => [operation, input])).toEqual([
      ["support:DescribeTrustedAdvisorChecks", { language: "en" }],
      ["support:DescribeTrustedAdvisorCheckResult", { checkId: "c-1", language: "en" }],
    ]);
    expect((await ask(flagged("vol-1a2b3c4d5e6f7a8b9"))).over).toBe(false);
    expect((await ask(flagged("vol-1a2b3c4d5e6f7a8b9", { status: "ok" }))).over).toBe(true);
    expect((await ask(flagged("vol-1a2b3c4d5e6f7a8b9", { isSuppressed: true }))).over).toBe(true);
  });
  test("of an account as a whole by the check's own colour", async () => {
    const whole = { resource_id: "", "check-item-detail": {} };
    expect((await ask({ status: "ok" }, checks, whole)).over).toBe(true);
    expect((await ask({ status: "warning" }, checks, whole)).over).toBe(false);
  });
  test("cannot be without a support plan, which is said", async () => {
    const unread = { unread: "the account's support plan has no API of Trusted Advisor" };
    expect((await ask(undefined)).over).toEqual(unread);
    const refused = over(trustedAdvisor, "trusted-advisor/check-green", {});
    expect((await refused).over).toEqual(unread);
  });
  test("is not known where there is no such check or no result", async () => {
    await expect(ask({ status: "ok" }, { checks: [] })).rejects.toThrow("has no check");
    await expect(ask({ status: "not_available" })).rejects.toThrow("no result for now");
  });
});

test("the same name in another region is another matter", () => {
  const keyOf = (Region: string) =>
    tell(trustedAdvisor, "trusted-advisor/check-red", {
      change: { resource_id: "", "check-item-detail": { Region, "Function Name": "orders" } },
    })?.key;
  expect(keyOf("us-west-2")).not.toBe(keyOf("eu-west-1"));
});
