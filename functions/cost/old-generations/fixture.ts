import { EC2Client, RunInstancesCommand, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import type { TestAccount } from "../../../testing/account.ts";
import type { ReportFixture } from "../../../testing/fixture.ts";

async function start(
  aws: TestAccount,
  type: string,
  tags: Readonly<Record<string, string>> = {},
): Promise<string> {
  const Tags = Object.entries({ Name: type, ...tags }).map(([Key, Value]) => ({ Key, Value }));
  const { Instances: [made] = [] } = await aws.client(EC2Client).send(
    new RunInstancesCommand({
      ImageId: "ami-760aaa0f",
      InstanceType: type as "m3.large",
      MinCount: 1,
      MaxCount: 1,
      TagSpecifications: [{ ResourceType: "instance", Tags }],
    }),
  );
  return made?.InstanceId ?? "";
}

export const fixture: ReportFixture = {
  settings: { config: { except: ["m2", "c3.large"] } },
  async seed(aws) {
    await start(aws, "m3.large");
    await start(aws, "m4.large", { "aws:autoscaling:groupName": "web" });
    // Decoys: two current ones, two that are to stay, and one that is gone.
    await start(aws, "t3.micro");
    await start(aws, "m7g.large");
    await start(aws, "m2.xlarge");
    await start(aws, "c3.large");
    const gone = await start(aws, "m3.large");
    await aws.client(EC2Client).send(new TerminateInstancesCommand({ InstanceIds: [gone] }));
  },
  told: { title: "2 instances in", severity: "info" },
};
