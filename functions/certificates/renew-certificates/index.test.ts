import { describe, expect, test } from "vitest";
import { days, milliseconds } from "../../../sdk/time.ts";
import {
  inAcm,
  outcomes,
  type RenewalAccount,
  renewals,
  shows,
  textRecords,
} from "../../../test/setup/renewals.ts";
import { messages } from "../../../testing/delivery.ts";
import { proposeFor } from "../../../testing/propose.ts";
import { createNameServers } from "../name-servers.ts";
import { type Flaw, serialOf } from "../probe.ts";
import { renewCertificates } from "./index.ts";

const world = renewals(renewCertificates);
const old = async (): Promise<string> => "1";

describe("a renewal by Pebble", { timeout: 600_000 }, () => {
  test("of the apex and its wildcard is imported to the same ARN; no key is anywhere but in Secrets Manager", async () => {
    const account = await world.opened();
    expect(await outcomes(account)).toEqual([["applied", null]]);
    const leaf = await inAcm(account);
    expect(leaf.issuer).toContain("Pebble");
    expect(leaf.subjectAltName).toBe("DNS:*.example.com, DNS:example.com");
    expect(await textRecords(account)).toEqual([]);
    const { keys, seen } = await world.keysSeen(account);
    expect(keys.filter((key) => key.length >= 20).length).toBeGreaterThanOrEqual(2);
    expect(seen).toEqual([]);
    // Asked again, there is nothing to do.
    expect(await outcomes(account, "slot-2")).toEqual([]);
  });

  test("waits as long as the directory says, and through a week in which it is down", async () => {
    const account = await world.opened();
    const begun = account.host().clock.now();
    let limited = 0;
    world.proxy.fault = ({ path }) => {
      const since = account.host().clock.now().getTime() - begun.getTime();
      if (since < milliseconds(days(6))) return { status: 0, reset: true };
      if (!path.includes("order") || limited > 0) return undefined;
      limited += 1;
      const type = "urn:ietf:params:acme:error:rateLimited";
      return {
        status: 429,
        headers: { "retry-after": String(days(1).seconds) },
        body: { type, detail: "too many certificates" },
      };
    };
    expect(await outcomes(account)).toEqual([["applied", null]]);
    const took = account.host().clock.now().getTime() - begun.getTime();
    expect(took).toBeGreaterThan(milliseconds(days(7)));
    const titles = (await messages(account)).map(({ title }) => title);
    expect(titles.some((title) => title.includes("cannot be renewed yet: unreachable"))).toBe(true);
    expect(await textRecords(account)).toEqual([]);
  });

  test("ends where an order stays in processing, and says so", async () => {
    const account = await world.opened();
    const before = (await inAcm(account)).serialNumber;
    world.proxy.alter = ({ path }, body) =>
      path.includes("my-order")
        ? body.replace('"status": "valid"', '"status": "processing"')
        : body;
    const [[outcome, why] = []] = await outcomes(account);
    expect(outcome).toBe("failed");
    expect(why).toContain("the order is still processing after 6 hours");
    expect((await inAcm(account)).serialNumber).toBe(before);
    expect(await textRecords(account)).toEqual([]);
  });

  test("ends with the authority's words and a remedy where it forbids the names", async () => {
    const account = await world.opened();
    world.proxy.fault = ({ path }) =>
      path.includes("finalize")
        ? {
            status: 403,
            body: {
              type: "urn:ietf:params:acme:error:caa",
              detail: "CAA record for example.com prevents issuance",
            },
          }
        : undefined;
    const [[outcome, why] = []] = await outcomes(account);
    expect(outcome).toBe("failed");
    expect(why).toContain(
      "CAA record for example.com prevents issuance (caa); a CAA record forbids",
    );
    expect(await textRecords(account)).toEqual([]);
  });

  test.each<[what: string, zones: readonly string[], why: RegExp]>([
    ["no zone of ours", ["example.net"], /no public zone of this account holds _acme-challenge/],
    ["two public zones of one name", ["example.com", "example.com"], /two public zones/],
  ])("with %s is refused before any order", async (_, zones, why) => {
    const account = await world.opened({ zones });
    const asked = world.proxy.requests.length;
    const [[outcome, words] = []] = await outcomes(account);
    expect([outcome, words]).toEqual(["failed", expect.stringMatching(why)]);
    const paths = world.proxy.requests.slice(asked).map(({ path }) => path);
    expect(paths.filter((path) => path.includes("order"))).toEqual([]);
  });

  test("is one order, whatever else triggers it meanwhile", async () => {
    const account = await world.opened();
    const asked = world.proxy.requests.length;
    await account.deliver();
    const second = await account.deliver({ start: { ...account.start, key: "slot-2" } });
    expect(second.actions.map(({ outcome, held }) => [outcome, held?.by])).toEqual([
      ["held", "under-way"],
    ]);
    await account.flows.carryAll();
    const orders = world.proxy.requests
      .slice(asked)
      .filter(({ path, method }) => method === "POST" && path.endsWith("/order-plz"));
    expect(new Set(orders.map(({ payload }) => JSON.stringify(payload))).size).toBe(1);
    expect((await inAcm(account)).issuer).toContain("Pebble");
  });

  test("that is served and refused by clients is followed by the version before", async () => {
    const flaws: Flaw[] = [];
    const account: RenewalAccount = await world.opened({
      certificate: { endpoints: [{ host: "www.example.com" }] },
      probe: (...asked) =>
        shows(async () => serialOf((await inAcm(account)).serialNumber), flaws)(...asked),
    });
    expect(await outcomes(account)).toEqual([["applied", null]]);
    const first = (await inAcm(account)).serialNumber;
    flaws.push("wrong name");
    await account.later(days(3650));
    const [[outcome, why] = []] = await outcomes(account, "slot-2");
    expect(outcome).toBe("failed");
    expect(why).toContain(
      "clients refuse it: www.example.com:443 (wrong name). The one before is imported again",
    );
    expect((await inAcm(account)).serialNumber).toBe(first);
  });

  test("that is not served is told", async () => {
    const account = await world.opened({ probe: shows(old), config: { hoursToServe: 1 } });
    expect(await outcomes(account)).toEqual([["applied", null]]);
    const titles = (await messages(account)).map(({ title }) => title);
    expect(titles).toContain(
      "The certificate for *.example.com was renewed, and 1 endpoint of 1 still served the old one after 1 hour",
    );
  });
});

