import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Io } from "../io/io.ts";
import { init } from "./init.ts";

const empty = (): string => mkdtempSync(join(tmpdir(), "nightshift-init-"));
const source = (): string => {
  const file = join(empty(), "nightshift.tgz");
  writeFileSync(file, "");
  return file;
};
function listening(): { readonly io: Io; readonly heard: string[] } {
  const heard: string[] = [];
  const say = (text: string) => void heard.push(text);
  const io = {
    terminal: false,
    columns: 100,
    print: say,
    say,
    paint: (_: unknown, text: string) => text,
    during: <T>(_: string, work: () => Promise<T>) => work(),
  };
  return { io, heard };
}

test("an empty folder becomes a repository that installs what it came from", async () => {
  const [folder, from] = [empty(), source()];
  expect(await init(folder, { from }, listening().io)).toBe(0);
  const { dependencies, private: closed } = JSON.parse(
    readFileSync(join(folder, "package.json"), "utf8"),
  );
  expect(join(folder, dependencies.nightshift.slice("file:".length))).toBe(from);
  expect(closed).toBe(true);
  for (const file of [".gitignore", ".github/workflows/plan.yml", "functions/registry.ts"])
    expect(existsSync(join(folder, file)), file).toBe(true);
});

test("a README that is there stays, and is said", async () => {
  const folder = empty();
  writeFileSync(join(folder, "README.md"), "ours");
  const { io, heard } = listening();
  await init(folder, { from: source() }, io);
  expect(readFileSync(join(folder, "README.md"), "utf8")).toBe("ours");
  expect(heard.join("\n")).toContain("README.md is yours and stays as it is");
});

test("settings that are there are not overwritten, and nothing else is written", async () => {
  const folder = empty();
  writeFileSync(join(folder, "nightshift.config.ts"), "ours");
  await expect(init(folder, { from: source() }, listening().io)).rejects.toThrow(
    /already has\n {2}nightshift\.config\.ts\n[\s\S]*would be written besides:\n[\s\S]* {2}package\.json/,
  );
  expect(existsSync(join(folder, "package.json"))).toBe(false);
});

test("in a folder of a project nothing is written: its settings would hide the project's", async () => {
  const project = empty();
  writeFileSync(join(project, "nightshift.config.ts"), "ours");
  const below = join(project, "functions", "ops");
  await expect(init(below, { from: source() }, listening().io)).rejects.toThrow(
    /lies in a project: .*nightshift\.config\.ts holds its settings\. Nothing was written/,
  );
  expect(existsSync(below)).toBe(false);
});

test("without a source it says how to get one, and never names the public registry", async () => {
  await expect(init(empty(), {}, listening().io)).rejects.toThrow(
    /npm exec --package=<the packed file> -- nightshift init/,
  );
  await expect(init(empty(), { from: "file:./gone.tgz" }, listening().io)).rejects.toThrow(
    "there is no file ./gone.tgz to install Nightshift from",
  );
});

test("the workflow of pull requests gives nothing to forks, and what runs their code cannot write", async () => {
  const folder = empty();
  await init(folder, { from: source() }, listening().io);
  const text = readFileSync(join(folder, ".github/workflows/plan.yml"), "utf8");
  expect(text).not.toContain("pull_request_target");
  expect(text).toContain("head.repo.full_name == github.repository");
  const [plan = "", comment = ""] = text.split(/^ {2}comment:$/m);
  expect(plan).not.toContain("pull-requests: write");
  expect(comment).not.toContain("checkout");
  for (const [, action] of text.matchAll(/uses: (\S+)/g)) expect(action).toMatch(/@v\d+$/);
});
