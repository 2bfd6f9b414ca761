/**
 * What the night has none of: things through a prefix list, changes by others meanwhile, earlier
 * changes of our own.
 */
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateManagedPrefixListCommand,
  CreateSecurityGroupCommand,
  DescribeInstancesCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import pMap from "p-map";
import { keys } from "../../ledger/keys.ts";
import type { RunResult } from "../../ledger/result.ts";
import type { Store } from "../../ledger/store.ts";
import { before, hours, systemClock } from "../../sdk/time.ts";
import type { SeededAccount } from "../../testing/seed/thing.ts";
import type { Where } from "./requests.ts";

/** A log group that is made after the night. */
const later = "/app/after-the-night";

/** A rule through a prefix list and a log group in each region: what the night has none of. */
export async function seedMore(account: SeededAccount): Promise<void> {
  await pMap(account.regions, async (region) => {
    const ec2 = account.client(EC2Client, region);
    const { PrefixList } = await ec2.send(
      new CreateManagedPrefixListCommand({
        PrefixListName: "everyone",
        AddressFamily: "IPv4",
        MaxEntries: 1,
        Entries: [{ Cidr: "0.0.0.0/0" }],
      }),
    );
    const { GroupId } = await ec2.send(
      new CreateSecurityGroupCommand({
        GroupName: "through-a-list",
        Description: "lets in a prefix list",
      }),
    );
    await ec2.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId,
        IpPermissions: [
          {
            IpProtocol: "tcp",
            FromPort: 22,
            ToPort: 22,
            PrefixListIds: [{ PrefixListId: PrefixList?.PrefixListId }],
          },
        ],
        TagSpecifications: [
          { ResourceType: "security-group-rule", Tags: [{ Key: "opened-by", Value: "ann" }] },
        ],
      }),
    );
    await account
      .client(CloudWatchLogsClient, region)
      .send(new CreateLogGroupCommand({ logGroupName: later }));
  });
}

/**
 * Somebody else is faster: what changed meanwhile is not applied. One change is as good as twelve
 * here.
 */
export async function mendAllButOne(
  account: SeededAccount,
  { region, actions }: RunResult,
): Promise<void> {
  for (const { target } of actions.filter(({ outcome }) => outcome === "waiting").slice(1))
    await account
      .client(CloudWatchLogsClient, region)
      .send(new PutRetentionPolicyCommand({ logGroupName: target, retentionInDays: 30 }));
}

/**
 * As if each automation had changed, two hours ago, what it is about to change: then it asks who
 * else did.
 */
export async function changedBefore(
  store: Store,
  account: SeededAccount,
  instance: string,
): Promise<void> {
  const [home = "", other = home] = account.regions;
  const { SecurityGroupRules = [] } = await account
    .client(EC2Client, home)
    .send(new DescribeSecurityGroupRulesCommand({}));
  const rule =
    SecurityGroupRules.find(({ PrefixListId }) => PrefixListId)?.SecurityGroupRuleId ?? "";
  for (const [unit, region, target] of [
    ["open-ingress", home, rule] as const,
    ["log-retention", home, later] as const,
    ["idle-instances", other, instance] as const,
  ])
    await store.put({
      pk: keys.story("unit", { unit, account: account.id, region }, target),
      sk: "last",
      type: "story",
      body: { run: "earlier", action: "earlier", at: before(systemClock.now(), hours(2)) },
    });
}

export async function tagsIn(account: SeededAccount): Promise<Where["tags"]> {
  const found = await pMap(account.regions, async (region) => {
    const ec2 = account.client(EC2Client, region);
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}));
    const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({}));
    return [
      ...Reservations.flatMap(({ Instances = [] }) => Instances).map(
        ({ InstanceId = "", Tags = [] }) => [InstanceId, Tags] as const,
      ),
      ...SecurityGroups.map(({ GroupId = "", Tags = [] }) => [GroupId, Tags] as const),
    ];
  });
  return new Map(
    found
      .flat()
      .map(([id, tags]) => [
        id,
        Object.fromEntries(tags.map(({ Key = "", Value = "" }) => [Key, Value])),
      ]),
  );
}