describe("before anything is ordered", () => {
  const kept = {
    arn: "arn:aws:acm:eu-west-1:123456789012:certificate/a",
    settings: { names: ["example.com"], secret: "nightshift/certificates/a" },
    detail: { Type: "IMPORTED" as const, KeyAlgorithm: "EC_prime256v1" as const },
    leaf: { serial: "1", from: new Date(0), to: new Date(1), names: ["example.com"] },
    id: undefined,
    tags: [],
    version: undefined,
    advice: { kind: "none" as const },
    imports: 1,
    quota: { limit: 5000, by: "by Service Quotas" },
  };
  const unit = renewCertificates({ nameServers: createNameServers, probe: shows(old) });
  const account = { directory: "https://acme.example.com/dir", termsAgreed: true };
  const propose = (found: Parameters<typeof unit.propose>[0], config: object = {}) =>
    proposeFor(unit, found, { config: { account, ...config } });

  test("another kind of key is refused, with what to do", () => {
    const settings = { ...kept.settings, key: "RSA_2048" as const };
    expect(() => propose({ ...kept, settings })).toThrow(
      /ACM does not let type and size of a key change under an ARN/,
    );
  });
  test("ACM's quota of imports is looked at: what could not be imported is not ordered", () => {
    expect(propose({ ...kept, imports: 4999 })?.call.operation).toBe("flow:take-over-certificate");
    expect(() => propose({ ...kept, imports: 5000 })).toThrow(
      "is to be renewed because it ended on 1970-01-01, and ACM has taken at least 5000 imports in eu-west-1 in 365 days, of 5000 that it takes (by Service Quotas): nothing is ordered that could not be imported",
    );
    const quota = { limit: 9000, by: "by `importQuota`" };
    expect(propose({ ...kept, imports: 5000, quota })).toBeDefined();
  });
  test("a certificate that is not due needs no import, whatever the quota", () => {
    const to = new Date("2027-11-21");
    const leaf = { ...kept.leaf, from: new Date("2026-11-20"), to };
    expect(propose({ ...kept, leaf, imports: 9999 })).toBeUndefined();
  });
});
