/** Files that were backed up come back into a folder of their own, and only as they were written. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import {
  bucketIn,
  codeOfTests,
  filesIn,
  makeFileBucket,
  makeFunction,
  makeStack,
  makeZone,
  putParameter,
  weekly,
} from "../../functions/backup/file-backups/fixture.ts";
import unit from "../../functions/backup/file-backups/index.ts";
import { openIn, type TestDelivery } from "../../testing/delivery.ts";
import { embedded } from "../setup/aws.ts";
import { cli, settingsFor } from "./cli.ts";

const region = "eu-west-1";
const buckets = [{ region, bucket: "files-{account}-{region}" }];
const config = { ...weekly, buckets, kinds: ["zones", "parameters", "templates", "code"] };

let delivery: TestDelivery;
let settings: string;
let home: string;
beforeEach(async () => {
  const seed = async (aws: TestDelivery["aws"]) => {
    await makeFileBucket(aws);
    await makeZone(aws, "example.com", [
      { Name: "www.example.com", Type: "A", TTL: 60, ResourceRecords: [{ Value: "192.0.2.1" }] },
    ]);
    await putParameter(aws, "/shop/url", "https://shop.example.com");
    await putParameter(aws, "/shop/token", "hidden", "SecureString");
    await makeStack(aws, "shop");
    await makeFunction(aws, "my_checkout", { layer: "common", variables: { TOKEN: "hidden" } });
  };
  const aws = await embedded({ region });
  delivery = await openIn(aws, unit, { seed, settings: { config } });
  onTestFinished(() => delivery.close());
  await delivery.ended(await delivery.deliver());
  aws.use();
  settings = settingsFor(delivery.aws, "act", { units: { [unit.id]: { mode: "act", config } } });
  home = mkdtempSync(join(tmpdir(), "nightshift-restore-"));
  onTestFinished(() => rmSync(home, { recursive: true }));
});

const restore = (...args: readonly string[]) => cli("restore", ...args, "--settings", settings);

/** The one set of a kind. */
async function setOf(about: string) {
  const files = await filesIn(delivery.aws);
  const manifest = [...files.keys()].find(
    (key) => key.endsWith(`manifest.json`) && key.includes(`/${about}/`),
  );
  const [, slot = ""] = /\/([^/]+)\/manifest\.json$/.exec(manifest ?? "") ?? [];
  const from = (manifest ?? "").slice(0, -"manifest.json".length);
  return { files, slot, from };
}

/** Puts another content there, with the words of the one that was there. */
async function replaced(Key: string, Body: string, more: Record<string, string> = {}) {
  const s3 = delivery.aws.client(S3Client);
  const at = { Bucket: bucketIn(delivery.aws), Key };
  const { Metadata } = await s3.send(new HeadObjectCommand(at));
  await s3.send(new PutObjectCommand({ ...at, Body, Metadata: { ...Metadata, ...more } }));
}

test("sets are listed, with how they look beside what the ledger knows of them", async () => {
  const { slot } = await setOf("zones");
  const { code, json } = await restore("files:zones", "--json");
  expect(code).toBe(0);
  expect(json.points).toMatchObject([
    {
      id: slot,
      makes: "a folder of 2 files",
      proof: "as the ledger says it was written; never drilled",
    },
  ]);
});

test("a set comes into a new folder that only its owner reads, and what to do with it is printed", async () => {
  const { files, slot, from } = await setOf("zones");
  const into = join(home, "my zones");
  const { code, out, err } = await restore("files:zones", "--at", slot, "--name", into, "--yes");
  expect(code, err).toBe(0);
  const names = readdirSync(into);
  expect(names).toHaveLength(2);
  for (const name of names)
    expect(readFileSync(join(into, name), "utf8")).toBe(files.get(from + name));
  expect(statSync(into).mode % 0o1000).toBe(0o700);
  expect(out).toMatch(/Fetched .* Nothing in AWS was changed/);
  expect(out).toMatch(
    /aws route53 change-resource-record-sets --hosted-zone-id ZONE --change-batch 'file:\/\/.+my zones\/\w+\.import-001\.json'/,
  );
  expect(out).toContain(`rm -r '${into}'`);
});

