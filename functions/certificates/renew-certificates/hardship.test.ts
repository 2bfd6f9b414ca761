// @module-tag proof
/** What directories, zones, accounts and ACM do to renewals, by the real Pebble. */
import { ACMClient, DescribeCertificateCommand } from "@aws-sdk/client-acm";
import {
  ChangeResourceRecordSetsCommand,
  ListHostedZonesCommand,
  Route53Client,
  type RRType,
} from "@aws-sdk/client-route-53";
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { afterEach, describe, expect, test, vi } from "vitest";
import { PartClients } from "../../../sdk/composed.ts";
import { TryAgain } from "../../../sdk/errors.ts";
import { days, milliseconds } from "../../../sdk/time.ts";
import {
  inAcm,
  outcomes,
  type RenewalAccount,
  renewals,
  textRecords,
} from "../../../test/setup/renewals.ts";
import type { TestAccount } from "../../../testing/account.ts";
import { recordTypes } from "../../../testing/acme/dns-server.ts";
import { openAcmeAccount, type StepEnd } from "../acme-account.ts";
import { AcmeSession } from "../acme-session.ts";
import { renewCertificates } from "./index.ts";

const ending = { from: new Date("2026-01-01"), to: new Date("2026-12-10") };
const shopNames = ["example.com", "*.example.com"];
const umlauts = ["münchen.example.com", "*.bücher.example"];
const umlautsInAscii = ["xn--mnchen-3ya.example.com", "*.xn--bcher-kva.example"];
const hundred = [...shopNames, ...Array.from({ length: 98 }, (_, at) => `n${at}.example.com`)];

const world = renewals(renewCertificates, [
  { subject: "rsa", names: shopNames, key: "RSA 2048", ...ending },
  { subject: "large", names: shopNames, key: "EC 384", ...ending },
  { subject: "umlauts", names: umlautsInAscii, ...ending },
  { subject: "hundred", names: hundred, ...ending },
]);

/** Requests to the directory from now on, by what is in their paths. */
function watched() {
  const from = world.proxy.requests.length;
  return (part: string): number =>
    world.proxy.requests
      .slice(from)
      .filter(({ path, method }) => method === "POST" && path.includes(part)).length;
}

async function zoneNamed(aws: TestAccount, name: string): Promise<string> {
  const { HostedZones = [] } = await aws.client(Route53Client).send(new ListHostedZonesCommand({}));
  return HostedZones.find(({ Name }) => Name === `${name}.`)?.Id ?? "";
}

interface Written {
  readonly zone: string;
  readonly name: string;
  readonly type: RRType;
  readonly value: string;
}

const writes =
  (...records: readonly Written[]) =>
  async (aws: TestAccount): Promise<void> => {
    for (const { zone, name, type, value } of records)
      await aws.client(Route53Client).send(
        new ChangeResourceRecordSetsCommand({
          HostedZoneId: await zoneNamed(aws, zone),
          ChangeBatch: {
            Changes: [
              {
                Action: "CREATE",
                ResourceRecordSet: {
                  Name: `${name}.`,
                  Type: type,
                  TTL: 60,
                  ResourceRecords: [{ Value: value }],
                },
              },
            ],
          },
        }),
      );
  };

const accountSecret = "nightshift/certificates/account";
async function accountIn({ aws }: RenewalAccount) {
  const { SecretString = "{}" } = await aws
    .client(SecretsManagerClient)
    .send(new GetSecretValueCommand({ SecretId: accountSecret }));
  return JSON.parse(SecretString) as {
    readonly key: string;
    readonly account: string;
    readonly next?: string;
  };
}

/** Until what is there has to be renewed once more. */
const nextTime = (account: RenewalAccount): Promise<void> => account.later(days(3650));

const problem = (type: string, detail: string, status = 403) => ({
  status,
  body: { type: `urn:ietf:params:acme:error:${type}`, detail },
});

