/** Instances made of images: always beside what is there. */
import { EC2Client, RunInstancesCommand } from "@aws-sdk/client-ec2";
import { write } from "../../sdk/call.ts";
import { anyImageArn } from "./image.ts";

const made = ["instance/*", "network-interface/*", "volume/*"];
const from = [
  anyImageArn,
  "arn:{partition}:ec2:{region}::snapshot/*",
  "security-group/*",
  "subnet/*",
];

export const runInstances = write("ec2:RunInstances", EC2Client, RunInstancesCommand, {
  on: [...made, ...from],
  also: {
    "ec2:CreateTags": {
      on: made,
      when: { StringEquals: { "ec2:CreateAction": "RunInstances" } },
    },
    "iam:PassRole": {
      on: "arn:{partition}:iam::{account}:role/*",
      when: { StringLike: { "iam:PassedToService": "ec2.amazonaws.com*" } },
    },
  },
  irreversible: "a person asked for it, and takes it away by its id",
});
