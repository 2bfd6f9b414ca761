import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { features } from "../features.ts";
import { parseSettings } from "./parse.ts";
import { parseConfig, SettingsError, settingsOf } from "./settings.ts";

const known = ["open-ingress", "log-retention", "alarm"];
const parse = (given: unknown) => parseSettings(given, { features, units: known });
const home = "eu-central-1";
const freeze = { from: "2026-12-24", until: "2026-12-26", owner: "ann", reason: "holidays" };
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
    twoPersonRule: false,
    untrustedPerHour: 20,
    freezes: [],
    routes: [{ channel: "sns" }],
    longestSecurityExemption: { seconds: 14 * 86_400 },
    units: {},
  });
  expect(settingsOf(parse({ home }), { id: "open-ingress", family: "security" }, known).mode).toBe(
    "watch",
  );
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
    ["approvers[0]", { home, approvers: ["an arn:aws:iam::123456789012:user/ann"] }],
    ["approvers[0]", { home, approvers: ["slack:T0123/U0123/A0123 "] }],
    ["approvers[0]", { home, approvers: ["slack:T0123/X0123/A0123"] }],
    ["approvers[0]", { home, approvers: ["slack:T-1/U0123/A0123"] }],
    ["approvers[0]", { home, approvers: ["slack:T0123/U-1/A0123"] }],
    ["twoPersonRule", { home, twoPersonRule: "yes" }],
    ["twoPersonRule", { home, twoPersonRule: { undoo: true } }],
    ["twoPersonRule", { home, twoPersonRule: { undo: "yes" } }],
    ["routes[0].channel", { home, routes: [{ channel: "slack" }] }],
    ["routes[0].email[0]", { home, routes: [{ channel: "sns", email: ["ann"] }] }],
    ["irreversible", { home, irreversible: "never" }],
    ["units.open-ingres", { home, units: { "open-ingres": {} } }],
    ["units.alarm.mode", { home, units: { alarm: { mode: "on" } } }],
    ["units.alarm.formerly[0]", { home, units: { alarm: { formerly: ["open-ingress"] } } }],
    ["units.alarm.formerly[0]", { home, units: { alarm: { formerly: ["alarm"] } } }],
    [
      "units.log-retention.formerly[1]",
      {
        home,
        units: { alarm: { formerly: ["a"] }, "log-retention": { formerly: ["b", "a"] } },
      },
    ],
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

  test("a misspelt key is named, beside where it stands, with what was probably meant", () => {
    expect(() => parse({ home, cap: {} })).toThrow('(root): Unrecognized key: "cap"');
    expect(() => parse({ home, aprovers: [] })).toThrow("did you mean approvers?");
    expect(() => parse({ home, exemptt: [], timezone: "UTC" })).toThrow(
      "did you mean exempt for exemptt, timeZone for timezone?",
    );
    expect(() => parse({ home, caps: { change: 3 } })).toThrow("did you mean changes?");
    expect(() => parse({ home, exempt: [{ ...ann, untill: "2027-01-31" }] })).toThrow(
      "did you mean until?",
    );
    expect(() => parse({ home, units: { alarmm: {} } })).toThrow("did you mean alarm?");
    expect(() => parse({ home, somethingElseAltogether: 1 })).not.toThrow("did you mean");
    expect(() => parse({ home, twoPersonRule: { undoo: true } })).toThrow(
      'twoPersonRule: Unrecognized key: "undoo"',
    );
    expect(() => parse({ home, units: { alarm: { moed: "act" } } })).toThrow(
      'units.alarm: Unrecognized key: "moed"',
    );
  });
  test.each<[given: object, line: string]>([
    [{ home: "Frankfurt" }, "home: must be a region's name, like eu-central-1"],
    [{ home, timeZone: "Mars/Olympus" }, "timeZone: must be an IANA time zone, like Europe/Berlin"],
    [
      { home, exempt: [{ ...ann, until: "soon" }] },
      "exempt[0].until: must be a day, like 2027-01-31",
    ],
    [
      { home, exempt: [{ ...ann, from: ["alarms"] }] },
      "exempt[0].from[0]: there is no unit alarms; there are open-ingress, log-retention, alarm",
    ],
    [
      { home, units: { alarms: {} } },
      "units.alarms: there is no unit alarms; there are open-ingress, log-retention, alarm",
    ],
    [{ home, runbooks: "docs/runbooks.md" }, "runbooks: must be an https address"],
    [{ home, runbooks: "http://example.com/" }, "runbooks: must be an https address"],
    [{ home, runbooks: "https://ann:secret@example.com/" }, "runbooks: must be an https address"],
    [{ home, runbooks: "https://example.com/{region}" }, "runbooks: must be an https address"],
    [{ home, approvers: ["ann"] }, "approvers[0]: must be the ARN of an IAM user or role"],
    [
      { home, twoPersonRule: "yes" },
      "twoPersonRule: write true, false, or { approve, undo, exempt }, each of them true or false",
    ],
    [
      { home, units: { x: {}, y: {} } },
      "units.x: there is no unit x; there are open-ingress, log-retention, alarm\nunits.y: there is no unit y",
    ],
    [
      { home, freezes: [{ ...freeze, units: [] }] },
      "freezes[0].units: is empty: leave it out where all are meant",
    ],
    [
      { home, freezes: [{ ...freeze, regions: [] }] },
      "freezes[0].regions: is empty: leave it out where all are meant",
    ],
    [{ home, freezes: [{ ...freeze, units: ["x"] }] }, "freezes[0].units[0]: there is no unit x"],
    [
      { home, freezes: [{ ...freeze, until: "2026-12-23" }] },
      "freezes[0].until: 2026-12-23 is not after its beginning, 2026-12-24",
    ],
    [
      { home, regions: ["us-east-1", home], freezes: [{ ...freeze, regions: ["eu-west-9"] }] },
      "freezes[0].regions[0]: eu-west-9 is none of the regions that are looked at: us-east-1, eu-central-1",
    ],
  ])("%o says how it is written", (given, line) => {
    expect(() => parse(given)).toThrow(`nightshift.config.ts is not valid:\n${line}`);
  });
  test("the file is named as it is called", () => {
    expect(() => parseSettings({}, { features, units: known, file: "other.config.ts" })).toThrow(
      "other.config.ts is not valid:\nhome: ",
    );
    expect(() =>
      parseConfig({ id: "alarm", config: z.strictObject({}) }, { x: 1 }, "other.config.ts"),
    ).toThrow("other.config.ts is not valid:\nunits.alarm.config: ");
    expect(() => parseConfig({ id: "alarm", config: z.strictObject({}) }, { x: 1 })).toThrow(
      "nightshift.config.ts is not valid:\nunits.alarm.config: ",
    );
  });
  test("is an error of its own kind, by which the command line ends with 2", () =>
    expect(new SettingsError("x").name).toBe("SettingsError"));
  test("all that is wrong is named at once", () => {
    expect(() => parse({ home: "x", breaker: 0 })).toThrow(/home: [\s\S]*\nbreaker: /);
  });
});

