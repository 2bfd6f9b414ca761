import { DeleteObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { describe, expect, onTestFinished, test } from "vitest";
import { undo } from "../../../engine/run/undo.ts";
import { type ActionRecord, actionsOf, putAction } from "../../../ledger/actions.ts";
import { asLastChange } from "../../../ledger/story.ts";
import { days } from "../../../sdk/time.ts";
import type { UnitSettings } from "../../../settings/settings.ts";
import { open } from "../../../test/setup/delivery.ts";
import { openedSets, recordsOf } from "../../../test/setup/file-sets.ts";
import {
  messages,
  nextSweep,
  notesIn,
  openIn,
  type TestDelivery,
} from "../../../testing/delivery.ts";
import { proposeFor } from "../../../testing/propose.ts";
import { type FileKind, fileKinds } from "../file-backups/config.ts";
import {
  bucketIn,
  filesIn,
  makeFileBucket,
  makeFunction,
  makeStack,
  makeZone,
  putParameter,
} from "../file-backups/fixture.ts";
import { placesOfTests, type SeedFileSet } from "../prune-files/fixture.ts";
import { drillFiles, filesVerdict } from "./drill-files.ts";
import { contentsOf, readBackBefore, seedReadable } from "./fixture.ts";
import unit, { type FoundFileSet } from "./index.ts";
import type { PartRead } from "./read-part.ts";
import { sinceThen } from "./there-now.ts";

const slot = "2026-11-21";
const written = {
  Manifest: `nightshift-files/1/eu-west-1/zones/${slot}/manifest.json`,
  ...{ sha256: "a1", files: 12 },
};
const found: FoundFileSet = {
  ...{ about: "zones", slot, bucket: { bucket: "files", owner: "123456789012" } },
  ...{ written, word: undefined, isTurn: true, slots: [slot] },
};
const word = { at: new Date(`${slot}T04:25:00Z`), seconds: 120, checked: "read" };

describe("what is proposed", () => {
  test("a drill of what was never read back, with what it pays for", () =>
    expect(proposeFor(unit, found)).toEqual({
      because: "it was never read back: a drill reads its 12 files, and pays for as many requests",
      call: drillFiles({
        ...{ about: "zones", slot, slots: [slot], setName: `zones@${slot}`, slowestMinutes: 60 },
        ...{ bucket: "files", owner: "123456789012", Manifest: written.Manifest, sha256: "a1" },
      }),
    }));
  test("one of what was not good, and says so", () =>
    expect(proposeFor(unit, { ...found, word: { ...word, result: "bad" } })?.because).toMatch(
      /^its drill found it bad: /,
    ));
  test("none of what the ledger does not know, nor before its turn", () => {
    expect(proposeFor(unit, { ...found, written: undefined })).toBeUndefined();
    expect(proposeFor(unit, { ...found, isTurn: false })).toBeUndefined();
  });
});

test.each<[what: string, config: object, words: string]>([
  ["a misspelt key", { bucket: "files" }, 'Unrecognized key: "bucket"'],
  ["an address", { buckets: [{ region: "eu-west-1", bucket: "files.s3" }] }, "name of a bucket"],
  ["no days at all", { every: 0 }, ">=1"],
  ["half a day", { again: 0.5 }, "int"],
  ["more than a day to read", { slowest: 1441 }, "<=1440"],
])("config with %s is refused", (_, config, words) => {
  const { error } = unit.config.safeParse(config);
  expect(error?.issues.map(({ message }) => message).join()).toContain(words);
});

describe("what is known of a set that was read", () => {
  const all: PartRead = {
    ...{ next: null, files: 12, bytes: 3072, things: 4, requests: 14 },
    ...{ faults: [], faulty: 0, expected: 4 },
  };
  const archived = { kind: "archived", file: "a", what: "lies in an archive" } as const;
  const gone = { kind: "gone", file: "b", what: "is not there" } as const;
  test("is good where all is as it was written", () =>
    expect(filesVerdict("zones", all)).toEqual({
      result: "good",
      why: "all is as it was written: 12 files of 3 KiB, with 4 zones",
    }));
  test("is bad where things are missing that the manifest says", () =>
    expect(filesVerdict("templates", { ...all, things: 3 })).toEqual({
      result: "bad",
      why: "its manifest says 4 stacks, and 3 are in its files",
    }));
  test("is not known of what lies in an archive, unless something else is bad", () => {
    const of = (...faults: PartRead["faults"]) =>
      filesVerdict("zones", { ...all, faults, faulty: faults.length }).result;
    expect([of(archived), of(archived, gone)]).toEqual(["unknown", "bad"]);
    const cut = { ...all, faults: [archived], faulty: 2 };
    expect(filesVerdict("zones", cut).result).toBe("bad");
  });
  test("of many that are wrong ten are named, and all are counted", () => {
    const faults = Array.from({ length: 20 }, (_, at) => ({ ...gone, file: `f${at}.` }));
    const { why } = filesVerdict("zones", { ...all, faults, faulty: 312 });
    expect(why).toContain("f9. is not there; 302 more. To do: an older version");
    expect(why).not.toContain("f10.");
  });
  test("is told beside what the account has now", () =>
    expect([
      sinceThen("zones", 9, 12),
      sinceThen("zones", 2, 1),
      sinceThen("code", 2, 2),
      sinceThen("code", 2, undefined),
    ]).toEqual([
      "12 zones in the account now, 3 more than in the set",
      "1 zone in the account now, 1 fewer than in the set",
      "2 functions in the account now, as many as in the set",
      "not known: its role may not list them",
    ]));
});

type Sets = readonly (Partial<SeedFileSet> & { readonly about: FileKind })[];

async function opened(sets: Sets, settings: Partial<UnitSettings> = {}): Promise<TestDelivery> {
  const delivery = await open(
    unit,
    async (aws, store) => {
      await makeFileBucket(aws);
      for (const { about, slot: of = slot, ...more } of sets)
        await seedReadable({ aws, store }, about, of, more);
    },
    { ...settings, config: { buckets: placesOfTests, ...settings.config } },
    true,
  );
  onTestFinished(() => delivery.close());
  return delivery;
}

const recordOf = async ({ store }: TestDelivery, run: { readonly id: string }) =>
  (await actionsOf(store, "unit", unit.id, run.id))[0];
const drilled = async (delivery: TestDelivery) =>
  recordOf(delivery, await delivery.ended(await delivery.deliver()));
const reportIn = async (delivery: TestDelivery) =>
  (await messages(delivery)).find(({ kind }) => kind === "report");
const reads = ({ proxy }: TestDelivery) =>
  proxy.calls.filter(({ operation }) => operation === "GetObject").length;
/** The manifest is the first that is read of a part. */
function nthRead(nth: number): (call: { readonly operation: string }) => boolean {
  let seen = 0;
  return ({ operation }) => {
    if (operation !== "GetObject") return false;
    seen += 1;
    return seen === nth;
  };
}
const keyOf = ({ aws }: TestDelivery, about: FileKind, name: string, of = slot) =>
  `nightshift-files/${aws.account}/${aws.region}/${about}/${of}/${name}`;
const put = (delivery: TestDelivery, Key: string, Body: string) =>
  delivery.aws
    .client(S3Client)
    .send(new PutObjectCommand({ Bucket: bucketIn(delivery.aws), Key, Body }));
const remove = (delivery: TestDelivery, Key: string) =>
  delivery.aws
    .client(S3Client)
    .send(new DeleteObjectCommand({ Bucket: bucketIn(delivery.aws), Key }));

describe("a drill", () => {
  test("of what file-backups itself has written, of all kinds, finds it good", async () => {
    const made = await openedSets(
      async (aws) => {
        await makeFileBucket(aws);
        await makeZone(aws, "example.com", [
          {
            Name: "www.example.com",
            Type: "A",
            TTL: 60,
            ResourceRecords: [{ Value: "192.0.2.1" }],
          },
        ]);
        await makeZone(aws, "empty.example.org");
        await putParameter(aws, "/shop/url", "https://shop.example.com");
        await putParameter(aws, "/shop/token", "hidden-canary", "SecureString");
        await makeStack(aws, "shop");
        await makeFunction(aws, "checkout", { layer: "common", variables: { TOKEN: "a secret" } });
      },
      { config: { kinds: [...fileKinds] } },
    );
    const records: ActionRecord[] = await recordsOf(made, await made.ended(await made.deliver()));
    expect(records.map(({ outcome }) => outcome)).toEqual(fileKinds.map(() => "applied"));
    const delivery = await openIn(made.aws, unit, {
      async seed(_, store) {
        for (const record of records)
          await store.transact([putAction("unit", record), asLastChange("unit", record)]);
      },
      settings: { config: { buckets: placesOfTests } },
      quick: true,
    });
    onTestFinished(() => delivery.close());
    const before = await filesIn(delivery.aws);
    const run = await delivery.ended(await delivery.deliver());
    const ended = await actionsOf(delivery.store, "unit", unit.id, run.id);
    expect(ended.map(({ outcome, verified }) => [outcome, verified])).toEqual(
      fileKinds.map(() => ["applied", true]),
    );
    const told = ended.map(({ output }) => (output as { readonly why: string }).why);
    // Every deployed account has the switch's parameter.
    expect(told.map((why) => why.replace(/: \d.*,/, ":")).sort()).toEqual([
      "all is as it was written: with 1 function",
      "all is as it was written: with 1 stack",
      "all is as it was written: with 2 zones",
      "all is as it was written: with 3 parameters",
    ]);
    expect(await filesIn(delivery.aws)).toEqual(before);
  });

  test("says what was read, how long it took, and what it is not", async () => {
    const delivery = await opened([{ about: "zones" }]);
    await makeZone(delivery.aws, "newer.example.com");
    const record = await drilled(delivery);
    expect([record?.outcome, record?.verified]).toEqual(["applied", true]);
    expect(record?.output).toMatchObject({ result: "good", checked: "read", files: 2 });
    expect(await reportIn(delivery)).toMatchObject({
      severity: "info",
      title: `the backup of zones of the slot ${slot} was read back whole and is good`,
      facts: {
        found: expect.stringMatching(/^all is as it was written: 2 files of .*, with 1 zone$/),
        "time to read it back": expect.stringContaining("of 60 minutes that are promised"),
        cost: expect.stringMatching(/^4 requests to S3 and the key's, price unknown/),
        checked: expect.stringContaining("None was imported"),
        since: expect.stringContaining("in the account now"),
      },
    });
  });

  test("is of the newest set alone, and the next of the kind waits for its day", async () => {
    const delivery = await opened([
      { about: "zones", slot: "2026-11-20" },
      { about: "zones" },
      { about: "parameters" },
    ]);
    const run = await delivery.ended(await delivery.deliver());
    expect(run.actions.map(({ target }) => target)).toEqual([
      `parameters@${slot}`,
      `zones@${slot}`,
    ]);
    await seedReadable(delivery, "zones", "2026-11-22");
    await delivery.later(days(6));
    const sweep = (later: number) => delivery.deliver({ start: nextSweep(delivery, later) });
    expect((await sweep(1)).actions).toEqual([]);
    await delivery.later(days(1));
    expect((await sweep(2)).actions.map(({ target }) => target)).toEqual(["zones@2026-11-22"]);
  });

  test("of a newer set follows at once where the last one was not good", async () => {
    const delivery = await opened([{ about: "zones", slot: "2026-11-20" }, { about: "zones" }]);
    const last = { at: new Date(delivery.start.at.getTime() - 86_400_000), result: "bad" };
    await readBackBefore(delivery, { about: "zones", slot: "2026-11-20" }, last);
    expect((await delivery.deliver()).actions.map(({ target }) => target)).toEqual([
      `zones@${slot}`,
    ]);
  });

  test("that found it bad is made again after some days, where there is no newer set", async () => {
    const delivery = await opened([{ about: "zones" }]);
    const last = { at: new Date(delivery.start.at.getTime() - 8 * 86_400_000), result: "bad" };
    await readBackBefore(delivery, { about: "zones", slot }, last);
    expect((await delivery.deliver()).actions).toHaveLength(1);
    const sooner = await opened([{ about: "zones" }]);
    const yesterday = { at: new Date(sooner.start.at.getTime() - 86_400_000), result: "bad" };
    await readBackBefore(sooner, { about: "zones", slot }, yesterday);
    expect((await sooner.deliver()).actions).toEqual([]);
  });

  test("is told with what drills before it took", async () => {
    const delivery = await opened([{ about: "zones", slot: "2026-11-13" }, { about: "zones" }]);
    await readBackBefore(delivery, { about: "zones", slot: "2026-11-13" });
    await delivery.ended(await delivery.deliver());
    expect(await reportIn(delivery)).toMatchObject({
      facts: { "drills before it": "2 minutes" },
      chart: { title: "Time to read it back" },
    });
  });

  test("that an undo takes back is forgotten, and made again", async () => {
    const delivery = await opened([{ about: "zones" }]);
    const run = await delivery.ended(await delivery.deliver());
    const before = await filesIn(delivery.aws);
    const take = (confirms?: string) =>
      undo(unit, run.id, { by: "ann", confirms }, delivery.host());
    const undone = await take((await take()).confirm);
    expect(undone.actions.map(({ outcome }) => outcome)).toEqual(["applied"]);
    expect(await filesIn(delivery.aws)).toEqual(before);
  });

  test("the same event twice reads once", async () => {
    const delivery = await opened([{ about: "zones" }]);
    await delivery.ended(await delivery.deliver());
    const once = reads(delivery);
    await delivery.ended(await delivery.deliver());
    expect(reads(delivery)).toBe(once);
  });

  test("a quiet day has no set, and says nothing", async () => {
    const delivery = await opened([]);
    expect((await delivery.deliver()).actions).toEqual([]);
    expect(await messages(delivery)).toEqual([]);
  });
});

describe("what is found", () => {
  test.each<[what: string, harm: (delivery: TestDelivery) => Promise<unknown>, why: RegExp]>([
    [
      "a file that was deleted",
      (delivery) => remove(delivery, keyOf(delivery, "zones", "Z1.zone.json")),
      /Z1\.zone\.json is not there\. To do: an older version/,
    ],
    [
      "the manifest was deleted",
      (delivery) => remove(delivery, keyOf(delivery, "zones", "manifest.json")),
      /manifest\.json is not there\. To do: an older version/,
    ],
    [
      "another manifest was put in its place",
      (delivery) => put(delivery, keyOf(delivery, "zones", "manifest.json"), "{}"),
      /manifest\.json is not what was written: its hash is another/,
    ],
    [
      "a file that is shorter",
      (delivery) => put(delivery, keyOf(delivery, "zones", "Z1.zone.json"), "{}"),
      /Z1\.zone\.json is not what was written: it has 2 bytes in place of \d+\. To do: older versions/,
    ],
    [
      "a file of the same length that is another",
      (delivery) => {
        const [zone] = contentsOf.zones;
        const text = zone?.text.replace("example", "examplf") ?? "";
        return put(delivery, keyOf(delivery, "zones", "Z1.zone.json"), text);
      },
      /Z1\.zone\.json is not what was written: its hash is another/,
    ],
  ])("%s: it is bad, critically, with the file and what to do", async (_, harm, why) => {
    const delivery = await opened([{ about: "zones" }]);
    await harm(delivery);
    const record = await drilled(delivery);
    expect(record?.output).toMatchObject({ result: "bad", why: expect.stringMatching(why) });
    expect(await reportIn(delivery)).toMatchObject({
      severity: "critical",
      title: `the backup of zones of the slot ${slot} cannot be read back whole: it is no backup`,
      affected: ["zones", keyOf(delivery, "zones", "manifest.json")],
    });
  });

  test("an enormous file in a small one's place is not read", async () => {
    const delivery = await opened([{ about: "zones" }]);
    await put(delivery, keyOf(delivery, "zones", "Z1.zone.json"), "x".repeat(100_000));
    expect((await drilled(delivery))?.output).toMatchObject({ result: "bad" });
    // The manifest, and the other file.
    expect(reads(delivery)).toBe(2);
  });

  test.each(["KMS.DisabledException", "KMS.NotFoundException", "KMS.KMSInvalidStateException"])(
    "a file whose key is gone (%s): bad, with the key's remedy",
    async (code) => {
      const delivery = await opened([{ about: "parameters" }]);
      delivery.proxy.fault(nthRead(2), `refused:${code}`);
      expect((await drilled(delivery))?.output).toMatchObject({
        result: "bad",
        why: expect.stringMatching(
          /parameters-0001\.json is encrypted by a key that cannot be used \(KMS\..*enable the key, or cancel its deletion/,
        ),
      });
    },
  );

  test("a set that a lifecycle moved into an archive is not known to be good or bad", async () => {
    const delivery = await opened([{ about: "code" }]);
    delivery.proxy.fault(nthRead(4), "refused:InvalidObjectState");
    expect((await drilled(delivery))?.output).toMatchObject({
      result: "unknown",
      why: expect.stringContaining("take the lifecycle rule off"),
    });
    expect(await reportIn(delivery)).toMatchObject({
      severity: "warning",
      title: expect.stringContaining("could not be read back whole: whether it is good"),
    });
  });

  test("what was written makes no sense: bad, although its hash is right", async () => {
    const contents = [{ name: "parameters-0001.json", text: "<html>503</html>" }];
    const delivery = await opened([{ about: "parameters", contents }]);
    expect((await drilled(delivery))?.output).toMatchObject({
      result: "bad",
      why: expect.stringContaining("parameters-0001.json is no JSON. To do: it is as it was"),
    });
  });

  test("a newest set that the ledger does not know leaves the turn to the one before", async () => {
    const delivery = await opened([
      { about: "zones", slot: "2026-11-20" },
      { about: "zones", recorded: false },
    ]);
    expect((await delivery.deliver()).actions.map(({ target }) => target)).toEqual([
      "zones@2026-11-20",
    ]);
  });

  test("sets that the ledger knows none of are told, and not drilled", async () => {
    const delivery = await opened(
      ["2026-11-20", slot].map((of) => ({ about: "zones", slot: of, recorded: false }) as const),
    );
    expect((await delivery.deliver()).actions).toEqual([]);
    expect(await notesIn(delivery)).toEqual([
      expect.stringContaining("The ledger knows none of the 2 newest sets of zones in files-"),
    ]);
  });
});

describe("what goes wrong", () => {
  test("no bucket: the run fails, with the setting to correct", async () => {
    const delivery = await open(unit, async () => undefined, {
      config: { buckets: placesOfTests },
    });
    onTestFinished(() => delivery.close());
    await expect(delivery.deliver()).rejects.toThrow(
      /there is no bucket files-.*: make it in this account, or correct `buckets`/,
    );
  });

  test.each(["ListObjectsV2", "GetBucketVersioning"])(
    "a look that is denied (%s) is no empty bucket: the run fails",
    async (operation) => {
      const delivery = await opened([{ about: "zones" }]);
      delivery.proxy.fault((call) => call.operation === operation, "denied");
      await expect(delivery.deliver()).rejects.toThrow();
    },
  );

  test("a file that may not be read says nothing of the set: the drill fails, and names it", async () => {
    const delivery = await opened([{ about: "zones" }]);
    delivery.proxy.fault(nthRead(3), "denied");
    const record = await drilled(delivery);
    expect([record?.outcome, record?.error]).toEqual([
      "failed",
      expect.stringMatching(/Z1\.zone\.json may not be read, which says nothing of what is in it/),
    ]);
    delivery.proxy.reset();
    const again = await delivery.deliver({ start: nextSweep(delivery) });
    expect(again.actions).toHaveLength(1);
  });

  test("throttled and cut off now and then: it is read again, and good", async () => {
    const delivery = await opened([{ about: "zones" }]);
    delivery.proxy.fault(nthRead(3), "throttled", { times: 1 });
    delivery.proxy.fault(nthRead(1), "reset", { times: 1 });
    expect((await drilled(delivery))?.output).toMatchObject({ result: "good" });
  });

  test("what the account has now may not be seen: that is said, and the set is good", async () => {
    const delivery = await opened([{ about: "zones" }]);
    delivery.proxy.fault(({ operation }) => operation === "ListHostedZones", "denied");
    expect((await drilled(delivery))?.output).toMatchObject({ result: "good" });
    expect(await reportIn(delivery)).toMatchObject({
      facts: { since: "not known: its role may not list them" },
    });
  });

  test("it dies at any request: it is resumed, comes to the same, and is told once", async () => {
    const healthy = await opened([{ about: "code" }]);
    await drilled(healthy);
    const about = (operation: string) => /Object|ListFunctions/.test(operation);
    const all = healthy.proxy.calls.filter(({ operation }) => about(operation)).length;
    expect(all).toBeGreaterThan(5);
    for (let nth = 0; nth < all; nth += 1) {
      const delivery = await opened([{ about: "code" }]);
      let seen = 0;
      delivery.proxy.fault(
        ({ operation }) => {
          if (!about(operation)) return false;
          seen += 1;
          return seen === nth + 1;
        },
        nth % 2 ? "killedAfter" : "killed",
        { times: 1 },
      );
      let run = await delivery.deliver().catch(() => undefined);
      delivery.proxy.revive();
      run ??= await delivery.insist();
      await delivery.flows.carryAll().catch(() => undefined);
      delivery.proxy.revive();
      await delivery.flows.carryAll();
      expect((await recordOf(delivery, run))?.output).toMatchObject({ result: "good" });
      const told = (await messages(delivery)).filter(({ kind }) => kind === "report");
      expect(told).toHaveLength(1);
    }
  });

  test("many files are read in parts, and one that is damaged is found in the last", async () => {
    const many = Array.from({ length: 450 }, (_, at) => ({
      name: `parameters-${String(at + 1).padStart(4, "0")}.json`,
      text: JSON.stringify({ parameters: [{ Name: `/p/${at}`, Type: "String", Value: "v" }] }),
    }));
    const delivery = await opened([{ about: "parameters", contents: many, things: 450 }]);
    const Key = keyOf(delivery, "parameters", "parameters-0450.json");
    const text = many[449]?.text.replace('"v"', '"w"') ?? "";
    await put(delivery, Key, text);
    expect((await drilled(delivery))?.output).toMatchObject({
      ...{ result: "bad", files: 450 },
      why: expect.stringMatching(/parameters-0450\.json is not what was written/),
    });
    expect(reads(delivery)).toBe(450 + 3);
  });
});

test("exempt by name: neither a kind nor a set of the settings is drilled", async () => {
  const delivery = await opened([{ about: "zones" }, { about: "code" }], {
    exempt: [{ target: "zones", owner: "ann@example.com", reason: "they are kept elsewhere" }],
  });
  const run = await delivery.deliver();
  expect(run.actions.map(({ target, held }) => [target, held?.by])).toContainEqual([
    `zones@${slot}`,
    "exemption",
  ]);
});
