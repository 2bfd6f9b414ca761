import { DescribeInstancesCommand, EC2Client, RunInstancesCommand } from "@aws-sdk/client-ec2";
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import {
  ListCommandsCommand,
  PutParameterCommand,
  SendCommandCommand,
  SSMClient,
} from "@aws-sdk/client-ssm";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";
import { mirroredWords } from "../mirrored-parameter.ts";
import { reloadConfig } from "./config.ts";

type Tags = Readonly<Record<string, string>>;

/** By name, with the tags that each has. */
const servers: Readonly<Record<string, Tags>> = {
  stale: { "nightshift:certificates": "shop" },
  several: { "nightshift:certificates": "told shop" },
  told: { "nightshift:certificates": "told" },
  elsewhere: { "nightshift:certificates": "blog" },
  alike: { "nightshift:certificate": "shop", certificates: "shop" },
  mirrored: { "nightshift:certificates": "mail" },
  waiting: { "nightshift:certificates": "news" },
  "longer-name": { "nightshift:certificates": "shop-2 shopping" },
  exempt: {
    "nightshift:certificates": "shop",
    "nightshift:exempt": "owner=ann@example.com reason=mine",
  },
};
const document = "read-certificate";
const secretOf = (name: string): string => `nightshift/certificates/${name}`;
const serialOfName: Readonly<Record<string, string>> = {
  shop: "B2",
  told: "C3",
  mail: "D4",
  news: "E5",
};
/** Those that servers take from a parameter: what that has. */
const mirrorOfName: Readonly<Record<string, string>> = { mail: "D4", news: "E4" };

async function start(aws: TestAccount, name: string, tags: Tags): Promise<string> {
  const Tags = Object.entries({ Name: name, ...tags }).map(([Key, Value]) => ({ Key, Value }));
  const { Instances: [made] = [] } = await aws.client(EC2Client).send(
    new RunInstancesCommand({
      ...{ ImageId: "ami-12c6146b", InstanceType: "t3.micro", MinCount: 1, MaxCount: 1 },
      TagSpecifications: [{ ResourceType: "instance", Tags }],
    }),
  );
  return made?.InstanceId ?? "";
}

/** As a renewal leaves it. */
async function kept(aws: TestAccount, name: string): Promise<void> {
  const secrets = aws.client(SecretsManagerClient);
  await secrets.send(new CreateSecretCommand({ Name: secretOf(name) }));
  await secrets.send(
    new PutSecretValueCommand({
      SecretId: secretOf(name),
      SecretString: JSON.stringify({ key: "kept", certificate: "", chain: "" }),
      VersionStages: ["AWSCURRENT", `serial-${serialOfName[name]}`],
    }),
  );
}

/** As the mirror leaves it. */
const mirrored = (aws: TestAccount, name: string, serial: string) =>
  aws.client(SSMClient).send(
    new PutParameterCommand({
      ...{ Name: `/${secretOf(name)}`, Value: "a key and its certificate", Type: "SecureString" },
      Description: mirroredWords({ serial, chain: "within" }, 1),
    }),
  );

/** By name, what each was told by the document. */
export async function toldIn(aws: TestAccount): Promise<Record<string, string[]>> {
  const { Commands = [] } = await aws.client(SSMClient).send(new ListCommandsCommand({}));
  const { Reservations = [] } = await aws.client(EC2Client).send(new DescribeInstancesCommand({}));
  const found: Record<string, string[]> = {};
  for (const { InstanceId = "", Tags = [] } of Reservations.flatMap((each) => each.Instances ?? []))
    found[Tags.find(({ Key }) => Key === "Name")?.Value ?? ""] = Commands.filter(
      ({ InstanceIds = [], DocumentName }) =>
        DocumentName === document && InstanceIds.includes(InstanceId),
    )
      .map(({ Comment = "" }) => Comment)
      .sort();
  return found;
}

export const fixture: AutomationFixture = {
  settings: {
    config: reloadConfig.parse({
      servers: [
        { secret: secretOf("shop"), document },
        { secret: secretOf("told"), document },
        ...Object.keys(mirrorOfName).map((name) => ({
          ...{ secret: secretOf(name), document, from: "parameter" },
        })),
      ],
    }),
    irreversible: "act",
  },
  async seed(aws) {
    const ids = new Map<string, string>();
    for (const [name, tags] of Object.entries(servers)) ids.set(name, await start(aws, name, tags));
    for (const name of Object.keys(serialOfName)) await kept(aws, name);
    for (const [name, serial] of Object.entries(mirrorOfName)) await mirrored(aws, name, serial);
    await aws.client(SSMClient).send(
      new SendCommandCommand({
        DocumentName: document,
        InstanceIds: [ids.get("told") ?? "", ids.get("several") ?? ""],
        Comment: "nightshift C3 told",
      }),
    );
  },
  look: toldIn,
  wrong: ["stale", "several", "mirrored"],
  held: { exempt: "exemption" },
};
