/**
 * Breaks the code in one place at a time and looks which test notices: `npm run mutate [AREA…]`.
 * Then writes docs/mutation.md.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { setPriority } from "node:os";
import { matchesGlob, resolve } from "node:path";
import { Stryker } from "@stryker-mutator/core";
import { areas } from "./areas.ts";
import { type Figures, figuresFrom, kept, type StrykerReport } from "./figures.ts";
import { mutationPage, root } from "./page.ts";

const folder = ".nightshift/mutation";
const unknown = process.argv.slice(2).filter((name) => !(name in areas));
if (unknown.length) {
  process.stderr.write(
    `There is no area ${unknown.join(", ")}; there are ${Object.keys(areas).join(", ")}.\n`,
  );
  process.exit(2);
}
const chosen = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(areas);

process.chdir(root);
mkdirSync(folder, { recursive: true });
setPriority(15);

/**
 * What survived is tried again, for Stryker takes no notice of new tests for what runs while the
 * code is loaded; what took too long too.
 */
function forgetDoubtful(file: string): void {
  if (!existsSync(file)) return;
  const last = JSON.parse(readFileSync(file, "utf8")) as {
    files: Record<string, { mutants: { status: string; statusReason?: string }[] }>;
  };
  for (const one of Object.values(last.files))
    one.mutants = one.mutants.filter(
      ({ status, statusReason = "" }) => status === "Killed" && !statusReason.includes("timed out"),
    );
  writeFileSync(file, JSON.stringify(last));
}

/** Without what the area had in it when it was last measured. */
const within = (mutate: readonly string[], { files }: StrykerReport): StrykerReport => ({
  files: Object.fromEntries(
    Object.entries(files).filter(([file]) =>
      mutate.some((pattern) => !pattern.startsWith("!") && matchesGlob(file, pattern)),
    ),
  ),
});

for (const name of chosen) {
  const area = areas[name];
  if (!area) continue;
  process.env.MUTATION_TESTS = area.tests.join(" ");
  if (area.plans) process.env.MUTATION_PLANS = "1";
  else delete process.env.MUTATION_PLANS;
  forgetDoubtful(`${folder}/${name}.json`);
  const report = `${folder}/${name}.report.json`;
  await new Stryker({
    mutate: [...area.mutate, "!**/*.test.ts", "!**/fixture.ts"],
    testRunner: "vitest",
    vitest: { configFile: "tools/mutation/vitest.config.ts", related: false },
    plugins: ["@stryker-mutator/vitest-runner", "./tools/mutation/ignore.mjs"],
    ignorers: ["ours"],
    coverageAnalysis: "perTest",
    concurrency: Number(process.env.MUTATION_WORKERS ?? 2),
    tempDirName: `${folder}/${name}`,
    ignorePatterns: ["/.nightshift", "/.venv", "/dist*", "/cdk.out"],
    incremental: true,
    incrementalFile: `${folder}/${name}.json`,
    // TypeScript 7 has no API to read it with; nothing is compiled anyway.
    tsconfigFile: "none",
    disableTypeChecks: `{${area.mutate.join(",")}}`,
    reporters: ["json", "progress-append-only"],
    jsonReporter: { fileName: report },
    // A machine that has other work to do must not pass for a loop without end.
    timeoutMS: 60_000,
    allowEmpty: true,
    warnings: { slow: false },
  } as never).runMutationTest();
  const figures: Figures = {
    ...kept(),
    ...figuresFrom(
      name,
      within(area.mutate, JSON.parse(readFileSync(report, "utf8")) as StrykerReport),
    ),
  };
  writeFileSync(
    resolve(root, "tools/mutation/figures.json"),
    `${JSON.stringify(figures, null, 2)}\n`,
  );
  writeFileSync(resolve(root, "docs/mutation.md"), mutationPage());
}

// Loaded only now: it reads the page that has just been written.
const promises = await import("../promises.ts");
writeFileSync(resolve(root, "docs/promises.md"), promises.promisesPage());
