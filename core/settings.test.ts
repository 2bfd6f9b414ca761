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
    ["home", { home: "the-eu-central-1" }],
    ["home", { home: "eu-central-12" }],
    ["home", { home: "eu-1" }],
    ["regions", { home, regions: [] }],
    ["regions[1]", { home, regions: [home, "eu"] }],
    ["timeZone", { home, timeZone: "Mars/Olympus" }],
    ["timeZone", { home, timeZone: "+01:00" }],
    ["timeZone", { home, timeZone: "europe/Berlin" }],
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
    ["units.alarm.on", { home, units: { alarm: { on: 5 } } }],
    ["units.alarm.config", { home, units: { alarm: { config: "x" } } }],
    ["routes[0].atLeast", { home, routes: [{ channel: "sns", atLeast: "bad" }] }],
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
  test.each<[given: object, line: string]>([
    [{ home: "Frankfurt" }, "home: must be a region's name, like eu-central-1"],
    [{ home, timeZone: "Mars/Olympus" }, "timeZone: must be an IANA time zone, like Europe/Berlin"],
    [{ home, exempt: [{ ...ann, until: "soon" }] }, "exempt[0].until: must be a day, like 2027-01-31"],
    [{ home, exempt: [{ ...ann, from: ["alarms"] }] }, "exempt[0].from[0]: there is no unit alarms; there are open-ingress, log-retention, alarm"],
    [{ home, units: { alarms: {} } }, "units.alarms: there is no unit alarms; there are open-ingress, log-retention, alarm"],
    [{ home, approvers: ["ann"] }, "approvers[0]: must be the ARN of an IAM user or role"],
  ])("%o says how it is written", (given, line) => {
    expect(() => parse(given)).toThrow(`nightshift.config.ts is not valid:\n${line}`);
  });
  test("the file is named as it is called", () => {
    expect(() => parseSettings({}, known, "other.config.ts")).toThrow("other.config.ts is not valid:\nhome: ");
    expect(() => parseConfig({ id: "alarm", config: z.strictObject({}) }, { x: 1 }, "other.config.ts")).toThrow(
      "other.config.ts is not valid:\nunits.alarm.config: ",
    );
    expect(() => parseConfig({ id: "alarm", config: z.strictObject({}) }, { x: 1 })).toThrow("nightshift.config.ts is not valid:\nunits.alarm.config: ");
  });
  test("is an error of its own kind, by which the command line ends with 2", () => expect(new SettingsError("x").name).toBe("SettingsError"));
  test("all that is wrong is named at once", () => {
    expect(() => parse({ home: "x", breaker: 0 })).toThrow(/home: [\s\S]*\nbreaker: /);
  });
});

test.each(["UTC", "Europe/Berlin", "Asia/Kolkata", "Europe/Kyiv", "America/Argentina/Buenos_Aires"])("%s is a time zone", (timeZone) =>
  expect(parse({ home, timeZone }).timeZone).toBe(timeZone),
);

test("what is right is taken as it is written", () => {
  const given = {
    home: "us-gov-west-1",
    regions: ["us-gov-west-1", "ap-southeast-2"],
    timeZone: "Europe/Berlin",
    caps: { changes: 0, percent: 100, floor: 1 },
    coolDown: { seconds: 0 },
    breaker: 1,
    exempt: [ann, { ...ann, until: "2027-01-31", from: ["alarm"] }],
    longestSecurityExemption: { seconds: 60 },
    approvers: ["arn:aws-us-gov:iam::123456789012:role/team/oncall", "arn:aws:sts::123456789012:assumed-role/oncall/ann"],
    routes: [
      { channel: "sns", atLeast: "info" },
      { channel: "sns", atLeast: "warning", email: ["ann@example.com"] },
      { channel: "sns", atLeast: "critical" },
    ],
    irreversible: "act",
    units: {
      "open-ingress": { enabled: false, mode: "act", config: { ports: [22] }, on: "cron(0 1 * * ? *)" },
      "log-retention": { mode: "ask" },
      alarm: { on: [{ source: "aws.cloudwatch", detailType: "x" }, { source: "mine" }] },
    },
  };
  expect(parse(given)).toMatchObject({ ...given, units: { ...given.units, "log-retention": { enabled: true, mode: "ask", config: {} } } });
});

test("what goes with a unit is what all share, and its own", () => {
  const events = [{ source: "aws.cloudwatch" }];
  const settings = parse({
    home,
    breaker: 2,
    units: { alarm: { on: events }, "open-ingress": { mode: "act", config: { ports: [22] }, on: "cron(0 1 * * ? *)" } },
  });
  const common = { home, regions: [home], breaker: 2, all: known };
  expect(settingsOf(settings, "open-ingress", "security", known)).toMatchObject({
    ...common,
    id: "open-ingress",
    family: "security",
    mode: "act",
    config: { ports: [22] },
  });
  expect(settingsOf(settings, "alarm", "signals", known)).toMatchObject({ ...common, id: "alarm", family: "signals", mode: "watch", config: {}, on: events });
  // A schedule is the deployment's business.
  for (const id of ["open-ingress", "log-retention"]) expect(settingsOf(settings, id, "cost", known)).not.toHaveProperty("on");
  expect(settingsOf(settings, "log-retention", "cost", known)).not.toHaveProperty("units");
});

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
