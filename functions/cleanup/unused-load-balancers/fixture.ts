import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { DescribeSubnetsCommand, DescribeVpcsCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  CreateClusterCommand,
  CreateServiceCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
} from "@aws-sdk/client-ecs";
import {
  type Action,
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeTagsCommand,
  ElasticLoadBalancingV2Client,
  ModifyLoadBalancerAttributesCommand,
  RegisterTargetsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  Route53Client,
} from "@aws-sdk/client-route-53";
import { before, hours } from "../../../sdk/time.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";

interface SeededBalancer {
  readonly type: "application" | "network";
  /** Each hour. */
  readonly requests: number;
  /** How many hours it has been measured. */
  readonly hours: number;
  readonly tags?: Readonly<Record<string, string>>;
  /** Registered in its group, and healthy. */
  readonly target?: string;
  readonly redirects?: true;
  readonly isProtected?: true;
}

const week = 7 * 24;
const idle: SeededBalancer = { type: "application", requests: 0, hours: week + 2 };

/** Those with `aged` in their name were made long ago. */
const balancers: Readonly<Record<string, SeededBalancer>> = {
  "aged-idle": { ...idle, target: "10.0.0.5" },
  "aged-idle-net": { ...idle, type: "network", tags: { team: "web" } },
  "aged-knocked": { ...idle, requests: 40 },
  "aged-busy": { ...idle, requests: 40, target: "10.0.0.6" },
  "aged-redirecting": { ...idle, requests: 40, redirects: true },
  "aged-with-gaps": { ...idle, hours: 6 },
  young: idle,
  "aged-exempt": { ...idle, tags: { "nightshift:exempt": "reason=mine" } },
  "aged-of-a-stack": { ...idle, tags: { "aws:cloudformation:stack-name": "shop" } },
  "aged-of-k8s": { ...idle, tags: { "elbv2.k8s.aws/cluster": "prod" } },
  "aged-protected": { ...idle, isProtected: true },
  "aged-in-dns": idle,
  "aged-of-ecs": idle,
};

interface Place {
  readonly vpc: string | undefined;
  readonly subnets: readonly string[];
}

async function placeIn(aws: TestAccount): Promise<Place> {
  const ec2 = aws.client(EC2Client);
  const { Vpcs: [vpc] = [] } = await ec2.send(new DescribeVpcsCommand({}));
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
  const subnets = Subnets.flatMap(({ SubnetId }) => SubnetId ?? []).slice(0, 2);
  return { vpc: vpc?.VpcId, subnets };
}

const metricId = (arn = ""): string => arn.split(":loadbalancer/").at(-1) ?? "";

async function measure(
  aws: TestAccount,
  { arn, group }: { readonly arn: string | undefined; readonly group: string | undefined },
  { type, requests, hours: number, target }: SeededBalancer,
): Promise<void> {
  const LoadBalancer = { Name: "LoadBalancer", Value: metricId(arn) };
  const ofGroup = [
    { Name: "TargetGroup", Value: (group ?? "").split(":").at(-1) ?? "" },
    LoadBalancer,
  ];
  const points = (MetricName: string, Value: number, Dimensions = [LoadBalancer]) =>
    Array.from({ length: number }, (_, hour) => ({
      MetricName,
      Value,
      Dimensions,
      Timestamp: before(new Date(), hours(hour)),
    }));
  const Namespace = type === "network" ? "AWS/NetworkELB" : "AWS/ApplicationELB";
  const MetricData = [
    ...points("ConsumedLCUs", 0.01),
    ...(requests ? points("RequestCount", requests) : []),
    ...(target ? points("HealthyHostCount", 1, ofGroup) : []),
  ];
  await aws.client(CloudWatchClient).send(new PutMetricDataCommand({ Namespace, MetricData }));
}

const redirection: Action = {
  Type: "redirect",
  RedirectConfig: { Protocol: "HTTPS", Port: "443", StatusCode: "HTTP_301" },
};

