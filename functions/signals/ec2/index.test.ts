import { expect, test } from "vitest";
import { over, tell } from "../../../test/setup/signal.ts";
import ec2 from "./index.ts";

test.each([
  [
    "ec2/instance-running",
    "info",
    "The instance i-0abcd1234efgh5678 runs again",
    "arn:aws:ec2:us-east-1:123456789012:instance/i-0abcd1234efgh5678",
    "quietly",
  ],
  [
    "ec2/instance-stopped",
    "info",
    "The instance i-0abcd1234efgh5678 is stopped",
    "arn:aws:ec2:us-east-1:123456789012:instance/i-0abcd1234efgh5678",
    "no",
  ],
  [
    "ec2/rebalance-recommendation",
    "info",
    "The spot instance i-0abcd1234efgh5678 is at risk of being taken back by AWS",
    "arn:aws:ec2:us-east-1:123456789012:instance/i-0abcd1234efgh5678/spot",
    "no",
  ],
  [
    "ec2/spot-interruption-warning",
    "warning",
    "AWS takes back the spot instance i-0abcd1234efgh5678 in two minutes: it will terminate",
    "arn:aws:ec2:us-east-1:123456789012:instance/i-0abcd1234efgh5678/spot",
    "no",
  ],
])(
  "%s is %s: %s; what it belongs to is %s, and it ends that: %s",
  (path, severity, title, key, ends) => {
    const told = tell(ec2, path);
    expect(told).toMatchObject({ severity, title, key });
    expect([told?.closes === true, told?.quiet === true]).toEqual([
      ends !== "no",
      ends === "quietly",
    ]);
  },
);

test("the link leads to the page of what it is about", () =>
  expect(tell(ec2, "ec2/instance-running")?.link).toBe(
    "https://us-east-1.console.aws.amazon.com/ec2/home?region=us-east-1#InstanceDetails:instanceId=i-0abcd1234efgh5678",
  ));

test("what the settings ignore is not told", () =>
  expect(
    tell(ec2, "ec2/spot-interruption-warning", { config: { ignore: ["i-0abcd1234efgh5678"] } }),
  ).toBeUndefined());

test("what the settings call critical is critical", () =>
  expect(
    tell(ec2, "ec2/instance-stopped", { config: { critical: ["i-0abcd1234efgh5678"] } })?.severity,
  ).toBe("critical"));

test("the settings say which states are told", () =>
  expect(
    tell(ec2, "ec2/instance-stopped", { config: { states: ["terminated"] } }),
  ).toBeUndefined());
test("it is over when the instance runs", async () => {
  const ask = (...states: string[]) =>
    over(ec2, "ec2/instance-running", {
      "ec2:DescribeInstances": states.map((Name) => ({ State: { Name } })),
    });
  expect(await ask("running")).toEqual({
    over: true,
    asked: [
      {
        operation: "ec2:DescribeInstances",
        kind: "read",
        input: { Filters: [{ Name: "instance-id", Values: ["i-0abcd1234efgh5678"] }] },
      },
    ],
  });
  expect((await ask("stopped")).over).toBe(false);
  await expect(ask()).rejects.toThrow("there is no instance i-0abcd1234efgh5678 any more");
});
