/**
 * Test files share their worker's process (`isolate: false`): each leaves the environment and the
 * clock as it found them.
 */
import { env } from "node:process";
import { afterAll, vi } from "vitest";

const found = { ...env };

afterAll(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  for (const name of Object.keys(env)) if (!(name in found)) delete env[name];
  Object.assign(env, found);
});