test("of parameters it says before how many values are not in it", async () => {
  const { slot } = await setOf("parameters");
  const into = join(home, "parameters");
  const { code, err, out } = await restore("files:parameters", "--at", slot, "--name", into);
  expect(code).toBe(3);
  expect(err).toContain("1 value of SecureStrings left out of it");
  expect(out).toContain("fetches 1 file (");
  expect(readdirSync(home)).toEqual([]);
});

test("of stacks it prints what makes them again, and says before that hidden values are not in it", async () => {
  const { slot } = await setOf("templates");
  const into = join(home, "stacks");
  const { code, err, out } = await restore(
    "files:templates",
    "--at",
    slot,
    "--name",
    into,
    "--yes",
  );
  expect(code, err).toBe(0);
  expect(err).toContain("1 hidden value of parameters left out of it");
  expect(err).toContain("of 1 stack)");
  expect(out).toMatch(
    /aws cloudformation create-stack --region eu-west-1 --cli-input-json file:\/\/(\S+\/shop\.\S+)\.create\.json --template-body file:\/\/\1\.original\.template$/m,
  );
});

test("of functions it prints what makes layers and functions again, and their code is the bytes that it was", async () => {
  const { slot } = await setOf("code");
  const into = join(home, "functions");
  const { code, err, out } = await restore("files:code", "--at", slot, "--name", into, "--yes");
  expect(code, err).toBe(0);
  expect(err).toContain("1 function has something left out of it");
  const names = readdirSync(into);
  const zip = names.find((name) => /^function\.my_checkout\.\w+\.zip$/.test(name)) ?? "";
  expect(readFileSync(join(into, zip))).toEqual(codeOfTests("my_checkout"));
  expect(out).toMatch(
    /aws lambda publish-layer-version --region eu-west-1 --layer-name common --zip-file fileb:\/\/\S+\/layer\.common\.1\.\w+\.zip$/m,
  );
  expect(out).toMatch(
    /aws lambda create-function --region eu-west-1 --cli-input-json file:\/\/(\S+)\.create\.json --zip-file fileb:\/\/\1\.zip$/m,
  );
});

describe("a set that is hidden", () => {
  /** As `prune-files` hides one. */
  async function hide(from: string, names: readonly string[]) {
    const s3 = delivery.aws.client(S3Client);
    const Objects = names.map((name) => ({ Key: from + name }));
    await s3.send(
      new DeleteObjectsCommand({ Bucket: bucketIn(delivery.aws), Delete: { Objects } }),
    );
  }
  async function hiddenSet() {
    const { files, slot, from } = await setOf("zones");
    const names = [...files.keys()].flatMap((key) =>
      key.startsWith(from) ? [key.slice(from.length)] : [],
    );
    await hide(from, names);
    return { files, slot, from, names };
  }

  test("is listed as that, and its files come as they were written", async () => {
    const { files, slot, from, names } = await hiddenSet();
    const { json } = await restore("files:zones", "--json");
    expect(json.points).toMatchObject([
      {
        ...{ id: slot, makes: "a folder of 2 files", what: "set of file-backups, hidden" },
        proof: "as the ledger says it was written; never drilled",
      },
    ]);
    const into = join(home, "hidden");
    const { code, err } = await restore("files:zones", "--at", slot, "--name", into, "--yes");
    expect(code, err).toBe(0);
    expect(err).toContain("the set is hidden: its retention no longer asks for it");
    expect(readdirSync(into).sort()).toEqual(
      names.filter((name) => name !== "manifest.json").sort(),
    );
    for (const name of readdirSync(into))
      expect(readFileSync(join(into, name), "utf8")).toBe(files.get(from + name));
  });

  test("is that too where another content was put there before it was hidden", async () => {
    const { files, slot, from } = await setOf("zones");
    const name =
      [...files.keys()].find((key) => /\.zone\.json$/.test(key))?.slice(from.length) ?? "";
    await replaced(from + name, "{}");
    await hide(from, [name]);
    const into = join(home, "older");
    const { code, err } = await restore("files:zones", "--at", slot, "--name", into, "--yes");
    expect(code, err).toBe(0);
    expect(err).not.toContain("the set is hidden");
    expect(readFileSync(join(into, name), "utf8")).toBe(files.get(from + name));
  });

  test("whose versions are gone is named by the file that lacks one", async () => {
    const { slot, from, names } = await hiddenSet();
    const s3 = delivery.aws.client(S3Client);
    const Bucket = bucketIn(delivery.aws);
    const Key = from + (names.find((name) => /\.zone\.json$/.test(name)) ?? "");
    const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: Key }));
    for (const { VersionId } of Versions)
      await s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
    const into = join(home, "gone");
    const { code, err } = await restore("files:zones", "--at", slot, "--name", into, "--yes");
    expect(code).toBe(1);
    expect(err).toContain(`${Key} is not in ${Bucket} any more, nor a version of it as it was`);
  });
});

