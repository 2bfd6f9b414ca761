import { AllocateAddressCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  ChangeResourceRecordSetsCommand,
  ChangeTagsForResourceCommand,
  CreateHostedZoneCommand,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
  Route53Client,
} from "@aws-sdk/client-route-53";
import { after, days } from "../../../sdk/time.ts";
import type { TestAccount } from "../../../testing/account.ts";
import { startDnsServer } from "../../../testing/acme/dns-server.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";

/** A world in which no name is there that has `gone` in it. */
const servers = await startDnsServer(async (name) =>
  name.includes("gone") ? undefined : [{ name, type: "A", value: "192.0.2.1" }],
);

const domain = "example.com";
const taggedDomain = "kept.example.net";

/** Beside the home region: an address may lie in any. */
const regions = ["eu-west-1", "us-east-1"];

const held = "203.0.113.1";
const released = "203.0.113.2";

const alias = (Name: string, DNSName: string): ResourceRecordSet => ({
  Name: `${Name}.${domain}`,
  Type: "A",
  AliasTarget: { HostedZoneId: "Z215JYRZR1TBD5", DNSName, EvaluateTargetHealth: true },
});
const values = (Name: string, Type: "A" | "CNAME" | "TXT", Value: string): ResourceRecordSet => ({
  Name: `${Name}.${domain}`,
  Type,
  TTL: 300,
  ResourceRecords: [{ Value }],
});

const environment = (name: string): string => `${name}.eu-central-1.elasticbeanstalk.com`;
const balancer = (name: string): string => `${name}-1234567890.eu-central-1.elb.amazonaws.com`;

const records: readonly ResourceRecordSet[] = [
  values("environment", "CNAME", environment("gone-shop")),
  alias("balancer", `dualstack.${balancer("gone-web")}`),
  {
    ...values("weighted", "CNAME", balancer("gone-blue")),
    SetIdentifier: "blue",
    Weight: 10,
  },
  values("released", "A", released),
  values("environment-there", "CNAME", environment("shop")),
  alias("balancer-there", balancer("web")),
  values("held", "A", held),
  values("elsewhere", "A", "198.51.100.7"),
  values("of-others", "CNAME", "gone.example.org"),
  values("text", "TXT", `"${environment("gone-shop")}"`),
  values("_proof", "CNAME", "_gone.acm-validations.aws"),
];
const inTagged: ResourceRecordSet = {
  Name: `environment.${taggedDomain}`,
  Type: "CNAME",
  TTL: 300,
  ResourceRecords: [{ Value: environment("gone-too") }],
};

async function makeZone(
  aws: TestAccount,
  Name: string,
  all: readonly ResourceRecordSet[],
): Promise<string> {
  const route53 = aws.client(Route53Client);
  const { HostedZone } = await route53.send(
    new CreateHostedZoneCommand({ Name, CallerReference: Name }),
  );
  const Changes = all.map((ResourceRecordSet) => ({
    Action: "CREATE" as const,
    ResourceRecordSet,
  }));
  await route53.send(
    new ChangeResourceRecordSetsCommand({ HostedZoneId: HostedZone?.Id, ChangeBatch: { Changes } }),
  );
  return HostedZone?.Id?.replace("/hostedzone/", "") ?? "";
}

const nameOf = ({ Name = "" }: ResourceRecordSet): string => Name.split(".")[0] ?? "";

async function recordsIn(aws: TestAccount, domainName: string) {
  const route53 = aws.client(Route53Client);
  const { HostedZones = [] } = await route53.send(new ListHostedZonesCommand({}));
  const zone = HostedZones.find(({ Name }) => Name === `${domainName}.`);
  const { ResourceRecordSets = [] } = await route53.send(
    new ListResourceRecordSetsCommand({ HostedZoneId: zone?.Id }),
  );
  return ResourceRecordSets.filter(({ Type }) => Type !== "NS" && Type !== "SOA");
}

export const fixture: AutomationFixture = {
  settings: {
    config: { own: ["203.0.113.0/28"], regions, resolvers: [servers.address] },
    irreversible: "act",
  },
  counted: days(3),
  async seed(aws) {
    await aws.client(EC2Client).send(new AllocateAddressCommand({ Domain: "vpc", Address: held }));
    await makeZone(aws, domain, records);
    const tagged = await makeZone(aws, taggedDomain, [inTagged]);
    // Of what protects a longer one does not count.
    const until = after(new Date(), days(10)).toISOString().slice(0, 10);
    await aws.client(Route53Client).send(
      new ChangeTagsForResourceCommand({
        ResourceType: "hostedzone",
        ResourceId: tagged,
        AddTags: [{ Key: "nightshift:exempt", Value: `owner=ann@example.com until=${until}` }],
      }),
    );
  },
  async look(aws) {
    const there = new Map((await recordsIn(aws, domain)).map((each) => [nameOf(each), each]));
    const [tagged] = await recordsIn(aws, taggedDomain);
    const own = records.map((each) => [nameOf(each), there.get(nameOf(each)) ?? "gone"]);
    return { ...Object.fromEntries(own), "in an exempt zone": tagged ?? "gone" };
  },
  wrong: ["environment", "balancer", "weighted", "released"],
  held: { "in an exempt zone": "exemption" },
};
