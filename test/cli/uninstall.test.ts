/** `uninstall` on a real account: what it removes, in which order, and what becomes of the ledger. */
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { uninstallAll } from "../../cli/deployment/uninstall.ts";
import { connect } from "../../cli/place/account.ts";
import { tableExists } from "../../ledger/create.ts";
import { createStore } from "../../ledger/dynamo.ts";
import { systemClock } from "../../sdk/time.ts";
import { acted } from "../setup/acted.ts";
import { embedded, type TestAccount } from "../setup/aws.ts";
import { deployedLedger } from "../setup/deployed-ledger.ts";
import { manifest } from "../setup/manifest.ts";
import { formation, type StackThere } from "../setup/stacks.ts";
import { cli } from "./cli.ts";
import { account } from "./real.ts";

const home = "eu-central-1";
const folder = mkdtempSync(join(tmpdir(), "nightshift-uninstall-"));
let aws: TestAccount;
let stop = () => {};
beforeEach(async () => {
  aws = await embedded({ region: home });
  aws.use();
});
afterEach(() => stop());

const stacks = (): StackThere[] => [
  { name: "nightshift", deployment: "nightshift", functions: ["nightshift-tell"] },
  { name: "nightshift-cost", deployment: "nightshift", functions: ["nightshift-idle"] },
  { name: "nightshift-forward-us-east-1", region: "us-east-1", deployment: "nightshift" },
  { name: "nightshift-dev", deployment: "nightshift-dev" },
  { name: "nightshift-of-somebody" },
];
const order = ["nightshift-cost", "nightshift-forward-us-east-1", "nightshift"];

interface Given {
  readonly yes?: boolean;
  readonly answer?: boolean;
  readonly exportTo?: string;
  readonly there?: StackThere[];
}
async function uninstall({ yes = false, answer, exportTo, there = stacks() }: Given) {
  const { answer: formed, deleted } = formation(there);
  ({ stop } = await account(aws, () => undefined, formed));
  const lines: string[] = [];
  const caller = await connect({}, home, { say: () => {} });
  const run = () =>
    uninstallAll({
      account: caller,
      settings: manifest.settings,
      ask: async () => answer,
      say: (line) => lines.push(line),
      yes,
      exportTo,
    });
  return { run, deleted, lines };
}

const client = () => aws.client(DynamoDBClient);
const ledger = (deployment?: string) => deployedLedger(aws, deployment);
const act = () => acted(createStore(client(), "nightshift", systemClock), { unit: "idle" });

test("removes the stacks of this deployment alone, the home stack last, and keeps the ledger", async () => {
  await ledger();
  const { run, deleted } = await uninstall({ yes: true });
  const { removed, left, ledger: kept } = await run();
  expect([removed.map(({ name }) => name), left, kept]).toEqual([order, [], "kept"]);
  expect(deleted).toEqual(order);
  expect(await tableExists(client(), "nightshift")).toBe(true);
});

test.each([false, undefined])("removes nothing where the answer is %s", async (said) => {
  await ledger();
  const { run, deleted, lines } = await uninstall(said === undefined ? {} : { answer: said });
  const { removed, left } = await run();
  expect([removed, left.map(({ name }) => name), deleted]).toEqual([[], order, []]);
  expect(lines.some((line) => line.includes("uninstall --yes"))).toBe(said === undefined);
});

test("says before it asks what can still be taken back", async () => {
  await ledger();
  const id = await act();
  const { run, lines } = await uninstall({ answer: false });
  await run();
  expect(lines.join("\n")).toContain(`idle in nightshift-cost: ${id}`);
});

test("refuses where the home is another than the settings': its ledger would be overlooked", async () => {
  const [first, ...rest] = stacks();
  const there = [{ ...(first as StackThere), region: "eu-west-1" }, ...rest];
  const { run, deleted } = await uninstall({ yes: true, there });
  await expect(run()).rejects.toThrow(/home is eu-west-1.*Nothing was removed/);
  expect(deleted).toEqual([]);
});

test("where nothing is deployed it says so, and asks nobody", async () => {
  const { run, lines } = await uninstall({ answer: false, there: [] });
  expect(await run()).toEqual({ removed: [], left: [], ledger: "none", exported: null });
  expect(lines.at(-1)).toContain("nothing to remove");
});

describe("--export", () => {
  test("writes every item to a file that only its owner reads, and deletes the table after that", async () => {
    await ledger();
    const id = await act();
    const exportTo = join(folder, "ledger.jsonl");
    const { run } = await uninstall({ yes: true, exportTo });
    expect(await run()).toMatchObject({ ledger: "exported", exported: 3 });
    const items = readFileSync(exportTo, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(items.map(({ type }) => type.S).toSorted()).toEqual(["action", "line", "run"]);
    expect(JSON.stringify(items)).toContain(id);
    expect(await tableExists(client(), "nightshift")).toBe(false);
  });

  test("overwrites nothing: a file that is there is refused before anything is removed", async () => {
    await ledger();
    const exportTo = join(folder, "mine.jsonl");
    writeFileSync(exportTo, "mine");
    const { run, deleted } = await uninstall({ yes: true, exportTo });
    await expect(run()).rejects.toThrow("is there already");
    expect([readFileSync(exportTo, "utf8"), deleted]).toEqual(["mine", []]);
  });

  test("refuses a table that carries another deployment's tag, before anything is removed", async () => {
    await ledger("nightshift-dev");
    const exportTo = join(folder, "other.jsonl");
    const { run, deleted } = await uninstall({ yes: true, exportTo });
    await expect(run()).rejects.toThrow("it is not deleted");
    expect([existsSync(exportTo), deleted]).toEqual([false, []]);
    expect(await tableExists(client(), "nightshift")).toBe(true);
  });

  test("refuses a folder that is missing, before anything is removed", async () => {
    await ledger();
    const { run, deleted } = await uninstall({
      yes: true,
      exportTo: join(folder, "no", "l.jsonl"),
    });
    await expect(run()).rejects.toThrow("cannot be written");
    expect(deleted).toEqual([]);
  });

  test("and --keep-ledger exclude each other", async () => {
    expect((await cli("uninstall", "--keep-ledger", "--export", "x", "--json")).code).toBe(2);
  });
});
