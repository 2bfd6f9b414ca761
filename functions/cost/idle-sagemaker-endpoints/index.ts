/**
 * Deletes endpoints of SageMaker that nothing calls. Idle is what stayed idle: for weeks on end its
 * machines were measured in almost every hour, nobody changed it, and in no hour anything called it
 * or waited in its queue. Its configuration and its models stay, and an endpoint of the same name and
 * tags is made from them again; a person is asked before each, as that may fail.
 *
 * Left alone and named are those that could not be made again so (whose configuration is gone, or
 * that hold inference components), and those that others manage. What has no machines is not judged:
 * serverless variants, and asynchronous ones that are scaled to none, cost nothing while nothing
 * calls.
 */
import * as z from "zod/mini";
import { getMetricData } from "../../../aws/cloudwatch/metric.ts";
import {
  createEndpoint,
  deleteEndpoint,
  describeEndpoint,
  describeEndpointConfig,
  listEndpoints,
} from "../../../aws/sagemaker/endpoint.ts";
import { listSageMakerTags } from "../../../aws/sagemaker/tag.ts";
import { automation } from "../../../sdk/automation.ts";
import { count } from "../../../sdk/counted.ts";
import { managedBy } from "../../../sdk/managed-by.ts";
import { minutes } from "../../../sdk/time.ts";
import { sweep } from "../../../sdk/unit.ts";
import { endpointsNamed, type FoundEndpoint, judgedEndpoints } from "./endpoints.ts";

/** Endpoints that are looked at together. */
const together = 100;

/** Who or what else decides about it, or why it could not be made again. */
export function endpointManager({ endpoint, tags, configuration }: FoundEndpoint) {
  const by = managedBy(tags);
  if (by) return by;
  const name = endpoint.EndpointConfigName;
  if (configuration === "gone")
    return `its configuration ${name}, which is gone: nothing could make it again`;
  if (configuration === "of components")
    return "its inference components, which would have to be deleted first and made again after it";
  return undefined;
}

export default automation({
  id: "idle-sagemaker-endpoints",
  family: "cost",
  summary:
    "Deletes endpoints of SageMaker that nothing has called for weeks; their configuration stays",
  on: [sweep("cron(40 4 * * ? *)", { window: minutes(30) })],
  config: z.strictObject({
    days: z
      ._default(z.int().check(z.gte(1), z.lte(60)), 14)
      .check(z.describe("How long nothing must have called it.")),
    calls: z
      ._default(z.int().check(z.gte(0), z.lte(10_000)), 0)
      .check(
        z.describe("Calls in an hour that count as none, as those of a probe that always asks."),
      ),
  }),
  reads: [
    listEndpoints,
    describeEndpoint,
    describeEndpointConfig,
    listSageMakerTags,
    getMetricData,
  ],
  writes: [deleteEndpoint],
  lost: [
    "What scales it: Application Auto Scaling forgets its targets and policies. They have to be set again.",
    "Weights and numbers of machines that were changed since its configuration was written: it comes back as that says.",
    "Its ARN stays, and minutes pass until it answers again.",
  ],

  async *find({ read, pages, only, config: limits, now }): AsyncGenerator<FoundEndpoint> {
    const looking = { read, now, limits };
    if (only) {
      yield* await judgedEndpoints(only, looking);
      return;
    }
    for await (const page of pages(listEndpoints({ StatusEquals: "InService" }), together))
      yield* await judgedEndpoints(endpointsNamed(page), looking);
  },

  target: (found) => ({
    id: found.endpoint.EndpointName,
    tags: found.tags ?? [],
    managed: endpointManager(found),
  }),
  name: ({ endpoint: { EndpointName } }) => EndpointName,

  state: ({ endpoint: { EndpointConfigName = "" }, tags = [] }) => ({
    configuration: EndpointConfigName,
    tags: Object.fromEntries(
      tags
        .filter(({ Key = "" }) => !Key.startsWith("aws:"))
        .map(({ Key = "", Value = "" }) => [Key, Value] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
  }),
  becomes: () => null,

  restore: {
    by: [createEndpoint],
    calls({ configuration, tags }, { target }) {
      const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
      return createEndpoint({
        EndpointName: target,
        EndpointConfigName: configuration,
        ...(Tags.length > 0 && { Tags }),
      });
    },
  },

  propose({ endpoint, idling }, { config: limits }) {
    const { EndpointName, EndpointStatus, ProductionVariants = [] } = endpoint;
    if (!EndpointName || EndpointStatus !== "InService" || idling?.is !== "idle") return;
    const machines = ProductionVariants.reduce(
      (sum, each) => sum + (each.CurrentInstanceCount ?? 0),
      0,
    );
    const called = limits.calls
      ? `no hour had more than ${count(limits.calls, "call")}`
      : "nothing called it";
    return {
      because: `for ${limits.days} days ${called}, and nothing waited in its queue; what its ${count(machines, "machine")} cost is not known here`,
      call: deleteEndpoint({ EndpointName }),
    };
  },
});