describe("the account at the directory", { timeout: 600_000 }, () => {
  const kid = "kid-1";
  const hmacKey = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W";
  const binding = {
    externalAccountBindingRequired: true,
    externalAccountMACKeys: { [kid]: hmacKey },
  };
  const external = "nightshift/certificates/binding";

  test("is bound by what the authority gave out, and needs that no more once it is there", async () => {
    await world.otherPebble({ config: binding });
    const secrets = (aws: TestAccount) => aws.client(SecretsManagerClient);
    const account = await world.opened({
      account: { external },
      seed: (aws) =>
        secrets(aws).send(
          new CreateSecretCommand({
            Name: external,
            SecretString: JSON.stringify({ kid, hmacKey }),
          }),
        ),
    });
    expect(await outcomes(account)).toEqual([["applied", null]]);
    await secrets(account.aws).send(
      new DeleteSecretCommand({ SecretId: external, ForceDeleteWithoutRecovery: true }),
    );
    const first = (await inAcm(account)).serialNumber;
    await nextTime(account);
    expect(await outcomes(account, "slot-2")).toEqual([["applied", null]]);
    expect((await inAcm(account)).serialNumber).not.toBe(first);
  });

  test("that would have to be bound and is not says what to do", async () => {
    await world.otherPebble({ config: binding });
    const [[outcome, why] = []] = await outcomes(await world.opened());
    expect([outcome, why]).toEqual([
      "failed",
      expect.stringMatching(/externalAccountRequired.*put kid and hmacKey into a secret/),
    ]);
  });

  test("that was deactivated says what to do, and nothing is changed", async () => {
    const account = await world.opened();
    await outcomes(account);
    const { key, account: url } = await accountIn(account);
    const directory = { url: world.proxy.directory, authorities: [world.pebble.authority] };
    await new AcmeSession(directory, { key, account: url }).post(url, { status: "deactivated" });
    const before = (await inAcm(account)).serialNumber;
    await nextTime(account);
    const [[outcome, why] = []] = await outcomes(account, "slot-2");
    expect([outcome, why]).toEqual([
      "failed",
      expect.stringMatching(/\(unauthorized\); the account was deactivated.*another secret/),
    ]);
    expect((await inAcm(account)).serialNumber).toBe(before);
  });

  test("that the directory has forgotten is made anew with its key", async () => {
    const account = await world.opened();
    await outcomes(account);
    const before = await accountIn(account);
    await world.otherPebble({});
    await nextTime(account);
    expect(await outcomes(account, "slot-2")).toEqual([["applied", null]]);
    const after = await accountIn(account);
    expect(after.key).toBe(before.key);
    expect(after.account).not.toBe(before.account);
  });

  test("is one, although several renewals look for it at once", async () => {
    const { aws } = await world.opened();
    const { endpoint, region, credentials } = aws;
    const clients = new PartClients({ endpoint, region, credentials } as { region: string });
    const directory = { url: world.proxy.directory, authorities: [world.pebble.authority] };
    const account = { directory, secret: accountSecret, contact: [] };
    const open = async (): Promise<string> => {
      for (;;)
        try {
          const sent = openAcmeAccount.send(clients, { account, now: new Date() });
          const end = (await sent) as StepEnd<{ readonly account: string }>;
          if (end.kind === "done") return end.account;
          // Pebble refuses the second of two that register one key at once; it is asked again.
          if (end.kind === "refused") return end.problem.type;
        } catch (error) {
          if (!(error instanceof TryAgain)) throw error;
        }
    };
    const opened = await Promise.all([open(), open(), open()]);
    expect(new Set(opened).size).toBe(1);
    expect(opened[0]).toMatch(/^https:/);
  });

  test("gets another key when its own is old, and stays the same account", async () => {
    const account = await world.opened({ account: { keyDays: 30 } });
    await outcomes(account);
    const first = await accountIn(account);
    await nextTime(account);
    expect(await outcomes(account, "slot-2")).toEqual([["applied", null]]);
    const second = await accountIn(account);
    expect(second.account).toBe(first.account);
    expect(second.key).not.toBe(first.key);
    expect(second.next).toBeUndefined();
  });

  test("is not lost where all ends right after the directory has taken the other key", async () => {
    const account = await world.opened({ account: { keyDays: 30 } });
    await outcomes(account);
    const first = await accountIn(account);
    await nextTime(account);
    const changes = watched();
    account.proxy.fault(
      ({ operation }) => operation === "PutSecretValue" && changes("rollover") > 0,
      "denied",
      { times: 1 },
    );
    const [[outcome] = []] = await outcomes(account, "slot-2");
    expect(outcome).not.toBe("applied");
    expect((await accountIn(account)).key).toBe(first.key);
    expect(await outcomes(account, "slot-3")).toEqual([["applied", null]]);
    const last = await accountIn(account);
    expect(last.account).toBe(first.account);
    expect(last.key).not.toBe(first.key);
  });
});

