import { expect, test } from "vitest";
import { over, tell } from "../../../test/setup/signal.ts";
import autoScaling from "./index.ts";

test.each([
  [
    "auto-scaling/launch-successful",
    "info",
    "The Auto Scaling group web can launch i-1234567890abcdef0 again",
    "arn:aws:autoscaling:us-west-2:123456789012:autoScalingGroup:1a2b3c4d-5e6f-7a8b-9c0d-1e2f3a4b5c6d:autoScalingGroupName/web/launch",
    "quietly",
  ],
  [
    "auto-scaling/launch-unsuccessful",
    "warning",
    "The Auto Scaling group web cannot launch an instance: We currently do not have sufficient m5.large capacity in the Availability Zone you requested (us-west-2b)",
    "arn:aws:autoscaling:us-west-2:123456789012:autoScalingGroup:1a2b3c4d-5e6f-7a8b-9c0d-1e2f3a4b5c6d:autoScalingGroupName/web/launch",
    "no",
  ],
  [
    "auto-scaling/terminate-unsuccessful",
    "warning",
    "The Auto Scaling group web cannot terminate i-1234567890abcdef0: The instance has stop protection",
    "arn:aws:autoscaling:us-west-2:123456789012:autoScalingGroup:1a2b3c4d-5e6f-7a8b-9c0d-1e2f3a4b5c6d:autoScalingGroupName/web/terminate",
    "no",
  ],
])(
  "%s is %s: %s; what it belongs to is %s, and it ends that: %s",
  (path, severity, title, key, ends) => {
    const told = tell(autoScaling, path);
    expect(told).toMatchObject({ severity, title, key });
    expect([told?.closes === true, told?.quiet === true]).toEqual([
      ends !== "no",
      ends === "quietly",
    ]);
  },
);

test("the link leads to the page of what it is about", () =>
  expect(tell(autoScaling, "auto-scaling/launch-successful")?.link).toBe(
    "https://us-west-2.console.aws.amazon.com/ec2/home?region=us-west-2#AutoScalingGroupDetails:id=web;view=activity",
  ));

test("what the settings ignore is not told", () =>
  expect(
    tell(autoScaling, "auto-scaling/launch-unsuccessful", { config: { ignore: ["web"] } }),
  ).toBeUndefined());

test("what the settings call critical is critical", () =>
  expect(
    tell(autoScaling, "auto-scaling/launch-unsuccessful", { config: { critical: ["we*"] } })
      ?.severity,
  ).toBe("critical"));

test("a group can launch again when the last launch that ended has succeeded, as Auto Scaling says", async () => {
  const ask = (...activities: (readonly [verb: string, status: string])[]) =>
    over(autoScaling, "auto-scaling/launch-successful", {
      "autoscaling:DescribeScalingActivities": {
        Activities: activities.map(([verb, StatusCode]) => ({
          Description: `${verb} EC2 instance: i-1`,
          StatusCode,
        })),
      },
    });
  const launched = ["Launching a new", "Successful"] as const;
  const failed = ["Launching a new", "Failed"] as const;
  expect(await ask(launched, failed)).toEqual({
    over: true,
    asked: [
      {
        operation: "autoscaling:DescribeScalingActivities",
        kind: "read",
        input: { AutoScalingGroupName: "web", MaxRecords: 100 },
      },
    ],
  });
  expect((await ask(["Launching a new", "InProgress"], launched)).over).toBe(true);
  expect((await ask(["Terminating", "Failed"], launched)).over).toBe(true);
  expect((await ask(failed, launched)).over).toBe(false);
  expect((await ask(["Launching a new", "InProgress"], failed)).over).toBe(false);
  expect((await ask(["Terminating", "Successful"])).over).toBe(false);
  expect((await ask()).over).toBe(false);
});