describe("nothing is put over what is there, and nothing that is not as it was written is taken for it", () => {
  const refused = async (about: string, ...more: readonly string[]) => {
    const { slot } = await setOf(about);
    const into = join(home, "into");
    const asked = ["--at", slot, "--name", into, "--yes", ...more];
    const { code, err } = await restore(`files:${about}`, ...asked);
    return { code, err, into };
  };

  test("a folder that is there is refused", async () => {
    mkdirSync(join(home, "into"));
    const { code, err, into } = await refused("zones");
    expect([code, readdirSync(into)]).toEqual([1, []]);
    expect(err).toMatch(
      /into is there already, and nothing is restored over it: give another folder with --name/,
    );
  });

  test("a folder that cannot be made says why", async () => {
    const { slot } = await setOf("zones");
    const into = join(home, "none", "into");
    const { code, err } = await restore("files:zones", "--at", slot, "--name", into, "--yes");
    expect([code, err]).toEqual([1, expect.stringContaining("lies in a folder that is not there")]);
  });

  test("a file that was changed in the bucket is named, with how many were fetched", async () => {
    const { files, from } = await setOf("zones");
    const name = [...files.keys()].find((key) => key.startsWith(from) && /\.zone\.json$/.test(key));
    await replaced(name ?? "", "{}");
    const { code, err } = await refused("zones");
    expect(code).toBe(1);
    expect(err).toMatch(/\.zone\.json in \S+ is not what its manifest says.* of 2 files are in/s);
  });

  test("a manifest that says otherwise than the ledger cannot be restored from", async () => {
    const { from } = await setOf("zones");
    await replaced(`${from}manifest.json`, "{}", { sha256: "0".repeat(64) });
    const { code, err } = await refused("zones");
    expect(code).toBe(1);
    expect(err).toContain("its manifest is another than the ledger says was written");
    expect(readdirSync(home)).toEqual([]);
  });

  test("a manifest that is another than it says of itself is not read", async () => {
    const { files, from } = await setOf("zones");
    const forged = (files.get(`${from}manifest.json`) ?? "").replaceAll(
      ".zone.json",
      "/../../evil",
    );
    await replaced(`${from}manifest.json`, forged);
    const { code, err } = await refused("zones");
    expect(code).toBe(1);
    expect(err).toContain("somebody has put another in its place");
    expect(readdirSync(home)).toEqual([]);
  });
});

test("a bucket that is not there is named, with whose it was to be", async () => {
  settings = settingsFor(delivery.aws, "act", {
    units: {
      [unit.id]: { mode: "act", config: { buckets: [{ region, bucket: "no-such-bucket" }] } },
    },
  });
  const { code, err } = await restore("files:zones");
  expect(code).toBe(1);
  expect(err).toContain(`no-such-bucket of the account ${delivery.aws.account} is not there`);
});

test("where the settings name no bucket of the region that is said, and a kind that there is not names those that there are", async () => {
  settings = settingsFor(delivery.aws, "act");
  const none = await restore("files:zones");
  expect([none.code, none.err]).toEqual([
    1,
    expect.stringContaining("name no bucket of file-backups"),
  ]);
  const unknown = await restore("files:queues");
  expect([unknown.code, unknown.err]).toEqual([2, expect.stringContaining("files:zones")]);
});
