import { describe, expect, test } from "vitest";
import { NotPossible } from "../sdk/errors.ts";
import type { Fields } from "../sdk/fields.ts";
import { after, minutes, type Span, seconds } from "../sdk/time.ts";
import { testSettings } from "../testing/host.ts";
import { identifyAmong, knownPeople } from "../testing/signatures.ts";
import { identityRequestOf, type OrderAddress, type PersonProof, proofIn } from "./proof.ts";
import { type Signer, signOrder } from "./sign-order.ts";

const now = new Date("2026-11-21T02:00:00Z");
const home = "eu-west-1";
const address: OrderAddress = {
  deployed: testSettings({ region: home }, "volumes"),
  account: "123456789012",
  to: "undo",
};
const order = { id: "volumes.20261121T020000.abcdef01", key: "k" };
const token = "a/token+of=some//length";
const credentials = { accessKeyId: "ASIAANN", secretAccessKey: "secret", sessionToken: token };
const ann = { arn: "arn:aws:sts::123456789012:assumed-role/OnCall/ann", account: "123456789012" };
const signer: Signer = { credentials: async () => credentials, now: () => now };

type Sent = Fields & { readonly proof: PersonProof };
const signed = (by: Partial<Signer> = {}, to: OrderAddress = address): Promise<Sent> =>
  signOrder({ ...signer, ...by }, to, order);

/** As the function checks it, and asks AWS. */
async function personOf(payload: unknown, at: Date = now, to = address): Promise<string> {
  const request = identityRequestOf(proofIn(payload), to, at);
  return (await identifyAmong([{ ...ann, credentials }])(request)).arn;
}
const withProof = (sent: Sent, over: object): unknown => ({
  ...sent,
  proof: { ...sent.proof, ...over },
});
const swapped = ({ proof }: Sent, from: string | RegExp, to: string): object => ({
  authorization: proof.authorization.replace(from, to),
});

describe("a signed order", () => {
  test("is the signer's", async () => {
    expect(await personOf(await signed())).toBe(ann.arn);
  });

  test("without temporary credentials has no token, and is the signer's", async () => {
    const lasting = { accessKeyId: "AKIAANN", secretAccessKey: "secret" };
    const sent = await signed({ credentials: async () => lasting });
    const request = identityRequestOf(proofIn(sent), address, now);
    expect(request.headers).not.toHaveProperty("x-amz-security-token");
    expect(await identifyAmong([{ ...ann, credentials: lasting }])(request)).toMatchObject(ann);
  });

  test("asks STS of the home region who it is and nothing else, whatever the caller sends", async () => {
    const sent = await signed();
    const { method, hostname, path, headers, body } = identityRequestOf(
      proofIn(sent),
      address,
      now,
    );
    expect([method, hostname, path, body]).toEqual([
      "POST",
      "sts.eu-west-1.amazonaws.com",
      "/",
      "Action=GetCallerIdentity&Version=2011-06-15",
    ]);
    expect(headers).toEqual({
      host: "sts.eu-west-1.amazonaws.com",
      "content-type": "application/x-www-form-urlencoded; charset=utf-8",
      "x-amz-date": sent.proof.date,
      "x-amz-security-token": token,
      "x-nightshift-order": sent.proof.digest,
      authorization: sent.proof.authorization,
    });
    for (const more of [{ host: "sts.example.com" }, { url: "https://example.com" }, { body: "x" }])
      expect(() => proofIn(withProof(sent, more))).toThrow("its proof is not understood");
  });

  test("in China goes to where STS is there", () => {
    const deployed = testSettings({ region: "cn-north-1" }, "volumes");
    return signed({}, { ...address, deployed }).then((sent) => {
      const request = identityRequestOf(proofIn(sent), { ...address, deployed }, now);
      expect(request.hostname).toBe("sts.cn-north-1.amazonaws.com.cn");
    });
  });

  test("is the same order in whichever sequence its fields come, and nothing is lost on the way", async () => {
    const { id, key, proof } = (await signed()) as Sent & typeof order;
    expect(await personOf({ proof, key, id })).toBe(ann.arn);
    const nested = { ...order, event: { b: [1, null, { a: "ü" }], a: undefined } };
    const sent = await signOrder(signer, address, nested);
    expect(await personOf(JSON.parse(JSON.stringify(sent)))).toBe(ann.arn);
  });
});