describe("what is ordered", { timeout: 600_000 }, () => {
  const profilesOrdered = () =>
    world.proxy.requests.flatMap(({ payload }) => {
      const { profile } = (payload ?? {}) as { readonly profile?: string };
      return profile ?? [];
    });

  test("is of the wanted profile", async () => {
    const account = await world.opened({ certificate: { profile: "shortlived" } });
    expect(await outcomes(account)).toEqual([["applied", null]]);
    expect(profilesOrdered()).toContain("shortlived");
  });

  test("of a profile that the directory does not have is refused with what to do", async () => {
    world.proxy.fault = ({ path }) =>
      path.includes("order-plz") ? problem("invalidProfile", "no such profile", 400) : undefined;
    const [[outcome, why] = []] = await outcomes(
      await world.opened({ certificate: { profile: "endless" } }),
    );
    expect([outcome, why]).toEqual([
      "failed",
      expect.stringMatching(/invalidProfile\); the directory does not offer this profile/),
    ]);
  });

  test.each([
    ["rsa", "RSA_2048"],
    ["large", "EC_secp384r1"],
  ])("has the kind of key that is there: %s", async (there, algorithm) => {
    const account = await world.opened({ there });
    expect(await outcomes(account)).toEqual([["applied", null]]);
    const { Certificate } = await account.aws
      .client(ACMClient)
      .send(new DescribeCertificateCommand({ CertificateArn: account.arn }));
    expect(Certificate?.Issuer).toContain("Pebble");
    expect(Certificate?.KeyAlgorithm?.replace("-", "_")).toBe(algorithm);
  });

  test("may have names in any script, as people write them", async () => {
    const account = await world.opened({
      there: "umlauts",
      zones: ["example.com", "xn--bcher-kva.example"],
      certificate: { names: umlauts },
    });
    expect(await outcomes(account)).toEqual([["applied", null]]);
    expect((await inAcm(account)).subjectAltName).toBe(
      "DNS:*.xn--bcher-kva.example, DNS:xn--mnchen-3ya.example.com",
    );
  });

  test("may have a hundred names", async () => {
    const account = await world.opened({ there: "hundred", certificate: { names: hundred } });
    expect(await outcomes(account)).toEqual([["applied", null]]);
    expect((await inAcm(account)).subjectAltName?.split(", ")).toHaveLength(100);
    expect(await textRecords(account)).toEqual([]);
  });
});

describe("where names are proven", { timeout: 600_000 }, () => {
  const own = "_acme-challenge.example.com";
  const elsewhere = "_acme-challenge.shop.proofs.example";
  const zones = ["example.com", "proofs.example"];
  const alias = writes({ zone: "example.com", name: own, type: "CNAME", value: elsewhere });

  test("may be an alias into another zone", async () => {
    const account = await world.opened({
      zones,
      seed: alias,
      config: { delegated: { "example.com": elsewhere } },
    });
    expect(await outcomes(account)).toEqual([["applied", null]]);
    const asked = [...world.dns.asked.keys()].filter((key) => key.startsWith(elsewhere));
    expect(asked).toContain(`${elsewhere} ${recordTypes.TXT}`);
    expect(await textRecords(account)).toEqual([]);
  });

  test("an alias that the settings do not name is refused before any order", async () => {
    const orders = watched();
    const [[outcome, why] = []] = await outcomes(await world.opened({ zones, seed: alias }));
    expect([outcome, why]).toEqual([
      "failed",
      expect.stringMatching(/is an alias of _acme-challenge\.shop\.proofs\.example: say so in/),
    ]);
    expect(orders("order")).toBe(0);
  });

  test("an alias for all names of the zone is none of this one", async () => {
    const account = await world.opened({
      seed: writes({
        ...{ zone: "example.com", name: "*.example.com" },
        ...{ type: "CNAME", value: "balancer.example.net" },
      }),
    });
    expect(await outcomes(account)).toEqual([["applied", null]]);
  });

  test("a name that is handed over to other servers is refused before any order", async () => {
    const orders = watched();
    const account = await world.opened({
      certificate: { names: ["www.team.example.com"], endpoints: [] },
      seed: writes({
        ...{ zone: "example.com", name: "team.example.com" },
        ...{ type: "NS", value: "ns1.elsewhere.example" },
      }),
    });
    const [[outcome, why] = []] = await outcomes(account);
    expect([outcome, why]).toEqual([
      "failed",
      expect.stringMatching(/team\.example\.com is handed over to ns1\.elsewhere\.example/),
    ]);
    expect(orders("order")).toBe(0);
  });

  test("what the authority does not see is told in its words, and taken away", async () => {
    const account = await world.opened();
    const zone = world.zone;
    const answered = watched();
    // Its servers know it, and those that the authority asks do not.
    world.zone = async (name) => (answered("chalZ") && name === own ? [] : zone(name));
    const before = (await inAcm(account)).serialNumber;
    const [[outcome, why] = []] = await outcomes(account);
    expect([outcome, why]).toEqual([
      "failed",
      expect.stringMatching(/example\.com was not proven: unauthorized: /),
    ]);
    expect((await inAcm(account)).serialNumber).toBe(before);
    expect(await textRecords(account)).toEqual([]);
  });

  test("another order's value at the same name stays", async () => {
    const others = writes({ zone: "example.com", name: own, type: "TXT", value: '"of another"' });
    const account = await world.opened({ seed: others });
    expect(await outcomes(account)).toEqual([["applied", null]]);
    expect(await textRecords(account)).toEqual([`${own}. 1`]);
  });
});

