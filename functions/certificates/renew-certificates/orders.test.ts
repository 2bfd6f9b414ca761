/** However often a process dies or an answer is lost, a directory has one order of a renewal. */
import { describe, expect, test } from "vitest";
import {
  carriedOn,
  endingOf,
  openedForDeath,
  ordersMade,
} from "../../../test/setup/renewal-deaths.ts";
import { inAcm, outcomes, renewals } from "../../../test/setup/renewals.ts";
import { renewCertificates } from "./index.ts";

const world = renewals(renewCertificates);

/** The first order of a world of its own, so that the count begins somewhere. */
async function counted(): Promise<number> {
  if (Number.isNaN(ordersMade(world))) await outcomes(await world.opened());
  return ordersMade(world);
}

const isOrder = ({ path }: { readonly path: string }): boolean => path.endsWith("/order-plz");

describe("a renewal has one order", { timeout: 600_000 }, () => {
  test.each([true, false])(
    "where its process dies as it orders, after the directory has taken it: %s",
    async (after) => {
      const before = await counted();
      const account = await openedForDeath(world);
      const death = { of: "the directory", at: "order-plz", after } as const;
      const carried = await carriedOn(world, account, death);
      expect((await endingOf(world, account, { carried, death })).wrong).toEqual([]);
      expect(ordersMade(world) - before).toBe(1);
    },
  );

  test("where the answers to its first orders are lost, and nothing died", async () => {
    const before = await counted();
    const account = await world.opened();
    let lost = 0;
    world.proxy.fault = (request) => {
      if (!isOrder(request) || lost === 4) return undefined;
      lost += 1;
      return { status: 0, reset: "after" };
    };
    expect(await outcomes(account)).toEqual([["applied", null]]);
    expect(ordersMade(world) - before).toBe(1);
    expect((await inAcm(account)).issuer).toContain("Pebble");
  });

  test("and where the directory lists none, and never answers, no more than five", async () => {
    const before = await counted();
    const account = await world.opened();
    world.proxy.alter = (_, body) => body.replace(/,?\s*"orders": "[^"]*list-orderz[^"]*"/, "");
    world.proxy.fault = (request) => (isOrder(request) ? { status: 0, reset: "after" } : undefined);
    const [[outcome, why] = []] = await outcomes(account);
    expect(outcome).toBe("failed");
    expect(why).toContain("5 orders were placed whose answers were lost, and the directory lists");
    expect(ordersMade(world) - before).toBeLessThanOrEqual(5);
  });

  test("nor where it refuses every other one: that is no answer to those before", async () => {
    const before = await counted();
    const account = await world.opened();
    world.proxy.alter = (_, body) => body.replace(/,?\s*"orders": "[^"]*list-orderz[^"]*"/, "");
    let asked = 0;
    const limited = { type: "urn:ietf:params:acme:error:rateLimited", detail: "too many" };
    world.proxy.fault = (request) => {
      if (!isOrder(request)) return undefined;
      asked += 1;
      if (asked % 2) return { status: 0, reset: "after" };
      return { status: 429, headers: { "retry-after": "60" }, body: limited };
    };
    expect(await outcomes(account)).toEqual([["failed", expect.stringContaining("5 orders")]]);
    expect(ordersMade(world) - before).toBeLessThanOrEqual(5);
  });

  test("a limit is an answer: what is ordered after it is in no doubt", async () => {
    const before = await counted();
    const account = await world.opened();
    let limited = 0;
    world.proxy.fault = (request) => {
      if (!isOrder(request) || limited === 8) return undefined;
      limited += 1;
      const type = "urn:ietf:params:acme:error:rateLimited";
      return { status: 429, headers: { "retry-after": "60" }, body: { type, detail: "too many" } };
    };
    world.proxy.alter = (_, body) => body.replace(/,?\s*"orders": "[^"]*list-orderz[^"]*"/, "");
    expect(await outcomes(account)).toEqual([["applied", null]]);
    expect(ordersMade(world) - before).toBe(1);
  });
});
