// @module-tag proof
/** What others have reported of certbot, lego, acme.sh, cert-manager, Caddy and win-acme, tried here. */
import { X509Certificate } from "node:crypto";
import { ACMClient, GetCertificateCommand } from "@aws-sdk/client-acm";
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
  Route53Client,
} from "@aws-sdk/client-route-53";
import { beforeEach, describe, expect, test } from "vitest";
import { days, milliseconds } from "../../../sdk/time.ts";
import {
  inAcm,
  outcomes,
  type RenewalAccount,
  renewals,
  textRecords,
} from "../../../test/setup/renewals.ts";
import type { TestAccount } from "../../../testing/account.ts";
import { messages } from "../../../testing/delivery.ts";
import { issuerNameOf } from "../leaf.ts";
import { type Probe, serialOf } from "../probe.ts";
import { renewCertificates } from "./index.ts";

const longName = `${"a".repeat(60)}.${"b".repeat(60)}.example.com`;
const world = renewals(renewCertificates, [
  {
    subject: "long",
    names: [longName],
    from: new Date("2026-01-01"),
    to: new Date("2026-12-10"),
  },
]);
const own = "_acme-challenge.example.com";

beforeEach(() => world.proxy.forget());

const problem = (type: string, detail: string, status = 403) => ({
  status,
  body: { type: `urn:ietf:params:acme:error:${type}`, detail },
});

async function zoneNamed(aws: TestAccount, name: string): Promise<string> {
  const { HostedZones = [] } = await aws.client(Route53Client).send(new ListHostedZonesCommand({}));
  return HostedZones.find(({ Name }) => Name === `${name}.`)?.Id ?? "";
}

const writes =
  (zone: string, ...sets: readonly ResourceRecordSet[]) =>
  async (aws: TestAccount): Promise<void> => {
    const HostedZoneId = await zoneNamed(aws, zone);
    for (const set of sets)
      await aws.client(Route53Client).send(
        new ChangeResourceRecordSetsCommand({
          HostedZoneId,
          ChangeBatch: { Changes: [{ Action: "CREATE", ResourceRecordSet: set }] },
        }),
      );
  };

const setOf = (
  name: string,
  type: "TXT" | "CNAME",
  ...values: readonly string[]
): ResourceRecordSet => ({
  Name: `${name}.`,
  Type: type,
  TTL: 300,
  ResourceRecords: values.map((Value) => ({ Value })),
});

async function setsAt({ aws }: RenewalAccount, name: string): Promise<ResourceRecordSet[]> {
  const { ResourceRecordSets = [] } = await aws
    .client(Route53Client)
    .send(new ListResourceRecordSetsCommand({ HostedZoneId: await zoneNamed(aws, "example.com") }));
  return ResourceRecordSets.filter(({ Name }) => Name === `${name}.`);
}

/** What was ordered from now on. Pebble rejects nonces, and the same is then sent again. */
function ordersFrom() {
  const from = world.proxy.requests.length;
  return () => {
    const sent = world.proxy.requests.slice(from).filter(({ path }) => path.includes("order-plz"));
    const texts = new Set(sent.map(({ payload }) => JSON.stringify(payload)));
    return [...texts].map((text) => JSON.parse(text) as { readonly replaces?: string });
  };
}

describe("an order that says what it replaces", { timeout: 600_000 }, () => {
  test.each([
    ["alreadyReplaced", "it already has a replacement order", 409],
    ["unauthorized", "requester account did not request the certificate being replaced", 403],
    ["malformed", "ARI Feature not enabled", 404],
  ])("and is refused for that (%s) is placed without it", async (type, detail, status) => {
    const account = await world.opened();
    await outcomes(account);
    await account.later(days(3650));
    const orders = ordersFrom();
    // Older Pebbles offer none.
    world.proxy.alter = ({ path }, body) =>
      path !== "/dir" || body.includes("renewalInfo")
        ? body
        : body.replace(/"newOrder": ?"([^"]+)\/[^"/]+"/, '$&, "renewalInfo": "$1/renewal-info"');
    world.proxy.fault = ({ path, payload }) =>
      path.includes("order-plz") && JSON.stringify(payload).includes("replaces")
        ? problem(type, detail, status)
        : undefined;
    expect(await outcomes(account, "slot-2")).toEqual([["applied", null]]);
    expect(orders().map((order) => "replaces" in order)).toEqual([true, false]);
  });

  test("does not, where the directory offers nothing of the kind", async () => {
    const account = await world.opened();
    await outcomes(account);
    await account.later(days(3650));
    const orders = ordersFrom();
    world.proxy.alter = ({ path }, body) =>
      path === "/dir" ? body.replace("renewalInfo", "somethingElse") : body;
    expect(await outcomes(account, "slot-2")).toEqual([["applied", null]]);
    expect(orders().map((order) => "replaces" in order)).toEqual([false]);
  });
});

