/**
 * The service control policy for an organisation, as docs/service-control-policy.json ships it
 * (rule: unauthenticated-tags).
 */
import { readFileSync } from "node:fs";
import { runSimulation } from "@cloud-copilot/iam-simulate";
import { describe, expect, test } from "vitest";

const policy = JSON.parse(
  readFileSync(`${import.meta.dirname}/../docs/service-control-policy.json`, "utf8"),
) as object;
const account = "123456789012";
const role = (name: string) => `arn:aws:iam::${account}:role/${name}`;
const volume = `arn:aws:ec2:eu-central-1:${account}:volume/vol-1`;
const everything = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
};

/** What comes of a request by somebody who may do everything in the account. */
async function ask(
  principal: string,
  action: string,
  resource: string,
  contextVariables: Record<string, string | string[]> = {},
): Promise<string> {
  const answer = await runSimulation(
    {
      request: {
        principal,
        action,
        resource: { resource, accountId: account },
        contextVariables: { "aws:PrincipalArn": principal, ...contextVariables },
      },
      identityPolicies: [{ name: "admin", policy: everything }],
      serviceControlPolicies: [
        {
          orgIdentifier: "root",
          policies: [
            { name: "full", policy: everything },
            { name: "nightshift", policy },
          ],
        },
      ],
      resourceControlPolicies: [],
    },
    {},
  );
  if (answer.resultType === "error") throw new Error(JSON.stringify(answer.errors));
  return answer.overallResult;
}
const tagging = (...keys: string[]) => ({ "aws:TagKeys": keys });

describe("tags of ours", () => {
  test.each(["nightshift:exempt", "nightshift:made-by"])(
    "%s is written and removed by those on call and by Nightshift alone",
    async (key) => {
      for (const action of ["ec2:CreateTags", "ec2:DeleteTags"]) {
        expect(await ask(role("Admin"), action, volume, tagging(key))).toBe("ExplicitlyDenied");
        expect(await ask(role("OnCall"), action, volume, tagging(key))).toBe("Allowed");
        expect(await ask(role("nightshift-idle-instances"), action, volume, tagging(key))).toBe(
          "Allowed",
        );
      }
    },
  );
  test("deployments may mark what they deploy as theirs", async () => {
    for (const name of ["cfn-exec-role", "deploy-role"]) {
      const deploying = role(`cdk-hnb659fds-${name}-123456789012-eu-central-1`);
      const marked = tagging("nightshift:deployment");
      expect(await ask(deploying, "ec2:CreateTags", volume, marked)).toBe("Allowed");
    }
    const marked = tagging("nightshift:deployment");
    expect(await ask(role("Admin"), "ec2:CreateTags", volume, marked)).toBe("ExplicitlyDenied");
  });
  test("one among others is denied too, and other tags are nobody's business", async () => {
    expect(
      await ask(role("Admin"), "ec2:CreateTags", volume, tagging("Name", "nightshift:exempt")),
    ).toBe("ExplicitlyDenied");
    expect(await ask(role("Admin"), "ec2:CreateTags", volume, tagging("Name"))).toBe("Allowed");
    expect(await ask(role("Admin"), "ec2:DeleteVolume", volume)).toBe("Allowed");
  });
});

test("our roles are changed by deployments alone, so that nobody borrows their name", async () => {
  const deployment = role("cdk-hnb659fds-cfn-exec-role-123456789012-eu-central-1");
  for (const action of ["iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:CreateRole"]) {
    expect(await ask(role("Admin"), action, role("nightshift-undo"))).toBe("ExplicitlyDenied");
    expect(await ask(deployment, action, role("nightshift-undo"))).toBe("Allowed");
    expect(await ask(role("Admin"), action, role("other"))).toBe("Allowed");
  }
});
