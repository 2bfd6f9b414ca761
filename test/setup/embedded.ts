import type { TestProject } from "vitest/node";
import { startEmbedded } from "../../local/embedded.ts";

declare module "vitest" {
  interface ProvidedContext {
    endpoint: string;
  }
}

/** One embedded AWS for the whole test run; each test file has accounts of its own in it (`aws.ts`). */
export default async function ({ provide }: TestProject): Promise<() => Promise<void>> {
  const { endpoint, stop } = await startEmbedded();
  provide("endpoint", endpoint);
  return stop;
}
