import {
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { expect, onTestFinished, test } from "vitest";
import { undo } from "../../../engine/run/undo.ts";
import { actionsOf } from "../../../ledger/actions.ts";
import type { UnitSettings } from "../../../settings/settings.ts";
import { open } from "../../../test/setup/delivery.ts";
import { proposeFor } from "../../../testing/propose.ts";
import { bucketIn, filesIn, makeFileBucket } from "../file-backups/fixture.ts";
import { placesOfTests, type SeedFileSet, seedFileSet } from "./fixture.ts";
import unit, { type FoundSet } from "./index.ts";

const day = 86_400_000;
const nights = (count: number): SeedFileSet[] =>
  Array.from({ length: count }, (_, at) => ({
    slot: new Date(Date.UTC(2026, 10, 21) - at * day).toISOString().slice(0, 10),
  })).reverse();

async function opened(sets: readonly SeedFileSet[], settings: Partial<UnitSettings> = {}) {
  const config = { atLeast: 2, buckets: placesOfTests };
  const keys = new Map<string, string>();
  const delivery = await open(
    unit,
    async (aws, store) => {
      await makeFileBucket(aws);
      for (const each of sets) keys.set(each.slot, await seedFileSet({ aws, store }, each));
    },
    { config, ...settings },
    true,
  );
  onTestFinished(() => delivery.close());
  const s3 = delivery.aws.client(S3Client);
  const Bucket = bucketIn(delivery.aws);
  const slots = async () =>
    [...(await filesIn(delivery.aws)).keys()]
      .flatMap((key) => /([^/]+)\/manifest\.json$/.exec(key)?.[1] ?? [])
      .sort();
  return { delivery, keys, s3, Bucket, slots };
}

const found: FoundSet = {
  set: { about: "zones", slot: "2026-11-10" },
  key: "nightshift-files/1/eu-west-1/zones/2026-11-10/manifest.json",
  sha256: "a1",
  place: { region: "eu-west-1", bucket: "files" },
  account: "123456789012",
  standing: {},
};

test("what is spare is proposed with the hash that it must have, and nothing of what is kept", () => {
  expect(proposeFor(unit, found)).toBeUndefined();
  expect(proposeFor(unit, { ...found, standing: { spare: "too many" } })).toMatchObject({
    because: "too many",
    call: {
      operation: "files:HideSet",
      input: { setName: "zones@2026-11-10", Manifest: found.key, sha256: "a1", bucket: "files" },
    },
  });
  expect(unit.target({ ...found, standing: { unknown: "who knows" } }).managed).toBe("who knows");
});

test("sets go with their files, the newest stay, and a second sweep takes none", async () => {
  const { delivery, slots } = await opened(nights(5));
  const run = await delivery.deliver();
  expect(run.actions.map(({ outcome, verified, because }) => [outcome, verified, because])).toEqual(
    Array(2).fill([
      "applied",
      true,
      "the retention (daily=2 monthly=2, at least 2) no longer asks for it; 3 sets of zones stay, the newest of 2026-11-21",
    ]),
  );
  const kept = ["2026-11-17", "2026-11-20", "2026-11-21"];
  expect(await slots()).toEqual(kept);
  expect((await filesIn(delivery.aws)).size).toBe(3 * kept.length);
  const again = await delivery.deliver({ start: { ...delivery.start, key: "again" } });
  expect(again.actions).toEqual([]);
});

test("nothing is destroyed: every version is there, and an undo brings the same files back", async () => {
  const { delivery, s3, Bucket, slots } = await opened(nights(4));
  const before = await filesIn(delivery.aws);
  const run = await delivery.deliver();
  const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
  expect(Versions).toHaveLength(before.size);
  expect(await slots()).toHaveLength(3);
  const { confirm: confirms } = await undo(unit, run.id, { by: "ann" }, delivery.host());
  const undone = await undo(unit, run.id, { by: "ann", confirms }, delivery.host());
  expect(undone.actions.map(({ outcome, verified, error }) => [outcome, verified, error])).toEqual([
    ["applied", true, null],
  ]);
  expect(await filesIn(delivery.aws)).toEqual(before);
});

test("the newest was deleted by hand: the one before is then the last good one, and stays", async () => {
  const { delivery, keys, s3, Bucket, slots } = await opened(nights(3));
  await s3.send(new DeleteObjectCommand({ Bucket, Key: keys.get("2026-11-21") }));
  await delivery.deliver();
  expect(await slots()).toEqual(["2026-11-19", "2026-11-20"]);
});

test("a newest set that lacks a file is no good one: it takes nobody's place", async () => {
  const [a, b, c, last] = nights(4) as [SeedFileSet, SeedFileSet, SeedFileSet, SeedFileSet];
  const { delivery, slots } = await opened([a, b, c, { ...last, files: 1 }]);
  await delivery.deliver();
  expect(await slots()).toEqual(["2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21"].slice(0));
});

test("a manifest that is changed between the plan and the act: nothing that it names is touched", async () => {
  const { delivery, keys, s3, Bucket, slots } = await opened(nights(4));
  const Key = keys.get("2026-11-19");
  let isPut = false;
  delivery.proxy.fault(({ operation }) => {
    if (operation !== "GetObject" || isPut) return false;
    isPut = true;
    return true;
  }, "throttled");
  const before = (await filesIn(delivery.aws)).size;
  const Body = JSON.stringify({ files: [{ name: "../../../../others.json" }] });
  const forged = await s3.send(new PutObjectCommand({ Bucket, Key: "copy", Body }));
  expect(forged.VersionId).toBeDefined();
  // As whoever may write there would: the words of the former, another content.
  const { HeadObjectCommand } = await import("@aws-sdk/client-s3");
  const { Metadata } = await s3.send(new HeadObjectCommand({ Bucket, Key }));
  await s3.send(new PutObjectCommand({ Bucket, Key, Body, Metadata }));
  const run = await delivery.deliver().catch(() => undefined);
  const records = run ? await actionsOf(delivery.store, "unit", unit.id, run.id) : [];
  expect(records.map(({ outcome }) => outcome)).not.toContain("applied");
  expect((await filesIn(delivery.aws)).size).toBe(before + 1);
  expect(await slots()).toHaveLength(4);
});

test.each(["ListObjectsV2", "HeadObject"])(
  "a look that is denied (%s) is no empty bucket: the run fails and nothing goes",
  async (operation) => {
    const { delivery, slots } = await opened(nights(5));
    delivery.proxy.fault((call) => call.operation === operation, "denied");
    await expect(delivery.deliver()).rejects.toThrow();
    expect(await slots()).toHaveLength(5);
  },
);

test("one request hides all of a set: where it is refused nothing is by half", async () => {
  const { delivery, slots } = await opened(nights(4));
  const before = (await filesIn(delivery.aws)).size;
  delivery.proxy.fault(({ operation }) => operation === "DeleteObjects", "denied");
  await delivery.deliver().catch(() => undefined);
  expect([await slots(), (await filesIn(delivery.aws)).size]).toEqual([
    ["2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21"],
    before,
  ]);
});

test("many slots are listed at once and judged alike", async () => {
  const { delivery, slots } = await opened(nights(30), { caps: undefined } as never);
  const run = await delivery.deliver();
  // A fifth of them in a day: the rest is asked about.
  expect(run.actions.length).toBeGreaterThan(20);
  expect(await slots()).toContain("2026-11-21");
});

test.each([{ atLeast: 0 }, { atleast: 3 }, { mostADay: 0 }, { buckets: [{ bucket: "a" }] }])(
  "config %o is refused",
  (config) => expect(unit.config.safeParse(config).success).toBe(false),
);
