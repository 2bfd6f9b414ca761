import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DeleteEndpointConfigCommand,
  DescribeEndpointCommand,
  ListEndpointsCommand,
  ListTagsCommand,
  SageMakerClient,
} from "@aws-sdk/client-sagemaker";
import { before, hours } from "../../../sdk/time.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";

interface SeededEndpoint {
  readonly calls?: number;
  /** How many hours its machines have been measured. */
  readonly hours: number;
  readonly tags?: Readonly<Record<string, string>>;
  readonly variant?: object;
}

const idle: SeededEndpoint = { hours: 26 };
const serverless = { ServerlessConfig: { MemorySizeInMB: 2048, MaxConcurrency: 5 } };

/** Those with `aged` in their name were made long ago. */
const endpoints: Readonly<Record<string, SeededEndpoint>> = {
  "aged-idle": idle,
  "aged-idle-too": { ...idle, tags: { team: "shop" } },
  "aged-called": { ...idle, calls: 3 },
  "aged-with-gaps": { ...idle, hours: 6 },
  "aged-serverless": { ...idle, variant: serverless },
  young: idle,
  "aged-exempt": { ...idle, tags: { "nightshift:exempt": "reason=mine" } },
  "aged-of-a-stack": { ...idle, tags: { "aws:cloudformation:stack-name": "shop" } },
  "aged-lost": idle,
};

const configurationOf = (name: string) => `${name}-1`;

async function measure(aws: TestAccount, name: string, { calls, hours: number }: SeededEndpoint) {
  const Dimensions = [
    { Name: "EndpointName", Value: name },
    { Name: "VariantName", Value: "all" },
  ];
  const points = (MetricName: string, Value: number, many: number) =>
    Array.from({ length: many }, (_, hour) => ({
      MetricName,
      Value,
      Dimensions,
      Timestamp: before(new Date(), hours(hour)),
    }));
  const metrics = aws.client(CloudWatchClient);
  await metrics.send(
    new PutMetricDataCommand({
      Namespace: "/aws/sagemaker/Endpoints",
      MetricData: points("CPUUtilization", 40, number),
    }),
  );
  if (calls)
    await metrics.send(
      new PutMetricDataCommand({
        Namespace: "AWS/SageMaker",
        MetricData: points("Invocations", calls, 4),
      }),
    );
}

async function make(aws: TestAccount, name: string, seeded: SeededEndpoint): Promise<void> {
  const sagemaker = aws.client(SageMakerClient);
  const EndpointConfigName = configurationOf(name);
  const machines = { InstanceType: "ml.m5.large" as const, InitialInstanceCount: 1 };
  await sagemaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName,
      ProductionVariants: [
        {
          VariantName: "all",
          ModelName: "model",
          InitialVariantWeight: 1,
          ...(seeded.variant ?? machines),
        },
      ],
    }),
  );
  const Tags = Object.entries(seeded.tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
  await sagemaker.send(new CreateEndpointCommand({ EndpointName: name, EndpointConfigName, Tags }));
  await measure(aws, name, seeded);
}

export const fixture: AutomationFixture = {
  settings: { config: { days: 1 }, irreversible: "act" },
  async seed(aws) {
    const sagemaker = aws.client(SageMakerClient);
    await sagemaker.send(
      new CreateModelCommand({
        ModelName: "model",
        ExecutionRoleArn: `arn:aws:iam::${aws.account}:role/model`,
        PrimaryContainer: { Image: `${aws.account}.dkr.ecr.${aws.region}.amazonaws.com/model:1` },
      }),
    );
    for (const [name, seeded] of Object.entries(endpoints)) await make(aws, name, seeded);
    await sagemaker.send(
      new DeleteEndpointConfigCommand({ EndpointConfigName: configurationOf("aged-lost") }),
    );
  },
  async look(aws) {
    const sagemaker = aws.client(SageMakerClient);
    const { Endpoints = [] } = await sagemaker.send(new ListEndpointsCommand({ MaxResults: 100 }));
    const all = Endpoints.map(async ({ EndpointName = "", EndpointArn }) => {
      const { EndpointConfigName, EndpointStatus, ProductionVariants } = await sagemaker.send(
        new DescribeEndpointCommand({ EndpointName }),
      );
      const { Tags } = await sagemaker.send(new ListTagsCommand({ ResourceArn: EndpointArn }));
      return [EndpointName, { EndpointConfigName, EndpointStatus, ProductionVariants, Tags }];
    });
    return Object.fromEntries(await Promise.all(all));
  },
  wrong: ["aged-idle", "aged-idle-too"],
  held: {
    "aged-exempt": "exemption",
    "aged-of-a-stack": "managed",
    "aged-lost": "managed",
  },
  unused: [
    {
      role: "undo",
      action: "sagemaker:ListEndpoints",
      why: "an undo asks for endpoints by their names alone",
    },
  ],
};
