/** `check ID`: all that one unit owes, as a list of what it does and does not. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { plainRemedy } from "../io/assertion.ts";
import { exit } from "../io/exit.ts";
import type { Io } from "../io/io.ts";
import { json } from "../io/json.ts";
import { packageRoot, projectRoot } from "../io/paths.ts";
import { familyOf, known, loadUnit } from "../place/units.ts";

/** One thing that the unit owes. */
interface Owed {
  readonly what: string;
  readonly ok: boolean;
  /** What is wrong and how to mend it, where it is not ok. */
  readonly remedies: readonly string[];
}

interface Ended {
  readonly code: number;
  readonly output: string;
}

function ran(script: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const child = spawn(process.execPath, [join(projectRoot, "node_modules", script), ...args], {
    cwd: projectRoot,
    env: { ...process.env, NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      output += chunk;
    });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? exit.failed, output }));
  });
}

const lines = (text: string): string[] => text.split("\n").filter((line) => line.trim());

async function types(): Promise<Owed> {
  const { code, output } = await ran("typescript/bin/tsc", ["-p", "."]);
  return { what: "types", ok: code === 0, remedies: code === 0 ? [] : lines(output).slice(0, 10) };
}

interface TestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[];
      readonly title: string;
      readonly status: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

const folderItself = "folder, definition and events";

/** In the order in which they are shown. */
const abouts: readonly string[] = [
  folderItself,
  "of its calls",
  "its roles",
  "on its fixture",
  "in memory",
  "docs",
  "registry",
  "its own tests",
];

/** What a group of tests is about, by the file that holds it and the group within. */
function aboutOf(file: string, groups: readonly string[]): string {
  if (file.endsWith("docs.test.ts")) return "docs";
  if (file.endsWith("generated.test.ts")) return "registry";
  if (file.endsWith("power.test.ts")) return "its roles";
  if (file.endsWith("faults.test.ts") && groups.length === 0) return "in memory";
  if (file.endsWith("faults.test.ts")) return folderItself;
  if (!file.endsWith("contract.test.ts")) return "its own tests";
  const [, group = folderItself] = groups;
  return group;
}

const words: Readonly<Record<string, string>> = {
  "of its calls": "power: what its calls ask IAM for",
  "its roles": "power: what its roles may do is what it needs",
  "in memory": "faults: any call of it may fail in any way",
  "on its fixture": "contract and faults, on its fixture",
};

/** The remedy stands in the first line of what failed, before what the assertion says by itself. */
function remedyOf(title: string, messages: readonly string[] = []): string {
  const remedy = plainRemedy(lines(messages.join("\n"))[0] ?? "failed");
  return remedy ? `${title}: ${remedy}` : title;
}

function owedBy({ testResults }: TestReport): Owed[] {
  const all = testResults.flatMap(({ name, message, assertionResults }) => {
    const results = assertionResults
      .filter(({ status }) => status === "passed" || status === "failed")
      .map(({ ancestorTitles, title, status, failureMessages }) => ({
        about: aboutOf(name, ancestorTitles),
        remedies: status === "failed" ? [remedyOf(title, failureMessages)] : [],
      }));
    if (results.length || !message) return results;
    return [{ about: aboutOf(name, []), remedies: lines(message).slice(0, 3) }];
  });
  const byAbout = [...Map.groupBy(all, ({ about }) => about)].toSorted(
    ([a], [b]) => abouts.indexOf(a) - abouts.indexOf(b),
  );
  return byAbout.map(([about, some]) => {
    const remedies = some.flatMap((one) => one.remedies);
    return { what: words[about] ?? about, ok: remedies.length === 0, remedies };
  });
}

/** The tests that are about every unit, here and in a project that `init` made. */
const ours = [
  ...["--project", "tests"],
  ...["test/contract.test.ts", "test/docs.test.ts", "test/generated.test.ts"],
];

/** Signals have no role of their own, and nothing to do that a fault could spoil. */
async function oursFor(id: string): Promise<readonly string[]> {
  // What is no unit has no role and nothing to do either: the contract says what is wrong with it.
  const kind = await loadUnit(id).then(
    (unit) => unit.kind,
    () => undefined,
  );
  if (kind === undefined || kind === "signal") return ours;
  return [...ours, "test/power/power.test.ts", "test/model/faults.test.ts"];
}

const theirs = ["functions/contract.test.ts"];

async function tests(id: string): Promise<Owed[]> {
  const folder = mkdtempSync(join(tmpdir(), "nightshift-check-"));
  const report = join(folder, "report.json");
  try {
    const unit = `functions/${familyOf(id)}/${id}`;
    const files = projectRoot === packageRoot ? await oursFor(id) : theirs;
    const { output } = await ran(
      "vitest/vitest.mjs",
      ["run", "--reporter=json", `--outputFile=${report}`, `${unit}/`, ...files],
      { NIGHTSHIFT_UNIT: unit },
    );
    try {
      return owedBy(JSON.parse(readFileSync(report, "utf8")) as TestReport);
    } catch {
      return [{ what: "tests", ok: false, remedies: lines(output).slice(-10) }];
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const shown = ({ what, ok, remedies }: Owed): string =>
  [`${ok ? "✓" : "✗"} ${what}`, ...remedies.map((remedy) => `    ${remedy}`)].join("\n");

/** @throws {UsageError} where there is no such unit */
export async function checkCommand(
  id: string,
  options: { readonly json?: boolean },
  io: Io,
): Promise<number> {
  known(id);
  const [typed, tested] = await io.during(`checking types, and running the tests of ${id}`, () =>
    Promise.all([types(), tests(id)]),
  );
  const owed = [typed, ...tested];
  const ok = owed.every((one) => one.ok);
  io.print(options.json ? json({ unit: id, ok, owed }) : owed.map(shown).join("\n"));
  return ok ? exit.done : exit.failed;
}
