import { createHash } from "node:crypto";
import type { ResourceRecordSet } from "@aws-sdk/client-route-53";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  PutBucketEncryptionCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { DeleteParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { describe, expect, test } from "vitest";
import { undo } from "../../../engine/run/undo.ts";
import { CannotJudge } from "../../../sdk/errors.ts";
import { after, days, minutes } from "../../../sdk/time.ts";
import {
  contentOf,
  keyed,
  manifestsIn,
  openedSets,
  outcomes,
  recordsOf,
  wrongIn,
} from "../../../test/setup/file-sets.ts";
import { slotJustBegun } from "../../../test/setup/slot.ts";
import type { TestAccount } from "../../../testing/account.ts";
import { nextSweep, notesIn, type TestDelivery } from "../../../testing/delivery.ts";
import { proposeFor } from "../../../testing/propose.ts";
import { hideSet, putSetFile } from "./files.ts";
import { bucketIn, filesIn, keyIn, makeFileBucket, makeZone, putParameter } from "./fixture.ts";
import { importBatches } from "./import-batches.ts";
import unit, { type FoundFiles } from "./index.ts";
import { bucketRefusal } from "./place.ts";

const region = "eu-west-1";
/** Every deployed account has the switch's parameter. */
const killSwitch = "/nightshift/kill-switch";
const hash = (text: string) => createHash("sha256").update(text).digest("hex");

const found: FoundFiles = {
  about: "parameters",
  slot: "2026-11-21",
  place: { region, bucket: "files" },
  folder: "nightshift-files/1/eu-west-1/parameters/2026-11-21/",
  refusal: undefined,
  by: undefined,
};

describe("what is proposed", () => {
  const proposed = (more: Partial<FoundFiles> = {}) => proposeFor(unit, { ...found, ...more });
  test("files, where the slot has none, and what will not be in them", () =>
    expect(proposed()).toMatchObject({
      because:
        "they have no files of the slot 2026-11-21 in files; values of SecureStrings are left out: the settings name no key for the bucket",
      call: { input: { setName: "parameters@2026-11-21", bucket: "files", folder: found.folder } },
    }));
  test("with their secrets, where the settings name a key", () => {
    const place = { ...found.place, key: keyIn(region) };
    const { because, call } = proposed({ place }) ?? {};
    expect(because).toBe("they have no files of the slot 2026-11-21 in files");
    expect(call?.input).toMatchObject({ key: keyIn(region) });
  });
  test.each(["an action", "somebody else"])("nothing where %s wrote a manifest", (by) =>
    expect(proposed({ by })).toBeUndefined(),
  );
  test("nothing into a bucket that is not as it must be, which is told", () =>
    expect(() => proposed({ refusal: "it is open: close it" })).toThrow(CannotJudge));
});

describe("settings", () => {
  const place = { region, bucket: "files" };
  test.each<[what: string, config: object, words: string]>([
    [
      "an ARN for a bucket",
      { buckets: [{ region, bucket: "arn:aws:s3:::a" }] },
      "name of a bucket",
    ],
    ["capital letters", { buckets: [{ region, bucket: "Files" }] }, "small letters"],
    ["an address", { buckets: [{ region, bucket: "files.s3.amazonaws.com" }] }, "not an ARN"],
    ["an alias for a key", { buckets: [{ ...place, key: "alias/files" }] }, "ARN of a key"],
    ["a key elsewhere", { buckets: [{ ...place, key: keyIn("us-east-1") }] }, "another region"],
    ["one region twice", { buckets: [place, place] }, "names a region twice"],
    ["no region", { buckets: [{ region: "everywhere", bucket: "files" }] }, "must be a region"],
    ["nothing to write", { kinds: [] }, "Too small"],
    ["an unknown kind", { kinds: ["queues"] }, "zones"],
    ["a misspelt key", { bucket: "files" }, 'Unrecognized key: "bucket"'],
  ])("with %s are refused", (_, config, words) => {
    const { error } = unit.config.safeParse(config);
    expect(error?.issues.map(({ message }) => message).join()).toContain(words);
  });
});

const value = (Value: string): ResourceRecordSet => ({
  ...{ Name: `${Value.slice(0, 8)}.example.com.`, Type: "TXT", TTL: 60 },
  ResourceRecords: [{ Value }],
});

describe("a zone is imported in batches that Route 53 takes", () => {
  const zone = { Id: "/hostedzone/Z1", Name: "example.com.", CallerReference: "a" };
  const sizes = (records: readonly ResourceRecordSet[]) =>
    importBatches(zone, records).map(({ length }) => length);
  test("of 500 values, for an UPSERT counts twice", () =>
    expect(sizes(Array.from({ length: 1201 }, (_, at) => value(`${at}`)))).toEqual([
      500, 500, 201,
    ]));
  test("of 16,000 characters", () =>
    expect(sizes(Array.from({ length: 9 }, () => value("x".repeat(4000))))).toEqual([4, 4, 1]));
  test("aliases come after what they may point at", () => {
    const alias: ResourceRecordSet = {
      ...{ Name: "a.example.com.", Type: "A" },
      AliasTarget: { HostedZoneId: "Z1", DNSName: "b.example.com.", EvaluateTargetHealth: false },
    };
    expect(importBatches(zone, [alias, value("b")])).toEqual([[value("b"), alias]]);
  });
  test("without the zone's own NS and SOA, and with those of a zone below it", () => {
    const of = (Name: string, Type: "NS" | "SOA"): ResourceRecordSet => ({ Name, Type });
    const below = of("sub.example.com.", "NS");
    const all = [of("example.com.", "NS"), of("example.com.", "SOA"), below];
    expect(importBatches(zone, all)).toEqual([[below]]);
  });
  test("none for a zone without records of its own", () => expect(sizes([])).toEqual([]));
});

const few = async (aws: TestAccount) => {
  await makeFileBucket(aws);
  await makeZone(aws, "example.com", [value("one")]);
  await putParameter(aws, "/shop/url", "https://shop.example.com");
  await putParameter(aws, "/shop/token", "hidden-canary", "SecureString");
};

describe("a set", () => {
  test("names each of its files with its hash, and is whole", async () => {
    const delivery = await openedSets(few);
    const run = await delivery.ended(await delivery.deliver());
    expect(await outcomes(delivery, run)).toEqual([
      ["applied", true],
      ["applied", true],
    ]);
    const { manifests } = await manifestsIn(delivery);
    expect(
      manifests.map(({ about, things, leftOut, files }) => [about, things, leftOut, files.length]),
    ).toEqual([
      ["parameters", 3, 1, 1],
      ["zones", 1, 0, 2],
    ]);
    expect(await wrongIn(delivery)).toEqual([]);
  });

  test("its manifest is the last that is written of it", async () => {
    const delivery = await openedSets(few);
    await delivery.ended(await delivery.deliver());
    const s3 = delivery.aws.client(S3Client);
    const { Versions = [] } = await s3.send(
      new ListObjectVersionsCommand({ Bucket: bucketIn(delivery.aws) }),
    );
    for (const about of ["zones", "parameters"]) {
      const own = Versions.filter(({ Key = "" }) => Key.includes(`/${about}/`));
      const last = Math.max(...own.map(({ LastModified }) => Number(LastModified)));
      const manifest = own.find(({ Key = "" }) => Key.endsWith("manifest.json"));
      expect(Number(manifest?.LastModified)).toBe(last);
    }
  });

  test("of a zone has all that it is made of again, and a batch that Route 53 takes as it stands", async () => {
    const delivery = await openedSets(few);
    await delivery.ended(await delivery.deliver());
    const zone = JSON.parse(await contentOf(delivery, ".zone.json"));
    expect(zone).toMatchObject({ HostedZone: { Name: "example.com." }, records: 3 });
    const batch = JSON.parse(await contentOf(delivery, ".import-001.json"));
    await makeZone(delivery.aws, "example.net");
    expect(batch.Changes).toEqual([
      {
        Action: "UPSERT",
        ResourceRecordSet: expect.objectContaining({
          ...{ Name: "one.example.com.", Type: "TXT" },
          ResourceRecords: [{ Value: expect.stringContaining("one") }],
        }),
      },
    ]);
  });

  test("of an account that has no zone says that, and is a set", async () => {
    const delivery = await openedSets(makeFileBucket);
    await delivery.ended(await delivery.deliver());
    const { manifests } = await manifestsIn(delivery);
    expect(manifests.map(({ about, things }) => [about, things])).toEqual([
      ["parameters", 1],
      ["zones", 0],
    ]);
  });

  test("of many, page by page: each is in it once", async () => {
    const names = Array.from({ length: 333 }, (_, at) => `/many/${String(at).padStart(5, "0")}`);
    const delivery = await openedSets(async (aws) => {
      await makeFileBucket(aws);
      for (const name of names) await putParameter(aws, name, name);
      for (let at = 0; at < 23; at += 1) await makeZone(aws, `z${at}.example.com`);
    });
    await delivery.ended(await delivery.deliver());
    const { files, manifests } = await manifestsIn(delivery);
    expect(manifests.map(({ things }) => things)).toEqual([334, 23]);
    expect(await wrongIn(delivery)).toEqual([]);
    const kept = [...files].flatMap(([key, content]) =>
      key.includes("/parameters-") ? JSON.parse(content).parameters : [],
    );
    expect(kept.map(({ Name, Value }) => [Name, Value]).sort()).toEqual(
      [...names.map((name) => [name, name]), [killSwitch, "run"]].sort(),
    );
  }, 120_000);
});

describe("what is secret", () => {
  const asks = ({ proxy }: TestDelivery) =>
    proxy.calls.flatMap(({ operation, parameters }) =>
      operation === "GetParameters"
        ? [parameters as { Names: string[]; WithDecryption?: boolean }]
        : [],
    );
  test("is neither read nor written without a key of one's own, and said to be left out", async () => {
    const delivery = await openedSets(few);
    await delivery.ended(await delivery.deliver());
    expect(
      asks(delivery)
        .flatMap(({ Names }) => Names)
        .sort(),
    ).toEqual([killSwitch, "/shop/url"]);
    const content = await contentOf(delivery, "parameters-0001.json");
    expect(content).not.toContain("hidden-canary");
    expect(JSON.parse(content).parameters).toContainEqual(
      expect.objectContaining({ Name: "/shop/token", leftOut: expect.any(String) }),
    );
  });

  test("goes into its file alone where there is one: no record, message or log has it", async () => {
    const delivery = await openedSets(few, { config: { buckets: keyed } });
    const run = await delivery.ended(await delivery.deliver());
    expect(await contentOf(delivery, "parameters-0001.json")).toContain("hidden-canary");
    expect(JSON.stringify(await recordsOf(delivery, run))).not.toContain("hidden-canary");
    const others = delivery.proxy.calls.filter(({ parameters }) =>
      JSON.stringify(parameters)?.includes("hidden-canary"),
    );
    expect(new Set(others.map(({ operation }) => operation))).toEqual(new Set(["PutObject"]));
  });

  test("its file is encrypted by that key, each as it is put", async () => {
    const delivery = await openedSets(few, { config: { buckets: keyed } });
    await delivery.ended(await delivery.deliver());
    const s3 = delivery.aws.client(S3Client);
    const { HeadObjectCommand } = await import("@aws-sdk/client-s3");
    for (const Key of (await filesIn(delivery.aws)).keys()) {
      const head = await s3.send(new HeadObjectCommand({ Bucket: bucketIn(delivery.aws), Key }));
      expect([Key, head.ServerSideEncryption, head.SSEKMSKeyId]).toEqual([
        Key,
        "aws:kms",
        keyIn(region),
      ]);
    }
  });
});

describe("a bucket that is not as it must be is written to by nobody", () => {
  async function heldOf(seed: (aws: TestAccount) => Promise<unknown>) {
    const delivery = await openedSets(async (aws) => {
      await putParameter(aws, "/shop/url", "a");
      await seed(aws);
    });
    const run = await delivery.deliver().catch((error: Error) => error);
    expect(delivery.proxy.calls.filter(({ operation }) => operation === "PutObject")).toEqual([]);
    return JSON.stringify([run, await notesIn(delivery)]);
  }
  test.each<[what: string, seed: (aws: TestAccount) => Promise<unknown>, words: string]>([
    ["is not there", async () => {}, "there is no bucket files-"],
    ["keeps no versions", (aws) => makeFileBucket(aws, { versions: false }), "keeps no versions"],
    [
      "is not wholly closed",
      (aws) => makeFileBucket(aws, { blocks: false }),
      "does not block public access (BlockPublicPolicy)",
    ],
    [
      "encrypts by a key that is not ours to use",
      async (aws) => {
        const Bucket = await makeFileBucket(aws);
        await aws.client(S3Client).send(
          new PutBucketEncryptionCommand({
            Bucket,
            ServerSideEncryptionConfiguration: {
              Rules: [
                {
                  ApplyServerSideEncryptionByDefault: {
                    ...{ SSEAlgorithm: "aws:kms", KMSMasterKeyID: keyIn(region) },
                  },
                },
              ],
            },
          }),
        );
      },
      "name it as `key` in the settings",
    ],
  ])("one that %s", async (_, seed, words) => expect(await heldOf(seed)).toContain(words));

  test("one without any block or default: both are asked for, and absent is not closed", async () => {
    const delivery = await openedSets(async (aws) => {
      await aws.client(S3Client).send(
        new CreateBucketCommand({
          Bucket: bucketIn(aws),
          CreateBucketConfiguration: { LocationConstraint: region },
        }),
      );
      await makeZone(aws, "example.com");
    });
    const run = await delivery.deliver();
    expect(run.actions).toEqual([]);
    expect(delivery.proxy.calls.some(({ operation }) => operation === "PutObject")).toBe(false);
  });

  test("each request names the account that it must belong to", async () => {
    const owner = "123456789012";
    const asked: object[] = [];
    const answer = (call: { readonly input: object }) => {
      asked.push(call.input);
      return Promise.resolve({ Body: Buffer.from(""), Status: "Enabled" });
    };
    await bucketRefusal(answer as never, { region, bucket: "files" }, owner);
    const set = {
      ...{ about: "zones", slot: "2026-11-21", bucket: "files", owner, folder: "a/" },
      ...{ action: "a", run: "r" },
    };
    await putSetFile(answer as never, set, { name: "a.json", content: "" });
    const setName = "zones@2026-11-21";
    const Manifest = "a/zones/2026-11-21/manifest.json";
    const known = { bucket: "files", owner, setName, Manifest, sha256: hash("") };
    await expect(hideSet(answer as never, known)).rejects.toThrow();
    expect(asked).toHaveLength(4);
    for (const input of asked)
      expect(input).toMatchObject({ Bucket: "files", ExpectedBucketOwner: owner });
  });

  test("a region without a bucket is told once, and nothing is looked at there", async () => {
    const delivery = await openedSets(few, {
      config: { buckets: [{ region: "us-east-1", bucket: "files" }] },
    });
    const run = await delivery.deliver();
    expect(run.actions).toEqual([]);
    expect(await notesIn(delivery)).toEqual([
      expect.stringMatching(/^No bucket of the settings lies in eu-west-1: /),
    ]);
  });
});

describe("a slot has one set", () => {
  test("whatever is delivered twice, and a sweep an hour later writes none", async () => {
    const delivery = await openedSets(few);
    await delivery.ended(await delivery.deliver());
    const puts = () =>
      delivery.proxy.calls.filter(({ operation }) => operation === "PutObject").length;
    const before = puts();
    await delivery.deliver();
    expect(
      (await delivery.deliver({ start: { ...delivery.start, key: "again" } })).actions,
    ).toEqual([]);
    await delivery.later(minutes(30));
    expect((await delivery.deliver({ start: nextSweep(delivery) })).actions).toEqual([]);
    expect(puts()).toBe(before);
  });

  test("two sweeps at once write one", async () => {
    const delivery = await openedSets(few);
    const starts = ["a", "b"].map((key) => ({ ...delivery.start, key }));
    const runs = await Promise.all(starts.map((start) => delivery.deliver({ start })));
    for (const run of runs) await delivery.ended(run);
    expect((await manifestsIn(delivery)).manifests).toHaveLength(2);
    expect(await wrongIn(delivery)).toEqual([]);
  });

  test("and the next slot another", async () => {
    const delivery = await openedSets(few, { config: { every: "day", ...slotJustBegun() } });
    await delivery.ended(await delivery.deliver());
    await delivery.later(days(1));
    const next = { ...delivery.start, key: "next", at: after(delivery.start.at, days(1)) };
    await delivery.ended(await delivery.deliver({ start: next }));
    const { manifests } = await manifestsIn(delivery);
    expect(new Set(manifests.map(({ slot }) => slot)).size).toBe(2);
    expect(manifests).toHaveLength(4);
  });

  test.each(["PutObject", "ListObjectsV2", "HeadObject"])(
    "an answer that is lost (%s) is asked for again, and the set is whole",
    async (operation) => {
      const delivery = await openedSets(few);
      const run = await delivery.deliver();
      delivery.proxy.fault((call) => call.operation === operation, "resetAfter", { times: 1 });
      await delivery.ended(run);
      expect((await manifestsIn(delivery)).manifests).toHaveLength(2);
      expect(await wrongIn(delivery)).toEqual([]);
    },
  );
});

describe("what goes wrong is told, and leaves no set", () => {
  test.each([
    ["GetParameters", "parameters"],
    ["DescribeParameters", "parameters"],
    ["ListHostedZones", "zones"],
    ["ListResourceRecordSets", "zones"],
  ])("where %s is denied, %s have no set, and the others have", async (operation, about) => {
    const delivery = await openedSets(few);
    delivery.proxy.fault((call) => call.operation === operation, "denied");
    const run = await delivery.ended(await delivery.deliver());
    const failed = (await recordsOf(delivery, run)).filter(({ outcome }) => outcome === "failed");
    expect(failed.map(({ within }) => within)).toEqual([about]);
    expect(failed[0]?.error).toContain("AccessDenied");
    const { manifests } = await manifestsIn(delivery);
    expect(manifests.map(({ about: of }) => of)).toEqual(
      ["parameters", "zones"].filter((each) => each !== about),
    );
  });

  test.each(["GetBucketVersioning", "GetPublicAccessBlock", "GetBucketEncryption", "HeadObject"])(
    "where %s is denied, the run fails and nothing is written",
    async (operation) => {
      const delivery = await openedSets(few);
      delivery.proxy.fault((call) => call.operation === operation, "denied");
      await expect(delivery.deliver()).rejects.toThrow();
      expect((await filesIn(delivery.aws)).size).toBe(0);
    },
  );

  test("what it had written when it fails is hidden again, and the next sweep writes the slot", async () => {
    const delivery = await openedSets(few, { config: { kinds: ["zones"] } });
    const run = await delivery.deliver();
    // All of it but the manifest.
    let puts = 0;
    delivery.proxy.fault(({ operation }) => {
      if (operation !== "PutObject") return false;
      puts += 1;
      return puts > 2;
    }, "denied");
    await delivery.ended(run);
    expect(puts).toBeGreaterThan(2);
    expect([...(await filesIn(delivery.aws)).keys()]).toEqual([]);
    delivery.proxy.reset();
    await delivery.later(minutes(61));
    await delivery.ended(await delivery.deliver({ start: nextSweep(delivery) }));
    expect((await manifestsIn(delivery)).manifests).toHaveLength(1);
  });

  test("throttled, it waits and goes on", async () => {
    const delivery = await openedSets(few);
    delivery.proxy.fault(({ service }) => service === "ssm" || service === "s3", "throttled", {
      times: 3,
    });
    await delivery.ended(await delivery.insist());
    expect((await manifestsIn(delivery)).manifests).toHaveLength(2);
  });

  test("a parameter that is deleted between its listing and its reading is in no file", async () => {
    const delivery = await openedSets(few);
    const run = await delivery.deliver();
    await delivery.aws.client(SSMClient).send(new DeleteParameterCommand({ Name: "/shop/url" }));
    await delivery.ended(run);
    const content = await contentOf(delivery, "parameters-0001.json");
    const { parameters } = JSON.parse(content) as { parameters: { Name: string }[] };
    expect(parameters.map(({ Name }) => Name)).toEqual([killSwitch, "/shop/token"]);
  });

  test("a manifest that somebody else has put there is not overwritten", async () => {
    const delivery = await openedSets(few, { config: { kinds: ["zones"] } });
    const [action] = (await delivery.deliver()).actions;
    const folder = `nightshift-files/${delivery.aws.account}/${region}/${action?.target.replace("@", "/")}`;
    const Key = `${folder}/manifest.json`;
    const s3 = delivery.aws.client(S3Client);
    await s3.send(new PutObjectCommand({ Bucket: bucketIn(delivery.aws), Key, Body: "mine" }));
    await delivery.flows.carryAll();
    expect([...(await filesIn(delivery.aws))]).toEqual([[Key, "mine"]]);
  });
});

test("an undo hides exactly the files of its set, and nothing is destroyed", async () => {
  const delivery = await openedSets(few);
  const run = await delivery.ended(await delivery.deliver());
  const s3 = delivery.aws.client(S3Client);
  const Bucket = bucketIn(delivery.aws);
  await s3.send(new PutObjectCommand({ Bucket, Key: "nightshift-files/notes.txt", Body: "mine" }));
  const written = (await filesIn(delivery.aws)).size;
  const take = (confirms?: string) => undo(unit, run.id, { by: "ann", confirms }, delivery.host());
  const { confirm } = await take();
  const undone = await take(confirm);
  expect(undone.actions.map(({ outcome, verified }) => [outcome, verified])).toEqual([
    ["applied", true],
    ["applied", true],
  ]);
  expect([...(await filesIn(delivery.aws)).keys()]).toEqual(["nightshift-files/notes.txt"]);
  const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
  expect(Versions).toHaveLength(written);
});

test("an undo touches nothing where somebody has put another manifest in its place", async () => {
  const delivery = await openedSets(few, { config: { kinds: ["zones"] } });
  const run = await delivery.ended(await delivery.deliver());
  const files = await filesIn(delivery.aws);
  const [Key = "", text = ""] = [...files].find(([key]) => key.endsWith("manifest.json")) ?? [];
  const s3 = delivery.aws.client(S3Client);
  const Bucket = bucketIn(delivery.aws);
  const Body = text.replace(".zone.json", ".others.json");
  const Metadata = { action: "somebody" };
  await s3.send(new DeleteObjectCommand({ Bucket, Key }));
  await s3.send(new PutObjectCommand({ Bucket, Key, Body, Metadata }));
  const take = (confirms?: string) => undo(unit, run.id, { by: "ann", confirms }, delivery.host());
  const { confirm } = await take();
  const undone = await take(confirm);
  expect(undone.actions.map(({ outcome }) => outcome)).not.toContain("applied");
  expect((await filesIn(delivery.aws)).size).toBe(files.size);
});
