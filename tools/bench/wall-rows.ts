/** How long a sweep takes on the embedded AWS, beside Cloud Custodian where that is installed. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DescribeSecurityGroupRulesCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { openAccount, type TestAccount } from "../../testing/account.ts";
import { startEmbedded } from "../../testing/embedded.ts";
import { deployedLedger } from "../../testing/host.ts";
import { packedProgram } from "./process.ts";
import { type Figure, type Goal, measured, median, notMeasured } from "./row.ts";

const root = resolve(import.meta.dirname, "..", "..");
const groups = 60;
const rules = 80;
const rounds = 3;

/** What closes the same rules, in Custodian's words. */
const policy = JSON.stringify({
  policies: [
    {
      name: "open-ingress",
      resource: "aws.security-group",
      filters: [{ type: "ingress", Ports: [22, 3389], Cidr: { value: "0.0.0.0/0" } }],
      actions: [{ type: "remove-permissions", ingress: "matched" }],
    },
  ],
});

/** An account of its own with open groups. */
async function opened(endpoint: string): Promise<TestAccount> {
  const aws = await openAccount(endpoint);
  const ec2 = aws.client(EC2Client);
  for (let at = 0; at < groups; at += 1) {
    const GroupName = `group-${at}`;
    const { GroupId } = await ec2.send(
      new CreateSecurityGroupCommand({ GroupName, Description: "for the bench" }),
    );
    for (const port of at < rules - groups ? [22, 3389] : [22])
      await ec2.send(
        new AuthorizeSecurityGroupIngressCommand({
          GroupId,
          IpPermissions: [
            {
              IpProtocol: "tcp",
              FromPort: port,
              ToPort: port,
              IpRanges: [{ CidrIp: "0.0.0.0/0" }],
            },
          ],
        }),
      );
  }
  return aws;
}

async function stillOpen(aws: TestAccount): Promise<number> {
  const { SecurityGroupRules = [] } = await aws
    .client(EC2Client)
    .send(new DescribeSecurityGroupRulesCommand({ MaxResults: 1000 }));
  return SecurityGroupRules.filter(
    ({ IsEgress, CidrIpv4 }) => !IsEgress && CidrIpv4 === "0.0.0.0/0",
  ).length;
}

/** Runs it in an account of its own. @returns seconds, its start included */
async function timed(endpoint: string, program: (aws: TestAccount) => readonly string[]) {
  const aws = await opened(endpoint);
  await deployedLedger(aws);
  const { accessKeyId, secretAccessKey, sessionToken } = aws.credentials;
  const [command = "", ...options] = program(aws);
  const began = performance.now();
  execFileSync(command, options, {
    cwd: root,
    stdio: ["ignore", "ignore", "pipe"],
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
      AWS_REGION: aws.region,
      AWS_DEFAULT_REGION: aws.region,
      AWS_ENDPOINT_URL: endpoint,
    },
  });
  const seconds = (performance.now() - began) / 1000;
  const left = await stillOpen(aws);
  if (left > 0) throw new Error(`${command} left ${left} of ${rules} rules open`);
  return seconds;
}

const onMoto: Goal = {
  what: "60 groups with 80 open rules on moto, of Cloud Custodian's time",
  target: 1.5,
  unit: "",
};
const fastLedger: Goal = {
  what: "the same with a ledger that answers in 5 ms, of Cloud Custodian's time",
  target: 1,
  unit: "",
};

/**
 * @param scratch a folder for what Custodian writes
 * @param custodian its program, where it is installed
 */
export async function wallRows(scratch: string, custodian?: string): Promise<Figure[]> {
  if (custodian === undefined) {
    const why =
      "needs Cloud Custodian: `pip install c7n` into a virtual environment, and `--custodian` with the path of its `custodian`";
    return [notMeasured(onMoto, why), notMeasured(fastLedger, why)];
  }
  const file = join(scratch, "policy.json");
  writeFileSync(file, policy);
  const bundled = await packedProgram("bench/wall.ts", join(scratch, "sweep"));
  const aws = await startEmbedded();
  const ours = (place: string) => (account: TestAccount) => [
    ...[process.execPath, bundled, aws.endpoint],
    ...[account.region, account.account, place],
  ];
  const theirs = ({ region }: TestAccount) => [
    ...[custodian, "run", "--region", region, "--cache-period", "0"],
    ...["--output-dir", join(scratch, "custodian"), file],
  ];
  const samples = { moto: [] as number[], memory: [] as number[], custodian: [] as number[] };
  try {
    for (let round = 0; round <= rounds; round += 1) {
      const moto = await timed(aws.endpoint, ours("aws"));
      const memory = await timed(aws.endpoint, ours("memory"));
      const other = await timed(aws.endpoint, theirs);
      // The first round warms up.
      if (round === 0) continue;
      samples.moto.push(moto);
      samples.memory.push(memory);
      samples.custodian.push(other);
    }
  } finally {
    await aws.stop();
  }
  const custodianTime = median(samples.custodian);
  const note = (own: readonly number[]) =>
    `${median(own).toFixed(1)} s, Custodian ${custodianTime.toFixed(1)} s, starts included`;
  const row = (target: Goal, own: readonly number[]) =>
    measured(
      target,
      own.map((seconds) => seconds / custodianTime),
      note(own),
    );
  return [row(onMoto, samples.moto), row(fastLedger, samples.memory)];
}
