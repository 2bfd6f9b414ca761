/** `deploy` and `uninstall` as a person gives them, from an empty account to an empty account. */
import { readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { names } from "../../testing/deployed.ts";
import { type Account, accountOf } from "./account.ts";
import { type DeployableProject, project } from "./ministack.ts";

const region = "eu-central-1";
const exported = join(tmpdir(), `nightshift-ledger-${process.pid}.jsonl`);
let there: DeployableProject;
let account: Account;
beforeAll(async () => {
  there = await project();
});
afterAll(async () => {
  rmSync(exported, { force: true });
  await there?.stop();
});

const set = (unit: string) =>
  there.settings(`{
  home: "${region}",
  shipped: ["open-ingress", "cost"],
  units: { "open-ingress": ${unit} },
}`);

/** Runs a verb. @returns what it gives as JSON, with its exit code */
async function result(...args: readonly string[]) {
  const { code, stdout, stderr } = await there.verb(...args, "--json");
  if (code === 1) throw new Error(stderr.slice(-5000));
  return { code, ...JSON.parse(stdout) };
}
const familyStack = { name: names.familyStack("security"), region };
const tables = async () =>
  (await new DynamoDBClient(account.config).send(new ListTablesCommand({}))).TableNames;
const ran = async () => (await account.ledger("unit#open-ingress#claim")).length;

test("what is deployed goes only when nothing is lost by it, and comes back to its kept ledger", async () => {
  // A rate: any time is a slot of it.
  set('{ mode: "act", on: "rate(12 hours)" }');
  expect(await result("deploy", "--yes")).toMatchObject({ code: 0, deployed: true });
  account = await accountOf(there);
  const group = await account.openGroup("open", 22);
  const { body } = await account.invoke("open-ingress", account.slot("open-ingress"));
  expect(await account.openPorts(group)).toEqual([]);

  // Its work can still be taken back: it does not go.
  set("{ enabled: false }");
  const held = { code: 3, deployed: false, held: [{ unit: "open-ingress" }] };
  expect(await result("deploy", "--yes")).toMatchObject(held);

  // All of it goes when that is said, and the ledger stays.
  expect(await result("uninstall")).toMatchObject({ code: 3, removed: [] });
  const gone = await result("uninstall", "--yes");
  expect(gone).toMatchObject({ code: 0, left: [], ledger: "kept" });
  expect(gone.removed.at(-1)).toEqual({ name: names.homeStack, region });
  expect(await tables()).toEqual([names.table]);
  const known = await ran();
  expect(known).toBeGreaterThan(0);

  // A new deployment takes the ledger over, and takes back what the old one did.
  set('{ mode: "retired" }');
  expect(await result("deploy", "--yes")).toMatchObject({ code: 0, deployed: true });
  expect(await ran()).toBe(known);
  const { unconfirmed, confirmed } = await account.undoOf(body.runs[0].id);
  expect([unconfirmed, confirmed]).toMatchObject([{ outcome: "held" }, { outcome: "done" }]);
  expect(await account.openPorts(group)).toEqual(["22 for open"]);

  // Nothing is lost any more: its family goes, when somebody says so.
  set("{ enabled: false }");
  const left = [{ ...familyStack, units: ["open-ingress"] }];
  expect(await result("deploy")).toMatchObject({ code: 3, deployed: true, removed: [], left });
  expect(await result("deploy", "--yes")).toMatchObject({ code: 0, removed: [familyStack] });

  // And at last the ledger too, into a file.
  expect(await result("uninstall", "--yes", "--export", exported)).toMatchObject({
    code: 0,
    ledger: "exported",
    exported: readFileSync(exported, "utf8").trimEnd().split("\n").length,
  });
  expect(await tables()).toEqual([]);
});
