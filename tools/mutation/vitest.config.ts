import { defineConfig } from "vitest/config";

const test = {
  include: (process.env.MUTATION_TESTS ?? "").split(" "),
  tags: [{ name: "moto" }, { name: "each-call" }, { name: "proof" }],
  // The embedded AWS takes one request at a time, and thousands of mutants would wait for it.
  tagsFilter: ["!moto", "!each-call"],
  globalSetup: "tools/mutation/memory-server.ts",
  setupFiles: [
    "tools/mutation/quick-properties.ts",
    "test/setup/as-found.ts",
    "test/setup/prices.ts",
  ],
  testTimeout: 60_000,
};
export default defineConfig({ test });
