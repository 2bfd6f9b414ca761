import { defineConfig } from "vitest/config";
import { LongestFirst } from "./tools/longest-first.ts";

// `npm run check` runs the first project on every commit: it starts no AWS. test:deploy runs the
// last one.
const still = ["test/boundaries.test.ts"];
const deploy = ["test/deploy/**/*.test.ts"];
/** Installs a package: minutes, and the registry. */
const packaged = ["test/package/**/*.test.ts"];

export default defineConfig({
  test: {
    // Two emulators' worth of work saturates a small machine; moto itself takes one request at a
    // time anyway.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    // Far above what any takes: they end what hangs, and judge no machine's speed.
    testTimeout: 180_000,
    hookTimeout: 300_000,
    // What mutation tests leave out (tools/mutation/vitest.config.ts).
    tags: [
      { name: "moto", description: "needs the embedded AWS" },
      { name: "each-call", description: "goes wrong at each call in turn" },
      { name: "proof", description: "minutes, for every unit or request: npm run test:proofs" },
    ],
    projects: [
      { extends: true, test: { name: "boundaries", include: still } },
      {
        extends: true,
        test: {
          name: "tests",
          include: ["**/*.test.ts"],
          exclude: [
            ...still,
            ...deploy,
            ...packaged,
            "**/node_modules/**",
            "cli/init/template/**",
            "build/**",
            "dist/**",
            "cdk.out/**",
            ".venv/**",
            ".nightshift/**",
          ],
          // What a worker has loaded, and made fast, serves all of its files: a third of the time.
          isolate: false,
          // Starts nothing before a test file asks for it.
          globalSetup: "test/setup/on-demand.ts",
          setupFiles: ["test/setup/as-found.ts", "test/setup/prices.ts"],
        },
      },
      {
        extends: true,
        test: {
          name: "package",
          include: packaged,
          testTimeout: 600_000,
          hookTimeout: 900_000,
        },
      },
      {
        extends: true,
        test: {
          name: "deploy",
          include: deploy,
          testTimeout: 600_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
