import type { AddressInfo } from "node:net";
import { createServer, type Server } from "node:tls";
import { ACMClient, type CertificateDetail, RequestCertificateCommand } from "@aws-sdk/client-acm";
import { IAMClient, UploadServerCertificateCommand } from "@aws-sdk/client-iam";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { everyCertificate } from "../../../aws/acm/certificate.ts";
import { after, before, days, hours } from "../../../sdk/time.ts";
import { embedded, type TestAccount } from "../../../test/setup/aws.ts";
import { certificates, type Made } from "../../../test/setup/certificates.ts";
import { look } from "../../../test/setup/look.ts";
import { createProbe, type Probed } from "../probe.ts";
import unit, { type CertificateFinding, certificatesReport } from "./index.ts";
import { keptInAcm, keptInIam } from "./kept.ts";
import { endWords, fractionLeft, urgencyOf } from "./lifetime.ts";
import { inWayWords, whyNotRenewed } from "./renewal.ts";
import { covers } from "./rows.ts";

const now = new Date("2026-11-21T06:00:00Z");
const here = { account: "123456789012", region: "eu-west-1", now };
const defaults = unit.config.parse({});
const arn = "arn:aws:acm:eu-west-1:123456789012:certificate/c1";
const validation = (more: object) => ({
  DomainName: "www.example.com",
  ValidationStatus: "PENDING_VALIDATION" as const,
  ...more,
});
const byRecord = validation({
  ValidationMethod: "DNS" as const,
  ResourceRecord: { Name: "_a1.example.com.", Type: "CNAME", Value: "_b2.acm-validations.aws." },
});

/** Well: in use, renewed by ACM, with most of its life before it. */
const detail = (more: Partial<CertificateDetail> = {}): CertificateDetail => ({
  CertificateArn: arn,
  DomainName: "www.example.com",
  SubjectAlternativeNames: ["www.example.com"],
  Status: "ISSUED",
  Type: "AMAZON_ISSUED",
  Serial: "0a:bc",
  NotBefore: before(now, days(98)),
  NotAfter: after(now, days(300)),
  InUseBy: ["arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/1"],
  RenewalEligibility: "ELIGIBLE",
  ...more,
});
const kept = (more: Partial<CertificateDetail> = {}): CertificateFinding => ({
  kind: "kept",
  certificate: keptInAcm(detail(more)),
});
const served = (
  more: Partial<Extract<Probed, { kind: "served" }>> & { serial?: string } = {},
): CertificateFinding => ({
  kind: "probed",
  endpoint: { host: "www.example.com", port: 443 },
  answer: {
    kind: "served",
    certificate: {
      serial: more.serial ?? "ABC",
      from: before(now, days(98)),
      to: after(now, days(300)),
      names: ["www.example.com"],
      issuer: "Amazon RSA 2048 M02",
      key: "RSA 2048",
      signature: "sha256WithRSAEncryption",
      protocol: "TLSv1.3",
    },
    flaws: more.flaws ?? [],
  },
});
const tell = (found: readonly CertificateFinding[], config: object = {}) =>
  unit.tell(found, { ...here, config: unit.config.parse(config) });
/** What the table says of the only thing. */
const words = (...found: readonly CertificateFinding[]) => {
  const { severity, table } = tell(found) ?? {};
  return [severity, table?.rows.map((row) => row.at(-1))];
};

describe("how much of a life is left", () => {
  test.each([
    // [whole, left, severity]: of 398, 100, 47 and 6 days.
    [398, 61, "info"],
    [398, 59, "warning"],
    [398, 19, "critical"],
    [100, 16, "info"],
    [100, 14, "warning"],
    [100, 4, "critical"],
    [47, 8, "info"],
    [47, 7, "warning"],
    [47, 2, "critical"],
    [6, 3, "info"],
    [6, 1.5, "warning"],
    [6, 0.9, "critical"],
    [6, -1, "critical"],
  ])("of %d days %d are left: %s", (whole, left, severity) => {
    const to = after(now, days(left));
    expect(urgencyOf({ from: before(to, days(whole)), to }, now, defaults)).toBe(severity);
  });
  test("is a fraction between its beginning and its end", () => {
    const life = { from: before(now, days(1)), to: after(now, days(3)) };
    expect(fractionLeft(life, now)).toBe(0.75);
    expect(fractionLeft(life, after(now, days(9)))).toBe(0);
    expect(fractionLeft(life, before(now, days(9)))).toBe(1);
    expect(fractionLeft({ ...life, from: undefined }, now)).toBeUndefined();
    expect(fractionLeft({ from: life.to, to: life.from }, now)).toBeUndefined();
  });
  test.each([
    [days(5), "ends in 5 days"],
    [hours(47), "ends in 47 hours"],
    [hours(1), "ends in 1 hour"],
    [days(-3), "ended 3 days ago"],
    [hours(-5), "ended 5 hours ago"],
  ])("%j is said as %s", (span, text) => expect(endWords(after(now, span), now)).toBe(text));
});

