import { X509Certificate } from "node:crypto";
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import {
  AddTagsToResourceCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  PutParameterCommand,
  type PutParameterCommandInput,
  SSMClient,
} from "@aws-sdk/client-ssm";
import type { TestAccount } from "../../../testing/account.ts";
import { certificatesFor } from "../../../testing/certificates.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";
import { mirrorConfig } from "./config.ts";

/** What the parameter of a secret has: nothing, what was before, what the secret has, or another's. */
type Has = "nothing" | "former" | "current" | "by hand";
const wanted: Readonly<Record<string, Has>> = {
  first: "nothing",
  stale: "former",
  current: "current",
  "by-hand": "by hand",
  exempt: "former",
};
const names = Object.keys(wanted);
export const secretOf = (name: string): string => `nightshift/certificates/${name}`;
export const parameterOf = (name: string): string => `/${secretOf(name)}`;

/** Where tests have their accounts. */
const regions = ["eu-central-1", "eu-west-1", "us-east-1"];
export const kmsKeyIn = (region: string): string =>
  `arn:aws:kms:${region}:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab`;

let made: ReturnType<typeof certificatesFor> | undefined;

/** Two certificates, each with its key and chain as a secret and a parameter hold them. */
export function pairOf(which: "former" | "new") {
  made ??= certificatesFor([
    { subject: "authority", ca: true },
    { subject: "former", by: "authority", names: ["www.example.com"], serial: "a1" },
    { subject: "new", by: "authority", names: ["www.example.com"], serial: "b2" },
  ]);
  const { cert: certificate = "", key = "" } = made[which] ?? {};
  return { key, certificate, chain: made.authority?.cert ?? "" };
}

/** As a renewal leaves it. */
export async function kept(aws: TestAccount, name: string): Promise<void> {
  const secrets = aws.client(SecretsManagerClient);
  await secrets.send(new CreateSecretCommand({ Name: secretOf(name) }));
  for (const [which, serial] of [
    ["former", "A1"],
    ["new", "B2"],
  ] as const)
    await secrets.send(
      new PutSecretValueCommand({
        SecretId: secretOf(name),
        SecretString: JSON.stringify(pairOf(which)),
        VersionStages: ["AWSCURRENT", `serial-${serial}`],
      }),
    );
}

const put = (aws: TestAccount, input: Partial<PutParameterCommandInput>) =>
  aws.client(SSMClient).send(
    new PutParameterCommand({
      ...{ Type: "SecureString", KeyId: kmsKeyIn(aws.region), Tier: "Intelligent-Tiering" },
      ...{ Name: "", Value: "" },
      ...input,
    }),
  );

const describedAs = (serial: string): string =>
  `nightshift: certificate ${serial}, its chain within, put as version 1`;

async function parameter(aws: TestAccount, name: string, has: Has): Promise<void> {
  const Name = parameterOf(name);
  if (has === "nothing") return;
  const which = has === "current" ? "new" : "former";
  const Description = describedAs(which === "new" ? "B2" : "A1");
  await put(aws, { Name, Description, Value: JSON.stringify(pairOf(which)) });
  // Somebody overwrites it, and its description stays.
  if (has === "by hand") await put(aws, { Name, Value: "by hand", Overwrite: true });
  if (name === "exempt")
    await aws.client(SSMClient).send(
      new AddTagsToResourceCommand({
        ...{ ResourceType: "Parameter", ResourceId: Name },
        Tags: [{ Key: "nightshift:exempt", Value: "owner=ann@example.com reason=mine" }],
      }),
    );
}

/** What a text shows of a certificate with its key; the text itself where it is none. */
function shown(text: string): string {
  try {
    return new X509Certificate((JSON.parse(text) as { certificate: string }).certificate)
      .serialNumber;
  } catch {
    return text;
  }
}

/** By name, what readers of each parameter get. */
export async function readersGet(aws: TestAccount): Promise<Record<string, unknown>> {
  const ssm = aws.client(SSMClient);
  const { Parameters = [] } = await ssm.send(new DescribeParametersCommand({}));
  const found: Record<string, unknown> = {};
  for (const { Name = "", Type, KeyId } of Parameters) {
    if (!Name.startsWith("/nightshift/certificates")) continue;
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name, WithDecryption: true }));
    found[Name] = { Type, KeyId, holds: shown(Parameter?.Value ?? "") };
  }
  return found;
}

export const fixture: AutomationFixture = {
  settings: {
    config: mirrorConfig.parse({
      certificates: regions.flatMap((region) =>
        names.map((name) => ({ secret: secretOf(name), kmsKey: kmsKeyIn(region) })),
      ),
    }),
  },
  async seed(aws) {
    for (const [name, has] of Object.entries(wanted)) {
      await kept(aws, name);
      await parameter(aws, name, has);
    }
    // They look alike: a part of a name, another folder, below the name of one.
    for (const Name of [
      "/nightshift/certificates/stale-2",
      "/nightshift/certificates-old/stale",
      "/nightshift/certificates/stale/chain/0",
    ])
      await put(aws, { Name, Value: JSON.stringify(pairOf("former")) });
  },
  look: readersGet,
  wrong: [parameterOf("first"), parameterOf("stale"), parameterOf("by-hand")],
  held: { [parameterOf("exempt")]: "exemption" },
  unused: [
    {
      role: "undo",
      action: "ssm:ListTagsForResource",
      why: "What takes back has the unit's looks, and an exemption holds no undo, so that tags are not asked for. It reads tags, and changes nothing.",
    },
  ],
};
