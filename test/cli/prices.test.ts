import { existsSync, globSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { knownPrice, priceSource, usePrices } from "../../aws/pricing/prices.ts";
import { projectRoot } from "../../cli/io/paths.ts";
import { priceTableOf, readPrices, tableSource } from "../../cli/prices/file.ts";
import { lookedUpAlone } from "../../cli/prices/needs.ts";
import { cli } from "./cli.ts";
import {
  type Listed,
  type ListedProduct,
  machine,
  offerOf,
  priceList,
  usage,
} from "./price-list.ts";

afterEach(() => vi.unstubAllEnvs());

const region = "eu-west-1";
const gigabyte = { unit: "GB-Mo" };

const balancer = "Load Balancer-Application";

const others: Listed = {
  AmazonVPC: {
    [region]: offerOf({ V1: usage("EU-PublicIPv4:IdleAddress", { price: "0.005" }) }),
  },
  AmazonDynamoDB: {
    [region]: offerOf({
      D1: usage("EU-ReadRequestUnits", { price: "0.0000001", unit: "ReadRequestUnits" }),
      D2: usage(
        "EU-ReadCapacityUnit-Hrs",
        { price: "0.0000000000", unit: "ReadCapacityUnit-Hrs" },
        { from: "18600", price: "0.000147", unit: "ReadCapacityUnit-Hrs" },
      ),
      D3: usage("EU-IA-ReadRequestUnits", { price: "9", unit: "ReadRequestUnits" }),
    }),
  },
  AmazonCloudWatch: {
    [region]: offerOf({ C1: usage("EU-DataProcessing-Bytes", { price: "0.57", unit: "GB" }) }),
  },
  AWSLambda: {
    [region]: offerOf({ L1: usage("EU-Lambda-GB-Second", { price: "0.00001", unit: "Second" }) }),
  },
  AmazonEFS: {
    [region]: offerOf({ F1: usage("EU-TimedStorage-ByteHrs", { price: "0.3", ...gigabyte }) }),
  },
  AWSBackup: {
    [region]: offerOf({ B1: usage("EU-WarmStorage-ByteHrs-EFS", { price: "0.05", ...gigabyte }) }),
  },
  AWSELB: {
    [region]: offerOf({
      E1: { ...usage("EU-LoadBalancerUsage", { price: "0.03" }), family: balancer },
    }),
  },
  AmazonRDS: {
    [region]: offerOf({
      R1: {
        attributes: {
          ...{ usagetype: "EU-InstanceUsage:db.m5.large", instanceType: "db.m5.large" },
          ...{ databaseEngine: "PostgreSQL", deploymentOption: "Single-AZ" },
        },
        steps: [{ price: "0.2" }],
      },
    }),
  },
};
const machines = {
  A1: machine("m5.large", "0.107"),
  A2: usage("EU-EBS:VolumeUsage.gp3", { price: "0.088", ...gigabyte }),
};
const listOf = (products: Readonly<Record<string, ListedProduct>>, how = {}): Listed => ({
  ...others,
  AmazonEC2: { [region]: offerOf({ ...machines, ...products }, how) },
});

function project(settings: object = { home: region }) {
  const folder = mkdtempSync(join(tmpdir(), "nightshift-prices-"));
  const file = join(folder, "nightshift.config.mjs");
  writeFileSync(file, `export default ${JSON.stringify(settings)};`);
  const prices = join(folder, "prices.json");
  return {
    prices,
    refresh: (address: string, ...more: readonly string[]) =>
      cli("prices", "refresh", "--address", address, "--settings", file, ...more),
    shown: (...more: readonly string[]) => cli("prices", "--settings", file, ...more),
    rows: () => readPrices(prices)[region]?.AmazonEC2?.rows ?? {},
  };
}

describe("refresh", () => {
  test("reads what is needed of AWS's price list, with its source and date, and says what it wrote", async () => {
    const { address, asked } = await priceList(listOf({}), { zipped: true });
    const { refresh, prices, shown } = project();
    const { code, out } = await refresh(address);
    expect([code, out]).toEqual([
      0,
      expect.stringContaining("eu-west-1 AmazonEC2: 2 prices, 2 changed"),
    ]);
    expect(out).toContain("commit it, and the next deployment goes by it");
    expect(asked.filter((path) => path.endsWith("/aws/index.json"))).toHaveLength(1);
    const kept = readPrices(prices)[region] ?? {};
    expect(kept.AmazonEC2?.rows["ec2:m5.large"]).toEqual({ price: 0.107, unit: "Hrs", sku: "A1" });
    expect(kept.AmazonEC2?.url).toBe(
      `${address}/offers/v1.0/aws/AmazonEC2/20261120/eu-west-1/index.json`,
    );
    expect(kept.AmazonEC2?.published).toBe("2026-11-20T17:00:00Z");
    const listed = await shown();
    expect(listed.out).toMatch(/eu-west-1 +AmazonVPC +1 +USD +2026-11-20/);
    expect(listed.out).toContain("Not known of eu-west-1: ebs:standard:size");
  });
  test("the same again changes nothing but the time at which it was read", async () => {
    const { address } = await priceList(listOf({}));
    const { refresh, rows } = project();
    await refresh(address);
    const first = rows();
    expect((await refresh(address)).out).toContain("2 prices, 0 changed");
    expect(rows()).toEqual(first);
  });

  const alone = async (products: Readonly<Record<string, ListedProduct>>, how = {}) => {
    const { address } = await priceList(listOf(products, how));
    const { refresh, rows } = project();
    const { code } = await refresh(address);
    return { code, rows: rows() };
  };
  test.each<[what: string, product: ListedProduct]>([
    ["Windows", machine("c5.large", "0.2", { operatingSystem: "Windows" })],
    ["a dedicated machine", machine("c5.large", "0.2", { tenancy: "Dedicated" })],
    ["SQL Server on Linux", machine("c5.large", "0.2", { preInstalledSw: "SQL Std" })],
    [
      "capacity that is reserved",
      machine("c5.large", "0", { capacitystatus: "AllocatedCapacityReservation" }),
    ],
    ["a Local Zone", machine("c5.large", "0.2", { locationType: "AWS Local Zone" })],
    ["a spot price", machine("c5.large", "0.1", { marketoption: "Spot" })],
    ["a reserved term", { ...machine("c5.large", "0.05"), reserved: true }],
    ["a row of nothing", machine("c5.large", "0.0000000000")],
    [
      "a term that begins later",
      { ...machine("c5.large", "9"), effective: "2999-01-01T00:00:00Z" },
    ],
    ["an outpost's snapshots", usage("EU-EBS:SnapshotUsage.outposts", { ...gigabyte })],
    ["snapshots under another rate", usage("EU-EBS:SnapshotUsageUnderBilling", { ...gigabyte })],
    ["a fast restore", usage("EU-EBS:FastSnapshotRestore")],
  ])("leaves %s", async (_, product) => {
    const { code, rows } = await alone({ B1: product });
    expect([code, Object.keys(rows)]).toEqual([0, ["ebs:gp3:size", "ec2:m5.large"]]);
  });
  test("a price in steps is the first that is paid, and says so", async () => {
    const { address } = await priceList(
      listOf({
        B1: usage(
          "EU-EBS:VolumeP-IOPS.io2",
          { from: "32000", price: "0.05", unit: "IOPS-Mo" },
          { from: "0", price: "0.07", unit: "IOPS-Mo" },
        ),
      }),
    );
    const { refresh, prices, rows } = project();
    await refresh(address);
    expect(rows()["ebs:io2:iops"]).toEqual({ price: 0.07, unit: "IOPS-Mo", sku: "B1", steps: 2 });
    const { rows: tables } = readPrices(prices)[region]?.AmazonDynamoDB ?? {};
    expect(tables).toMatchObject({
      "dynamodb:read-hour": { price: 0.000147 },
      "dynamodb:read-request": { price: 1e-7 },
    });
  });
  test("throughput is asked by the gigabyte there, and counted by the megabyte here", async () => {
    const product = usage("EU-EBS:VolumeP-Throughput.gp3", { price: "45.056", unit: "GiBps-mo" });
    expect((await alone({ B1: product })).rows["ebs:gp3:throughput"]?.price).toBe(0.044);
  });
  test("two products under one name that ask the same are one", async () => {
    const { code, rows } = await alone({ B1: machines.A1, B2: machines.A2 });
    expect([code, rows["ec2:m5.large"]?.sku]).toEqual([0, "A1"]);
  });
  test("prices that stand before their products are found", async () => {
    const { code, rows } = await alone({}, { backwards: true });
    expect([code, Object.keys(rows)]).toEqual([0, ["ebs:gp3:size", "ec2:m5.large"]]);
  });

  test.each<[what: string, product: ListedProduct, says: string]>([
    [
      "another unit",
      usage("EU-EBS:VolumeUsage.gp2", { price: "0.11", unit: "TB-Mo" }),
      "ebs:gp2:size: B1 is asked by TB-Mo, not by GB-Mo or GB-month",
    ],
    [
      "another currency",
      usage("EU-EBS:VolumeUsage.gp2", { price: "0.11", currency: "EUR", ...gigabyte }),
      "ebs:gp2:size: B1 is asked in EUR, not in USD",
    ],
    [
      "no number",
      usage("EU-EBS:VolumeUsage.gp2", { price: "free", ...gigabyte }),
      "ebs:gp2:size: B1 has no price that is a number",
    ],
    [
      "another price under the same name",
      machine("m5.large", "0.2"),
      "ec2:m5.large: A1 asks 0.107, B1 asks 0.2",
    ],
  ])("%s is an error that names it, and what was known stays", async (_, product, says) => {
    const before = await priceList(
      listOf({ Z1: usage("EU-EBS:VolumeUsage.gp2", { price: "0.11", ...gigabyte }) }),
    );
    const { refresh, rows } = project();
    await refresh(before.address);
    const known = rows();
    const after = await priceList(
      listOf({
        B1: product,
        ...(says.startsWith("ec2") && {
          Z1: usage("EU-EBS:VolumeUsage.gp2", { price: "0.11", ...gigabyte }),
        }),
      }),
    );
    const { code, out } = await refresh(after.address);
    expect([code, out]).toEqual([1, expect.stringContaining(says)]);
    expect(out).toContain("what was known of it before is kept");
    expect(rows()).toEqual(known);
  });
  test("a price that is no longer there is no longer known, and named", async () => {
    const { refresh, rows } = project();
    await refresh((await priceList(listOf({ B1: machine("t2.large", "0.1") }))).address);
    const { code, out } = await refresh((await priceList(listOf({}))).address);
    expect([code, out]).toEqual([0, expect.stringContaining("no longer there: ec2:t2.large")]);
    expect(rows()).not.toHaveProperty("ec2:t2.large");
  });

  test.each<[what: string, list: Listed, how: object, says: string]>([
    ["an offer is refused", { ...others, AmazonEC2: { [region]: 503 } }, {}, "answers 503"],
    ["an offer is gone", others, {}, "has no offer AmazonEC2 by region"],
    [
      "the region is not in it",
      { ...others, AmazonEC2: { "us-east-1": "{}" } },
      {},
      "does not have eu-west-1",
    ],
    [
      "it has none that is needed",
      { ...others, AmazonEC2: { [region]: offerOf({}) } },
      {},
      "none of the prices",
    ],
    ["it is no JSON", { ...others, AmazonEC2: { [region]: "<html>busy</html>" } }, {}, "not JSON"],
    [
      "it does not say of when it is",
      listOf({}, { published: "soon" }),
      {},
      "when it was published",
    ],
  ])("where %s, the others go on, and what was known of it stays", async (_, list, how, says) => {
    const { refresh, rows, prices } = project();
    await refresh((await priceList(listOf({}))).address);
    const known = rows();
    const { code, out } = await refresh((await priceList(list, how)).address);
    expect([code, out]).toEqual([1, expect.stringContaining(says)]);
    expect(rows()).toEqual(known);
    expect(readPrices(prices)[region]?.AmazonVPC?.rows).toHaveProperty("address:idle");
  });
  test.each<[what: string, how: object]>([
    ["as it is", { breaksAfter: 500 }],
    ["packed", { breaksAfter: 200, zipped: true }],
  ])("offers that break off half way, %s, leave the file as it was", async (_, how) => {
    const { refresh, prices } = project();
    await refresh((await priceList(listOf({}))).address);
    const before = readPrices(prices);
    const { code } = await refresh((await priceList(listOf({}), how)).address);
    expect(code).toBe(1);
    expect(readPrices(prices)).toEqual(before);
  });
  test("where nothing can be read, no file is made, and it says why", async () => {
    const { refresh, prices } = project();
    const { code, err } = await refresh("http://127.0.0.1:9");
    expect([code, err]).toEqual([1, expect.stringContaining("no price could be read")]);
    expect(existsSync(prices)).toBe(false);
  });
  test("where nothing can be read any more, what was known stays, and nothing is said to be written", async () => {
    const { refresh, prices } = project();
    await refresh((await priceList(listOf({}))).address);
    const before = readFileSync(prices, "utf8");
    const { code, out, err } = await refresh("http://127.0.0.1:9");
    expect([code, out, err]).toEqual([1, "", expect.stringContaining("is as it was")]);
    expect(readFileSync(prices, "utf8")).toBe(before);
  });
  test("an index that names another address is not followed there", async () => {
    const { refresh } = project();
    const list = await priceList(listOf({}), { elsewhere: "https://evil.example/x.json" });
    expect((await refresh(list.address)).err).toContain("lies at another address");
    expect(list.asked).toHaveLength(1);
  });
  test("a proxy is asked where the environment names one", async () => {
    const { address } = await priceList(listOf({}));
    const through: string[] = [];
    const proxy = createServer((request, response) => {
      through.push(request.url ?? "");
      response.writeHead(502).end();
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void proxy.close());
    vi.stubEnv("HTTP_PROXY", `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
    vi.stubEnv("NO_PROXY", "");
    expect((await project().refresh(address)).err).toContain("answers 502");
    expect(through[0]).toBe(`${address}/offers/v1.0/aws/index.json`);
    vi.stubEnv("NO_PROXY", "127.0.0.1");
    expect((await project().refresh(address)).code).toBe(0);
  });
});

test("China's prices are in CNY, at an address of their own, and are never taken for dollars", async () => {
  const china = "cn-north-1";
  const cny = { price: "0.9", unit: "Hrs", currency: "CNY" };
  const { address } = await priceList(
    { AmazonEC2: { [china]: offerOf({ A1: { ...machine("m5.large", "1"), steps: [cny] } }) } },
    { folder: "cn" },
  );
  const { refresh, prices } = project({ home: china });
  const { code } = await refresh(address);
  expect(code).toBe(1);
  const kept = readPrices(prices);
  expect(kept[china]?.AmazonEC2).toMatchObject({ currency: "CNY" });
  usePrices(priceTableOf(kept));
  onTestFinished(() => usePrices({}));
  expect(knownPrice(china, "ec2:m5.large")).toBeUndefined();
});

test("what is bundled holds the regions of the settings, and says of which day it is", async () => {
  const { refresh, prices } = project();
  await refresh((await priceList(listOf({}))).address);
  const kept = readPrices(prices);
  expect(tableSource(kept, ["us-east-1"])).toBeUndefined();
  const source = tableSource(kept, [region]) ?? "";
  const { shippedPrices } = (await import(
    `data:text/javascript,${encodeURIComponent(source)}`
  )) as { shippedPrices: Parameters<typeof usePrices>[0] };
  usePrices(shippedPrices);
  onTestFinished(() => usePrices({}));
  expect(knownPrice(region, "ec2:m5.large")).toBe(0.107);
  expect(knownPrice(region, "ec2:m9.large")).toBeUndefined();
  expect(priceSource(region, "ec2")).toBe("AWS's price list of eu-west-1 of 2026-11-20");
});

test("what no unit reckons with is in no bundle, and what one reckons with is in all", async () => {
  const priced = (key: string) => ({ [key]: { unit: "Hrs", sku: "A", price: 1 } });
  const offer = { url: "https://a", published: "2026-11-20", read: "2026-11-20", currency: "USD" };
  const rows = { ...priced("ec2:m5.large"), ...priced("rds:mysql:db.m5.large") };
  const source = tableSource({ [region]: { AmazonEC2: { ...offer, rows } } }, [region]) ?? "";
  expect(source).toContain("ec2:m5.large");
  expect(source).not.toContain("rds");
  const files = globSync("{aws,functions}/**/*.ts", { cwd: projectRoot });
  const asked = /(?:knownPrice|hourlyPerMonth|pricedBy|priceSource)\([^)"`]*["`]([a-z0-9]+)[:"`]/g;
  const kinds = files.flatMap((file) =>
    [...readFileSync(join(projectRoot, file), "utf8").matchAll(asked)].map(([, kind]) => kind),
  );
  expect(new Set(kinds)).toContain("ec2");
  expect(kinds.filter((kind = "") => lookedUpAlone.has(kind))).toEqual([]);
});

describe("what is known", () => {
  test("nothing is known before it is read, and it says how", async () => {
    const { code, out } = await project().shown();
    expect(code).toBe(0);
    expect(out).toMatch(/^No price is known\.\nNot known of eu-west-1: ec2:\*, ebs:standard:size/);
    expect(out).toContain("nightshift prices refresh");
  });
  test("as JSON too", async () => {
    const { json } = await project().shown("--json");
    expect(json).toMatchObject({ regions: {}, unknown: { [region]: expect.any(Array) } });
  });
  test.each([
    ["no JSON", "{", "cannot be read"],
    ["no regions", "{}", "has no regions"],
    [
      "an offer without a source",
      '{"regions":{"eu-west-1":{"AmazonEC2":{"rows":{}}}}}',
      "regions.eu-west-1.AmazonEC2",
    ],
    [
      "a price that is none",
      `{"regions":{"a":{"B":{"url":"x","published":"2026-01-01","read":"2026-01-01","currency":"USD","rows":{"ec2:x":{"price":"1","unit":"Hrs","sku":"S"}}}}}}`,
      "regions.a.B.rows.ec2:x",
    ],
  ])("a file with %s is refused by name, and by its remedy", async (_, text, says) => {
    const { prices, shown } = project();
    writeFileSync(prices, text);
    const { code, err } = await shown();
    expect([code, err]).toEqual([2, expect.stringContaining(says)]);
    expect(err).toContain("nightshift prices refresh");
    expect(readFileSync(prices, "utf8")).toBe(text);
  });
});

test.each([
  [["prices", "renew"], "is not understood"],
  [["prices", "--address", "https://x.example"], "--address is for"],
  [["prices", "refresh", "--address", "http://x.example"], "must begin with https://"],
  [["prices", "refresh", "--address", "nowhere"], "must begin with https://"],
  [["prices", "--region", "moon-1"], "moon-1"],
])("%j is refused", async (args, says) => {
  const { code, err } = await cli(...args);
  expect([code, err]).toEqual([2, expect.stringContaining(says)]);
});
