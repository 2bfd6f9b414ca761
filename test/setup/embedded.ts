import type { TestProject } from "vitest/node";
import { freshManifest } from "../../cli/bundle/stale.ts";
import { startEmbedded } from "../../testing/embedded.ts";

declare module "vitest" {
  interface ProvidedContext {
    endpoint: string;
  }
}

/**
 * One embedded AWS for the whole test run; each test file has accounts of its own in it (`aws.ts`).
 */
export default async function ({ provide }: TestProject): Promise<() => Promise<void>> {
  // Once, before the tests that read it could all find it stale at the same moment.
  freshManifest();
  const { endpoint, stop } = await startEmbedded();
  provide("endpoint", endpoint);
  return stop;
}
