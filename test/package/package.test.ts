/**
 * The package as a team meets it: packed, a repository made by `init`, installed, a unit written,
 * and everything run there that runs here. Installs from the registry, like `npm ci`.
 */
import { execFile } from "node:child_process";
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "nightshift-package-"));
const team = join(folder, "team");

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** As in a shell of the team's: none of this repository's programs are on the PATH. */
const path = (process.env.PATH ?? "")
  .split(delimiter)
  .filter((entry) => !entry.includes("node_modules"))
  .join(delimiter);

const run = (cwd: string, command: string, ...args: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const env = { ...process.env, PATH: path, NO_COLOR: "1" };
    execFile(command, args, { cwd, env, maxBuffer: 1 << 26 }, (error, out, err) =>
      resolve({
        code: typeof error?.code === "number" ? error.code : Number(error !== null),
        out,
        err,
      }),
    );
  });
const there = (...args: readonly string[]) => run(team, "npx", "nightshift", ...args);
const well = async (ending: Promise<Ended>): Promise<Ended> => {
  const ended = await ending;
  expect(ended.code, `${ended.out}\n${ended.err}`).toBe(0);
  return ended;
};

let packed = "";
beforeAll(async () => {
  const { out } = await well(run(root, "npm", "pack", "--json", "--pack-destination", folder));
  const [tarball = ""] = globSync("*.tgz", { cwd: folder });
  packed = join(folder, tarball);
  expect(out).toContain(tarball);
  mkdirSync(team);
  const init = ["--yes", "--prefer-offline", `--package=${packed}`, "--", "nightshift", "init"];
  await well(run(team, "npm", "exec", ...init));
  // What its tests start is what ours do: no need to install it a second time.
  cpSync(join(root, ".venv"), join(team, ".venv"), { recursive: true, verbatimSymlinks: true });
  await well(run(team, "npm", "install", "--prefer-offline", "--no-audit", "--no-fund"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("nothing in the package is a test, or TypeScript that Node would have to strip", () => {
  const inside = globSync("node_modules/nightshift/**/*", { cwd: team }).filter(
    (file) => !file.includes("cli/init/template"),
  );
  expect(inside.length).toBeGreaterThan(500);
  expect(inside.filter((file) => /\.test\.|(?<!\.d)\.ts$/.test(file))).toEqual([]);
});

test("the dependency is the file that it came from", () => {
  const { dependencies } = JSON.parse(readFileSync(join(team, "package.json"), "utf8"));
  expect(join(team, dependencies.nightshift.replace("file:", ""))).toBe(packed);
});

test("in a folder that has its files, init writes nothing and says what it would", async () => {
  const before = globSync("**/*", { cwd: folder, exclude: ["**/node_modules"] });
  const { code, err } = await there("init", team, "--from", packed);
  expect(code).toBe(1);
  expect(err).toMatch(/already has\n {2}\.github\/workflows\/plan\.yml/);
  expect(globSync("**/*", { cwd: folder, exclude: ["**/node_modules"] })).toEqual(before);
});

describe("with a unit of its own", () => {
  beforeAll(async () => {
    await well(there("new", "automation", "logs/shorter-logs"));
    expect(readFileSync(join(team, "functions/registry.ts"), "utf8")).toContain("shorter-logs");
    await well(there("generate"));
  });

  test("npm test passes: types, own tests, the contract", async () => {
    const { out } = await well(run(team, "npm", "test"));
    expect(out).toMatch(/Test Files\s+3 passed/);
  });

  test("check says that it owes nothing", async () => {
    const { out } = await well(there("check", "shorter-logs"));
    expect(out).toContain("✓ types");
    expect(out).not.toContain("✗");
  });

  test("npm start runs a night of its own units", async () => {
    const { out } = await well(run(team, "npm", "start"));
    expect(out).toContain("shorter-logs in eu-central-1");
    expect(out).toContain("short-logs in eu-central-1");
  });

  test("config check knows its types and its lines", async () => {
    const file = join(team, "nightshift.config.ts");
    const text = readFileSync(file, "utf8");
    expect((await well(there("config", "check"))).out).toContain("is right");
    writeFileSync(file, text.replace("days: 14", "dyas: 14"));
    const wrong = await there("config", "check");
    writeFileSync(file, text);
    expect(wrong.code).toBe(2);
    expect(wrong.err).toMatch(/nightshift\.config\.ts:\d+: units\.short-logs\.config.*dyas/);
  });

  test("an own unit with the id of a shipped one is refused, with the remedy", async () => {
    const file = join(team, "nightshift.config.ts");
    const text = readFileSync(file, "utf8");
    const own = '{ ...registry, "open-ingress": registry["short-logs"] } as never';
    writeFileSync(file, text.replace("own: registry", `own: ${own}`));
    const { code, err } = await there("config", "check");
    writeFileSync(file, text);
    expect(code).toBe(2);
    expect(err).toContain("own.open-ingress: Nightshift ships a unit with this id. Give yours");
  });

  test("settings of a newer version are refused", async () => {
    const file = join(team, "nightshift.config.ts");
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replace("version: 1", "version: 2 as never"));
    const { code, err } = await there("config", "check");
    writeFileSync(file, text);
    expect([code, err]).toEqual([
      2,
      expect.stringContaining("this file is for a newer Nightshift"),
    ]);
  });

  test.each([
    ["a wrong default export", "export default { };", "has no unit as its default export"],
    ["one that throws", "throw new Error('no such table');", "cannot be loaded: no such table"],
  ])("%s is told by file and remedy, whatever is run", async (_, text, message) => {
    const file = join(team, "functions/logs/shorter-logs/index.ts");
    const before = readFileSync(file, "utf8");
    writeFileSync(file, text);
    const ended = [
      await there("list"),
      await there("plan", "shorter-logs"),
      await there("docs"),
      await run(team, "npx", "cdk", "synth", "--quiet"),
    ];
    writeFileSync(file, before);
    for (const { code, err } of ended) {
      expect(code).not.toBe(0);
      expect(err).toContain(`functions/logs/shorter-logs/index.ts ${message}`);
      expect(err).not.toMatch(/^ +at /m);
    }
  });

  test("a unit that the registry lacks is told of as that", async () => {
    const file = join(team, "functions/registry.ts");
    const before = readFileSync(file, "utf8");
    writeFileSync(file, before.replace(/.*shorter-logs.*\n/, ""));
    const { code, err } = await there("explain", "shorter-logs");
    writeFileSync(file, before);
    expect([code, err]).toEqual([2, expect.stringContaining("`npx nightshift generate` writes")]);
  });

  test("bundle and synth: its unit is deployed like any other", async () => {
    await well(run(team, "npm", "run", "synth"));
    expect(existsSync(join(team, "dist/functions/shorter-logs/index.mjs"))).toBe(true);
    const templates = globSync("cdk.out/*.template.json", { cwd: team }).filter((file) =>
      readFileSync(join(team, file), "utf8").includes("nightshift-shorter-logs"),
    );
    expect(templates.length).toBeGreaterThan(0);
  });

  test("a second copy of the package is told, and nothing is bundled", async () => {
    const second = join(team, "functions", "node_modules", "nightshift");
    mkdirSync(second, { recursive: true });
    writeFileSync(join(second, "package.json"), '{ "name": "nightshift", "version": "0.0.9" }');
    const { code, err } = await there("bundle");
    rmSync(join(team, "functions", "node_modules"), { recursive: true });
    expect([code, err]).toEqual([1, expect.stringContaining("there are two copies of Nightshift")]);
  });

  test("a package that was built on another Node is told", async () => {
    const file = join(team, "node_modules/nightshift/build/package.json");
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replace(/"builtOn": "\d+/, '"builtOn": "99'));
    const { code, err } = await there("bundle");
    writeFileSync(file, text);
    expect([code, err]).toEqual([1, expect.stringContaining("was built on Node 99")]);
  });
});
