import { expect, test } from "vitest";
import { tell } from "../../../test/setup/signal.ts";
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
