import type { CertificateDetail, DomainValidation } from "@aws-sdk/client-acm";
import type { ResourceRecordSet } from "@aws-sdk/client-route-53";
import { describe, expect, test } from "vitest";
import { deleteCertificate } from "../../../aws/acm/certificate.ts";
import { CannotJudge } from "../../../sdk/errors.ts";
import { before, days } from "../../../sdk/time.ts";
import { arnIn, proofsFound, type RenewalThing } from "./found.ts";
import unit, { createProofs } from "./index.ts";
import { bare, proofsOf, type Zone } from "./proofs.ts";
import { recordsAt } from "./zones.ts";

const now = new Date("2026-11-21T05:00:00Z");
const here = { account: "123456789012", region: "eu-west-1", now, since: undefined };
const config = unit.config.parse({});
const arn = "arn:aws:acm:eu-west-1:123456789012:certificate/c1";
const digits = "_d930b28be6c5927595552b219965053e";
const value = "_c9edd76ee4a0e2a74388032f3861cc50.ykybfrwcxw.acm-validations.aws";

const validation = (domain: string, more: Partial<DomainValidation> = {}): DomainValidation => ({
  DomainName: domain,
  ValidationMethod: "DNS",
  ValidationStatus: "SUCCESS",
  ResourceRecord: {
    Name: `${digits}.${domain.replace("*.", "")}.`,
    Type: "CNAME",
    Value: `${value}.`,
  },
  ...more,
});
const detail = (more: Partial<CertificateDetail> = {}): CertificateDetail => ({
  CertificateArn: arn,
  DomainName: "www.example.com",
  Status: "ISSUED",
  Type: "AMAZON_ISSUED",
  IssuedAt: before(now, days(300)),
  NotAfter: new Date("2026-12-20T00:00:00Z"),
  InUseBy: ["arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/1"],
  DomainValidationOptions: [validation("www.example.com")],
  ...more,
});
const awaited = {
  RenewalSummary: {
    RenewalStatus: "PENDING_VALIDATION" as const,
    UpdatedAt: now,
    DomainValidationOptions: [
      validation("www.example.com", { ValidationStatus: "PENDING_VALIDATION" }),
    ],
  },
};
const zone = (name: string, id = "Z1"): Zone => ({ id, name, size: 10 });
const record = (name: string, Type: "CNAME" | "NS" | "TXT", Value: string): ResourceRecordSet => ({
  Name: `${name}.`,
  Type,
  TTL: 60,
  ResourceRecords: [{ Value }],
});

interface Account {
  readonly details?: readonly CertificateDetail[];
  readonly zones?: readonly Zone[];
  readonly records?: readonly ResourceRecordSet[];
}
const looked = ({
  details = [detail()],
  zones = [zone("example.com")],
  records = [],
}: Account): Promise<RenewalThing[]> =>
  Array.fromAsync(
    proofsFound(details, zones, async () => Map.groupBy(records, ({ Name = "" }) => bare(Name))),
  );
const propose = (found: RenewalThing) => unit.propose(found, { ...here, config });
/** What is proposed, as `name value`, or why it is for a person. */
async function outcomes(account: Account): Promise<string[]> {
  return (await looked(account)).flatMap((found) => {
    try {
      const call = propose(found)?.call.input as Parameters<typeof createProofs>[0] | undefined;
      return (call?.ChangeBatch?.Changes ?? []).map(
        ({ Action, ResourceRecordSet: set }) =>
          `${call?.HostedZoneId} ${Action} ${set?.Name} ${set?.Type} ${set?.ResourceRecords?.[0]?.Value}`,
      );
    } catch (error) {
      if (!(error instanceof CannotJudge)) throw error;
      return [error.message];
    }
  });
}
const created = (name: string, id = "Z1") => `${id} CREATE ${digits}.${name} CNAME ${value}`;

