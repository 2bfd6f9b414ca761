import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
} from "@aws-sdk/client-iam";
import type { ReportFixture } from "../../../testing/fixture.ts";

const trust = (service: string): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
  });

/** Those with `aged` in their name were made long ago. */
export const fixture: ReportFixture = {
  settings: { config: { except: ["aged-emergency"] } },
  async seed(aws) {
    const iam = aws.client(IAMClient);
    const role = (RoleName: string, Path = "/") =>
      iam.send(
        new CreateRoleCommand({
          RoleName,
          Path,
          AssumeRolePolicyDocument: trust("ec2.amazonaws.com"),
        }),
      );
    await role("aged-left-over");
    await iam.send(new CreateUserCommand({ UserName: "aged-left" }));
    await iam.send(new CreateAccessKeyCommand({ UserName: "aged-left" }));
    // Decoys: new ones, one of a service, and one that is kept.
    await role("young");
    await role("aged-of-a-service", "/aws-service-role/ecs.amazonaws.com/");
    await role("aged-emergency");
    await iam.send(new CreateUserCommand({ UserName: "new" }));
  },
  told: { title: "Nobody has used 1 role and 1 user of IAM for 90 days", severity: "warning" },
};
