/** With a server that answers as servers of calendars do. */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { after, before, days, hours } from "../sdk/time.ts";
import { holidaysAt } from "./holidays-at.ts";

const calendar = (day: string): string =>
  [
    "BEGIN:VCALENDAR",
    "BEGIN:VEVENT",
    `DTSTART;VALUE=DATE:${day}`,
    "SUMMARY:Christmas",
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ].join("\r\n");

let folder: string;
let server: Server;
let asked: number;
let answer: RequestListener;
let address: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "nightshift-calendars-"));
  asked = 0;
  answer = (_, to) => to.end(calendar("20261225"));
  server = createServer((from, to) => {
    asked++;
    answer(from, to);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/bavaria.ics`;
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

const at = (now?: Date) => holidaysAt(address, { folder, ...(now && { now }) });
const aYear = days(365);
const inDays = (count: number): Date => after(new Date(), days(count));
const christmas = (file: string) => ({ file, days: ["2026-12-25"] });

test("names the days of the calendar that is there, asked for once a day", async () => {
  expect(await at()).toEqual(christmas(address));
  answer = (_, to) => to.end(calendar("20261226"));
  expect(await at(after(new Date(), hours(23)))).toEqual(christmas(address));
  expect(asked).toBe(1);
  expect((await at(inDays(2))).days).toEqual(["2026-12-26"]);
});

test("what was read by a clock that was far ahead is asked for again", async () => {
  await at();
  answer = (_, to) => to.end(calendar("20261226"));
  const read = await at(before(new Date(), aYear));
  expect([read.days, asked]).toEqual([["2026-12-26"], 2]);
});

test("what was read stands for thirty days where the address does not answer, and then for nothing", async () => {
  await at();
  answer = (_, to) => to.writeHead(503).end("busy");
  expect(await at(inDays(29))).toEqual(christmas(address));
  expect(await at(inDays(31))).toEqual({
    file: address,
    days: [],
    problem: "cannot be read: answers 503, not a calendar",
  });
});

test.each<[string, RequestListener, RegExp]>([
  ["a page that is none", (_, to) => to.end("<html>Sign in</html>"), /line 1 must begin with/],
  ["one that was cut", (_, to) => to.end(calendar("20261225").slice(0, 50)), /it was cut/],
  ["an empty one", (_, to) => to.end(""), /names no day/],
])("%s is not taken, nor is what was read before", async (_, given, words) => {
  await at();
  answer = given;
  const { days: none, problem } = await at(inDays(2));
  expect([none, problem]).toEqual([[], expect.stringMatching(words)]);
});

test.each<[string, RequestListener, RegExp]>([
  [
    "a redirect",
    (_, to) => to.writeHead(302, { location: "https://example.com/a.ics" }).end(),
    /sends on to https:\/\/example.com\/a.ics: name that address/,
  ],
  ["an error", (_, to) => to.writeHead(404).end(), /answers 404/],
  ["more than a calendar has", (_, to) => to.end("x".repeat(1_000_001)), /larger than 1000000/],
  ["a connection that breaks", (from) => from.socket.destroy(), /cannot be read/],
])("%s is said", async (_, given, words) => {
  answer = given;
  expect((await at()).problem).toMatch(words);
});

test.each(["http://example.com/a.ics", "file:///etc/passwd", "calendars/a.ics", ""])(
  "%j is no address that is asked",
  async (given) => {
    const { problem } = await holidaysAt(given, { folder });
    expect(problem).toBe("cannot be read: must be an address that begins with https://");
  },
);