describe("is no proof, and AWS is not asked", () => {
  test.each<[string, (sent: Sent) => unknown]>([
    ["another run", (sent) => ({ ...sent, id: "volumes.20261121T020000.00000000" })],
    ["a field more", (sent) => ({ ...sent, force: true })],
    ["a field less", ({ key: _, ...sent }) => sent],
    ["a name for who it is", (sent) => ({ ...sent, by: "arn:aws:iam::123456789012:role/Boss" })],
    ["another nonce", (sent) => withProof(sent, { nonce: "n".repeat(36) })],
    ["another digest", (sent) => withProof(sent, { digest: "0".repeat(64) })],
    ["a record of another", (sent) => ({ ...sent, recorded: { writer: "slack" } })],
  ])("for %s than was signed", async (_, tampered) => {
    const payload = tampered(await signed());
    expect(() => identityRequestOf(proofIn(payload), address, now)).toThrow(
      "it was signed for another order",
    );
  });

  test.each<[string, Partial<OrderAddress>]>([
    ["function", { to: "incidents" }],
    ["account", { account: "210987654321" }],
    ["home region", { deployed: testSettings({ region: "us-east-1" }, "volumes") }],
    [
      "deployment in the same account",
      { deployed: { ...address.deployed, deployment: { prefix: "another" } } },
    ],
  ])("in another %s than it was signed for", async (_, other) => {
    const sent = await signed();
    expect(() => identityRequestOf(proofIn(sent), { ...address, ...other }, now)).toThrow(
      "it was signed for another order",
    );
  });

  const from = (span: Span): Date => after(now, span);
  test.each<[string, Date, RegExp | undefined]>([
    ["five minutes old", from(minutes(5)), undefined],
    ["older than that", from(seconds(301)), /2026-11-21T02:00:00.000Z.*counts for five minutes/],
    ["a minute ahead", from(minutes(-1)), undefined],
    ["further ahead", from(seconds(-61)), /set the clock of the signer right/],
  ])("where it is %s", async (_, at, refused) => {
    const person = personOf(await signed(), at);
    if (refused) await expect(person).rejects.toThrow(refused);
    else expect(await person).toBe(ann.arn);
  });

  test.each<[string, (sent: Sent) => object, string]>([
    ["the host", (sent) => swapped(sent, "host;", ""), "it signs the headers"],
    ["the order", (sent) => swapped(sent, ";x-nightshift-order", ""), "it signs the headers"],
    ["the date", (sent) => swapped(sent, "x-amz-date;", ""), "it signs the headers"],
    ["the token", (sent) => swapped(sent, "x-amz-security-token;", ""), "it signs the headers"],
    ["nothing", (sent) => swapped(sent, /SignedHeaders=[^,]*/, "SignedHeaders="), "not one of AWS"],
    ["more", (sent) => swapped(sent, "host;", "host;x-more;"), "it signs the headers"],
    ["another region", (sent) => swapped(sent, home, "us-east-1"), "signed for sts in us-east-1"],
    ["another service", (sent) => swapped(sent, "/sts/", "/iam/"), "it is signed for iam"],
    ["another day", (sent) => swapped(sent, "/20261121/", "/20261120/"), "of another day"],
    ["another form", (sent) => swapped(sent, "HMAC", "ECDSA-P256"), "not one of AWS"],
    ["a token that is none", () => ({ token: undefined }), "it signs the headers"],
    ["two lines", () => ({ authorization: "a\r\nx-more: b" }), "(authorization)"],
    ["two lines of token", () => ({ token: "a\r\nhost: example.com" }), "(token)"],
    ["a date that is none", () => ({ date: "20269999T999999Z" }), "the date of its signature"],
    ["a date of another form", () => ({ date: "2026-11-21" }), "(date)"],
    ["a short nonce", () => ({ nonce: "n" }), "(nonce)"],
    ["a token without end", () => ({ token: "t".repeat(16_385) }), "(token)"],
  ])("that signs %s", async (_, over, says) => {
    const sent = await signed();
    const asked = () => identityRequestOf(proofIn(withProof(sent, over(sent))), address, now);
    expect(asked).toThrow(NotPossible);
    expect(asked).toThrow(says);
  });

  test.each([undefined, null, 5, "proof", [], {}, { proof: "x" }, { proof: null }, { proof: [] }])(
    "in %o",
    (payload) => expect(() => proofIn(payload)).toThrow(NotPossible),
  );

  test("and no refusal repeats what is secret", async () => {
    const sent = await signed();
    const { authorization } = sent.proof;
    for (const over of [
      ...["host;", "x-nightshift-order"].map((name) => swapped(sent, name, "")),
      ...[{ date: "x" }, { nonce: "" }, { more: token }, { authorization: `${authorization}\n` }],
    ])
      try {
        identityRequestOf(proofIn(withProof(sent, over)), address, now);
        expect.unreachable();
      } catch (error) {
        const text = JSON.stringify([String(error), (error as Error).stack, error]);
        expect(text).not.toContain(token);
        expect(text).not.toContain(authorization.slice(-64));
      }
  });
});

test("a signature that is not of these credentials is AWS's to refuse", async () => {
  const sent = await signed();
  const forged = swapped(sent, /Signature=.*/, `Signature=${"0".repeat(64)}`);
  await expect(personOf(withProof(sent, forged))).rejects.toThrow("SignatureDoesNotMatch");
  const people = knownPeople({ now: () => now });
  const eve = await people.sign("arn:aws:iam::123456789012:user/eve", address, order);
  await expect(personOf(eve)).rejects.toThrow("SignatureDoesNotMatch");
});

test("the same order given twice is signed as two", async () => {
  const [first, second] = [await signed(), await signed()];
  expect(first.proof.digest).not.toBe(second.proof.digest);
});
