import { expect, test } from "vitest";
import { ourRoles } from "../settings/our-roles.ts";
import { deployedIn } from "../testing/deployed.ts";
import { partitionOf } from "./arn.ts";

test.each([
  ["eu-central-1", "aws"],
  ["us-east-1", "aws"],
  ["cn-north-1", "aws-cn"],
  ["us-gov-west-1", "aws-us-gov"],
])("%s lies in %s", (region, partition) => expect(partitionOf(region)).toBe(partition));

test("our own roles are known by their exact ARNs, those of undo too", () => {
  expect(ourRoles(deployedIn("cn-north-1"), "123456789012", ["open-ingress"])).toEqual([
    "arn:aws-cn:iam::123456789012:role/nightshift-open-ingress",
    "arn:aws-cn:iam::123456789012:role/nightshift-open-ingress-flow",
    "arn:aws-cn:iam::123456789012:role/nightshift-undo-open-ingress",
  ]);
});
