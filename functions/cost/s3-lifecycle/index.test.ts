import type { MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import { describe, expect, test } from "vitest";
import unit, { type BucketLooked } from "./index.ts";
import { sizeInWords } from "./sizes.ts";

const now = new Date("2026-11-23T07:25:00Z");
const here = { account: "123456789012", region: "eu-west-1", now };
const gigabyte = 1024 ** 3;

interface Kept {
  /** Rules; an error in their place is thrown. */
  readonly rules?: number | Error;
  readonly versioning?: string | Error;
  /** Bytes of each day by class, newest first. */
  readonly sizes?: Readonly<Record<string, readonly number[]>>;
}
type Account = Readonly<Record<string, Kept>>;

/** As the SDK gives them: an answer came. */
const named = (name: string, message = "no"): Error =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode: 403 } });
const guarded = named("AccessDenied", "with an explicit deny in a resource-based policy");
const lacking = named("AccessDenied", "because no identity-based policy allows it");

async function answerOf(operation: string, kept: Kept = {}) {
  const { rules = 0, versioning } = kept;
  const [first] = operation.includes("Lifecycle") ? [rules] : [versioning];
  if (first instanceof Error) throw first;
  if (operation.includes("Lifecycle")) return rules ? { Rules: [{}] } : undefined;
  return versioning ? { Status: versioning } : {};
}

async function* sizesOf(account: Account, queries: readonly MetricDataQuery[]) {
  for (const { Id, MetricStat } of queries) {
    const [bucket, kind] = MetricStat?.Metric?.Dimensions?.map(({ Value = "" }) => Value) ?? [];
    const Values = account[bucket ?? ""]?.sizes?.[kind ?? ""] ?? [];
    // A query's points may be spread over several items.
    for (const value of Values) yield { Id, Values: [value] };
    if (!Values.length) yield { Id, Values };
  }
}

async function found(account: Account, config: object = {}) {
  const asked: string[] = [];
  const read = ({ operation, input }: { operation: string; input: object }) => {
    asked.push(operation);
    const { Bucket = "", MetricDataQueries = [] } = input as {
      Bucket?: string;
      MetricDataQueries?: readonly MetricDataQuery[];
    };
    if (operation === "cloudwatch:GetMetricData") return sizesOf(account, MetricDataQueries);
    if (operation !== "s3:ListBuckets") return answerOf(operation, account[Bucket]);
    return (async function* () {
      for (const Name of Object.keys(account)) yield { Name };
    })();
  };
  const search = { ...here, only: undefined, config: unit.config.parse(config), read };
  const all = await Array.fromAsync(unit.find(search as never) as AsyncIterable<BucketLooked>);
  return { all, asked };
}
const told = async (account: Account, config: object = {}) =>
  unit.tell((await found(account, config)).all, { ...here, config: unit.config.parse(config) });

describe("what is told", () => {
  test("buckets without a lifecycle, the largest first, by class, and whether old versions stay", async () => {
    const message = await told({
      few: { sizes: { StandardStorage: [2 * gigabyte] } },
      many: {
        versioning: "Enabled",
        sizes: { StandardStorage: [3 * gigabyte, 1], GlacierStorage: [1024 * gigabyte] },
      },
    });
    expect(message?.title).toBe("2 buckets in eu-west-1 have no lifecycle, with 1.0 TiB in them");
    expect(message?.table?.rows).toEqual([
      ["many", "1.0 TiB", "Glacier Flexible Retrieval 1.0 TiB, Standard 3.0 GiB", "kept for ever"],
      ["few", "2.0 GiB", "Standard 2.0 GiB", "not kept"],
    ]);
    expect(message?.affected).toEqual(["many", "few"]);
    expect(message?.facts?.price).toContain("not known");
  });
  const large = { StandardStorage: [9 * gigabyte] };
  test.each<[what: string, account: Account, config?: object]>([
    ["there are none", {}],
    ["they have rules", { a: { rules: 1, sizes: large } }],
    ["they are small", { a: { sizes: { StandardStorage: [gigabyte - 1] } } }],
    ["they are smaller than the config says", { a: { sizes: large } }, { gigabytes: 10 }],
    ["they are empty or new", { a: {} }],
    ["they are to stay for ever", { archive: { sizes: large } }, { except: ["arch"] }],
    ["they are gone by now", { a: { rules: named("NoSuchBucket"), sizes: large } }],
  ])("nothing where %s", async (_, account, config) => {
    expect(await told(account, config)).toBeUndefined();
  });
  test("suspended versions still lie there", async () => {
    const message = await told({ a: { versioning: "Suspended", sizes: large } });
    expect(message?.table?.rows[0]?.[3]).toBe("kept for ever");
  });
  test("the newest size counts, and one that has none is counted apart", async () => {
    const message = await told({ a: { sizes: { StandardStorage: [9 * gigabyte, 1] } }, b: {} });
    expect(message?.table?.rows).toEqual([["a", "9.0 GiB", "Standard 9.0 GiB", "not kept"]]);
    expect(message?.facts?.["without a size"]).toContain("1 bucket:");
  });
  test("one that its policy guards is told as not known, and never as one without a lifecycle", async () => {
    const alone = await told({ a: { rules: guarded, sizes: large } });
    expect(alone?.title).toBe("Whether 1 bucket in eu-west-1 has a lifecycle is not known");
    expect(alone?.facts?.["not known"]).toContain("explicit deny");
    const beside = await told({ a: { rules: guarded }, b: { sizes: large } });
    expect(beside?.title).toBe("1 bucket in eu-west-1 has no lifecycle, with 9.0 GiB in it");
    expect(beside?.affected).toEqual(["b", "a"]);
  });
  test("versions that cannot be read are not known", async () => {
    const message = await told({ a: { versioning: guarded, sizes: large } });
    expect(message?.table?.rows[0]?.[3]).toBe("not known");
  });
});

test.each([
  ["rules", { rules: lacking }],
  ["versions", { versioning: lacking }],
  ["rules, as S3 asks to slow down", { rules: named("SlowDown") }],
])("where the role may not read %s, the run fails", async (_, kept) => {
  await expect(found({ a: kept })).rejects.toThrow();
});

test("20,000 buckets: metrics are asked in pieces, of those without a lifecycle alone", async () => {
  const account = Object.fromEntries(
    Array.from({ length: 20_000 }, (_, at) => [`b-${at}`, { rules: at % 10 ? 1 : 0 }] as const),
  );
  const { all, asked } = await found(account);
  expect(all).toHaveLength(2000);
  expect(asked.filter((each) => each === "cloudwatch:GetMetricData")).toHaveLength(20);
});

test.each([
  [0, "0 bytes"],
  [1023, "1023 bytes"],
  [1024, "1.0 KiB"],
  [1.5 * gigabyte, "1.5 GiB"],
  [2 ** 50 * 3000, "3000.0 PiB"],
])("%d bytes are %s", (bytes, words) => expect(sizeInWords(bytes)).toBe(words));

test.each([{ gigabytes: -1 }, { gigabytes: "1" }, { except: [""] }, { gigabyte: 1 }])(
  "config %o is refused",
  (given) => expect(unit.config.safeParse(given).success).toBe(false),
);
