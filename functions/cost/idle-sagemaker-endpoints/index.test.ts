import type { DescribeEndpointOutput } from "@aws-sdk/client-sagemaker";
import { ListEndpointsCommand, SageMakerClient } from "@aws-sdk/client-sagemaker";
import { describe, expect, onTestFinished, test } from "vitest";
import { createEndpoint, deleteEndpoint } from "../../../aws/sagemaker/endpoint.ts";
import { before, days } from "../../../sdk/time.ts";
import { open } from "../../../test/setup/delivery.ts";
import {
  type AskedMetric,
  each,
  flat,
  type MeasuredValues,
  measuredAws,
  pagesOf,
  searching,
} from "../../../test/setup/measured.ts";
import type { TestDelivery } from "../../../testing/delivery.ts";
import { proposeFor } from "../../../testing/propose.ts";
import type { FoundEndpoint } from "./endpoints.ts";
import { fixture } from "./fixture.ts";
import unit, { endpointManager } from "./index.ts";

const now = new Date("2026-11-21T04:40:00Z");
const config = unit.config.parse({});

const endpoint: DescribeEndpointOutput = {
  EndpointName: "ranking",
  EndpointArn: "arn:aws:sagemaker:eu-central-1:123456789012:endpoint/ranking",
  EndpointConfigName: "ranking-1",
  EndpointStatus: "InService",
  CreationTime: before(now, days(90)),
  LastModifiedTime: before(now, days(60)),
  ProductionVariants: [{ VariantName: "all", CurrentInstanceCount: 2 }],
};
const idle: FoundEndpoint = {
  endpoint,
  idling: { is: "idle", most: [0, 0, 0, 40] },
  tags: [{ Key: "team", Value: "shop" }],
  configuration: "there",
};

describe("what is proposed", () => {
  test("an endpoint that nothing calls is deleted, and a person asked before", () => {
    expect(proposeFor(unit, idle)).toEqual({
      because:
        "for 14 days nothing called it, and nothing waited in its queue; what its 2 machines cost is not known here",
      call: deleteEndpoint({ EndpointName: "ranking" }),
    });
    expect(deleteEndpoint.uncertain).toMatch(/comes back only while/);
  });

  test("calls that count as none are told", () => {
    const proposal = proposeFor(unit, idle, { config: { ...config, calls: 60 } });
    expect(proposal?.because).toContain("no hour had more than 60 calls");
  });

  test.each<FoundEndpoint>([
    { endpoint },
    { endpoint, idling: { is: "busy" } },
    { endpoint, idling: { is: "gaps" } },
    { endpoint, idling: { is: "young" } },
    ...(
      ["Creating", "Updating", "SystemUpdating", "RollingBack", "Failed", "OutOfService"] as const
    ).map((EndpointStatus) => ({ ...idle, endpoint: { ...endpoint, EndpointStatus } })),
  ])("nothing of %o", (found) => expect(proposeFor(unit, found)).toBeUndefined());

  test("it is taken back from its configuration, with its tags but AWS's own", () => {
    const tags = [
      { Key: "team", Value: "shop" },
      { Key: "aws:cloudformation:stack-name", Value: "x" },
    ];
    const state = unit.state({ ...idle, tags });
    expect(state).toEqual({ configuration: "ranking-1", tags: { team: "shop" } });
    const about = { target: "ranking", within: undefined };
    expect(unit.restore?.calls(state, about)).toEqual(
      createEndpoint({
        EndpointName: "ranking",
        EndpointConfigName: "ranking-1",
        Tags: [{ Key: "team", Value: "shop" }],
      }),
    );
    expect(unit.restore?.calls({ ...state, tags: {} }, about)).toEqual(
      createEndpoint({ EndpointName: "ranking", EndpointConfigName: "ranking-1" }),
    );
  });
});

