/** The runner that durable functions come with, in this process. */
import { LocalDurableTestRunner } from "@aws/durable-execution-sdk-js-testing";
import { afterAll, beforeAll } from "vitest";

/**
 * Sets the runner up for a file's tests, with waits that are over at once. It puts timers of its own
 * in place of Node's, and those go on every 20 ms: what yields by `setImmediate`, as each request in
 * memory and each step of the runner does, would take that long. So that is Node's again.
 */
export function durableRunner(): void {
  const { setImmediate, clearImmediate } = globalThis;
  beforeAll(async () => {
    await LocalDurableTestRunner.setupTestEnvironment({ skipTime: true });
    Object.assign(globalThis, { setImmediate, clearImmediate });
  });
  afterAll(() => LocalDurableTestRunner.teardownTestEnvironment());
}