describe("why ACM will not renew", () => {
  test.each<[what: string, more: Partial<CertificateDetail>, why: string | undefined]>([
    ["nothing stands in the way", {}, undefined],
    [
      "the record is missing",
      {
        RenewalSummary: {
          RenewalStatus: "PENDING_VALIDATION",
          DomainValidationOptions: [
            byRecord,
            byRecord,
            { ...byRecord, ValidationStatus: "SUCCESS" },
          ],
          UpdatedAt: now,
        },
      },
      "ACM waits for _a1.example.com CNAME _b2.acm-validations.aws",
    ],
    [
      "nobody answers the mail",
      {
        RenewalSummary: {
          RenewalStatus: "PENDING_VALIDATION",
          DomainValidationOptions: [validation({ ValidationMethod: "EMAIL" })],
          UpdatedAt: now,
        },
      },
      "ACM waits for somebody to answer its mail to the owner of www.example.com",
    ],
    [
      "a CAA record forbids it",
      {
        RenewalSummary: {
          RenewalStatus: "FAILED",
          RenewalStatusReason: "CAA_ERROR",
          DomainValidationOptions: [],
          UpdatedAt: now,
        },
      },
      "ACM gave up: a CAA record forbids Amazon to issue for it: allow amazon.com, amazontrust.com, awstrust.com or amazonaws.com (CAA_ERROR)",
    ],
    [
      "a reason that nobody knows yet",
      { Status: "FAILED", FailureReason: "NEW" as never },
      "ACM gave up: see its console (NEW)",
    ],
    [
      "it was never proved in time",
      { Status: "VALIDATION_TIMED_OUT" },
      "ACM gave up: nobody proved its names within 72 hours: request it anew (VALIDATION_TIMED_OUT)",
    ],
    [
      "nothing uses it",
      { RenewalEligibility: "INELIGIBLE", InUseBy: [] },
      "ACM will not renew it: nothing uses it",
    ],
    [
      "it was imported",
      { Type: "IMPORTED", RenewalEligibility: "INELIGIBLE" },
      "imported: ACM does not renew it, import the next one to the same ARN",
    ],
    [
      "its authority is a private one",
      { Type: "PRIVATE", RenewalEligibility: "INELIGIBLE" },
      "its authority is one whose certificates ACM does not renew",
    ],
    ["it is exported", { InUseBy: [], RenewalEligibility: "ELIGIBLE" }, undefined],
  ])("%s", (_, more, why) => {
    const found = whyNotRenewed(detail(more));
    expect(found && inWayWords(found)).toBe(why);
  });
});

