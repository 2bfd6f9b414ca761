/** What people reported of other tools that keep zones and parameters as files. */
import type { ResourceRecordSet } from "@aws-sdk/client-route-53";
import type { Parameter, ParameterMetadata } from "@aws-sdk/client-ssm";
import { describe, expect, test } from "vitest";
import { sendStubbed } from "../../../test/setup/stub-clients.ts";
import type { WrittenPart } from "./files.ts";
import { writeParameters } from "./parameters.ts";
import { writeZones } from "./zones.ts";

const asked = (about: string, after: string | null = null, part = 1) => ({
  ...{ about, slot: "2026-11-21", bucket: "files", owner: "123456789012" },
  ...{ folder: "a/", action: "a", run: "r", part, after },
});
type Put = { readonly Key: string; readonly Body: string };

const zone = { Id: "/hostedzone/Z1", Name: "example.com.", CallerReference: "a" };

/** What the files of zones with these records are, by name. */
async function zonesWith(
  records: readonly ResourceRecordSet[],
  zones: readonly object[] = [zone],
  more: object = {},
) {
  const files = new Map<string, string>();
  const answer = await sendStubbed(writeZones, asked("zones"), {
    ListHostedZones: () => ({ HostedZones: zones }),
    GetHostedZone: ({ Id }: { readonly Id: string }) => ({
      HostedZone: zones.find((each) => (each as typeof zone).Id.endsWith(Id)),
      ...more,
    }),
    ListTagsForResource: () => ({ ResourceTagSet: { Tags: [] } }),
    ListResourceRecordSets: () => ({ ResourceRecordSets: records, IsTruncated: false }),
    PutObject: ({ Key, Body }: Put) => files.set(Key.slice("a/".length), Body),
  });
  const imported = [...files].flatMap(([name, body]) =>
    name.includes(".import-")
      ? (JSON.parse(body) as { Changes: { ResourceRecordSet: ResourceRecordSet }[] }).Changes
      : [],
  );
  return { answer, files, imported: imported.map((each) => each.ResourceRecordSet) };
}

const plain = { Name: "www.example.com.", Type: "A" as const, TTL: 60 };
const at = (Value: string) => ({ ResourceRecords: [{ Value }] });

describe("a record of a zone is imported as Route 53 has it", () => {
  test.each<[what: string, record: ResourceRecordSet]>([
    [
      "a wildcard, which Route 53 spells \\052",
      { ...plain, Name: "\\052.example.com.", ...at("192.0.2.1") },
    ],
    [
      "a TXT of several strings, each in its own quotes",
      { ...plain, Type: "TXT", ...at(`"${"a".repeat(255)}" "${"b".repeat(80)}; p=\\"q\\""`) },
    ],
    [
      "an alias to a load balancer, which has no TTL and no values",
      {
        ...{ Name: "example.com.", Type: "A" },
        AliasTarget: {
          HostedZoneId: "Z32O12XQLNTSW2",
          DNSName: "dualstack.lb-1.elb.amazonaws.com.",
          EvaluateTargetHealth: true,
        },
      },
    ],
    [
      "one of several by weight, with its identifier and health check",
      { ...plain, SetIdentifier: "blue", Weight: 0, HealthCheckId: "abc", ...at("192.0.2.1") },
    ],
    [
      "one by failover",
      { ...plain, SetIdentifier: "main", Failover: "PRIMARY", ...at("192.0.2.1") },
    ],
    [
      "one by place, also by everywhere else",
      { ...plain, SetIdentifier: "rest", GeoLocation: { CountryCode: "*" }, ...at("192.0.2.1") },
    ],
    [
      "one by nearness, with its bias",
      {
        ...{ ...plain, SetIdentifier: "near", ...at("192.0.2.1") },
        GeoProximityLocation: { AWSRegion: "eu-west-1", Bias: -20 },
      },
    ],
    [
      "one by ranges of addresses",
      {
        ...plain,
        SetIdentifier: "cidr",
        CidrRoutingConfig: { CollectionId: "c", LocationName: "*" },
        ...at("192.0.2.1"),
      },
    ],
    [
      "one of several answers",
      { ...plain, SetIdentifier: "m", MultiValueAnswer: true, ...at("192.0.2.1") },
    ],
    ["a CAA with quotes", { ...plain, Type: "CAA", ...at('0 issue "letsencrypt.org"') }],
    ["a DS of a zone below it", { ...plain, Type: "DS", ...at("12345 13 2 ABCD") }],
  ])("%s", async (_, record) => {
    expect((await zonesWith([record])).imported).toEqual([record]);
  });

  test("one that a traffic policy made is kept, and is in no batch: Route 53 would refuse all of it", async () => {
    const made = {
      ...plain,
      Name: "t.example.com.",
      TrafficPolicyInstanceId: "i1",
      ...at("192.0.2.9"),
    };
    const { imported, files } = await zonesWith([made, { ...plain, ...at("192.0.2.1") }]);
    expect(imported).toEqual([{ ...plain, ...at("192.0.2.1") }]);
    expect(JSON.parse(files.get("Z1.zone.json") ?? "").notImported).toEqual([made]);
  });
});