test.each([true, {}, { undo: true }, { approve: false, undo: true, exempt: true }])(
  "two persons may be wanted for %o",
  (twoPersonRule) => expect(parse({ home, twoPersonRule }).twoPersonRule).toEqual(twoPersonRule),
);
test.each(["ask", "act"] as const)("what cannot be undone may %s", (irreversible) =>
  expect(parse({ home, irreversible }).irreversible).toBe(irreversible),
);

test.each([
  "UTC",
  "Europe/Berlin",
  "Asia/Kolkata",
  "Europe/Kyiv",
  "America/Argentina/Buenos_Aires",
])("%s is a time zone", (timeZone) => expect(parse({ home, timeZone }).timeZone).toBe(timeZone));

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
    approvers: [
      "arn:aws-us-gov:iam::123456789012:role/team/oncall",
      "arn:aws:sts::123456789012:assumed-role/oncall/ann",
      "slack:T0123ABCD/U0123ABCD/A0123ABCD",
      "slack:T0AB/W0AB/A0AB",
    ],
    freezes: [freeze, { ...freeze, units: ["alarm"], regions: ["ap-southeast-2"] }],
    twoPersonRule: true,
    untrustedPerHour: 1,
    routes: [
      { channel: "sns", atLeast: "info" },
      { channel: "sns", atLeast: "warning", email: ["ann@example.com"] },
      { channel: "sns", atLeast: "critical" },
    ],
    irreversible: "act",
    units: {
      "open-ingress": {
        enabled: false,
        mode: "act",
        config: { ports: [22] },
        on: "cron(0 1 * * ? *)",
      },
      "log-retention": { mode: "ask" },
      alarm: {
        mode: "watch",
        on: [{ source: "aws.cloudwatch", detailType: "x" }, { source: "mine" }],
      },
    },
  };
  expect(parse(given)).toMatchObject({
    ...given,
    units: { ...given.units, "log-retention": { enabled: true, mode: "ask", config: {} } },
  });
});

