import {
  CreateBackupCommand,
  CreateTableCommand,
  DynamoDBClient,
  ListBackupsCommand,
  ListTagsOfResourceCommand,
} from "@aws-sdk/client-dynamodb";
import { arnOf } from "../../../sdk/arn.ts";
import { weekdays } from "../../../sdk/weekdays.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";

type Tags = Readonly<Record<string, string>>;

/** The week began today: no test runs so long that another begins. */
const weekday = weekdays[(new Date().getUTCDay() + 6) % 7] ?? "monday";
export const weekly = { every: "week", weekday, at: "00:00" } as const;

const tables: Readonly<Record<string, Tags>> = {
  orders: { backup: "yes", team: "shop" },
  // An exemption that is meant for others: what changes something leaves it alone, a backup does not.
  exempt: { backup: "yes", "nightshift:exempt": "owner=ann@example.com reason=mine" },
  "exempt-by-name": {
    backup: "",
    "nightshift:exempt": "from=table-backups owner=ann@example.com",
  },
  listed: { team: "shop" },
  sessions: { backups: "yes" },
  "by-hand": {},
};

export async function makeTable(aws: TestAccount, TableName: string, tags: Tags): Promise<void> {
  await aws.client(DynamoDBClient).send(
    new CreateTableCommand({
      TableName,
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      BillingMode: "PAY_PER_REQUEST",
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    }),
  );
}

/** Without the token that each has of its own. */
const withoutToken = (name = ""): string => name.replace(/_[0-9a-f]+$/, "");

const listsForNobody = (role: "flow" | "undo") => ({
  role,
  action: "dynamodb:ListTables",
  why: "Whoever carries a backup, or takes one back, looks with the automation's own `find`: here by name, so that no tables are listed. It lists names, and changes nothing.",
});

export const fixture: AutomationFixture = {
  unused: [listsForNobody("flow"), listsForNobody("undo")],
  settings: { config: { ...weekly, tables: ["listed"] } },
  async seed(aws) {
    for (const [name, tags] of Object.entries(tables)) await makeTable(aws, name, tags);
    await aws
      .client(DynamoDBClient)
      .send(new CreateBackupCommand({ TableName: "by-hand", BackupName: "by-hand" }));
  },
  async look(aws) {
    const client = aws.client(DynamoDBClient);
    const { BackupSummaries = [] } = await client.send(new ListBackupsCommand({}));
    const looks = Object.keys(tables).map(async (name) => {
      const ResourceArn = arnOf({
        service: "dynamodb",
        region: aws.region,
        account: aws.account,
        resource: `table/${name}`,
      });
      const { Tags } = await client.send(new ListTagsOfResourceCommand({ ResourceArn }));
      const backups = BackupSummaries.filter(({ TableName }) => TableName === name);
      return [
        name,
        { tags: Tags, backups: backups.map(({ BackupName }) => withoutToken(BackupName)).sort() },
      ];
    });
    return Object.fromEntries(await Promise.all(looks));
  },
  wrong: ["orders", "exempt", "listed"],
  held: { "exempt-by-name": "exemption" },
};
