import { describe, expect, test } from "vitest";
import { momentByLifetime, shareOfSerial, whyDue } from "./due.ts";

const leaf = {
  serial: "A1",
  from: new Date("2026-01-01"),
  to: new Date("2026-04-01"),
  names: ["example.com"],
};
const judged = {
  leaf,
  wanted: ["example.com"],
  advice: { kind: "none" },
  renewBelow: 33,
  now: new Date("2026-01-15"),
} as const;

describe("a certificate is renewed", () => {
  test.each<[what: string, changed: object, why: RegExp | undefined]>([
    ["not while it is fresh", {}, undefined],
    ["when a third of its life is left", { now: new Date("2026-03-02") }, /ends on 2026-04-01/],
    ["when it has ended", { now: new Date("2026-05-01") }, /it ended on 2026-04-01/],
    [
      "when a name was added",
      { wanted: ["example.com", "www.example.com"] },
      /^it lacks www\.example\.com$/,
    ],
    [
      "when the authority's window is over, however long it lives",
      {
        advice: {
          kind: "window",
          start: new Date("2026-01-10"),
          end: new Date("2026-01-14"),
          explanation: "https://example.org/why",
        },
      },
      /its authority wants it renewed now \(https:\/\/example\.org\/why\)/,
    ],
    [
      "not before the authority's window",
      { advice: { kind: "window", start: new Date("2026-03-01"), end: new Date("2026-03-02") } },
      undefined,
    ],
    [
      "by its lifetime where the authority's window lies behind its end",
      {
        advice: { kind: "window", start: new Date("2036-01-01"), end: new Date("2036-01-02") },
        now: new Date("2026-03-02"),
      },
      /ends on 2026-04-01/,
    ],
    [
      "not within its first day, whatever time its authority names",
      {
        advice: { kind: "window", start: new Date("2016-01-01"), end: new Date("2016-01-02") },
        now: new Date("2026-01-01T23:00Z"),
      },
      undefined,
    ],
    [
      "after its first day, where its authority's window is over for years",
      {
        advice: { kind: "window", start: new Date("2016-01-01"), end: new Date("2016-01-02") },
        now: new Date("2026-01-02T01:00Z"),
      },
      /its authority wants it renewed now$/,
    ],
    [
      "by its lifetime where the authority is not reached",
      { advice: { kind: "unknown", why: "" } },
      undefined,
    ],
  ])("%s", (_, changed, why) => {
    const words = whyDue({ ...judged, ...changed });
    if (why) expect(words).toMatch(why);
    else expect(words).toBeUndefined();
  });
});

test("one of six days is renewed with half of them left", () => {
  const short = { ...leaf, to: new Date("2026-01-07") };
  const at = momentByLifetime(short, 33).getTime();
  expect(at).toBeLessThanOrEqual(new Date("2026-01-04").getTime());
  expect(at).toBeGreaterThan(new Date("2026-01-03T12:00:00Z").getTime());
});

test("a thousand certificates of one day are renewed at a thousand moments, each always at its own", () => {
  const moments = Array.from({ length: 1000 }, (_, at) =>
    momentByLifetime({ ...leaf, serial: `S${at}` }, 33).getTime(),
  );
  expect(new Set(moments).size).toBeGreaterThan(990);
  expect(shareOfSerial("S1")).toBe(shareOfSerial("S1"));
});
