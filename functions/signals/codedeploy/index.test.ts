import { expect, test } from "vitest";
import { over, tell } from "../../../test/setup/signal.ts";
import codedeploy from "./index.ts";

test.each([
  [
    "codedeploy/failure",
    "warning",
    "The deployment of shop to production has failed",
    "arn:aws:codedeploy:us-east-1:123456789012:deploymentgroup:shop/production",
    "no",
  ],
  [
    "codedeploy/success",
    "info",
    "The deployment of shop to production has succeeded",
    "arn:aws:codedeploy:us-east-1:123456789012:deploymentgroup:shop/production",
    "quietly",
  ],
])(
  "%s is %s: %s; what it belongs to is %s, and it ends that: %s",
  (path, severity, title, key, ends) => {
    const told = tell(codedeploy, path);
    expect(told).toMatchObject({ severity, title, key });
    expect([told?.closes === true, told?.quiet === true]).toEqual([
      ends !== "no",
      ends === "quietly",
    ]);
  },
);

test("the link leads to the page of what it is about", () =>
  expect(tell(codedeploy, "codedeploy/failure")?.link).toBe(
    "https://us-east-1.console.aws.amazon.com/codesuite/codedeploy/deployments/d-123456789?region=us-east-1",
  ));

test("what the settings ignore is not told", () =>
  expect(tell(codedeploy, "codedeploy/failure", { config: { ignore: ["shop"] } })).toBeUndefined());

test("what the settings call critical is critical", () =>
  expect(tell(codedeploy, "codedeploy/failure", { config: { critical: ["shop"] } })?.severity).toBe(
    "critical",
  ));

test("a group is deployed to again when CodeDeploy says so, and it was no rollback", async () => {
  const ask = (deploymentInfo?: object) =>
    over(codedeploy, "codedeploy/success", { "codedeploy:GetDeployment": { deploymentInfo } });
  expect(await ask({ status: "Succeeded", creator: "user" })).toEqual({
    over: true,
    asked: [
      {
        operation: "codedeploy:GetDeployment",
        kind: "read",
        input: { deploymentId: "d-223456789" },
      },
    ],
  });
  expect((await ask({ status: "InProgress" })).over).toBe(false);
  expect((await ask({ status: "Succeeded", creator: "codeDeployRollback" })).over).toBe(false);
  const rollbackInfo = { rollbackTriggeringDeploymentId: "d-123456789" };
  expect((await ask({ status: "Succeeded", rollbackInfo })).over).toBe(false);
  expect((await ask()).over).toBe(false);
});
