/** Log groups that keep for ever, and some that may. */
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import type { Expected, SeededAccount, Thing } from "./thing.ts";

interface Group {
  readonly region: string;
  readonly name: string;
  readonly expected: Expected;
  readonly days?: number;
  readonly tags?: Record<string, string>;
}

const [eu, us] = ["eu-central-1", "us-east-1"];
/** The one that is made in the evening, and told of by an event. */
export const madeTonight = "/aws/lambda/new-feature";

const groups: readonly Group[] = [
  ...[
    madeTonight,
    "/aws/lambda/checkout",
    "/aws/lambda/thumbnails",
    "/ecs/shop",
    "/app/legacy",
  ].map((name): Group => ({ region: eu, name, expected: "changed" })),
  { region: eu, name: "/aws/lambda/billing", days: 30, expected: "untouched" },
  { region: eu, name: "/app/ten-years", days: 3653, expected: "untouched" },
  { region: eu, name: "/audit/trail", expected: "untouched" },
  { region: eu, name: "/ecs/contract-archive", expected: { heldBy: "exemption" } },
  {
    region: eu,
    name: "/forensics/case-17",
    expected: { heldBy: "exemption" },
    tags: { "nightshift:exempt": "until=2099-06-30 owner=security@example.com reason=evidence" },
  },
  // More than a night may change without a person.
  ...[
    "ads",
    "bids",
    "clicks",
    "events",
    "feeds",
    "geo",
    "identity",
    "joins",
    "keys",
    "ledger",
    "metrics",
    "views",
  ].map((name): Group => ({ region: us, name: `/aws/lambda/${name}`, expected: "waiting" })),
  { region: us, name: "/aws/lambda/invoices", days: 365, expected: "untouched" },
];

const words = (days: number | undefined): string =>
  days === undefined ? "keeps for ever" : `keeps ${days} days`;

/** @param days the retention that the settings give */
export async function seedLogGroups(
  account: SeededAccount,
  days: number,
): Promise<readonly Thing[]> {
  return Promise.all(
    groups.map(async ({ region, name, days: kept, tags, expected }): Promise<Thing> => {
      const logs = account.client(CloudWatchLogsClient, region);
      await logs.send(new CreateLogGroupCommand({ logGroupName: name, ...(tags && { tags }) }));
      if (kept)
        await logs.send(
          new PutRetentionPolicyCommand({ logGroupName: name, retentionInDays: kept }),
        );
      return { unit: "log-retention", region, id: name, name, expected, after: words(days) };
    }),
  );
}

export async function logGroupsNow(
  account: SeededAccount,
  region: string,
): Promise<readonly (readonly [id: string, state: string])[]> {
  const { logGroups = [] } = await account
    .client(CloudWatchLogsClient, region)
    .send(new DescribeLogGroupsCommand({ limit: 50 }));
  return logGroups.map(
    ({ logGroupName = "", retentionInDays }) => [logGroupName, words(retentionInDays)] as const,
  );
}
