import { describe, expect, test } from "vitest";
import { cli, settingsFile } from "./cli.ts";

const weekly = {
  people: ["ann", "ben"],
  from: "2026-11-02",
  handover: { every: "week", on: "monday", at: "09:00" },
};
const override = {
  from: "2026-11-21T00:00",
  until: "2026-11-22T00:00",
  person: "cid",
  reason: "wedding",
};
const settings = (rest: object = {}) =>
  settingsFile({
    home: "eu-central-1",
    timeZone: "Europe/Berlin",
    people: {
      ann: { name: "Ann Example" },
      ben: { timeZone: "America/New_York" },
      cid: { timeZone: "Asia/Kathmandu" },
    },
    onCall: {
      rotations: {
        primary: { ...weekly, overrides: [override] },
        second: { ...weekly, people: ["cid"], timeZone: "Asia/Kathmandu" },
      },
    },
    ...rest,
  });
const asked = (at: string, ...more: string[]) =>
  cli("oncall", "--settings", settings(), "--at", at, ...more);

describe("who is on call", () => {
  test("now and next, until when, by their clocks and by the reader's", async () => {
    const { code, out, err } = await asked("2026-11-20T12:00:00Z");
    expect(code).toBe(0);
    const rows = out.split("\n").map((line) => line.replace(/ {2,}/g, "  "));
    expect(rows[1]).toMatch(
      /^primary {2}now {2}Ann Example \(ann\) {2}2026-11-21 00:00 CET {2}2026-11-2\d \d\d:\d\d \S+$/,
    );
    expect(rows[2]).toMatch(
      /^primary {2}next {2}cid {2}2026-11-21 04:45 GMT\+5:45 {2}2026-11-2\d \d\d:\d\d \S+ {2}instead of ann: wedding$/,
    );
    expect(rows[3]).toMatch(/^second {2}now {2}cid {2}2026-11-23 09:00 GMT\+5:45 {2}/);
    expect(rows.slice(-3, -1)).toEqual([
      "Overrides",
      "  primary: cid from 2026-11-21 00:00 until 2026-11-22 00:00 Europe/Berlin: wedding".replace(
        / {2,}/g,
        "  ",
      ),
    ]);
    expect(err).toMatch(/^2 rotations, at 2026-11-20 /);
  });

  test("as one document", async () => {
    const { json } = await asked("2026-11-21T12:00:00Z", "--json");
    expect(json).toMatchObject({
      at: "2026-11-21T12:00:00.000Z",
      rotations: [
        {
          rotation: "primary",
          timeZone: "Europe/Berlin",
          now: {
            person: "cid",
            timeZone: "Asia/Kathmandu",
            until: "2026-11-21T23:00:00.000Z",
            insteadOf: "ann",
            reason: "wedding",
          },
          next: {
            person: "ann",
            name: "Ann Example",
            from: "2026-11-21T23:00:00.000Z",
            until: "2026-11-23T08:00:00.000Z",
            insteadOf: null,
            reason: null,
          },
          overrides: [override],
        },
        { rotation: "second", now: { person: "cid" }, next: { person: "cid" }, overrides: [] },
      ],
    });
  });

  test("overrides that are over are not shown", async () => {
    expect((await asked("2026-11-22T00:00:00Z")).out).not.toContain("Overrides");
  });

  test("nobody, where the settings name no rotations: said, and no failure", async () => {
    const none = settings({ onCall: undefined });
    expect(await cli("oncall", "--settings", none)).toMatchObject({
      code: 0,
      out: expect.stringContaining("Nobody is on call"),
    });
    expect((await cli("oncall", "--settings", none, "--json")).json.rotations).toEqual([]);
  });
});

test.each<[what: string, args: readonly string[], says: string | RegExp]>([
  ["a time that is none", ["--at", "tomorrow"], "--at tomorrow is not a time"],
  [
    "a rotation of somebody who is not there",
    ["--settings", settings({ people: { ann: {} } })],
    /\.mjs:1: onCall\.rotations\.primary\.people\[1\]: there is no person ben; there are ann/,
  ],
])("%s exits with 2 and says so", async (_, args, says) => {
  const { code, err, out } = await cli("oncall", ...args);
  expect([code, out]).toEqual([2, ""]);
  expect(err).toMatch(says);
});
