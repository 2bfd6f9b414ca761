/** An account of very many rules: read page by page, and never held. */
import { expect, onTestFinished, test, vi } from "vitest";
import { workplaceOf } from "../../../engine/run/attempt.ts";
import { look } from "../../../engine/run/find.ts";
import { listings } from "../../../engine/run/listings.ts";
import { reader } from "../../../engine/run/reader.ts";
import { parseConfig } from "../../../settings/settings.ts";
import { largeAccount, leastSeconds } from "../../../testing/large.ts";
import unit from "./index.ts";

const region = "eu-west-1";

test("of 10,000 rules no more are held at once than 200 groups have, and each page is read once", async () => {
  const large = largeAccount(unit, { groups: 1000, rules: 10 });
  const { host } = large;
  const here = { account: host.account, region, now: host.clock.now(), only: undefined };
  const config = parseConfig(unit, host.settings.config);
  const read = reader(unit.reads, host.clients, region);
  const remembered = async () => undefined;
  const note = () => {};
  const turn = async () => {};
  const pages = listings({ reads: unit.reads, clients: host.clients, region }, { turn });
  let found = 0;
  let held = 0;
  const search = {
    ...here,
    config,
    read,
    pages,
    remembered,
    madeBy: remembered,
    keptOn: async () => [],
    note,
    regions: [region],
  };
  const openings = await unit.find(search);
  for await (const _opening of openings as AsyncIterable<unknown>) {
    held = Math.max(held, large.rules - found);
    found += 1;
  }
  expect(found).toBe(10_000);
  expect(held).toBeLessThanOrEqual(200 * 10);
  // One page of groups; of each 200 groups, two pages of a thousand rules.
  expect(large.pages).toBe(1 + 5 * 2);
});

test("a run keeps nothing of what nothing is proposed for; a rate limit costs it waiting, and no page is lost or read twice", async () => {
  // Pauses between tries are drawn by lot: short ones all along would use up the tries.
  vi.spyOn(Math, "random").mockReturnValue(0.9);
  onTestFinished(() => void vi.restoreAllMocks());
  const limit = { burst: 3, each: 0.5 };
  const large = largeAccount(unit, { groups: 1000, rules: 1, limit });
  const { clock, host } = large;
  const began = clock.now().getTime();
  const { found, changes, states } = await look(workplaceOf(unit, region, host), undefined);
  expect([found, changes.length, states.size]).toEqual([1000, 0, 0]);
  expect(large.pages).toBe(1 + 5);
  expect(large.refused).toBeGreaterThan(0);
  const seconds = (clock.now().getTime() - began) / 1000;
  expect(seconds).toBeGreaterThanOrEqual(leastSeconds(large.pages, limit));
});
