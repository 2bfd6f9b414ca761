import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { certificates } from "../../test/setup/certificates.ts";
import { acmeExchange } from "./acme-exchange.ts";
import { AcmeSession } from "./acme-session.ts";

let pem: string;
beforeAll(() => {
  const made = certificates([{ subject: "localhost", names: ["localhost"] }]).localhost;
  pem = `${made?.key}\n${made?.cert}`;
});
const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

interface Scripted {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A directory that says the same to everybody, and what it heard. */
async function directory({ status, headers = {}, body = "" }: Scripted) {
  const heard: { readonly method: string | undefined; readonly type: string | undefined }[] = [];
  const server = createServer({ key: pem, cert: pem }, (asked, response) => {
    heard.push({ method: asked.method, type: asked.headers["content-type"] });
    asked.resume();
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((listening) => server.listen(0, "localhost", listening));
  stops.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `https://localhost:${(server.address() as AddressInfo).port}/directory`, heard };
}

describe("what a directory is asked", () => {
  test("it is signed JSON that is posted, and JSON or text that is read", async () => {
    const json = await directory({ status: 200, body: '{"newNonce":"https://x.example/nonce"}' });
    expect(await acmeExchange([pem])(json.url, "post", { data: { payload: "" } })).toMatchObject({
      status: 200,
      data: { newNonce: "https://x.example/nonce" },
    });
    expect(json.heard).toEqual([{ method: "POST", type: "application/jose+json" }]);
    const chain = await directory({ status: 200, body: "-----BEGIN CERTIFICATE-----\n" });
    expect(await acmeExchange([pem])(chain.url, "get")).toMatchObject({
      data: "-----BEGIN CERTIFICATE-----\n",
    });
  });

  test("one whose certificate nobody vouches for is not believed", async () => {
    const { url, heard } = await directory({ status: 200, body: "{}" });
    await expect(acmeExchange([])(url, "get")).rejects.toThrow(/self.signed/);
    expect(heard).toEqual([]);
  });

  test("what it says without end is not read to its end", async () => {
    const { url } = await directory({ status: 200, body: "x".repeat(1_000_001) });
    await expect(acmeExchange([pem])(url, "get")).rejects.toThrow(
      "the answer is larger than 1000000 bytes",
    );
  });

  test("an answer that breaks off is none", async () => {
    const { url } = await directory({
      status: 200,
      headers: { "content-length": "100" },
      body: '{"newNonce":',
    });
    const session = new AcmeSession({ url, authorities: [pem] }, { key: pem });
    await expect(session.offers()).rejects.toThrow("unreachable: ECONNRESET");
  });

  test("a redirect is not followed, and no answer", async () => {
    const elsewhere = await directory({ status: 200, body: "{}" });
    const { url } = await directory({ status: 302, headers: { location: elsewhere.url } });
    const session = new AcmeSession({ url, authorities: [pem] }, { key: pem });
    const refused = "unreachable: it answered 302, a redirect, which is not followed";
    await expect(session.look(url)).rejects.toThrow(refused);
    await expect(session.offers()).rejects.toThrow(refused);
    expect(elsewhere.heard).toEqual([]);
  });
});