test("what goes with a unit is what all share, and its own", () => {
  const events = [{ source: "aws.cloudwatch" }];
  const settings = parse({
    home,
    breaker: 2,
    units: {
      alarm: { on: events },
      "open-ingress": { mode: "act", config: { ports: [22] }, on: "cron(0 1 * * ? *)" },
    },
  });
  const common = { home, regions: [home], breaker: 2, all: known };
  expect(settingsOf(settings, { id: "open-ingress", family: "security" }, known)).toMatchObject({
    ...common,
    id: "open-ingress",
    family: "security",
    mode: "act",
    config: { ports: [22] },
  });
  expect(settingsOf(settings, { id: "alarm", family: "signals" }, known)).toMatchObject({
    ...common,
    id: "alarm",
    family: "signals",
    mode: "watch",
    config: {},
    on: events,
  });
  // A schedule is the deployment's business.
  for (const id of ["open-ingress", "log-retention"])
    expect(settingsOf(settings, { id, family: "cost" }, known)).not.toHaveProperty("on");
  expect(settingsOf(settings, { id: "log-retention", family: "cost" }, known)).not.toHaveProperty(
    "units",
  );
  expect(settingsOf(settings, { id: "alarm", family: "signals" }, known)).not.toHaveProperty(
    "incidents",
  );
  expect(
    settingsOf(
      parse({ home, onCall: { rotations: {} } }),
      { id: "alarm", family: "signals" },
      known,
    ),
  ).toHaveProperty("incidents", true);
});

test("a region that is named twice is one", () =>
  expect(parse({ home, regions: [home, "us-east-1", home] }).regions).toEqual([home, "us-east-1"]));

describe("a unit's own config", () => {
  const unit = {
    id: "open-ingress",
    config: z.strictObject({ ports: z._default(z.array(z.int()), [22]) }),
  };
  test("has its defaults", () => expect(parseConfig(unit, undefined)).toEqual({ ports: [22] }));
  test.each<[given: unknown, line: string]>([
    [{ port: [22] }, 'units.open-ingress.config: Unrecognized key: "port"'],
    [{ ports: ["ssh"] }, "units.open-ingress.config.ports[0]: "],
    [{ ports: 22 }, "units.open-ingress.config.ports: "],
  ])("%o is refused as %s", (given, line) => expect(() => parseConfig(unit, given)).toThrow(line));
});

describe("the version of the file's form", () => {
  test("may be left out or said, and is no setting", () => {
    expect(parse({ home, version: 1 })).toEqual(parse({ home }));
  });
  test("that is newer is refused with what to do, before anything else in the file", () =>
    expect(() => parse({ version: 2, home: 7, whatIsNew: true })).toThrow(
      /^nightshift\.config\.ts is not valid:\nversion: this file is for a newer Nightshift \(version 2\); this one reads 1: upgrade the package$/,
    ));
  test("that is none names the field", () =>
    expect(() => parse({ home, version: "1" })).toThrow("version: "));
});