describe("time", { timeout: 600_000 }, () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test("what is not valid yet by our clock is imported when it is", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() - milliseconds(days(1)) });
    const account = await world.opened();
    vi.useRealTimers();
    const begun = account.host().clock.now();
    expect(await outcomes(account)).toEqual([["applied", null]]);
    const { validFromDate } = await inAcm(account);
    expect(validFromDate.getTime()).toBeGreaterThan(begun.getTime());
    const imported = account.host().clock.now();
    expect(imported.getTime()).toBeGreaterThanOrEqual(validFromDate.getTime());
  });

  test.each([["0"], ["Thu, 01 Jan 2015 00:00:00 GMT"]])(
    "a directory that always says to come again %s is asked less and less often",
    async (again) => {
      const account = await world.opened();
      const orders = watched();
      world.proxy.fault = ({ path }) =>
        path.includes("order-plz")
          ? { ...problem("serverInternal", "maintenance", 503), headers: { "retry-after": again } }
          : undefined;
      const [[outcome, why] = []] = await outcomes(account);
      expect([outcome, why]).toEqual([
        "failed",
        expect.stringContaining("the directory did not come round in time"),
      ]);
      expect(orders("order-plz")).toBeLessThan(60);
    },
  );

  test("an order that is over when the directory is back is told, and the next run begins anew", async () => {
    const account = await world.opened();
    const finalized = watched();
    world.proxy.fault = ({ path }) =>
      path.includes("my-order") && !finalized("finalize")
        ? problem("malformed", "Unable to find order", 404)
        : undefined;
    const [[outcome, why] = []] = await outcomes(account);
    expect([outcome, why]).toEqual(["failed", expect.stringContaining("Unable to find order")]);
    expect(await textRecords(account)).toEqual([]);
    world.proxy.fault = () => undefined;
    expect(await outcomes(account, "slot-2")).toEqual([["applied", null]]);
  });
});

describe("ACM", { timeout: 600_000 }, () => {
  const imports = ({ operation }: { readonly operation: string }) =>
    operation === "ImportCertificate";

  test("that takes no more imports is told, and what was issued is imported later without another order", async () => {
    const account = await world.opened();
    account.proxy.fault(imports, "refused:LimitExceededException");
    const orders = watched();
    const [[outcome, why] = []] = await outcomes(account);
    expect([outcome, why]).toEqual([
      "failed",
      expect.stringMatching(/ACM takes no more imports: .*Service Quotas.* without another order/),
    ]);
    const ordered = orders("order-plz");
    expect(ordered).toBeGreaterThan(0);
    account.proxy.reset();
    expect(await outcomes(account, "slot-2")).toEqual([["applied", null]]);
    expect(orders("order-plz")).toBe(ordered);
    expect((await inAcm(account)).issuer).toContain("Pebble");
  });

  test("of whatever it refuses, no key is told", async () => {
    const account = await world.opened();
    account.proxy.fault(imports, "refused:ValidationException", { times: 1 });
    const told = await outcomes(account);
    expect(told).toEqual([["failed", expect.stringContaining("ValidationException")]]);
    const { keys, seen } = await world.keysSeen(account, [told]);
    expect(keys.length).toBeGreaterThanOrEqual(2);
    expect(seen).toEqual([]);
  });
});