test("two zones of one name, public and private, have files of their own, and the private one its networks", async () => {
  const inside = { ...zone, Id: "/hostedzone/Z2", Config: { PrivateZone: true } };
  const VPCs = [{ VPCRegion: "eu-west-1", VPCId: "vpc-1" }];
  const { files, answer } = await zonesWith([{ ...plain, ...at("192.0.2.1") }], [zone, inside], {
    VPCs,
  });
  expect([...files.keys()]).toEqual([
    ...["Z1.zone.json", "Z1.import-001.json", "Z2.zone.json", "Z2.import-001.json"],
  ]);
  expect(answer.things).toBe(2);
  expect(JSON.parse(files.get("Z2.zone.json") ?? "")).toMatchObject({ HostedZone: inside, VPCs });
});

test("a zone of 20,000 records: each is in one batch that Route 53 takes", async () => {
  const records = Array.from({ length: 20_000 }, (_, nth) => ({
    ...{ ...plain, Name: `n${nth}.example.com.` },
    ...at("192.0.2.1"),
  }));
  const { imported, files } = await zonesWith(records);
  expect(new Set(imported.map(({ Name }) => Name)).size).toBe(20_000);
  expect(imported).toHaveLength(20_000);
  expect(files.size).toBe(1 + 20_000 / 500);
});

/** What is written of parameters, all steps one after the other. */
async function parametersWith(all: readonly (ParameterMetadata & Pick<Parameter, "Value">)[]) {
  const kept: Record<string, unknown>[] = [];
  let [after, steps, most]: [string | null, number, number] = [null, 0, 0];
  do {
    steps += 1;
    const step: WrittenPart = await sendStubbed(
      writeParameters,
      asked("parameters", after, steps),
      {
        DescribeParameters: ({
          NextToken = "0",
          MaxResults = 0,
        }: {
          NextToken?: string;
          MaxResults?: number;
        }) => {
          const end = Number(NextToken) + MaxResults;
          const Parameters = all.slice(Number(NextToken), end).map(({ Value: _, ...rest }) => rest);
          return { Parameters, ...(end < all.length && { NextToken: `${end}` }) };
        },
        GetParameters: ({ Names }: { readonly Names: readonly string[] }) => ({
          Parameters: all.filter(({ Name = "" }) => Names.includes(Name)),
        }),
        PutObject: ({ Body }: Put) => {
          const { parameters } = JSON.parse(Body) as { parameters: Record<string, unknown>[] };
          most = Math.max(most, parameters.length);
          kept.push(...parameters);
        },
      },
    );
    after = step.next;
  } while (after !== null);
  return { kept, steps, most };
}

describe("a parameter is put again as it was", () => {
  test.each<[what: string, parameter: ParameterMetadata & Pick<Parameter, "Value">]>([
    ["a list, with its commas", { Name: "/a", Type: "StringList", Value: "a,b,,c" }],
    [
      "an image, which AWS checks by its data type",
      { Name: "/a", Type: "String", DataType: "aws:ec2:image", Value: "ami-1" },
    ],
    [
      "an address, which command lines fetch",
      { Name: "/a", Type: "String", Value: "https://example.com" },
    ],
    ["several lines and quotes", { Name: "/a", Type: "String", Value: "a\n\"b\"\t'c' $d \u2028" }],
    [
      "an advanced one of 8 KB",
      { Name: "/a", Type: "String", Tier: "Advanced", Value: "x".repeat(8192) },
    ],
    ["one with a pattern", { Name: "/a", Type: "String", AllowedPattern: "^\\d+$", Value: "12" }],
  ])("%s", async (_, parameter) => {
    expect((await parametersWith([parameter])).kept).toEqual([{ ...parameter, was: {} }]);
  });

  test("policies become the one text that PutParameter takes", async () => {
    const texts = ['{"Type":"Expiration","Version":"1.0"}', '{"Type":"NoChangeNotification"}'];
    const Policies = texts.map((PolicyText) => ({ PolicyText, PolicyStatus: "Pending" }));
    const { kept } = await parametersWith([{ Name: "/a", Type: "String", Value: "v", Policies }]);
    expect(kept[0]?.Policies).toBe(`[${texts.join(",")}]`);
    expect(JSON.parse(String(kept[0]?.Policies))).toHaveLength(2);
  });
});

test("of 20,000 parameters each is in one file, and no file has more than 500", async () => {
  const all = Array.from({ length: 20_000 }, (_, nth) => ({
    ...{ Name: `/many/${nth}`, Type: "String" as const, Value: `${nth}` },
  }));
  const { kept, steps, most } = await parametersWith(all);
  expect(new Set(kept.map(({ Name }) => Name)).size).toBe(20_000);
  expect([kept.length, steps, most]).toEqual([20_000, 40, 500]);
}, 60_000);