describe("what is told", () => {
  test("of what is well: which has the least left", () => {
    expect(tell([kept(), served()])).toMatchObject({
      title:
        "2 certificates, none of which needs anybody; of the least time left is www.example.com, which ends in 300 days",
      severity: "info",
      facts: {},
      affected: [],
      table: {
        rows: [
          ["www.example.com", "ACM eu-west-1", "300", "75 %", "ends in 300 days"],
          ["www.example.com", "served at www.example.com:443", "300", "75 %", "ends in 300 days"],
        ],
      },
    });
  });
  test("of nothing at all: nobody hears that every day", () => expect(tell([])).toBeUndefined());

  test("worst first: by severity, then by what is left", () => {
    const message = tell([
      kept({ DomainName: "well.example.com", SubjectAlternativeNames: [] }),
      kept({ NotAfter: after(now, days(12)), NotBefore: before(now, days(88)) }),
      kept({ NotAfter: after(now, days(2.5)), NotBefore: before(now, days(395)) }),
    ]);
    expect(message).toMatchObject({
      title: "2 of 3 certificates need somebody: www.example.com (ACM eu-west-1): ends in 2 days",
      severity: "critical",
      affected: [arn, arn],
    });
    expect(message?.table?.rows.map(([, , left, percent]) => [left, percent])).toEqual([
      ["2", "0 %"],
      ["12", "12 %"],
      ["300", "75 %"],
    ]);
  });

  test.each<[what: string, more: Partial<CertificateDetail>, severity: string, text: string]>([
    ["revoked", { Status: "REVOKED" }, "critical", "it is revoked; ends in 300 days"],
    [
      "expired",
      { Status: "EXPIRED", NotAfter: before(now, days(3)) },
      "critical",
      "ended 3 days ago",
    ],
    [
      "past its end, whatever its status says",
      { NotAfter: before(now, days(3)) },
      "critical",
      "ended 3 days ago",
    ],
    [
      "expired, and nothing uses it",
      { Status: "EXPIRED", NotAfter: before(now, days(3)), InUseBy: [] },
      "info",
      "ended 3 days ago; nothing uses it: it can be deleted",
    ],
    [
      "soon at its end, and nothing uses it",
      { NotAfter: after(now, days(3)), InUseBy: [], RenewalEligibility: "INELIGIBLE" },
      "info",
      "ends in 3 days; ACM will not renew it: nothing uses it; nothing uses it",
    ],
    [
      "never issued",
      {
        ...{ Status: "PENDING_VALIDATION", DomainValidationOptions: [byRecord], InUseBy: [] },
        ...{ NotAfter: undefined, NotBefore: undefined },
      },
      "warning",
      "it was never issued; ACM waits for _a1.example.com CNAME _b2.acm-validations.aws",
    ],
    [
      "far from its end, and waiting for a record",
      {
        RenewalSummary: {
          RenewalStatus: "PENDING_VALIDATION",
          DomainValidationOptions: [byRecord],
          UpdatedAt: now,
        },
      },
      "warning",
      "ends in 300 days; ACM waits for _a1.example.com CNAME _b2.acm-validations.aws",
    ],
    [
      "imported, and far from its end",
      { Type: "IMPORTED", RenewalEligibility: "INELIGIBLE" },
      "info",
      "ends in 300 days",
    ],
  ])("%s", (_, more, severity, text) => expect(words(kept(more))).toEqual([severity, [text]]));

  test("an endpoint of which nothing is known is a warning, and named", () => {
    const answer: Probed = { kind: "unknown", why: "nothing listens there (ECONNREFUSED)" };
    const message = tell([
      kept(),
      {
        kind: "probed",
        endpoint: { host: "lb.example.net", port: 8443, name: "x.example" },
        answer,
      },
    ]);
    expect(message).toMatchObject({
      severity: "warning",
      title: expect.stringContaining("1 of 2 certificates needs somebody: x.example"),
      facts: {
        Unknown:
          "served at lb.example.net:8443 for x.example: nothing is known of it: nothing listens there (ECONNREFUSED)",
      },
    });
    expect(message?.table?.rows[0]?.slice(2, 4)).toEqual(["unknown", "unknown"]);
  });

  test("imports near ACM's quota are a warning, region by region", () => {
    const imported = kept({
      Type: "IMPORTED",
      RenewalEligibility: "INELIGIBLE",
      ...{ CreatedAt: before(now, days(400)), ImportedAt: before(now, days(5)) },
      ...{ NotBefore: before(now, days(6)), NotAfter: after(now, days(40)) },
    });
    // Of 46 days, for a year: seven whole lifetimes before the last.
    expect(tell([imported], { importQuota: 10 })).toMatchObject({
      severity: "warning",
      facts: {
        "Imports, ACM eu-west-1": expect.stringMatching(/^about 8 in 365 days.* and ACM takes 10 /),
      },
    });
    expect(tell([imported], { importQuota: 11 })).toMatchObject({ severity: "info", facts: {} });
  });

  test("what does not fit into the table is counted", () => {
    const message = tell([kept(), kept(), kept()], { rows: 1 });
    expect(message?.table?.rows).toHaveLength(1);
    expect(message?.facts?.["Not in the table"]).toBe("2 certificates of less urgency");
  });
});

