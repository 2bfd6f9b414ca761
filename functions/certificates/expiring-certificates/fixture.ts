import {
  ACMClient,
  DescribeCertificateCommand,
  ListCertificatesCommand,
  ListTagsForCertificateCommand,
  RequestCertificateCommand,
} from "@aws-sdk/client-acm";
import {
  CreateLoadBalancerCommand,
  ElasticLoadBalancingClient,
} from "@aws-sdk/client-elastic-load-balancing";
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
} from "@aws-sdk/client-route-53";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";

/** Names of the embedded AWS: the same digits for each. */
const digits = "_d930b28be6c5927595552b219965053e";
const target = "_c9edd76ee4a0e2a74388032f3861cc50.ykybfrwcxw.acm-validations.aws.";

interface Wanted {
  readonly tags?: Readonly<Record<string, string>>;
  /** Whether a load balancer uses it. */
  readonly used: boolean;
  /** What stands where ACM looks for its proof. */
  readonly says?: string;
}
const exempt = { "nightshift:exempt": "owner=ann@example.com reason=mine" };

/** By the name that each is for. */
const wanted: Readonly<Record<string, Wanted>> = {
  "shop.example.com": { used: true },
  // Its value without the underscore is as good.
  "old.example.com": { used: true, says: target.slice(1) },
  "taken.example.com": { used: true, says: "elsewhere.example.net." },
  "unused.example.com": { used: false },
  "exempt.example.com": { used: true, tags: exempt },
  "of-others.example.org": { used: true },
  "ended.example.com": { used: false },
  "ended.exempt.example.com": { used: false, tags: exempt },
};

async function made(aws: TestAccount, name: string, { tags = {}, used }: Wanted): Promise<void> {
  const { CertificateArn } = await aws.client(ACMClient).send(
    new RequestCertificateCommand({
      DomainName: name,
      ValidationMethod: "DNS",
      ...(Object.keys(tags).length && {
        Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      }),
    }),
  );
  if (!used) return;
  await aws.client(ElasticLoadBalancingClient).send(
    new CreateLoadBalancerCommand({
      LoadBalancerName: name.replaceAll(".", "-"),
      AvailabilityZones: [`${aws.region}a`],
      Listeners: [
        {
          Protocol: "HTTPS",
          LoadBalancerPort: 443,
          InstancePort: 80,
          SSLCertificateId: CertificateArn,
        },
      ],
    }),
  );
}

async function recordsOf(aws: TestAccount): Promise<readonly (readonly [string, string])[]> {
  const dns = aws.client(Route53Client);
  const { HostedZones = [] } = await dns.send(new ListHostedZonesCommand({}));
  const pages = HostedZones.map(({ Id }) =>
    dns.send(new ListResourceRecordSetsCommand({ HostedZoneId: Id })),
  );
  return (await Promise.all(pages)).flatMap(({ ResourceRecordSets = [] }) =>
    ResourceRecordSets.map(({ Name = "", Type, TTL, ResourceRecords = [] }) => {
      const values = ResourceRecords.map(({ Value }) => Value).join(" ");
      return [Name, `${Type} ${TTL} ${values}`] as const;
    }),
  );
}

/** Route 53 knows no regions: where another has made it, it is there. */
async function zoneIn(aws: TestAccount): Promise<string | undefined> {
  const dns = aws.client(Route53Client);
  const { HostedZones = [] } = await dns.send(new ListHostedZonesCommand({}));
  const there = HostedZones.find(({ Name }) => Name === "example.com.");
  if (there) return there.Id;
  // A decoy: nobody outside asks a private zone.
  await dns.send(
    new CreateHostedZoneCommand({
      Name: "shop.example.com",
      CallerReference: "private",
      HostedZoneConfig: { PrivateZone: true },
      VPC: { VPCRegion: "eu-west-1", VPCId: "vpc-1" },
    }),
  );
  const { HostedZone } = await dns.send(
    new CreateHostedZoneCommand({ Name: "example.com", CallerReference: "seed" }),
  );
  return HostedZone?.Id;
}

export const fixture: AutomationFixture = {
  settings: { config: { deleteAfter: 10 }, irreversible: "act" },
  async seed(aws) {
    const HostedZoneId = await zoneIn(aws);
    for (const [name, how] of Object.entries(wanted)) await made(aws, name, how);
    const Changes = Object.entries(wanted).flatMap(([name, { says }]) =>
      says === undefined
        ? []
        : [
            {
              Action: "UPSERT" as const,
              ResourceRecordSet: {
                Name: `${digits}.${name}.`,
                Type: "CNAME" as const,
                TTL: 60,
                ResourceRecords: [{ Value: says }],
              },
            },
          ],
    );
    await aws.client(Route53Client).send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId,
        ChangeBatch: { Changes },
      }),
    );
  },
  async look(aws) {
    const acm = aws.client(ACMClient);
    const { CertificateSummaryList = [] } = await acm.send(new ListCertificatesCommand({}));
    const records = new Map(await recordsOf(aws));
    const kept = CertificateSummaryList.map(async ({ CertificateArn, DomainName = "" }) => {
      const [{ Certificate }, { Tags }] = await Promise.all([
        acm.send(new DescribeCertificateCommand({ CertificateArn })),
        acm.send(new ListTagsForCertificateCommand({ CertificateArn })),
      ]);
      const { Status, InUseBy } = Certificate ?? {};
      const record = records.get(`${digits}.${DomainName}.`);
      records.delete(`${digits}.${DomainName}.`);
      return [DomainName, { Status, InUseBy, Tags, record }] as const;
    });
    return { ...Object.fromEntries(await Promise.all(kept)), "other records": [...records] };
  },
  wrong: ["shop.example.com", "ended.example.com"],
  held: { "exempt.example.com": "exemption", "ended.exempt.example.com": "exemption" },
  unused: ["acm:DescribeCertificate", "acm:ListCertificates", "acm:ListTagsForCertificate"].map(
    (action) => ({
      role: "undo",
      action,
      why: "An undo role has all its automation's reads, because an undo looks with the automation's own `find`: here by name, for the guards not at all, and in the region whose run made the record, which Route 53 has once for all regions. It lists and reads, and changes nothing.",
    }),
  ),
};
