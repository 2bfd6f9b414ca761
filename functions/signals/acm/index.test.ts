import { describe, expect, test } from "vitest";
import { over, tell } from "../../../test/setup/signal.ts";
import acm from "./index.ts";

test.each([
  [
    "acm/certificate-approaching-expiration",
    "warning",
    "The certificate for example.com expires in 31 days",
    "arn:aws:acm:us-east-1:123456789012:certificate/61f50cd4-45b9-4259-b049-d0a53682fa4b",
    "no",
  ],
  [
    "acm/certificate-available",
    "info",
    "The certificate for example.com is valid again",
    "arn:aws:acm:us-east-1:123456789012:certificate/61f50cd4-45b9-4259-b049-d0a53682fa4b",
    "quietly",
  ],
  [
    "acm/certificate-expired",
    "critical",
    "The certificate for example.com has expired",
    "arn:aws:acm:us-east-1:123456789012:certificate/61f50cd4-45b9-4259-b049-d0a53682fa4b",
    "no",
  ],
  [
    "acm/renewal-action-required",
    "critical",
    "The certificate for example.com cannot be renewed without you (DOMAIN_VALIDATION_DENIED) and expires in 5 days",
    "arn:aws:acm:us-east-1:123456789012:certificate/61f50cd4-45b9-4259-b049-d0a53682fa4b",
    "no",
  ],
])(
  "%s is %s: %s; what it belongs to is %s, and it ends that: %s",
  (path, severity, title, key, ends) => {
    const told = tell(acm, path);
    expect(told).toMatchObject({ severity, title, key });
    expect([told?.closes === true, told?.quiet === true]).toEqual([
      ends !== "no",
      ends === "quietly",
    ]);
  },
);

test("the link leads to the page of what it is about", () =>
  expect(tell(acm, "acm/certificate-approaching-expiration")?.link).toBe(
    "https://us-east-1.console.aws.amazon.com/acm/home?region=us-east-1#/certificates/61f50cd4-45b9-4259-b049-d0a53682fa4b",
  ));

test("what the settings ignore is not told", () =>
  expect(
    tell(acm, "acm/certificate-expired", { config: { ignore: ["example.com"] } }),
  ).toBeUndefined());

test("`DaysToExpiry` decides, and a certificate that nobody uses is no emergency", () => {
  const said = (change: object) => {
    const message = tell(acm, "acm/certificate-approaching-expiration", { change });
    return [message?.severity, message?.title];
  };
  expect(said({ DaysToExpiry: 8 })).toEqual([
    "warning",
    "The certificate for example.com expires in 8 days",
  ]);
  expect(said({ DaysToExpiry: 7 })).toEqual([
    "critical",
    "The certificate for example.com expires in 7 days",
  ]);
  expect(said({ DaysToExpiry: 1 })).toEqual([
    "critical",
    "The certificate for example.com expires in 1 day",
  ]);
  expect(said({ DaysToExpiry: 0 })).toEqual([
    "critical",
    "The certificate for example.com expires today",
  ]);
  expect(said({ DaysToExpiry: "soon" })).toEqual([
    "warning",
    "The certificate for example.com expires soon",
  ]);
  expect(said({ DaysToExpiry: 1, InUse: false })[0]).toBe("info");
  expect(
    tell(acm, "acm/certificate-expired", { detailType: "ACM Certificate Revoked" }),
  ).toMatchObject({
    severity: "critical",
    title: "The certificate for example.com is revoked",
  });
});

test("a revoked certificate is not valid again when another is issued under its ARN", () => {
  const revoked = tell(acm, "acm/certificate-expired", { detailType: "ACM Certificate Revoked" });
  expect(tell(acm, "acm/certificate-available")?.key).not.toBe(revoked?.key);
});

describe("that it is over is read", () => {
  const ask = (Certificate: object | undefined) =>
    over(acm, "acm/certificate-available", {
      "acm:DescribeCertificate": Certificate && { Certificate },
    });
  const NotAfter = new Date("2027-12-20T23:59:59Z");

  test("of the certificate that the event names: it is issued and valid", async () =>
    expect(await ask({ Status: "ISSUED", NotAfter })).toEqual({
      over: true,
      asked: [
        {
          operation: "acm:DescribeCertificate",
          kind: "read",
          input: {
            CertificateArn:
              "arn:aws:acm:us-east-1:123456789012:certificate/61f50cd4-45b9-4259-b049-d0a53682fa4b",
          },
        },
      ],
    }));
  test.each([
    ["expired by its date", { Status: "ISSUED", NotAfter: new Date("2026-01-01T00:00:00Z") }],
    ["without a date", { Status: "ISSUED" }],
    ["revoked", { Status: "REVOKED", NotAfter }],
    [
      "whose renewal waits for somebody",
      { Status: "ISSUED", NotAfter, RenewalSummary: { RenewalStatus: "PENDING_VALIDATION" } },
    ],
    [
      "whose renewal has failed",
      { Status: "ISSUED", NotAfter, RenewalSummary: { RenewalStatus: "FAILED" } },
    ],
  ])("one %s is not", async (_, certificate) => expect((await ask(certificate)).over).toBe(false));
  test("one that was deleted expires no more", async () =>
    expect((await ask(undefined)).over).toBe(true));
});