describe("what is served, against what is kept", () => {
  const renewed = { Serial: "0b:cd", NotBefore: before(now, days(2)) };

  test("the same one is where it should be", () =>
    expect(words(kept(), served())).toEqual(["info", ["ends in 300 days", "ends in 300 days"]]));
  test("one that was renewed and is not served is found", () => {
    expect(words(kept(renewed), served())).toEqual([
      "warning",
      [
        `ends in 300 days; it was renewed and the new one is not served: ACM eu-west-1 has ${arn}`,
        "ends in 300 days",
      ],
    ]);
  });
  test.each<[why: string, more: Partial<CertificateDetail>]>([
    ["it came within a day", { ...renewed, NotBefore: before(now, hours(23)) }],
    ["it was imported within a day", { ...renewed, ImportedAt: before(now, hours(1)) }],
    [
      "it is for other names too",
      { ...renewed, SubjectAlternativeNames: ["a", "www.example.com"] },
    ],
    ["nothing uses it", { ...renewed, InUseBy: [] }],
    ["it is the older one", { Serial: "0b:cd", NotBefore: before(now, days(99)) }],
  ])("not where %s", (_, more) =>
    expect(JSON.stringify(words(kept(more), served()))).not.toContain("was renewed"),
  );
  test("one that is in no inventory is found, and what covers its name is said", () => {
    expect(words(served())).toEqual([
      "info",
      ["ends in 300 days; it is in no inventory (issued by Amazon RSA 2048 M02)"],
    ]);
    const wildcard = kept({ Serial: "1", SubjectAlternativeNames: ["*.example.com"] });
    expect(words(wildcard, served())[1]).toContain(
      "ends in 300 days; it is in no inventory (issued by Amazon RSA 2048 M02); ACM eu-west-1 has another for that name",
    );
  });
  test.each([
    ["expired", "critical"],
    ["not yet valid", "critical"],
    ["wrong name", "critical"],
    ["self-signed", "warning"],
    ["incomplete", "warning"],
    ["untrusted", "warning"],
    ["chain expired", "critical"],
    ["weak key", "warning"],
    ["weak signature", "warning"],
    ["old protocol", "warning"],
    ["revoked", "critical"],
  ] as const)("%s is %s, and said", (flaw, severity) => {
    const [told, [text = ""] = []] = words(served({ flaws: [flaw] })) as [string, string[]];
    expect([told, text.split("; ").length]).toEqual([severity, 3]);
  });

  test.each([
    ["www.example.com", "www.example.com", true],
    ["WWW.example.com", "www.example.com", true],
    ["*.example.com", "www.example.com", true],
    ["*.example.com", "example.com", false],
    ["*.example.com", "a.www.example.com", false],
    ["*.münchen.example", "www.xn--mnchen-3ya.example", true],
    ["example.com", "www.example.com", false],
  ])("%s covers %s: %s", (name, host, isSo) => expect(covers(name, host)).toBe(isSo));
});

describe("what could not be looked at", () => {
  const unlooked = (failed: boolean): CertificateFinding => ({
    kind: "unlooked",
    where: "ACM eu-west-2",
    why: "AccessDeniedException: not authorized",
    failed,
  });
  test("is named, and the others are told all the same", () => {
    expect(tell([kept(), unlooked(true)])).toMatchObject({
      severity: "warning",
      title: expect.stringContaining("; not all could be looked at"),
      facts: { "Not looked at": "ACM eu-west-2: AccessDeniedException: not authorized" },
    });
  });
  test("is told where nothing else is", () => {
    expect(tell([unlooked(true)])).toMatchObject({
      severity: "warning",
      title: expect.stringContaining("no certificate was seen, and not all could be looked at"),
    });
    expect(tell([unlooked(false)])).toBeUndefined();
  });
  test("one region that denies does not stop the others; all that deny do", async () => {
    const reading = (denied: readonly string[]) => (region: string) =>
      ((call: { readonly operation: string }) => {
        const isDenied = denied.includes(region);
        const error = Object.assign(new Error("not authorized"), { name: "AccessDeniedException" });
        if (call.operation === "acm:DescribeCertificate")
          return Promise.resolve({ Certificate: detail() });
        return (async function* () {
          if (isDenied) throw error;
          if (call.operation === "acm:ListCertificates") yield { CertificateArn: arn };
        })();
      }) as never;
    const regions = ["eu-west-1", "eu-west-2", "us-east-1"];
    const found = (denied: readonly string[]) => {
      const readIn = reading(denied);
      const read = readIn("eu-west-1");
      const remembered = async () => undefined;
      const search = { ...here, regions, readIn, read, remembered, only: undefined };
      const probe = async (): Promise<Probed> => ({ kind: "unknown", why: "nothing is there" });
      const report = certificatesReport(() => probe);
      return Array.fromAsync(
        report.find({ ...search, config: defaults }) as AsyncIterable<CertificateFinding>,
      );
    };
    const kinds = (await found(["eu-west-2"])).map((each) =>
      each.kind === "unlooked" ? each.where : each.kind,
    );
    expect(kinds).toEqual([
      ...["kept", "ACM eu-west-2", "kept"],
      ...["load-balancers eu-west-2", "api-gateway eu-west-2", "app-runner eu-west-2"],
    ]);
    await expect(found(regions)).rejects.toThrow("not authorized");
    // Of a region that is new nobody knows whether App Runner is there: it is never left out silently.
    regions.push("eu-new-9");
    const inNew = await found(["eu-new-9"]);
    expect(inNew.flatMap((each) => (each.kind === "unlooked" ? each.where : []))).toContain(
      "app-runner eu-new-9",
    );
  });
});

