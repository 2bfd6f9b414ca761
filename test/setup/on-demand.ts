/**
 * What test files share and is slow to start: one embedded AWS, fresh bundles. Nothing of it is
 * started before a test file asks (`ask.ts`); then once, in the process that runs the tests, for
 * all of them. Each test file has accounts of its own in the embedded AWS (`aws.ts`).
 */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { TestProject } from "vitest/node";
import { isStale } from "../../cli/bundle/stale.ts";
import { type Embedded, startEmbedded } from "../../testing/embedded.ts";
import { serveShared } from "../../testing/serve-shared.ts";

const root = join(import.meta.dirname, "../..");

async function bundle(): Promise<string> {
  if (isStale()) await promisify(execFile)(process.execPath, [join(root, "bin/bundle.ts")]);
  return "dist";
}

/** Vitest's global setup: whatever has been started ends with the test run. */
export default async function (project: TestProject): Promise<() => Promise<void>> {
  let starting: Promise<Embedded> | undefined;
  const stopServing = await serveShared(project, {
    embedded: async () => {
      starting = startEmbedded();
      return (await starting).endpoint;
    },
    bundles: bundle,
  });
  return async () => {
    await stopServing();
    await starting?.then(({ stop }) => stop());
  };
}