test.each<[more: Partial<FoundEndpoint>, words: RegExp | undefined]>([
  [{}, undefined],
  [{ configuration: undefined }, undefined],
  [{ configuration: "gone" }, /ranking-1, which is gone/],
  [{ configuration: "of components" }, /inference components/],
  [{ tags: [{ Key: "aws:cloudformation:stack-name", Value: "ml" }] }, /stack ml/],
  [{ tags: [{ Key: "aws:servicecatalog:provisionedProductArn", Value: "p" }] }, /Service Catalog/],
])("who manages one with %o", (more, words) => {
  const manager = endpointManager({ ...idle, ...more });
  if (words) expect(manager).toMatch(words);
  else expect(manager).toBeUndefined();
});

interface Cloud {
  readonly endpoints?: readonly DescribeEndpointOutput[];
  readonly only?: readonly string[];
  /** Of its variants; nothing: its configuration is gone. */
  readonly models?: readonly (string | undefined)[] | undefined;
}

async function judged(values: MeasuredValues, cloud: Cloud = {}) {
  const { endpoints = [endpoint], only, models = ["model"] } = cloud;
  const known = new Map(endpoints.map((found) => [found.EndpointName, found]));
  const aws = measuredAws(values, {
    "sagemaker:DescribeEndpoint": ({ EndpointName }: DescribeEndpointOutput) =>
      Promise.resolve(known.get(EndpointName)),
    "sagemaker:DescribeEndpointConfig": () =>
      Promise.resolve(
        "models" in cloud && !cloud.models
          ? undefined
          : { ProductionVariants: models.map((ModelName) => ({ ModelName })) },
      ),
    "sagemaker:ListTags": () => each([{ Key: "team", Value: "shop" }]),
  });
  const { pages } = pagesOf(endpoints, 100);
  const search = { ...searching(now), only, config, read: aws.read, pages };
  const all = await Array.fromAsync(unit.find(search as never) as AsyncIterable<FoundEndpoint>);
  return { all, ...aws };
}
const quiet: MeasuredValues = ({ name }) => (name === "CPUUtilization" ? flat(40) : []);
const only =
  (of: string, values: readonly number[]): MeasuredValues =>
  (metric: AskedMetric) =>
    metric.name === of ? values : quiet(metric);

describe("what is measured", () => {
  test("no call is heard of, and its machines are measured: idle, whatever CPU its model takes", async () => {
    const { all, metrics } = await judged(quiet);
    expect(all).toEqual([{ ...idle, idling: { is: "idle", most: [0, 0, 0, 40] } }]);
    const ofVariant = "EndpointName=ranking,VariantName=all";
    expect(metrics.map(({ name, stat, dimensions }) => [name, stat, dimensions])).toEqual([
      ["ApproximateBacklogSize", "Maximum", "EndpointName=ranking"],
      ["Invocations", "Sum", ofVariant],
      ["ModelLatency", "SampleCount", ofVariant],
      ["CPUUtilization", "Maximum", ofVariant],
    ]);
  });

  test.each<[what: string, is: string, values: MeasuredValues]>([
    ["one call in two weeks", "busy", only("Invocations", [1])],
    ["one call of an asynchronous one", "busy", only("ModelLatency", [1])],
    ["something waits in its queue", "busy", only("ApproximateBacklogSize", [...flat(0, 30), 1])],
    ["its machines are not measured", "gaps", only("CPUUtilization", [])],
    ["its machines are measured half of the time", "gaps", only("CPUUtilization", flat(1, 168))],
  ])("%s: %s", async (_, is, values) => {
    expect((await judged(values)).all[0]?.idling?.is).toBe(is);
  });

  test("one variant of two that is called is called", async () => {
    const ProductionVariants = [
      { VariantName: "old", CurrentInstanceCount: 1 },
      { VariantName: "new", CurrentInstanceCount: 1 },
    ];
    const { all } = await judged(
      (metric) =>
        metric.name === "Invocations" && metric.dimensions.endsWith("new") ? [5] : quiet(metric),
      { endpoints: [{ ...endpoint, ProductionVariants }] },
    );
    expect(all[0]?.idling?.is).toBe("busy");
  });

  test.each<[what: string, more: Partial<DescribeEndpointOutput>, is: string | undefined]>([
    ["changed within that time", { LastModifiedTime: before(now, days(3)) }, "young"],
    ["of unknown age", { LastModifiedTime: undefined, CreationTime: undefined }, "young"],
    ["serverless", { ProductionVariants: [{ VariantName: "all" }] }, undefined],
    [
      "asynchronous and scaled to none",
      { ProductionVariants: [{ VariantName: "all", CurrentInstanceCount: 0 }] },
      undefined,
    ],
    ["failed", { EndpointStatus: "Failed" }, undefined],
  ])("%s: not judged by metrics", async (_, more, is) => {
    const { all, queries } = await judged(quiet, { endpoints: [{ ...endpoint, ...more }] });
    expect([all[0]?.idling?.is, queries]).toEqual([is, []]);
  });

  test.each<[what: string, cloud: Cloud, configuration: string]>([
    ["whose configuration is gone", { models: undefined }, "gone"],
    ["of inference components", { models: [undefined] }, "of components"],
    ["of models", { models: ["a", "b"] }, "there"],
  ])("one %s is known", async (_, cloud, configuration) => {
    expect((await judged(quiet, cloud)).all[0]?.configuration).toBe(configuration);
  });

  test("its configuration is asked for only where it idles", async () => {
    const { operations } = await judged(only("Invocations", [9]));
    expect(operations).not.toContain("sagemaker:DescribeEndpointConfig");
  });

  test("by name, what is gone or on its way out is none", async () => {
    const leaving = { ...endpoint, EndpointName: "leaving", EndpointStatus: "Deleting" as const };
    const { all } = await judged(quiet, {
      endpoints: [endpoint, leaving],
      only: ["ranking", "leaving", "gone"],
    });
    expect(all.map((found) => found.endpoint.EndpointName)).toEqual(["ranking"]);
  });
});

