import type { Volume } from "@aws-sdk/client-ec2";
import { afterEach, describe, expect, test } from "vitest";
import { instancePricePerMonth, pricePerMonthOf } from "../../aws/ec2/instance-price.ts";
import { priceOf } from "../../aws/ec2/snapshot-price.ts";
import { knownPrice, type PriceTable, pricedBy, usePrices } from "../../aws/pricing/prices.ts";
import { shippedPrices } from "../../aws/pricing/table.ts";
import { priceUnknown } from "../../sdk/saving.ts";
import { proposeFor } from "../../testing/propose.ts";
import { asQuickAs } from "./gp3-volumes/as-quick.ts";
import gp3 from "./gp3-volumes/index.ts";
import unattached from "./unattached-volumes/index.ts";
import { savesPerMonth } from "./unattached-volumes/volume-price.ts";
import { costPerMonth } from "./volume-cost.ts";

const region = "eu-west-1";
const published = { ec2: "2026-11-20", ebs: "2026-11-20", snapshot: "2026-11-20" };
const table = (prices: Readonly<Record<string, number>>, currency = "USD"): PriceTable => ({
  [region]: { currency, published, prices },
});
const known = {
  "ec2:m5.large": 0.107,
  "ebs:gp2:size": 0.11,
  "ebs:gp3:size": 0.088,
  "ebs:gp3:iops": 0.0055,
  "ebs:gp3:throughput": 0.044,
  "snapshot:standard": 0.05,
  "snapshot:archive": 0.0125,
};
afterEach(() => usePrices({}));

describe("by the price list of the region", () => {
  test("an instance costs what its type is listed for", () => {
    usePrices(table(known));
    expect(pricePerMonthOf({ InstanceType: "m5.large" }, region)).toBe(78.11);
  });
  test.each<[what: string, region: string, price: number | undefined]>([
    ["no price, where the list lacks the type", region, undefined],
    ["no price, in a region whose list was not read", "us-east-1", undefined],
  ])("%s", (_, where, price) => {
    usePrices(table(known));
    expect(instancePricePerMonth("c5.xlarge", where)).toBe(price);
  });
  test("a volume costs its size, and what it has beyond what is free", () => {
    usePrices(table(known));
    const volume = { type: "gp3", size: 100, iops: 4000, throughput: 225 };
    expect(costPerMonth(volume, region)).toBeCloseTo(8.8 + 5.5 + 4.4, 6);
  });
  test.each(["ebs:gp3:size", "ebs:gp3:iops", "ebs:gp3:throughput"] as const)(
    "without %s nothing is said of a gp3 volume, and none is changed to it",
    (missing) => {
      const { [missing]: _, ...rest } = known;
      usePrices(table(rest));
      expect(costPerMonth({ type: "gp3", size: 100 }, region)).toBeUndefined();
      expect(asQuickAs({ type: "gp2", size: 100 }, region)).toBeUndefined();
    },
  );
  test("a volume whose snapshot has no price saves nothing that could be claimed", () => {
    const { "snapshot:archive": _, ...rest } = known;
    usePrices(table(rest));
    expect(savesPerMonth({ type: "gp2", size: 100 }, region)).toBeUndefined();
    expect(priceOf({ FullSnapshotSizeInBytes: 2 ** 40 }, { others: 0, region })).toBeUndefined();
  });
  test("what is asked in CNY is no saving in dollars", () => {
    usePrices(table(known, "CNY"));
    expect(pricePerMonthOf({ InstanceType: "m5.large" }, region)).toBeUndefined();
  });
});

test("a proposal names the list that its saving is reckoned by", () => {
  const volume = { VolumeId: "vol-1", State: "in-use" as const, VolumeType: "gp2" as const };
  const now = new Date("2026-11-21T03:20:00Z");
  const here = { account: "123456789012", region, now, since: undefined };
  const propose = () =>
    gp3.propose(
      { volume: { ...volume, Size: 100 }, last: undefined },
      { ...here, config: gp3.config.parse({}) },
    );
  usePrices({});
  expect(propose()).toBeUndefined();
  usePrices(table(known));
  expect(propose()).toMatchObject({
    because: expect.stringMatching(
      /; what it saves is by AWS's price list of eu-west-1 of 2026-11-20$/,
    ),
    savesPerMonth: 2.07,
  });
});

describe("where no list was read", () => {
  test("nothing is known: none is shipped", () => {
    expect(shippedPrices).toEqual({});
    usePrices(shippedPrices);
    const types = ["gp2", "gp3", "io1", "io2", "st1", "sc1", "standard"];
    for (const type of types)
      expect(
        costPerMonth({ type, size: 100, iops: 3000, throughput: 125 }, region),
      ).toBeUndefined();
    expect(instancePricePerMonth("m5.large", region)).toBeUndefined();
    expect(priceOf({ FullSnapshotSizeInBytes: 2 ** 40 }, { others: 0, region })).toBeUndefined();
    expect(knownPrice(region, "address:idle")).toBeUndefined();
    expect(pricedBy(region, "ec2")).toBe("");
  });

  const volumes: readonly Volume[] = [
    { VolumeId: "vol-1", VolumeType: "gp2", Size: 100, State: "available" },
    { VolumeId: "vol-2", VolumeType: "gp2", Size: 200, State: "available" },
  ];
  async function notesOf(only?: readonly string[]) {
    const notes: string[] = [];
    const read = () => ({
      async *[Symbol.asyncIterator]() {
        yield* volumes;
      },
    });
    const search = {
      ...{ region, only, now: new Date("2026-11-21T03:20:00Z"), config: gp3.config.parse({}) },
      ...{ read, note: (text: string) => notes.push(text) },
    };
    for await (const _ of gp3.find(search as never) as AsyncIterable<unknown>);
    return notes;
  }
  test("gp3-volumes says once that volumes are not judged, and by which command they are", async () => {
    usePrices({});
    expect(await notesOf()).toEqual([`Volumes of type gp2 are not judged: ${priceUnknown}`]);
    expect(await notesOf(["vol-1"]), "one that is looked at again").toEqual([]);
    usePrices(table(known));
    expect(await notesOf()).toEqual([]);
  });
  test("an unattached volume is asked for, with what is not known, and nothing is claimed", () => {
    const since = new Date("2026-10-01T00:00:00Z");
    const [volume] = volumes;
    const look = () => proposeFor(unattached, { volume, used: false } as never, { region, since });
    usePrices({});
    expect(look()).toMatchObject({
      savesPerMonth: "unknown",
      asks: `whether its last snapshot costs less than it does is not known: ${priceUnknown}`,
    });
    usePrices(table(known));
    expect(look()?.asks).toBeUndefined();
    expect(look()?.savesPerMonth).toBeGreaterThan(0);
  });
});

test("prices that are not AWS's say so wherever they are named", () => {
  const source = "sample prices, not AWS's";
  usePrices({ [region]: { currency: "USD", published, prices: known, source } });
  expect(pricedBy(region, "ebs")).toBe("; what it saves is by sample prices, not AWS's");
});
