import { describe, expect, test } from "vitest";
import { NotPossible, TryAgain } from "../sdk/errors.ts";
import { identityIn } from "./identity.ts";

const home = "eu-west-1";
const identity = (arn: string, account = "123456789012"): string =>
  `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <GetCallerIdentityResult>
    <Arn>${arn}</Arn>
    <UserId>AROAEXAMPLE:ann</UserId>
    <Account>${account}</Account>
  </GetCallerIdentityResult>
  <ResponseMetadata><RequestId>01234567-89ab-cdef-0123-456789abcdef</RequestId></ResponseMetadata>
</GetCallerIdentityResponse>`;
const refusal = (code: string, message = "no"): string =>
  `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>
  <RequestId>01234567-89ab-cdef-0123-456789abcdef</RequestId>
</ErrorResponse>`;
const ann = "arn:aws:sts::123456789012:assumed-role/OnCall/ann@example.com";

test.each([
  ann,
  "arn:aws:iam::123456789012:user/people/ann",
  "arn:aws:iam::123456789012:root",
  "arn:aws:sts::123456789012:federated-user/ann",
])("%s is who AWS says", (arn) =>
  expect(identityIn({ status: 200, body: identity(arn) }, home)).toEqual({
    arn,
    account: "123456789012",
  }),
);

test("an XML declaration before it changes nothing", () => {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n${identity(ann)}`;
  expect(identityIn({ status: 200, body }, home).arn).toBe(ann);
});

describe("proves nobody, and may be tried again", () => {
  test.each<[string, number, string]>([
    ["a page of a proxy", 200, "<html><Arn>arn</Arn></html>"],
    ["a page with an identity in it", 200, `<html>${identity(ann)}</html>`],
    ["nothing", 200, ""],
    ["JSON", 200, JSON.stringify({ Arn: ann, Account: "123456789012" })],
    ["two identities", 200, identity(`${ann}</Arn><Arn>${ann}`)],
    ["another account beside the ARN", 200, identity(ann, "210987654321")],
    ["an ARN of another partition", 200, identity(ann.replace("aws", "aws-cn"))],
    ["an ARN of another service", 200, identity("arn:aws:s3::123456789012:bucket")],
    ["an ARN that is none", 200, identity("ann")],
    ["an account that is none", 200, identity("arn:aws:iam::12:user/ann", "12")],
    ["a redirect", 302, identity(ann)],
    ["a refusal of somebody else", 403, "<html>Forbidden</html>"],
    ["an identity with another status", 403, identity(ann)],
    ["a page with a code in it", 403, "<html><Code>AccessDenied</Code></html>"],
    ["a refusal without a code", 400, "<ErrorResponse><Error></Error></ErrorResponse>"],
    ["throttling", 400, refusal("Throttling")],
    ["throttling by its status", 429, refusal("Whatever")],
    ["a broken server", 500, refusal("InternalFailure")],
    ["a server that is away", 503, "Service Unavailable"],
  ])("%s", (_, status, body) => {
    expect(() => identityIn({ status, body }, home)).toThrow(TryAgain);
  });
});

describe("is refused for good", () => {
  test.each<[string, number, string]>([
    ["ExpiredToken", 403, "the credentials have expired: sign in again"],
    ["InvalidClientTokenId", 403, "AWS knows no such credentials"],
    ["SignatureDoesNotMatch", 403, "the signature does not fit this order"],
    ["RegionDisabledException", 403, "STS is not activated in the home region"],
    ["AccessDenied", 403, "AWS refuses the signature"],
    ["constructor", 400, "AWS refuses the signature (constructor)"],
  ])("%s", (code, status, says) => {
    const asked = () => identityIn({ status, body: refusal(code) }, home);
    expect(asked).toThrow(NotPossible);
    expect(asked).toThrow(says);
  });

  test("in words that do not repeat what was signed", () => {
    const body = refusal("SignatureDoesNotMatch", "x-amz-security-token:a-token");
    expect(() => identityIn({ status: 403, body }, home)).toThrow(/^(?!.*a-token)/);
  });
});