async function make(
  aws: TestAccount,
  name: string,
  seeded: SeededBalancer,
  { vpc, subnets }: Place,
) {
  const elb = aws.client(ElasticLoadBalancingV2Client);
  const Tags = Object.entries({ Name: name, ...seeded.tags }).map(([Key, Value]) => ({
    Key,
    Value,
  }));
  const { LoadBalancers: [made] = [] } = await elb.send(
    new CreateLoadBalancerCommand({
      Name: name,
      Type: seeded.type,
      Scheme: "internal",
      Subnets: [...subnets],
      Tags,
    }),
  );
  const Protocol = seeded.type === "network" ? "TCP" : "HTTP";
  const { TargetGroups: [group] = [] } = await elb.send(
    new CreateTargetGroupCommand({ Name: name, Protocol, Port: 80, VpcId: vpc, TargetType: "ip" }),
  );
  const TargetGroupArn = group?.TargetGroupArn;
  const LoadBalancerArn = made?.LoadBalancerArn;
  const forward: Action = { Type: "forward", TargetGroupArn };
  const listen = (Port: number, action: Action) =>
    elb.send(
      new CreateListenerCommand({ LoadBalancerArn, Protocol, Port, DefaultActions: [action] }),
    );
  await listen(80, forward);
  if (seeded.redirects) await listen(8080, redirection);
  if (seeded.target)
    await elb.send(
      new RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: seeded.target, Port: 80 }] }),
    );
  if (seeded.isProtected)
    await elb.send(
      new ModifyLoadBalancerAttributesCommand({
        LoadBalancerArn,
        Attributes: [{ Key: "deletion_protection.enabled", Value: "true" }],
      }),
    );
  await measure(aws, { arn: LoadBalancerArn, group: TargetGroupArn }, seeded);
  return { host: made?.DNSName, group: TargetGroupArn, hostZone: made?.CanonicalHostedZoneId };
}

type Made = Awaited<ReturnType<typeof make>>;

async function nameIt(aws: TestAccount, { host, hostZone }: Made): Promise<void> {
  const route53 = aws.client(Route53Client);
  const Name = `${aws.region}.balancers.example.com`;
  const { HostedZone } = await route53.send(
    new CreateHostedZoneCommand({ Name, CallerReference: Name }),
  );
  await route53.send(
    new ChangeResourceRecordSetsCommand({
      HostedZoneId: HostedZone?.Id,
      ChangeBatch: {
        Changes: [
          {
            Action: "CREATE",
            ResourceRecordSet: {
              Name: `standby.${Name}`,
              Type: "A",
              AliasTarget: {
                HostedZoneId: hostZone,
                DNSName: `dualstack.${host}.`,
                EvaluateTargetHealth: true,
              },
            },
          },
        ],
      },
    }),
  );
}

/** A service that is scaled to nothing for the night. */
async function serve(aws: TestAccount, { group: targetGroupArn }: Made): Promise<void> {
  const ecs = aws.client(ECSClient);
  await ecs.send(new CreateClusterCommand({ clusterName: "main" }));
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: "web",
      containerDefinitions: [{ name: "web", image: "web", memory: 128 }],
    }),
  );
  await ecs.send(
    new CreateServiceCommand({
      cluster: "main",
      serviceName: "web",
      taskDefinition: "web",
      desiredCount: 0,
      loadBalancers: [{ targetGroupArn, containerName: "web", containerPort: 80 }],
    }),
  );
}

export const fixture: AutomationFixture = {
  settings: { config: { days: 7 }, irreversible: "act" },
  async seed(aws) {
    const place = await placeIn(aws);
    const made: Record<string, Made> = {};
    for (const [name, seeded] of Object.entries(balancers))
      made[name] = await make(aws, name, seeded, place);
    if (made["aged-in-dns"]) await nameIt(aws, made["aged-in-dns"]);
    if (made["aged-of-ecs"]) await serve(aws, made["aged-of-ecs"]);
  },
  async look(aws) {
    const elb = aws.client(ElasticLoadBalancingV2Client);
    const { LoadBalancers = [] } = await elb.send(new DescribeLoadBalancersCommand({}));
    const seen = LoadBalancers.map(async ({ LoadBalancerArn = "", ...balancer }) => {
      const { LoadBalancerName = "", Type, Scheme } = balancer;
      const { Listeners = [] } = await elb.send(new DescribeListenersCommand({ LoadBalancerArn }));
      const { TagDescriptions: [tags] = [] } = await elb.send(
        new DescribeTagsCommand({ ResourceArns: [LoadBalancerArn] }),
      );
      const listeners = Listeners.map(({ Port, Protocol, DefaultActions = [] }) => ({
        Port,
        Protocol,
        does: DefaultActions.map((action) => action.Type),
      }));
      return [LoadBalancerName, { Type, Scheme, listeners, tags: tags?.Tags }] as const;
    });
    return Object.fromEntries(await Promise.all(seen));
  },
  wrong: ["aged-idle", "aged-idle-net", "aged-knocked"],
  held: {
    "aged-exempt": "exemption",
    "aged-of-a-stack": "managed",
    "aged-of-k8s": "managed",
    "aged-protected": "managed",
    "aged-in-dns": "managed",
    "aged-of-ecs": "managed",
  },
};
