/** Endpoints, what was measured of them, and whether they could be made again. */
import type {
  DescribeEndpointOutput,
  EndpointSummary,
  ProductionVariantSummary,
  Tag,
} from "@aws-sdk/client-sagemaker";
import {
  type IdleKind,
  type IdleSign,
  type Idling,
  idleness,
} from "../../../aws/cloudwatch/idle.ts";
import type { getMetricData } from "../../../aws/cloudwatch/metric.ts";
import { describeEndpoint, describeEndpointConfig } from "../../../aws/sagemaker/endpoint.ts";
import { listSageMakerTags } from "../../../aws/sagemaker/tag.ts";
import { concurrently } from "../../../sdk/concurrently.ts";
import type { Reader } from "../../../sdk/unit.ts";

/** An endpoint, and as much of what it did as was needed to judge it. */
export interface FoundEndpoint {
  readonly endpoint: DescribeEndpointOutput;
  /** Absent: it does not answer, or has no machines. */
  readonly idling?: Idling | undefined;
  /** Absent: not asked for, as nothing is to be done. */
  readonly tags?: readonly Tag[] | undefined;
  /** Absent: not asked for. */
  readonly configuration?: "there" | "gone" | "of components" | undefined;
}

interface LookingAtEndpoints {
  readonly read: Reader<
    readonly [
      typeof describeEndpoint,
      typeof describeEndpointConfig,
      typeof listSageMakerTags,
      typeof getMetricData,
    ]
  >;
  readonly now: Date;
  readonly limits: { readonly days: number; readonly calls: number };
}

/** SageMaker is asked about so many at a time. */
const concurrency = 4;

export const endpointsNamed = (listed: readonly EndpointSummary[]): string[] =>
  listed.flatMap(({ EndpointName }) => EndpointName ?? []);

/** On its way out counts as gone. */
const isThere = ({ EndpointStatus }: DescribeEndpointOutput): boolean =>
  EndpointStatus !== "Deleting";

/** Serverless ones have none, and asynchronous ones may be scaled to none. */
const hasMachines = ({ CurrentInstanceCount = 0 }: ProductionVariantSummary): boolean =>
  CurrentInstanceCount > 0;

/**
 * `ModelLatency` counts the calls of asynchronous endpoints, which have no `Invocations`.
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-monitor.html
 */
function signsOf(
  { EndpointName, ProductionVariants = [] }: DescribeEndpointOutput,
  calls: number,
): IdleSign[] {
  const namespace = "AWS/SageMaker";
  const queued: IdleSign = {
    metric: {
      namespace,
      name: "ApproximateBacklogSize",
      stat: "Maximum",
      dimensions: { EndpointName },
    },
    below: 1,
    sparse: true,
  };
  const ofVariants = ProductionVariants.filter(hasMachines).flatMap(({ VariantName }) => {
    const dimensions = { EndpointName, VariantName };
    const called = [
      { name: "Invocations", stat: "Sum" as const },
      { name: "ModelLatency", stat: "SampleCount" as const },
    ].map(
      (metric): IdleSign => ({
        metric: { ...metric, namespace, dimensions },
        below: calls + 1,
        sparse: true,
      }),
    );
    // Only that it was there: a model may take any CPU while nothing calls it.
    const measured: IdleSign = {
      metric: {
        namespace: "/aws/sagemaker/Endpoints",
        name: "CPUUtilization",
        stat: "Maximum",
        dimensions,
      },
      below: Number.POSITIVE_INFINITY,
    };
    return [...called, measured];
  });
  return [queued, ...ofVariants];
}

const kindBy = (calls: number): IdleKind<DescribeEndpointOutput> => ({
  // Whoever changed it works with it.
  since: ({ LastModifiedTime, CreationTime }) => LastModifiedTime ?? CreationTime,
  stages: [(endpoint) => signsOf(endpoint, calls)],
});

async function configurationOf(
  { EndpointConfigName }: DescribeEndpointOutput,
  read: LookingAtEndpoints["read"],
): Promise<FoundEndpoint["configuration"]> {
  const configuration = await read(describeEndpointConfig({ EndpointConfigName }));
  if (!configuration) return "gone";
  const hasModels = configuration.ProductionVariants?.every(({ ModelName }) => ModelName);
  return hasModels ? "there" : "of components";
}

async function described(
  names: readonly string[],
  read: LookingAtEndpoints["read"],
): Promise<DescribeEndpointOutput[]> {
  const all = await concurrently(
    names,
    async (EndpointName) => await read(describeEndpoint({ EndpointName })),
    { concurrency },
  );
  return all.filter((each): each is NonNullable<typeof each> => !!each && isThere(each));
}

/** Those that are gone are left out. */
export async function judgedEndpoints(
  names: readonly string[],
  { read, now, limits }: LookingAtEndpoints,
): Promise<FoundEndpoint[]> {
  const endpoints = await described(names, read);
  const judged = endpoints.filter(
    ({ EndpointStatus, ProductionVariants = [] }) =>
      EndpointStatus === "InService" && ProductionVariants.some(hasMachines),
  );
  const idling = await idleness(read, judged, kindBy(limits.calls), { now, days: limits.days });
  return await concurrently(
    endpoints,
    async (endpoint): Promise<FoundEndpoint> => {
      const found = { endpoint, idling: idling.get(endpoint) };
      const ResourceArn = endpoint.EndpointArn;
      const tags = await Array.fromAsync(read(listSageMakerTags({ ResourceArn })));
      if (found.idling?.is !== "idle") return { ...found, tags };
      return { ...found, tags, configuration: await configurationOf(endpoint, read) };
    },
    { concurrency },
  );
}