describe("a missing proof", () => {
  test("is created in our zone, before ACM asks for it, and what it is for is said", async () => {
    expect(await outcomes({})).toEqual([created("www.example.com")]);
    const [found] = await looked({});
    expect(found && propose(found)?.because).toBe(
      `${digits}.www.example.com is missing from example.com: ACM will look for it and does not renew www.example.com without, and ends on 2026-12-20`,
    );
  });
  test("undo deletes exactly what was created", async () => {
    const [found] = await looked({});
    const call = found && propose(found)?.call;
    if (!call) throw new Error("nothing was proposed");
    expect(createProofs.invert(call.input, {})).toEqual([
      expect.objectContaining({
        input: {
          HostedZoneId: "Z1",
          ChangeBatch: {
            Changes: [
              {
                Action: "DELETE",
                ResourceRecordSet: {
                  Name: `${digits}.www.example.com`,
                  Type: "CNAME",
                  TTL: 300,
                  ResourceRecords: [{ Value: value }],
                },
              },
            ],
          },
        },
      }),
    ]);
  });
  test("a name and its wildcard, and two certificates, have one record", async () => {
    const both = {
      DomainValidationOptions: [validation("example.com"), validation("*.example.com")],
    };
    const details = [detail(both), detail({ ...both, CertificateArn: `${arn}2` })];
    expect(await outcomes({ details })).toEqual([created("example.com")]);
  });
  test("of a hundred names is one change, in the zone that each lies in", async () => {
    const names = Array.from({ length: 100 }, (_, at) => `n${at}.${at % 2 ? "a." : ""}example.com`);
    const options = { DomainValidationOptions: names.map((name) => validation(name)) };
    const found = await looked({
      details: [detail(options)],
      zones: [zone("example.com"), zone("a.example.com", "Z2")],
    });
    const changes = found.map(
      (each) => propose(each)?.call.input as Parameters<typeof createProofs>[0],
    );
    expect(
      changes.map(({ HostedZoneId, ChangeBatch }) => [HostedZoneId, ChangeBatch?.Changes?.length]),
    ).toEqual([
      ["Z1", 50],
      ["Z2", 50],
    ]);
  });
  test("of a name in another alphabet is looked for as ACM writes it", async () => {
    const DomainValidationOptions = [validation("xn--bcher-kva.example.com")];
    expect(await outcomes({ details: [detail({ DomainValidationOptions })] })).toEqual([
      created("xn--bcher-kva.example.com"),
    ]);
  });
});

describe("nothing is created", () => {
  const www = `${digits}.www.example.com`;
  test.each<[what: string, account: Account]>([
    ["where it is there", { records: [record(www, "CNAME", `${value}.`)] }],
    [
      "where it is there without its underscore",
      { records: [record(www, "CNAME", value.slice(1))] },
    ],
    [
      "where it is written in capitals",
      { records: [record(www.toUpperCase(), "CNAME", value.toUpperCase())] },
    ],
    ["for what nobody uses: ACM would not renew it", { details: [detail({ InUseBy: [] })] }],
    [
      "for a name that was never proven",
      { details: [detail({ Status: "PENDING_VALIDATION", IssuedAt: undefined })] },
    ],
    ["for one that has ended", { details: [detail({ Status: "EXPIRED" })] }],
    ["for an imported one", { details: [detail({ Type: "IMPORTED" })] }],
    [
      "for one that is proven by mail",
      {
        details: [
          detail({
            DomainValidationOptions: [{ DomainName: "www.example.com", ValidationMethod: "EMAIL" }],
          }),
        ],
      },
    ],
    ["in a zone of others, before ACM says that it is missing", { zones: [] }],
    [
      "for a name that is not ACM's",
      {
        details: [
          detail({
            DomainValidationOptions: [
              validation("www.example.com", {
                ResourceRecord: {
                  Name: "www.example.com.",
                  Type: "CNAME",
                  Value: "evil.example.net.",
                },
              }),
            ],
          }),
        ],
      },
    ],
  ])("%s", async (_, account) => expect(await outcomes(account)).toEqual([]));
});

