/** Who made a resource, as CloudTrail tells it of the last 90 days. */
import type { Event } from "@aws-sdk/client-cloudtrail";
import * as z from "zod/mini";
import { lookupEvents } from "../../../aws/cloudtrail/event.ts";
import { inOneLine } from "../../../sdk/errors.ts";
import type { Reader } from "../../../sdk/unit.ts";
import type { Lacking } from "./lacking.ts";
import { namedByArn } from "./named.ts";

type Read = Reader<readonly [typeof lookupEvents]>;

/**
 * By which operations each kind is made: events that merely name it, as the start of an instance
 * names its security group, made something else.
 */
const makes: ReadonlyMap<string, readonly string[]> = new Map([
  ["cloudformation:stack", ["CreateStack"]],
  ["dynamodb:table", ["CreateTable", "RestoreTableFromBackup", "RestoreTableToPointInTime"]],
  ["ec2:elastic-ip", ["AllocateAddress"]],
  ["ec2:image", ["CreateImage", "RegisterImage", "CopyImage"]],
  ["ec2:instance", ["RunInstances"]],
  ["ec2:launch-template", ["CreateLaunchTemplate"]],
  ["ec2:natgateway", ["CreateNatGateway"]],
  ["ec2:network-interface", ["CreateNetworkInterface"]],
  ["ec2:security-group", ["CreateSecurityGroup"]],
  ["ec2:snapshot", ["CreateSnapshot", "CreateSnapshots", "CopySnapshot"]],
  ["ec2:subnet", ["CreateSubnet"]],
  ["ec2:volume", ["CreateVolume", "RunInstances"]],
  ["ec2:vpc", ["CreateVpc"]],
  ["ec2:vpc-endpoint", ["CreateVpcEndpoint"]],
  ["ecr:repository", ["CreateRepository"]],
  ["ecs:cluster", ["CreateCluster"]],
  ["eks:cluster", ["CreateCluster"]],
  ["elasticfilesystem:file-system", ["CreateFileSystem"]],
  ["kms:key", ["CreateKey"]],
  // Lambda's events are named after a version of its API.
  ["lambda:function", ["CreateFunction", "CreateFunction20150331"]],
  ["logs:log-group", ["CreateLogGroup"]],
  ["rds:cluster", ["CreateDBCluster", "RestoreDBClusterFromSnapshot"]],
  [
    "rds:db",
    ["CreateDBInstance", "CreateDBInstanceReadReplica", "RestoreDBInstanceFromDBSnapshot"],
  ],
  ["s3:bucket", ["CreateBucket"]],
  ["secretsmanager:secret", ["CreateSecret"]],
  ["sns:topic", ["CreateTopic"]],
  ["sqs:queue", ["CreateQueue"]],
]);

/** Events that are read of one: what is changed all day has thousands. */
const mostEvents = 150;

const Told = z.object({
  errorCode: z.optional(z.string()),
  userIdentity: z.optional(
    z.object({ arn: z.optional(z.string()), invokedBy: z.optional(z.string()) }),
  ),
});

function toldIn({ CloudTrailEvent = "" }: Event): z.infer<typeof Told> | undefined {
  try {
    return Told.safeParse(JSON.parse(CloudTrailEvent)).data;
  } catch {
    return undefined;
  }
}

/** `deploy/ann@example.com` of an ARN of an assumed role, `user/ann` of one of a user. */
const shortened = (arn: string): string =>
  arn.slice(arn.lastIndexOf(":") + 1).replace("assumed-role/", "");

function whoIn(event: Event): string | undefined {
  const { userIdentity: { arn, invokedBy } = {} } = toldIn(event) ?? {};
  return (arn ? shortened(arn) : event.Username) ?? invokedBy;
}

/** What is said of who made a resource. */
export type Creator =
  | { readonly who: string; readonly at: Date | undefined }
  /** Why it is not known, in words. */
  | { readonly unknown: string };

/** The newest that made it: a name may have been another's before. */
async function madeBy(
  read: Read,
  name: string,
  operations: readonly string[],
): Promise<Creator | undefined> {
  const LookupAttributes = [{ AttributeKey: "ResourceName" as const, AttributeValue: name }];
  let seen = 0;
  for await (const event of read(lookupEvents({ LookupAttributes }))) {
    seen += 1;
    if (operations.includes(event.EventName ?? "") && !toldIn(event)?.errorCode) {
      const who = whoIn(event);
      return who
        ? { who, at: event.EventTime }
        : { unknown: "CloudTrail does not say who made it" };
    }
    if (seen >= mostEvents) return { unknown: `not among its last ${mostEvents} events` };
  }
  return undefined;
}

/** By its name or id, and where that is nobody's, by its ARN: services tell it by either. */
async function creatorOf(read: Read, arn: string): Promise<Creator> {
  const { kind, name } = namedByArn(arn);
  const operations = makes.get(kind);
  if (!operations) return { unknown: `of ${kind} it is not looked up` };
  const found = (await madeBy(read, name, operations)) ?? (await madeBy(read, arn, operations));
  return found ?? { unknown: "CloudTrail's last 90 days do not tell" };
}

/**
 * By ARN, one after the other: two requests a second are answered. Those that are known by what made
 * them are not asked for. Where CloudTrail refuses one, no more are asked, and each says why.
 */
export async function creatorsOf(
  read: Read,
  lacking: readonly Lacking[],
): Promise<ReadonlyMap<string, Creator>> {
  const creators = new Map<string, Creator>();
  let refused: string | undefined;
  for (const { arn, madeBy: maker } of lacking) {
    if (maker || !arn) continue;
    try {
      creators.set(arn, refused ? { unknown: refused } : await creatorOf(read, arn));
    } catch (error) {
      refused = `CloudTrail did not answer: ${inOneLine(error)}`;
      creators.set(arn, { unknown: refused });
    }
  }
  return creators;
}
