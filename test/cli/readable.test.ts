/** What lists things is read on a terminal of 80 columns, and by what looks for a word in it. */
import { Writable } from "node:stream";
import { beforeAll, beforeEach, expect, test, vi } from "vitest";
import { main } from "../../cli/main.ts";
import { freshBundles } from "../setup/ask.ts";
import { embedded, type TestAccount } from "../setup/aws.ts";
import { makeGroups } from "../setup/retention.ts";
import { cli, settingsFor } from "./cli.ts";

beforeAll(freshBundles, 600_000);

let aws: TestAccount;
let act: string;
beforeEach(async () => {
  aws = await embedded({ region: "eu-central-1" });
  aws.use();
  act = settingsFor(aws, "act");
});

/** As on a terminal of so many columns. */
async function onTerminal(columns: number, ...args: readonly string[]): Promise<readonly string[]> {
  let text = "";
  const stdout = Object.assign(
    new Writable({
      write(chunk, _, done) {
        text += chunk;
        done();
      },
    }),
    { isTTY: true, columns },
  );
  const stderr = new Writable({ write: (_, __, done) => done() });
  vi.stubEnv("NO_COLOR", "1");
  await main(args, { stdout, stderr });
  vi.unstubAllEnvs();
  return text.trimEnd().split("\n");
}

test.each([80, 100, 132])("list and history fit %i columns, and cut no id", async (columns) => {
  await makeGroups(aws, "/a");
  const { json } = await cli("run", "log-retention", "--settings", act, "--json");
  await cli(
    "exempt",
    "/a",
    "--until",
    "14d",
    "--owner",
    "ann@example.com",
    "--reason",
    "x".repeat(200),
    "--settings",
    act,
  );
  const units = (await cli("list", "--json", "--settings", act)).json.units;
  const list = await onTerminal(columns, "list", "--settings", act);
  const history = await onTerminal(columns, "history", "--settings", act);
  for (const line of [...list, ...history]) expect(line.length).toBeLessThanOrEqual(columns);
  for (const { id } of units) expect(list.join("\n")).toContain(id);
  expect(history.join("\n")).toContain(json.id);
});

test("without a terminal nothing is cut, and each stands on a line of its own", async () => {
  const { out } = await cli("list", "--settings", act);
  const { json } = await cli("list", "--settings", act, "--json");
  expect(out.trimEnd().split("\n")).toHaveLength(json.units.length + 1);
  for (const { id, summary } of json.units)
    expect(out).toMatch(
      new RegExp(`^${id} .*${summary.replace(/[.*+?^$()|[\]{}\\]/g, "\\$&")}$`, "m"),
    );
});

test("COLUMNS says how wide, where there is no terminal", async () => {
  vi.stubEnv("COLUMNS", "80");
  const { out } = await cli("list", "--settings", act);
  vi.unstubAllEnvs();
  for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
});

test("what changes nothing has no mode", async () => {
  const { json } = await cli("list", "--settings", act, "--json");
  const modeless = json.units.filter(({ kind }: { kind: string }) => kind !== "automation");
  expect(modeless.length).toBeGreaterThan(0);
  for (const { mode } of modeless) expect(mode).toBeNull();
  const { out } = await cli("explain", modeless[0].id, "--settings", act);
  expect(out).not.toContain("mode ");
  const report = json.units.find(({ kind }: { kind: string }) => kind === "report");
  const ran = await cli("run", report.id, "--settings", act);
  expect([ran.code, ran.out]).toEqual([0, expect.not.stringContaining(", mode ")]);
  const listed = await cli("history", "--mode", "watch", "--settings", act, "--json");
  expect(listed.json.runs).toEqual([]);
});

test("list takes filters, and says what there is where one is misspelt", async () => {
  const ids = async (...args: readonly string[]) =>
    (await cli("list", ...args, "--settings", act, "--json")).json.units.map(
      ({ id }: { id: string }) => id,
    );
  expect(await ids("--mode", "act")).toEqual(["log-retention"]);
  expect(await ids("--unit", "log-retention")).toEqual(["log-retention"]);
  expect(await ids("--kind", "automation", "--family", "security")).not.toContain("log-retention");
  const { code, err } = await cli("list", "--family", "securty", "--settings", act);
  expect([code, err]).toEqual([2, expect.stringContaining("did you mean security?")]);
});

test("history takes filters", async () => {
  await cli("run", "log-retention", "--settings", act, "--at", "2026-11-20T03:00:00Z");
  await cli("run", "idle-instances", "--settings", act, "--mode", "watch");
  const units = async (...args: readonly string[]) =>
    (await cli("history", ...args, "--settings", act, "--json")).json.runs.map(
      ({ automation }: { automation: string }) => automation,
    );
  expect(await units("--unit", "log-retention")).toEqual(["log-retention"]);
  expect(await units("--mode", "watch")).toEqual(["idle-instances"]);
  expect(await units("--since", "2026-11-20", "--family", "cost")).toHaveLength(2);
  expect(await units("--since", "1h")).toEqual(["idle-instances"]);
  expect(await units("--region", "us-west-2")).toEqual([]);
  expect(await units("--outcome", "nothing", "--limit", "1")).toHaveLength(1);
});

test.each([
  [
    ["--since", "yesterday"],
    "--since yesterday is not a length of time; write it like 30m, 2h or 1d, or a time",
  ],
  [["--outcome", "fine"], "Allowed choices are done, begun, nothing, held, waiting, failed"],
  [["--unit", "log-retentoin"], "did you mean log-retention?"],
  [["some.run", "--unit", "log-retention"], "leave --unit away"],
  [["--target", "/a", "--mode", "act"], "leave --mode away"],
])("history %j is refused", async (args, says) => {
  const { code, err } = await cli("history", ...args, "--settings", act);
  expect([code, err]).toEqual([2, expect.stringContaining(says)]);
});
