import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PartClients } from "../../sdk/composed.ts";
import { certificates } from "../../test/setup/certificates.ts";
import { type RenewalAdvice, readRenewalInfo } from "./renewal-info.ts";

interface Said {
  readonly status?: number;
  readonly body: unknown;
}

let pem: string;
let url: string;
let said: Said = { body: {} };
let offers: object;
let stop: () => void;

beforeAll(async () => {
  const made = certificates([{ subject: "localhost", names: ["localhost"] }]).localhost;
  pem = `${made?.key}\n${made?.cert}`;
  const server = createServer({ key: pem, cert: pem }, (asked, response) => {
    const isDirectory = asked.url === "/directory";
    const { status = 200, body } = isDirectory ? { body: offers } : said;
    const text = typeof body === "string" ? body : JSON.stringify(body);
    response.writeHead(status, { "retry-after": "21600" }).end(text);
  });
  await new Promise<void>((listening) => server.listen(0, "localhost", listening));
  url = `https://localhost:${(server.address() as AddressInfo).port}`;
  offers = { renewalInfo: `${url}/renewal-info/` };
  stop = () => {
    server.closeAllConnections();
    server.close();
  };
});
afterAll(() => stop());

async function advice(): Promise<RenewalAdvice> {
  const directory = { url: `${url}/directory`, authorities: [pem] };
  const sent = readRenewalInfo.ask(new PartClients({ region: "eu-west-1" }), {
    directory,
    certificate: "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE",
  });
  return (await sent) as RenewalAdvice;
}

const window = { start: "2026-01-03T00:00:00Z", end: "2026-01-05T00:00:00Z" };
const none = { kind: "none" };

describe("what a directory says of when to renew", () => {
  test.each<[what: string, said: Said, advice: object]>([
    [
      "a window, with where it says why",
      { body: { suggestedWindow: window, explanationURL: "https://ca.example/why" } },
      {
        kind: "window",
        start: new Date(window.start),
        end: new Date(window.end),
        explanation: "https://ca.example/why",
      },
    ],
    [
      "one that ends before it begins",
      { body: { suggestedWindow: { ...window, end: window.start } } },
      none,
    ],
    ["one without an end", { body: { suggestedWindow: { start: window.start } } }, none],
    ["one of no date", { body: { suggestedWindow: { start: "soon", end: "later" } } }, none],
    ["one of numbers", { body: { suggestedWindow: { start: 1, end: 2 } } }, none],
    ["nothing", { body: "" }, none],
    ["a page for people", { body: "<html>It works</html>" }, none],
    [
      "that it is not enabled, although it is offered",
      {
        status: 404,
        body: { type: "urn:ietf:params:acme:error:malformed", detail: "ARI Feature not enabled" },
      },
      { kind: "unknown", why: "malformed: ARI Feature not enabled" },
    ],
    ["that it is down", { status: 503, body: "" }, { kind: "unknown", why: expect.any(String) }],
  ])("%s", async (_, answer, expected) => {
    said = answer;
    expect(await advice()).toEqual(expected);
  });

  test.each([
    "javascript:alert(1)",
    "https://ca.example/why\n*Approve everything*",
    "https://ca.example/<!channel>|x y",
    `https://ca.example/${"x".repeat(300)}`,
    "why",
  ])("an explanation that is no plain link is not shown: %j", async (explanationURL) => {
    said = { body: { suggestedWindow: window, explanationURL } };
    expect(await advice()).not.toHaveProperty("explanation");
  });

  test("one that offers nothing of the kind is not asked", async () => {
    const before = offers;
    offers = { newOrder: `${url}/new-order` };
    said = { body: { suggestedWindow: window } };
    expect(await advice()).toEqual(none);
    offers = before;
  });
});
