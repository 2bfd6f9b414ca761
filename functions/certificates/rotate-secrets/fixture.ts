import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  CreateSecretCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { arnOf } from "../../../sdk/arn.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";

interface Wanted {
  readonly tags?: Readonly<Record<string, string>>;
  readonly isRotated?: false;
  /** A rotation of it has begun, and does not finish. */
  readonly isStuck?: true;
}

/** By name; those with `overdue` in it were due long ago. */
const wanted: Readonly<Record<string, Wanted>> = {
  "orders/overdue": {},
  "orders/in-time": {},
  "orders/never": { isRotated: false },
  "orders/overdue-exempt": {
    tags: { "nightshift:exempt": "owner=ann@example.com reason=mine" },
  },
  "orders/overdue-stuck": { isStuck: true },
};

async function made(aws: TestAccount, Name: string, { tags = {}, ...how }: Wanted): Promise<void> {
  const secrets = aws.client(SecretsManagerClient);
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  await secrets.send(new CreateSecretCommand({ Name, SecretString: "first", Tags }));
  if (how.isRotated === false) return;
  await secrets.send(
    new RotateSecretCommand({
      SecretId: Name,
      RotationLambdaARN: arnOf(
        { service: "lambda", account: aws.account, resource: "function:rotate-orders" },
        aws.region,
      ),
      RotationRules: { AutomaticallyAfterDays: 30 },
    }),
  );
  if (how.isStuck)
    await secrets.send(
      new PutSecretValueCommand({
        SecretId: Name,
        SecretString: "second",
        VersionStages: ["AWSPENDING"],
      }),
    );
}

export const stuck = (aws: TestAccount): Promise<void> =>
  made(aws, "orders/overdue-stuck", { isStuck: true });

/** What its function says, long after the rotation was due. */
export async function failing(aws: TestAccount, message: string): Promise<void> {
  const logs = aws.client(CloudWatchLogsClient);
  const at = { logGroupName: "/aws/lambda/rotate-orders", logStreamName: "1" };
  await logs.send(new CreateLogGroupCommand({ logGroupName: at.logGroupName }));
  await logs.send(new CreateLogStreamCommand(at));
  const logEvents = [{ timestamp: Date.now() - 60_000, message }];
  await logs.send(new PutLogEventsCommand({ ...at, logEvents }));
}

/** Ids of versions are made anew each time; how many there are, and what for, is not. */
const versionsOf = (versions: Readonly<Record<string, readonly string[]>> = {}): string[] =>
  Object.values(versions)
    .map((stages) => stages.join())
    .sort();

/** It is due a month after it was rotated, to the second. */
const isDue = (due: Date | undefined): boolean | undefined => due && due.getTime() < Date.now();

export const fixture: AutomationFixture = {
  settings: { irreversible: "act" },
  async seed(aws) {
    for (const [name, how] of Object.entries(wanted)) await made(aws, name, how);
    await failing(aws, "[ERROR] ValueError: the database refused the new password");
  },
  async look(aws) {
    const { SecretList = [] } = await aws
      .client(SecretsManagerClient)
      .send(new ListSecretsCommand({}));
    return Object.fromEntries(
      SecretList.map(({ Name = "", NextRotationDate, SecretVersionsToStages, Tags }) => [
        Name,
        {
          isDue: isDue(NextRotationDate),
          versions: versionsOf(SecretVersionsToStages),
          tags: Tags,
        },
      ]),
    );
  },
  wrong: ["orders/overdue"],
  held: { "orders/overdue-exempt": "exemption" },
};
