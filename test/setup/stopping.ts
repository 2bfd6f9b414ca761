/**
 * A small automation with batched writes for tests of the run: instances that are tagged `wrong`
 * shall not run.
 */
import {
  DescribeInstancesCommand,
  EC2Client,
  type Instance,
  RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import * as z from "zod/mini";
import { describeInstances, stopInstances } from "../../aws/ec2/instance.ts";
import { automation } from "../../sdk/automation.ts";
import type { TestAccount } from "./aws.ts";

const nameOf = ({ Tags = [] }: Instance): string =>
  Tags.find(({ Key }) => Key === "Name")?.Value ?? "";

export const stopping = automation({
  id: "test-stopping",
  family: "test",
  summary: "Stops instances that should not run",
  on: [],
  config: z.strictObject({}),
  reads: [describeInstances],
  writes: [stopInstances],
  async *find({ read, only }) {
    yield* read(
      describeInstances(only ? { Filters: [{ Name: "instance-id", Values: [...only] }] } : {}),
    );
  },
  target: ({ InstanceId, Tags }) => ({ id: InstanceId, tags: Tags ?? [] }),
  state: ({ State }) => ({ runs: State?.Name === "running" || State?.Name === "pending" }),
  propose(instance) {
    const { InstanceId, State } = instance;
    if (!InstanceId || State?.Name !== "running" || !nameOf(instance).startsWith("wrong")) return;
    return { because: "it should not run", call: stopInstances({ InstanceIds: [InstanceId] }) };
  },
});

export async function startMachines(aws: TestAccount, ...names: string[]): Promise<void> {
  const ec2 = aws.client(EC2Client);
  const TagSpecifications = (Value: string) => [
    { ResourceType: "instance" as const, Tags: [{ Key: "Name", Value }] },
  ];
  for (const name of names)
    await ec2.send(
      new RunInstancesCommand({
        ImageId: "ami-12c6146b",
        InstanceType: "t3.micro",
        MinCount: 1,
        MaxCount: 1,
        TagSpecifications: TagSpecifications(name),
      }),
    );
}

/** State by name. */
export async function machines(aws: TestAccount): Promise<Record<string, string>> {
  const { Reservations = [] } = await aws.client(EC2Client).send(new DescribeInstancesCommand({}));
  return Object.fromEntries(
    Reservations.flatMap(({ Instances = [] }) => Instances).map((one) => [
      nameOf(one),
      one.State?.Name ?? "",
    ]),
  );
}
