import { expect, test } from "vitest";
import { over, tell } from "../../../test/setup/signal.ts";
import cloudformation from "./index.ts";

test.each([
  [
    "cloudformation/drifted",
    "info",
    "The stack shop has drifted: 2 resources",
    "arn:aws:cloudformation:us-west-2:123456789012:stack/shop/d0a825a0-e4cd-11ee-83ba-0a2b4c6d8e0f/drift",
    "no",
  ],
  [
    "cloudformation/rollback-failed",
    "critical",
    "The stack shop: update rollback failed: The following resource(s) failed to update: [Service].",
    "arn:aws:cloudformation:us-west-2:123456789012:stack/shop/d0a825a0-e4cd-11ee-83ba-0a2b4c6d8e0f",
    "no",
  ],
  [
    "cloudformation/rolled-back",
    "warning",
    "The stack shop: update rollback complete",
    "arn:aws:cloudformation:us-west-2:123456789012:stack/shop/d0a825a0-e4cd-11ee-83ba-0a2b4c6d8e0f",
    "no",
  ],
  [
    "cloudformation/update-complete",
    "info",
    "The stack shop: update complete",
    "arn:aws:cloudformation:us-west-2:123456789012:stack/shop/d0a825a0-e4cd-11ee-83ba-0a2b4c6d8e0f",
    "quietly",
  ],
])(
  "%s is %s: %s; what it belongs to is %s, and it ends that: %s",
  (path, severity, title, key, ends) => {
    const told = tell(cloudformation, path);
    expect(told).toMatchObject({ severity, title, key });
    expect([told?.closes === true, told?.quiet === true]).toEqual([
      ends !== "no",
      ends === "quietly",
    ]);
  },
);

test("the link leads to the page of what it is about", () =>
  expect(tell(cloudformation, "cloudformation/drifted")?.link).toBe(
    "https://us-west-2.console.aws.amazon.com/cloudformation/home?region=us-west-2#/stacks/events?stackId=arn%3Aaws%3Acloudformation%3Aus-west-2%3A123456789012%3Astack%2Fshop%2Fd0a825a0-e4cd-11ee-83ba-0a2b4c6d8e0f",
  ));

test("where the settings say so a stack's failure is critical", () =>
  expect(
    tell(cloudformation, "cloudformation/rolled-back", { config: { critical: ["sh*"] } })?.severity,
  ).toBe("critical"));

test("what the settings ignore is not told", () =>
  expect(
    tell(cloudformation, "cloudformation/rollback-failed", { config: { ignore: ["shop"] } }),
  ).toBeUndefined());

test("stacks that are being changed are not told", () =>
  expect(
    tell(cloudformation, "cloudformation/update-complete", {
      change: { "status-details": { status: "UPDATE_IN_PROGRESS" } },
    }),
  ).toBeUndefined());
test("it is over when the stack is complete, or as its template says", async () => {
  const stack = (more: object) => ({ "cloudformation:DescribeStacks": [more] });
  const id =
    "arn:aws:cloudformation:us-west-2:123456789012:stack/shop/d0a825a0-e4cd-11ee-83ba-0a2b4c6d8e0f";
  expect(
    await over(
      cloudformation,
      "cloudformation/update-complete",
      stack({ StackStatus: "UPDATE_COMPLETE" }),
    ),
  ).toEqual({
    over: true,
    asked: [{ operation: "cloudformation:DescribeStacks", kind: "read", input: { StackName: id } }],
  });
  expect(
    (
      await over(
        cloudformation,
        "cloudformation/update-complete",
        stack({ StackStatus: "UPDATE_ROLLBACK_COMPLETE" }),
      )
    ).over,
  ).toBe(false);
  const drift = (StackDriftStatus: string) =>
    stack({ StackStatus: "UPDATE_COMPLETE", DriftInformation: { StackDriftStatus } });
  expect((await over(cloudformation, "cloudformation/drifted", drift("IN_SYNC"))).over).toBe(true);
  expect((await over(cloudformation, "cloudformation/drifted", drift("DRIFTED"))).over).toBe(false);
});