describe("an order", { timeout: 600_000 }, () => {
  test("whose finish is refused because one server is behind the others is finished later", async () => {
    const account = await world.opened();
    let refused = 0;
    world.proxy.fault = ({ path }) => {
      if (!path.includes("finalize") || refused >= 2) return undefined;
      refused += 1;
      return problem("orderNotReady", 'Order\'s status ("pending") is not acceptable');
    };
    expect(await outcomes(account)).toEqual([["applied", null]]);
    expect(refused).toBe(2);
  });

  test.each(["deactivated", "expired", "revoked"])(
    "with an authorization that is %s ends at once, and says so",
    async (status) => {
      const account = await world.opened();
      const begun = account.host().clock.now().getTime();
      world.proxy.alter = ({ path }, body) =>
        path.includes("authZ") &&
        world.proxy.requests.some(({ path: asked }) => asked.includes("chalZ"))
          ? body.replace(/"status": "(?:pending|valid)"/, `"status": "${status}"`)
          : body;
      world.proxy.fault = ({ path }) =>
        path.includes("chalZ") ? problem("x", "y", 200) : undefined;
      const [[outcome, why] = []] = await outcomes(account);
      expect([outcome, why]).toEqual([
        "failed",
        expect.stringContaining(`its authorization is ${status}, without a reason`),
      ]);
      expect(account.host().clock.now().getTime() - begun).toBeLessThan(milliseconds(days(1)));
      expect(await textRecords(account)).toEqual([]);
    },
  );

  test("that is invalid without a word of why says that at least", async () => {
    const account = await world.opened();
    const proven = () => world.proxy.requests.some(({ path }) => path.includes("chalZ"));
    world.proxy.alter = ({ path }, body) =>
      path.includes("my-order") && proven()
        ? body.replace(/"status": "\w+"/, '"status": "invalid"')
        : body;
    const [[outcome, why] = []] = await outcomes(account);
    expect([outcome, why]).toEqual(["failed", expect.stringMatching(/invalid, without a reason/)]);
    expect(await textRecords(account)).toEqual([]);
  });

  test("is placed again while the directory refuses every nonce for some time", async () => {
    const account = await world.opened();
    let refused = 0;
    world.proxy.fault = ({ path }) => {
      if (!path.includes("order-plz") || refused >= 12) return undefined;
      refused += 1;
      return problem("badNonce", "JWS has an invalid anti-replay nonce", 400);
    };
    expect(await outcomes(account)).toEqual([["applied", null]]);
    expect(refused).toBe(12);
  });

  test("that may be placed on a date is placed then, and not before", async () => {
    const account = await world.opened();
    const begun = account.host().clock.now().getTime();
    const at = new Date(begun + milliseconds(days(3)));
    let limited = false;
    world.proxy.fault = ({ path }) => {
      if (!path.includes("order-plz") || limited) return undefined;
      limited = true;
      const headers = { "retry-after": at.toUTCString() };
      return { ...problem("rateLimited", "too many certificates already issued", 429), headers };
    };
    expect(await outcomes(account)).toEqual([["applied", null]]);
    const took = account.host().clock.now().getTime() - begun;
    expect(took).toBeGreaterThan(milliseconds(days(3)) - 1000);
    expect(took).toBeLessThan(milliseconds(days(4)));
  });

  test("that may not be placed for a month ends now, and not when the time is over", async () => {
    const account = await world.opened();
    const begun = account.host().clock.now().getTime();
    world.proxy.fault = ({ path }) =>
      path.includes("order-plz")
        ? {
            ...problem("rateLimited", "too many certificates already issued", 429),
            headers: { "retry-after": String(days(30).seconds) },
          }
        : undefined;
    const [[outcome, why] = []] = await outcomes(account);
    expect([outcome, why]).toEqual([
      "failed",
      expect.stringContaining("rateLimited: too many certificates already issued"),
    ]);
    expect(account.host().clock.now().getTime() - begun).toBeLessThan(milliseconds(days(1)));
  });

  test("for a name that is too long for a common name is one like any other", async () => {
    const account = await world.opened({ there: "long", certificate: { names: [longName] } });
    expect(await outcomes(account)).toEqual([["applied", null]]);
    expect((await inAcm(account)).subjectAltName).toBe(`DNS:${longName}`);
  });

  test("takes the chain that the settings prefer", async () => {
    const pebble = await world.otherPebble({ environment: { PEBBLE_ALTERNATE_ROOTS: "1" } });
    const [first = "", other = ""] = (await pebble.roots()).map(
      (pem) => new X509Certificate(pem).subject,
    );
    const preferredChain = issuerNameOf({ issuer: other } as X509Certificate);
    expect(first).not.toBe(other);
    const account = await world.opened({ certificate: { preferredChain } });
    expect(await outcomes(account)).toEqual([["applied", null]]);
    const { CertificateChain = "" } = await account.aws
      .client(ACMClient)
      .send(new GetCertificateCommand({ CertificateArn: account.arn }));
    expect(issuerNameOf(new X509Certificate(CertificateChain))).toBe(preferredChain);
  });
});

