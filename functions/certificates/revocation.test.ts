import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createServer as createTls } from "node:tls";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { seconds } from "../../sdk/time.ts";
import { createAskAuthority } from "./ask-authority.ts";
import { derOf } from "./der.ts";
import { createProbe } from "./probe.ts";
import { pointersIn, revocationOf, saidByList, saidByResponder } from "./revocation.ts";

const now = new Date();
const pem = z.object({ key: z.string(), cert: z.string() });
const texts = z.record(z.string(), z.string());
const madeOf = z.object({ certificates: z.record(z.string(), pem), crls: texts, answers: texts });
let made: z.output<typeof madeOf>;

/** By its path, what the authority answers. */
let answers: Record<string, (response: ServerResponse) => void> = {};
const heard: string[] = [];
let server: Server;
let base = "";
const crl = () => `${base}/crl`;

beforeAll(async () => {
  server = createServer((request, response) => {
    heard.push(`${request.method} ${request.url}`);
    const answer = answers[request.url ?? ""];
    request.resume().on("end", () => (answer ? answer(response) : response.writeHead(404).end()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const root = join(import.meta.dirname, "../..");
  const input = { now: now.toISOString().slice(0, 19), crl: crl(), ocsp: `${base}/ocsp` };
  const output = execFileSync(
    join(root, ".venv/bin/python"),
    [join(root, "test/setup/revocations.py")],
    { input: JSON.stringify(input) },
  );
  made = madeOf.parse(JSON.parse(output.toString()));
});
afterAll(() => void server.close());
beforeEach(() => {
  answers = {};
  heard.length = 0;
});

const certificate = (name: string) => new X509Certificate(made.certificates[name]?.cert ?? "");
const issued = (name = "leaf") => ({ leaf: certificate(name), issuer: certificate("root"), now });
const bytes = (hex: string | undefined) => Buffer.from(hex ?? "", "hex");
const answering = (hex: string | undefined) => (response: ServerResponse) =>
  void response.end(bytes(hex));
const ask = createAskAuthority;
const here = { loopback: true } as const;

test("where to ask stands in the certificate", () => {
  expect(pointersIn(certificate("leaf"))).toEqual({ ocsp: [`${base}/ocsp`], crls: [crl()] });
  expect(pointersIn(certificate("bare"))).toEqual({ ocsp: [], crls: [] });
});

describe("a list", () => {
  test.each([
    ["good", { kind: "good", by: "CRL" }],
    ["empty", { kind: "good", by: "CRL" }],
    ["revoked", { kind: "revoked" }],
    ["a shard", { kind: "revoked" }],
    ["forged", { why: "its list is not signed by its issuer" }],
    ["of another", { why: "its list is another authority's" }],
    ["past", { why: expect.stringMatching(/^it was true until .*, and no newer one is there$/) }],
    ["to come", { why: "it is of a time that is to come" }],
    ["another shard", { why: "its list is for other certificates" }],
    ["of authorities", { why: "its list is for some certificates or reasons alone" }],
    ["indirect", { why: "its list is for some certificates or reasons alone" }],
    ["a delta", { why: "its list has only what is new" }],
  ])("%s says %j", (name, expected) =>
    expect(saidByList(bytes(made.crls[name]), crl(), issued())).toMatchObject(expected),
  );
  test("cut or spoilt anywhere is never good", () => {
    const whole = bytes(made.crls.empty);
    for (let at = 0; at < whole.length; at += 1) {
      const spoilt = Buffer.from(whole);
      spoilt[at] = (spoilt[at] ?? 0) ^ 0xff;
      expect([at, saidByList(spoilt, crl(), issued()).kind]).toEqual([at, "unknown"]);
      expect(saidByList(whole.subarray(0, at), crl(), issued()).kind).toBe("unknown");
    }
  });
});

describe("an answer", () => {
  test.each([
    ["good", { kind: "good", by: "OCSP" }],
    ["revoked", { kind: "revoked" }],
    ["of a responder", { kind: "good" }],
    ["fresh, without end", { kind: "good" }],
    ["unknown", { why: "its authority does not know it" }],
    ["of a clerk", { why: "its answer is signed by nobody who may" }],
    ["forged", { why: "its answer is signed by nobody who may" }],
    ["about another", { why: "its answer is about other certificates" }],
    ["past", { kind: "unknown" }],
    ["to come", { why: "it is of a time that is to come" }],
    ["old, without end", { kind: "unknown" }],
    ["later", { why: "it asks to try later" }],
  ])("%s says %j", (name, expected) =>
    expect(saidByResponder(bytes(made.answers[name]), issued())).toMatchObject(expected),
  );
  test("cut or spoilt anywhere says nothing else than it did", () => {
    const whole = bytes(made.answers.revoked);
    for (let at = 0; at < whole.length; at += 1) {
      const spoilt = Buffer.from(whole);
      spoilt[at] = (spoilt[at] ?? 0) ^ 0xff;
      expect([at, saidByResponder(spoilt, issued()).kind]).not.toEqual([at, "good"]);
    }
  });
});

describe("who is asked", () => {
  test("the responder first, and the list not at all where that has answered", async () => {
    answers = { "/ocsp": answering(made.answers.good), "/crl": answering(made.crls.revoked) };
    expect(await revocationOf(issued(), ask(here))).toEqual({ kind: "good", by: "OCSP" });
    expect(heard).toEqual(["POST /ocsp"]);
  });
  test("the list, where the responder knows nothing, lies or is down", async () => {
    for (const answer of ["unknown", "forged", "later", undefined]) {
      answers = { "/crl": answering(made.crls.revoked) };
      if (answer) answers["/ocsp"] = answering(made.answers[answer]);
      expect(await revocationOf(issued(), ask(here))).toMatchObject({ kind: "revoked", by: "CRL" });
    }
  });
  test("nobody, where it names nobody", async () => {
    expect(await revocationOf(issued("bare"), ask(here))).toEqual({ kind: "unnamed" });
    expect(heard).toEqual([]);
  });
  test("a list once, however many certificates it is about", async () => {
    answers = { "/crl": answering(made.crls.good) };
    const asking = ask(here);
    for (const _ of [1, 2, 3]) await revocationOf(issued("listed"), asking);
    expect(heard).toEqual(["GET /crl"]);
  });
});

describe("an authority that is hostile or down is unknown", () => {
  test.each<[what: string, answer: (response: ServerResponse) => void, why: RegExp]>([
    [
      "a redirect",
      (response) => void response.writeHead(302, { location: crl() }).end(),
      /answers with 302/,
    ],
    ["an error", (response) => void response.writeHead(500).end(), /answers with 500/],
    ["nonsense", (response) => void response.end("<html>"), /cannot be read/],
    [
      "an answer without end",
      (response) => void response.end(Buffer.alloc(20_000)),
      /larger than 10000 bytes/,
    ],
    ["one that hangs up", (response) => void response.destroy(), /cannot be asked \(ECONNRESET\)/],
    ["one that never answers", () => {}, /did not answer within 0.2 seconds/],
  ])("%s", async (_, answer, why) => {
    answers = { "/crl": answer };
    const asking = ask({ ...here, timeout: seconds(0.2), mostBytes: 10_000 });
    expect(await revocationOf(issued("listed"), asking)).toEqual({
      kind: "unknown",
      why: expect.stringMatching(why),
    });
  });
  test.each([["127.0.0.1"], ["10.0.0.7"], ["169.254.169.254"], ["::ffff:10.0.0.1"]])(
    "an address that leads to %s is not asked",
    async (address) => {
      const resolve = async () => ["93.184.215.14", address];
      await expect(ask({ resolve })("http://crl.example.net/")).rejects.toThrow(
        "its authority's address is not in the public Internet",
      );
      expect(heard).toEqual([]);
    },
  );
  test.each([
    ["ldap://crl.example.net/"],
    ["file:///etc/passwd"],
    ["http://me:you@example.net/"],
    ["no URL"],
  ])(
    "%s is not asked",
    async (url) =>
      await expect(ask(here)(url)).rejects.toThrow("its authority's address is no http URL"),
  );
});

test("DER that holds on to more than there is, or less, is none", () => {
  for (const hex of ["", "30", "3003", "30800000", "0201010000", "1f8101", "3085ffffffffff"])
    expect(() => derOf(Buffer.from(hex, "hex"))).toThrow("it is no DER that can be read");
});

test("what is served and revoked is found by the probe", async () => {
  const { key, cert } = made.certificates.leaf ?? { key: "", cert: "" };
  const serving = createTls({ key, cert: cert + made.certificates.root?.cert });
  await new Promise<void>((resolve) => serving.listen(0, "127.0.0.1", resolve));
  const { port } = serving.address() as AddressInfo;
  const probed = async () => {
    const probe = createProbe({ ...here, resolve: async () => ["127.0.0.1"], ask: ask(here) });
    const authorities = [made.certificates.root?.cert ?? ""];
    return probe({ host: "www.example.com", port }, { now, authorities });
  };
  answers = { "/ocsp": answering(made.answers.revoked) };
  expect(await probed()).toMatchObject({ kind: "served", flaws: ["revoked"] });
  answers = { "/ocsp": answering(made.answers.good) };
  expect(await probed()).toMatchObject({ kind: "served", flaws: [] });
  answers = {};
  expect(await probed()).toMatchObject({ flaws: [], unasked: "its authority answers with 404" });
  serving.close();
});