describe("a person is told, and nothing is overwritten", () => {
  const www = `${digits}.www.example.com`;
  test.each<[what: string, account: Account, why: string]>([
    [
      "another value",
      { records: [record(www, "CNAME", "elsewhere.example.net.")] },
      "has CNAME elsewhere.example.net there: nobody but a person may replace it",
    ],
    [
      "another type",
      { records: [record(www, "TXT", '"x"')] },
      'has TXT "x" there: nobody but a person may replace it',
    ],
    [
      "a zone of others",
      { details: [detail(awaited)], zones: [zone("example.org")] },
      "its zone is not in this account: have whoever keeps it put the record back",
    ],
    [
      "two zones of one name",
      { zones: [zone("example.com"), zone("example.com", "Z2")] },
      "2 zones of this account are named example.com (Z1, Z2)",
    ],
    [
      "a part that is handed over",
      { records: [record("www.example.com", "NS", "ns.example.net.")] },
      "hands www.example.com over to other servers: the record belongs there",
    ],
  ])("%s", async (_, account, why) =>
    expect(await outcomes(account)).toEqual([expect.stringContaining(why)]),
  );
});

test("only ACM's own form of a record is one", () => {
  const odd = [
    {
      Name: `${digits}.example.com.`,
      Type: "CNAME" as const,
      Value: "x.acm-validations.aws.evil.example.",
    },
    { Name: "_acme-challenge.example.com.", Type: "CNAME" as const, Value: `${value}.` },
  ];
  const DomainValidationOptions = odd.map((ResourceRecord) =>
    validation("example.com", { ResourceRecord }),
  );
  expect(proofsOf(detail({ DomainValidationOptions }))).toEqual([]);
});

describe("what has ended", () => {
  const ended = detail({
    Status: "EXPIRED",
    InUseBy: [],
    NotAfter: new Date("2026-01-02T00:00:00Z"),
  });
  const found = (more: Partial<CertificateDetail> = {}): RenewalThing => ({
    kind: "certificate",
    id: arn,
    detail: { ...ended, ...more },
  });
  test("and is used by nothing is proposed for deletion, which asks first", () => {
    expect(propose(found())).toEqual({
      because: "it ended on 2026-01-02, and nothing uses it",
      call: deleteCertificate({ CertificateArn: arn }),
    });
    expect(deleteCertificate.back).toBe("never");
  });
  test("of an imported one it is said that its key is lost", () =>
    expect(propose(found({ Type: "IMPORTED" }))?.because).toContain(
      "its private key cannot be got back",
    ));
  test.each<[what: string, more: Partial<CertificateDetail>]>([
    ["in use", { InUseBy: ["arn:lb"] }],
    ["that ended a week ago", { NotAfter: before(now, days(7)) }],
    ["that has not ended", { NotAfter: new Date("2027-01-01") }],
    ["of an end that nobody knows", { NotAfter: undefined }],
    ["that may be exported: where it is used nobody knows", { Options: { Export: "ENABLED" } }],
  ])("one %s is left alone", (_, more) => expect(propose(found(more))).toBeUndefined());
  test("what CloudFront keeps for its tenants is left to it", () =>
    expect(unit.target(found({ ManagedBy: "CLOUDFRONT" })).managed).toBe("CloudFront"));
});

test("the exemption of a certificate covers its proofs", async () => {
  const [found] = await looked({});
  expect(found && unit.target(found)).toEqual({
    id: `${arn}/Z1`,
    tags: undefined,
    within: { id: arn, tags: [] },
    managed: undefined,
  });
  expect(arnIn(`${arn}/Z1`)).toBe(arn);
});

test.each([
  ["name by name, where that is fewer requests", 1000, 2, 2],
  ["all pages of the zone, where that is fewer", 600, 3, 1],
])("a zone is read %s", async (_, size, names, asked) => {
  const calls: object[] = [];
  const read = (call: { readonly input: object }) => {
    calls.push(call.input);
    return (async function* () {})();
  };
  const wanted = new Set(Array.from({ length: names }, (_name, at) => `n${at}.example.com`));
  await recordsAt(read as never, { id: "Z1", name: "example.com", size }, wanted);
  expect(calls.length).toBe(asked);
});
