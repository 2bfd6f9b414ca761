import type { DomainStatus } from "@aws-sdk/client-opensearch";
import { describe, expect, test } from "vitest";
import { flat, type MeasuredValues, measuredAws } from "../../../test/setup/measured.ts";
import type { IdleRow } from "../idle-report.ts";
import unit from "./index.ts";

const now = new Date("2026-11-23T07:20:00Z");
const here = { account: "123456789012", region: "eu-central-1", now };

const domain: DomainStatus = {
  DomainId: "123456789012/logs",
  DomainName: "logs",
  ARN: "arn:aws:es:eu-central-1:123456789012:domain/logs",
  EngineVersion: "OpenSearch_2.17",
  Created: true,
  ClusterConfig: { InstanceType: "r6g.large.search", InstanceCount: 3 },
};

const quiet: MeasuredValues = ({ name }) => (name === "CPUUtilization" ? flat(6) : []);

async function found(
  domains: readonly DomainStatus[],
  values: MeasuredValues = quiet,
  settings: object = {},
) {
  const config = unit.config.parse(settings);
  const byName = new Map(domains.map((each) => [each.DomainName, each]));
  const asked: number[] = [];
  const aws = measuredAws(values, {
    "es:ListDomainNames": async () => ({
      DomainNames: domains.map(({ DomainName }) => ({ DomainName })),
    }),
    "es:DescribeDomains": async ({ DomainNames }: { DomainNames: readonly string[] }) => {
      asked.push(DomainNames.length);
      return { DomainStatusList: DomainNames.flatMap((name) => byName.get(name) ?? []) };
    },
  });
  const search = { ...here, config, only: undefined, read: aws.read };
  const all = await Array.fromAsync(unit.find(search as never) as AsyncIterable<IdleRow>);
  return { all, told: unit.tell(all, { ...here, config }), asked, ...aws };
}
const namesIn = async (...asked: Parameters<typeof found>) =>
  (await found(...asked)).all.map(({ name }) => name);

test("a domain that nothing asks is told, with what it is made of", async () => {
  const { told, metrics } = await found([domain]);
  expect(told).toMatchObject({
    title: "1 search domain in eu-central-1 has been idle for 14 days",
    table: {
      columns: ["name", "engine", "data nodes", "most CPU"],
      rows: [["logs", "OpenSearch_2.17", "3 × r6g.large.search", "6 %"]],
    },
  });
  const rest = { namespace: "AWS/ES", dimensions: "ClientId=123456789012,DomainName=logs" };
  expect(metrics).toEqual([
    { ...rest, name: "CPUUtilization", stat: "Maximum" },
    { ...rest, name: "OpenSearchRequests", stat: "Sum" },
  ]);
});

test("those of Elasticsearch count their requests by that name", async () => {
  const { metrics } = await found([{ ...domain, EngineVersion: "Elasticsearch_7.10" }]);
  expect(metrics.map(({ name }) => name)).toEqual(["CPUUtilization", "ElasticsearchRequests"]);
});

describe("not told", () => {
  test.each<[what: string, values: MeasuredValues]>([
    ["one request in two weeks", ({ name }) => (name === "CPUUtilization" ? flat(6) : [1])],
    [
      "one that is measured for a week",
      ({ name }) => (name === "CPUUtilization" ? flat(6, 168) : []),
    ],
    ["one of which CloudWatch hears nothing", () => []],
  ])("%s", async (_, values) => expect(await namesIn([domain], values)).toEqual([]));

  test.each<[what: string, more: Partial<DomainStatus>]>([
    ["on its way in", { Created: false }],
    ["on its way out", { Deleted: true }],
    ["that is being changed", { Processing: true }],
  ])("one %s", async (_, more) => expect(await namesIn([{ ...domain, ...more }])).toEqual([]));

  test("what is named by its beginning", async () => {
    expect(await namesIn([domain], quiet, { except: ["lo"] })).toEqual([]);
  });

  test("where there is none there is no message, and nothing is measured", async () => {
    const { told, operations } = await found([]);
    expect([told, operations]).toEqual([undefined, ["es:ListDomainNames"]]);
  });
});

test("work within it without a request is told by its CPU, and does not hide that it idles", async () => {
  const { told } = await found([domain], ({ name }) => (name === "CPUUtilization" ? flat(81) : []));
  expect(told?.table?.rows[0]?.at(-1)).toBe("81 %");
});

test("of 1,000 each is judged, five names a call", async () => {
  const many = Array.from({ length: 1000 }, (_, nth) => ({ ...domain, DomainName: `d-${nth}` }));
  const { all, asked } = await found(many);
  expect([all.length, asked.length, Math.max(...asked)]).toEqual([1000, 200, 5]);
});

test.each(["es:ListDomainNames", "es:DescribeDomains"])(
  "what AWS refuses of %s is an error, never a domain that nothing asks",
  async (operation) => {
    const answers = {
      "es:ListDomainNames": async () => ({ DomainNames: [{ DomainName: "logs" }] }),
      "es:DescribeDomains": async () => ({ DomainStatusList: [domain] }),
      [operation]: () => Promise.reject(new Error("AccessDenied")),
    };
    const aws = measuredAws(quiet, answers);
    const search = { ...here, config: unit.config.parse({}), only: undefined, read: aws.read };
    await expect(
      Array.fromAsync(unit.find(search as never) as AsyncIterable<IdleRow>),
    ).rejects.toThrow("AccessDenied");
  },
);

test.each([{ days: 0 }, { days: 61 }, { except: "x" }, { domains: [] }])(
  "config %o is refused",
  (wrong) => expect(unit.config.safeParse(wrong).success).toBe(false),
);
