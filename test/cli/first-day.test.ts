/** A clone that has made nothing yet, in an account where nothing has run yet. */
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { embedded } from "../setup/aws.ts";

const stale = "../../cli/bundle/stale.ts";
let cli: typeof import("./cli.ts").cli;

// Anew: what an earlier file of this worker loaded asks the real one.
beforeAll(async () => {
  vi.resetModules();
  vi.doMock(stale, async (original) => ({
    ...(await original<typeof import("../../cli/bundle/stale.ts")>()),
    isStale: () => true,
  }));
  ({ cli } = await import("./cli.ts"));
});

afterAll(() => {
  vi.doUnmock(stale);
  vi.resetModules();
});

beforeEach(async () => {
  const aws = await embedded({ region: "eu-central-1" });
  aws.use();
});

test("doctor has no problem, but notes of what is made by itself", async () => {
  const { code, json, err } = await cli("doctor", "--json");
  expect(json.checks.filter(({ ok }: { ok: boolean }) => !ok)).toEqual([]);
  const bundles = json.checks.find(({ check }: { check: string }) => check === "bundles");
  expect(bundles).toMatchObject({ ok: true, remedy: expect.stringContaining("by itself") });
  expect([code, err]).toEqual([0, expect.stringContaining("all well")]);
});

test("nothing waits, and nothing was done: said in a sentence, and no error", async () => {
  for (const [verb, says] of [
    ["plans", "No plan waits for a decision."],
    ["history", "Nothing was done yet."],
  ] as const)
    expect(await cli(verb)).toMatchObject({ code: 0, out: `${says}\n` });
});
