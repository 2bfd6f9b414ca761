import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { en } from "zod/v4/locales/index.js";
import { parseSettings } from "./parse-settings.ts";
import { parseConfig, SettingsError, settingsOf } from "./settings.ts";

z.config(en());

const known = ["open-ingress", "log-retention", "alarm"];
const parse = (given: unknown) => parseSettings(given, known);
const home = "eu-central-1";
const ann = { target: "i-1", owner: "ann", reason: "audit" };

test("what is not set is the safe default", () => {
  expect(parse({ home })).toMatchObject({
    regions: [home],
    timeZone: "UTC",
    caps: { changes: 25, percent: 20, floor: 12 },
    coolDown: { seconds: 1800 },
    breaker: 5,
    exempt: [],
    approvers: [],
    irreversible: "ask",
    routes: [{ channel: "sns" }],
    longestSecurityExemption: { seconds: 14 * 86_400 },
    units: {},
  });
  expect(settingsOf(parse({ home }), "open-ingress", "security", known).mode).toBe("watch");
  expect(parse({ home, units: { "open-ingress": {} } }).units["open-ingress"]?.mode).toBe("watch");
});

describe("what is wrong is refused and named", () => {
  test.each<[field: string, given: unknown]>([
    ["(root)", undefined],
    ["(root)", []],
    ["home", {}],
    ["home", { home: "Frankfurt" }],
    ["regions", { home, regions: [] }],
    ["regions[1]", { home, regions: [home, "eu"] }],
    ["timeZone", { home, timeZone: "Mars/Olympus" }],
    ["timeZone", { home, timeZone: "+01:00" }],
    ["caps.changes", { home, caps: { changes: -1 } }],
    ["caps.percent", { home, caps: { percent: 101 } }],
    ["caps.floor", { home, caps: { floor: 1.5 } }],
    ["coolDown", { home, coolDown: 30 }],
    ["coolDown.seconds", { home, coolDown: { seconds: -1 } }],
    ["breaker", { home, breaker: 0 }],
    ["exempt[0].owner", { home, exempt: [{ target: "i-1", reason: "x" }] }],
    ["exempt[0].target", { home, exempt: [{ ...ann, target: "" }] }],
    ["exempt[0].until", { home, exempt: [{ ...ann, until: "soon" }] }],
    ["exempt[0].until", { home, exempt: [{ ...ann, until: "2027-02-30" }] }],
    ["exempt[0].from[1]", { home, exempt: [{ ...ann, from: ["alarm", "alarms"] }] }],
    ["approvers[0]", { home, approvers: ["ann"] }],
    ["approvers[0]", { home, approvers: ["arn:aws:iam::*:role/x"] }],
    ["routes[0].channel", { home, routes: [{ channel: "slack" }] }],
    ["routes[0].email[0]", { home, routes: [{ channel: "sns", email: ["ann"] }] }],
    ["irreversible", { home, irreversible: "never" }],
    ["units.open-ingres", { home, units: { "open-ingres": {} } }],
    ["units.alarm.mode", { home, units: { alarm: { mode: "on" } } }],
    ["units.alarm.enabled", { home, units: { alarm: { enabled: "no" } } }],
  ])("%s", (field, given) => {
    let error: unknown;
    try {
      parse(given);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(SettingsError);
    const [, line = ""] = (error as Error).message.split("\n");
    expect(line.slice(0, line.indexOf(": "))).toBe(field);
    expect(line).not.toContain("Invalid input\n");
  });

  test("a misspelt key is named, beside where it stands", () => {
    expect(() => parse({ home, cap: {} })).toThrow('(root): Unrecognized key: "cap"');
    expect(() => parse({ home, units: { alarm: { moed: "act" } } })).toThrow('units.alarm: Unrecognized key: "moed"');
  });
  test("all that is wrong is named at once", () => {
    expect(() => parse({ home: "x", breaker: 0 })).toThrow(/home: [\s\S]*\nbreaker: /);
  });
});

test.each(["UTC", "Europe/Berlin", "Asia/Kolkata", "Europe/Kyiv", "America/Argentina/Buenos_Aires"])("%s is a time zone", (timeZone) =>
  expect(parse({ home, timeZone }).timeZone).toBe(timeZone),
);

test("a region that is named twice is one", () => expect(parse({ home, regions: [home, "us-east-1", home] }).regions).toEqual([home, "us-east-1"]));

describe("a unit's own config", () => {
  const unit = { id: "open-ingress", config: z.strictObject({ ports: z._default(z.array(z.int()), [22]) }) };
  test("has its defaults", () => expect(parseConfig(unit, undefined)).toEqual({ ports: [22] }));
  test.each<[given: unknown, line: string]>([
    [{ port: [22] }, 'units.open-ingress.config: Unrecognized key: "port"'],
    [{ ports: ["ssh"] }, "units.open-ingress.config.ports[0]: "],
    [{ ports: 22 }, "units.open-ingress.config.ports: "],
  ])("%o is refused as %s", (given, line) => expect(() => parseConfig(unit, given)).toThrow(line));
});