test("of 20,000 each is judged, and no more are held than a page of them", async () => {
  const endpoints = Array.from({ length: 20_000 }, (_, nth) => ({
    ...endpoint,
    EndpointName: `e-${nth}`,
    LastModifiedTime: nth % 2 ? endpoint.LastModifiedTime : before(now, days(1)),
  }));
  const { all, queries } = await judged(
    ({ name }) => (name === "CPUUtilization" ? flat(1, 14 * 24) : []),
    { endpoints },
  );
  expect([all.length, all.filter((found) => proposeFor(unit, found)).length]).toEqual([
    20_000, 10_000,
  ]);
  expect(Math.max(...queries)).toBe(200);
});

async function opened(): Promise<TestDelivery> {
  const delivery = await open(unit, fixture.seed, { ...fixture.settings, mode: "act" });
  onTestFinished(() => delivery.close());
  return delivery;
}
const namesOf = async ({ aws }: TestDelivery) => {
  const { Endpoints = [] } = await aws
    .client(SageMakerClient)
    .send(new ListEndpointsCommand({ MaxResults: 100 }));
  return Endpoints.map(({ EndpointName }) => EndpointName);
};

test.each([
  "ListEndpoints",
  "DescribeEndpoint",
  "DescribeEndpointConfig",
  "ListTags",
  "GetMetricData",
])("where %s is denied nothing is deleted: an error is no empty list", async (operation) => {
  const delivery = await opened();
  delivery.proxy.fault((call) => call.operation === operation, "denied");
  await expect(delivery.deliver()).rejects.toThrow();
  expect(await namesOf(delivery)).toContain("aged-idle");
});

test("without a word in the settings a person is asked", async () => {
  const delivery = await open(unit, fixture.seed, { config: { days: 1 }, mode: "act" });
  onTestFinished(() => delivery.close());
  const { actions } = await delivery.deliver();
  const waiting = actions.filter(({ outcome }) => outcome === "waiting");
  expect(waiting.map(({ target }) => target).sort()).toEqual(["aged-idle", "aged-idle-too"]);
  expect(await namesOf(delivery)).toContain("aged-idle");
});

test.each([{ days: 0 }, { days: 61 }, { calls: -1 }, { calls: 0.5 }, { call: 1 }])(
  "config %o is refused",
  (given) => expect(unit.config.safeParse(given).success).toBe(false),
);
