import { createHash } from "node:crypto";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { type ActionRecord, putAction } from "../../../ledger/actions.ts";
import type { Store } from "../../../ledger/store.ts";
import { asLastChange } from "../../../ledger/story.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";
import { setId } from "../backup-set.ts";
import { bucketIn, filesIn, keyIn, makeFileBucket, testRegions } from "../file-backups/fixture.ts";
import type { FileManifest } from "../file-backups/manifest.ts";
import { fileMaker } from "../file-backups/place.ts";

const keep = { hourly: 0, daily: 2, weekly: 0, monthly: 2, yearly: 0 };

/** By their names for people; each of a slot of its own. */
const slots: Readonly<Record<string, string>> = {
  newest: "2026-11-21",
  "the day before": "2026-11-20",
  "first of november": "2026-11-01",
  "first of october": "2026-10-01",
  "spare-1": "2026-11-10",
  "spare-2": "2026-11-11",
  "made up": "2026-11-17",
  "its manifest is another": "2026-11-18",
};

const hash = (text: string): string => createHash("sha256").update(text).digest("hex");

export interface SeedFileSet {
  readonly slot: string;
  readonly about?: string;
  /** Whether the ledger knows of it; `otherwise`: with another manifest. */
  readonly recorded?: boolean | "otherwise";
  /** How many of its two files are there. */
  readonly files?: number;
  /** What is in its files, instead of two that say nothing. */
  readonly contents?: readonly SeedFile[];
  /** How many things are in them. */
  readonly things?: number;
}

interface SeedFile {
  readonly name: string;
  readonly text: string;
}

const saysNothing = (slot: string): SeedFile[] =>
  ["one", "two"].map((name) => ({ name: `${name}.json`, text: `${name} ${slot}` }));

/** @returns the key of its manifest */
export async function seedFileSet(
  { aws, store }: { readonly aws: TestAccount; readonly store: Store },
  seed: SeedFileSet,
): Promise<string> {
  const { slot, about = "zones", recorded = true, contents = saysNothing(slot) } = seed;
  const { files: there = contents.length, things = 2 } = seed;
  const { account, region } = aws;
  const folder = `nightshift-files/${account}/${region}/${about}/${slot}/`;
  const seeded = Buffer.from(region).toString("hex").slice(0, 8);
  const run = `${fileMaker}.${slot.replaceAll("-", "")}T014500.${seeded}`;
  const action = `${run}.${hash(about).slice(0, 10)}`;
  const s3 = aws.client(S3Client);
  const put = (name: string, Body: string, more: Readonly<Record<string, string>> = {}) =>
    s3.send(
      new PutObjectCommand({
        ...{ Bucket: bucketIn(aws), Key: folder + name, Body },
        Metadata: { action, run, sha256: hash(Body), ...more },
      }),
    );
  for (const { name, text } of contents.slice(0, there)) await put(name, text);
  const files = contents.map(({ name, text }) => ({
    ...{ name, sha256: hash(text), bytes: Buffer.byteLength(text) },
  }));
  const manifest: FileManifest = {
    ...{ format: "nightshift-files/1", about, slot, account, region, at: `${slot}T01:45:00Z` },
    ...{ action, run, keep: "daily=2 monthly=2", things, leftOut: 0, files },
  };
  const text = JSON.stringify(manifest);
  await put("manifest.json", text, { files: String(files.length) });
  const Manifest = `${folder}manifest.json`;
  const sha256 = recorded === "otherwise" ? hash("another") : hash(text);
  const record: ActionRecord = {
    ...{ unit: fileMaker, account, region, target: setId({ about, slot }), within: about },
    ...{ id: action, run, at: new Date(`${slot}T01:45:00Z`), because: "it had none" },
    digest: "seeded",
    call: { operation: "flow:back-up-files", input: { about, slot, keep } },
    ...{ undo: null, once: null, savesPerMonth: null, before: { slot, manifest: null } },
    outcome: "applied",
    output: { Manifest, sha256, files: files.length, things, leftOut: 0 },
    ...{ verified: true, held: null, error: null },
  };
  if (recorded) await store.transact([putAction("unit", record), asLastChange("unit", record)]);
  return Manifest;
}

export const placesOfTests = testRegions.map((region) => ({
  ...{ region, bucket: "files-{account}-{region}", key: keyIn(region) },
}));

export const fixture: AutomationFixture = {
  settings: { config: { atLeast: 2, buckets: placesOfTests } },
  async seed(aws, store) {
    await makeFileBucket(aws);
    for (const [name, slot] of Object.entries(slots)) {
      const others = { "made up": false, "its manifest is another": "otherwise" } as const;
      const recorded = others[name as keyof typeof others] ?? true;
      await seedFileSet({ aws, store }, { slot, recorded });
    }
    // Files without a manifest are no set, and what others keep beside is nobody's of ours.
    const s3 = aws.client(S3Client);
    const folder = `nightshift-files/${aws.account}/${aws.region}/zones`;
    for (const Key of [`${folder}/2026-11-12/one.json`, `${folder}/notes.txt`])
      await s3.send(new PutObjectCommand({ Bucket: bucketIn(aws), Key, Body: "another's" }));
  },
  async look(aws) {
    const files = await filesIn(aws);
    const shown = (slot: string) =>
      ["one.json", "two.json", "manifest.json"].map((name) => {
        const key = `nightshift-files/${aws.account}/${aws.region}/zones/${slot}/${name}`;
        return name === "manifest.json" ? files.has(key) : (files.get(key) ?? null);
      });
    const sets = Object.entries(slots).map(([name, slot]) => [name, shown(slot)]);
    const beside = [...files].filter(([, content]) => content === "another's").length;
    return { ...Object.fromEntries(sets), "no set": shown("2026-11-12"), beside };
  },
  wrong: ["spare-1", "spare-2"],
  held: { "made up": "managed", "its manifest is another": "managed" },
  unused: [
    {
      role: "unit",
      action: "dynamodb:BatchGetItem",
      why: "What it hid of a set is asked for where some of the set is missing, and these sets are of one manifest each. It reads records of its own, and changes nothing.",
    },
  ],
};
