/**
 * Test files share their worker's process (`isolate: false`): each leaves the environment and the
 * clock as it found them.
 */
import { env } from "node:process";
import { afterAll, vi } from "vitest";
import * as z from "zod/mini";
import en from "zod/v4/locales/en.js";

// As the command line has it, whichever file comes first.
z.config(en());

const found = { ...env };

afterAll(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  for (const name of Object.keys(env)) if (!(name in found)) delete env[name];
  Object.assign(env, found);
});