test("of IAM's, what cannot be read is known by its name and its end", () => {
  const metadata = {
    ...{ Path: "/", ServerCertificateName: "shop", ServerCertificateId: "s" },
    ...{ Arn: "arn:aws:iam::123456789012:server-certificate/shop", Expiration: now },
  };
  const answer = { ServerCertificateMetadata: metadata, CertificateBody: "no certificate" };
  expect(keptInIam(answer)).toMatchObject({
    ...{ where: "IAM", names: ["shop"], to: now, from: undefined, serial: undefined },
    usedBy: undefined,
  });
});

test("certificates of every key and every origin are asked for: unasked, ACM lists RSA 2048 alone", () =>
  expect(everyCertificate).toMatchObject({
    Includes: { keyTypes: expect.arrayContaining(["EC_prime256v1", "RSA_4096", "RSA_2048"]) },
    CertificateKeyPairOrigins: expect.arrayContaining(["ACME", "AWS_MANAGED", "CUSTOMER_PROVIDED"]),
  }));

test.each([
  { endpoints: [{ host: "https://www.example.com" }] },
  { endpoints: [{ host: "www.example.com:443" }] },
  { endpoints: [{ host: "" }] },
  { endpoints: [{ host: "www.example.com", port: 0 }] },
  { endpoints: [{ host: "www.example.com", sni: "x" }] },
  { authorities: ["MIIB"] },
  { warnBelow: 101 },
])("config %j is refused", (given) => expect(unit.config.safeParse(given).success).toBe(false));

describe("in an account, with a server", { tags: ["moto"] }, () => {
  let [aws, made]: [TestAccount?, Readonly<Record<string, Made>>?] = [];
  const today = new Date();
  beforeAll(async () => {
    aws = await embedded();
    const names = ["localhost"];
    made = certificates([
      {
        subject: "old",
        names,
        serial: "01",
        from: before(today, days(80)),
        to: after(today, days(10)),
      },
      {
        subject: "new",
        names,
        serial: "02",
        from: before(today, days(5)),
        to: after(today, days(85)),
      },
    ]);
  });
  const open: Server[] = [];
  afterEach(() => {
    for (const server of open.splice(0)) server.close();
  });

  test("what was renewed in IAM and is still served as before is told", async () => {
    if (!aws || !made?.old || !made.new) throw new Error("nothing was made");
    await aws.client(IAMClient).send(
      new UploadServerCertificateCommand({
        ServerCertificateName: "new",
        CertificateBody: made.new.cert,
        PrivateKey: "the embedded AWS looks at no key",
      }),
    );
    await aws
      .client(ACMClient)
      .send(
        new RequestCertificateCommand({ DomainName: "a.example.com", ValidationMethod: "DNS" }),
      );
    const server = createServer(made.old);
    open.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const probe = createProbe({ loopback: true, resolve: async () => ["127.0.0.1"] });
    const config = {
      endpoints: [{ host: "localhost", port }],
      authorities: [made.old.cert.trim()],
    };
    const { found } = await look(
      certificatesReport(() => probe),
      aws,
      { config },
    );
    const message = unit.tell(found, { ...here, now: today, config: unit.config.parse(config) });
    expect(message).toMatchObject({
      severity: "warning",
      title: expect.stringContaining("2 of 3 certificates need somebody: localhost (served at"),
    });
    expect(message?.title).toContain("it was renewed and the new one is not served: IAM has arn:");
  });
});