describe("a proof", { timeout: 600_000 }, () => {
  test("may stand at the end of several aliases", async () => {
    const [middle, end] = ["_acme-challenge.a.proofs.example", "_acme-challenge.b.proofs.example"];
    const seed = async (aws: TestAccount) => {
      await writes("example.com", setOf(own, "CNAME", middle))(aws);
      await writes("proofs.example", setOf(middle, "CNAME", end))(aws);
    };
    const zones = ["example.com", "proofs.example"];
    const account = await world.opened({
      zones,
      seed,
      config: { delegated: { "example.com": end } },
    });
    expect(await outcomes(account)).toEqual([["applied", null]]);
    expect(await textRecords(account)).toEqual([]);
    const wrong = await world.opened({
      zones,
      seed,
      config: { delegated: { "example.com": middle } },
    });
    const orders = ordersFrom();
    const [[outcome, why] = []] = await outcomes(wrong);
    expect([outcome, why]).toEqual([
      "failed",
      expect.stringContaining(`is an alias of ${end} in the end: name that in`),
    ]);
    expect(orders()).toEqual([]);
  });

  test("aliases that lead round in a circle are refused before any order", async () => {
    const other = "_acme-challenge.a.example.com";
    const seed = writes("example.com", setOf(own, "CNAME", other), setOf(other, "CNAME", own));
    const orders = ordersFrom();
    const [[outcome, why] = []] = await outcomes(await world.opened({ seed }));
    expect([outcome, why]).toEqual(["failed", expect.stringMatching(/alias of an alias/)]);
    expect(orders()).toEqual([]);
  });

  test("leaves texts of several strings beside it exactly as they were", async () => {
    const long = `"${"a".repeat(140)}" "${"b".repeat(60)}"`;
    const set = setOf(own, "TXT", long, '"with \\"quotes\\" in it"');
    const account = await world.opened({ seed: writes("example.com", set) });
    expect(await outcomes(account)).toEqual([["applied", null]]);
    const [left, ...more] = await setsAt(account, own);
    expect(more).toEqual([]);
    expect(left?.ResourceRecords).toEqual(set.ResourceRecords);
    expect(left?.TTL).toBe(300);
  });

  test("does not take the place of texts with a routing policy", async () => {
    const set = { ...setOf(own, "TXT", '"of another"'), SetIdentifier: "blue", Weight: 10 };
    const account = await world.opened({ seed: writes("example.com", set) });
    const [[outcome, why] = []] = await outcomes(account);
    expect([outcome, why]).toEqual([
      "failed",
      expect.stringMatching(/a routing policy.*delegated/),
    ]);
    expect((await setsAt(account, own)).map(({ SetIdentifier }) => SetIdentifier)).toEqual([
      "blue",
    ]);
  });

  test("goes into the public zone, whatever private one has its name", async () => {
    const account = await world.opened({
      seed: (aws) =>
        aws.client(Route53Client).send(
          new CreateHostedZoneCommand({
            Name: "example.com",
            CallerReference: "private",
            HostedZoneConfig: { PrivateZone: true },
            VPC: { VPCRegion: "eu-west-1", VPCId: "vpc-1" },
          }),
        ),
    });
    expect(await outcomes(account)).toEqual([["applied", null]]);
  });
});

test("of fifty listeners the one that still serves the old one is named", {
  timeout: 600_000,
}, async () => {
  const late = "l33.example.com";
  const endpoints = Array.from({ length: 50 }, (_, at) => ({ host: `l${at}.example.com` }));
  const asked = new Map<string, number>();
  let account: RenewalAccount | undefined;
  const probe: Probe = async ({ host }) => {
    asked.set(host, (asked.get(host) ?? 0) + 1);
    const serial = account && serialOf((await inAcm(account)).serialNumber);
    const now = new Date();
    const certificate = {
      ...{ serial: host === late ? "1" : (serial ?? ""), from: now, to: now, names: [] },
      ...{ issuer: "Pebble", key: "EC prime256v1", signature: undefined, protocol: "TLSv1.3" },
    };
    return { kind: "served", certificate, flaws: [] };
  };
  account = await world.opened({ certificate: { endpoints }, config: { hoursToServe: 1 }, probe });
  expect(await outcomes(account)).toEqual([["applied", null]]);
  expect(asked.size).toBe(50);
  const told = (await messages(account)).find(({ title }) => title.includes("of 50"));
  expect(told?.title).toContain("1 endpoint of 50 still served the old one after 1 hour");
  expect(JSON.stringify(told?.facts)).toContain(`${late}:443`);
  expect(JSON.stringify(told?.facts)).not.toContain("l34.example.com");
});
