import { describe, expect, test } from "vitest";
import { features } from "../../features.ts";
import { hours, minutes, seconds } from "../../sdk/time.ts";
import { parseSettings } from "../../settings/parse.ts";
import { SettingsError, settingsOf } from "../../settings/settings.ts";

const known = ["open-ingress", "alarm"];
const primary = {
  people: ["ann", "ben"],
  from: "2026-11-02",
  handover: { every: "week", on: "monday", at: "09:00" },
};
const rota = (rest: object) => ({ rotations: { primary: { ...primary, ...rest } } });
const steps = (...given: object[]) => ({ rotations: { primary }, escalations: [{ steps: given }] });
const override = { from: "2026-12-24T09:00", until: "2026-12-27T09:00", person: "ben" };
const mute = { match: { unit: ["alarm"] }, until: "2026-12-01", owner: "ann", reason: "known" };
const freeze = {
  from: "2026-12-24T18:00",
  until: "2026-12-27T06:00",
  owner: "ann",
  reason: "holidays",
};
const hook = { kind: "slack-webhook", url: "ssm:/nightshift/hook" };
const slack = {
  kind: "slack",
  team: "T0123ABCD",
  app: "A0123ABCD",
  channel: "C0123ABCD",
  token: "secretsmanager:slack#token",
  signingSecret: "ssm:/slack/signing",
};

const all = {
  home: "eu-central-1",
  timeZone: "Europe/Berlin",
  people: {
    ann: { name: "Ann Example", email: "ann@example.com", slack: "U0123ABCD" },
    ben: { email: "ben@example.com", timeZone: "America/New_York" },
  },
  onCall: {
    rotations: { primary: { ...primary, overrides: [override] } },
    escalations: [
      {
        match: { severity: ["critical"] },
        steps: [
          { after: seconds(0), call: ["primary"] },
          { after: minutes(15), call: ["ben", "ann"] },
        ],
      },
      { steps: [{ after: minutes(5), call: ["primary"] }] },
    ],
    inhibit: [{ source: { severity: ["critical"] }, target: { severity: ["warning"] } }],
    quietHours: { from: "22:00", until: "07:00" },
    digestAt: "08:30",
  },
  channels: { team: hook, app: slack, mail: { kind: "email", from: "nightshift@example.com" } },
  routes: [
    {
      channel: "app",
      match: { family: ["security"], tags: { team: ["payments*"] } },
      fallback: "team",
    },
    { channel: "sns", atLeast: "warning" },
  ],
  mutes: [mute],
  freezes: [freeze],
};
const now = new Date("2026-11-21T02:00:00Z");
const parse = (given: object) =>
  parseSettings({ ...all, ...given }, { features, units: known, now });

test("what is left out has its default", () => {
  const { people, onCall, routes, mutes, channels } = parse({});
  expect(people).toMatchObject({
    ann: { name: "Ann Example", timeZone: "Europe/Berlin" },
    ben: { name: "ben", timeZone: "America/New_York" },
  });
  expect(onCall).toMatchObject({
    rotations: { primary: { timeZone: "Europe/Berlin", overrides: [override] } },
    group: {
      by: ["unit", "account", "region"],
      wait: seconds(30),
      interval: minutes(5),
      repeat: hours(4),
    },
    inhibit: [{ equal: [] }],
    quietHours: { except: "critical" },
  });
  expect([routes.length, mutes.length, Object.keys(channels)]).toEqual([
    2,
    1,
    ["team", "app", "mail"],
  ]);
  expect(parse({ onCall: { rotations: { primary } } }).onCall).toMatchObject({
    escalations: [],
    rotations: { primary: { overrides: [] } },
  });
});

test("without any of it nobody is called, and the topic is told", () => {
  expect(parseSettings({ home: "eu-central-1" }, { features, units: known })).toMatchObject({
    people: {},
    channels: {},
    routes: [{ channel: "sns" }],
    mutes: [],
    freezes: [],
  });
  expect(
    parseSettings({ home: "eu-central-1" }, { features, units: known }).onCall,
  ).toBeUndefined();
});

test("what a unit is given names no person and no channel, but when nothing is changed", () => {
  const part = settingsOf(parse({}), { id: "alarm", family: "signals" }, known);
  expect(Object.keys(part)).not.toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^(people|onCall|channels|routes|mutes|units)$/),
    ]),
  );
  expect(part.freezes).toHaveLength(1);
});

test("what a unit is given names the tags that anything goes by, so that what it tells can be routed by them", () => {
  const by = (...names: string[]) => ({
    tags: Object.fromEntries(names.map((name) => [name, ["x"]])),
  });
  const given = parse({
    routes: [{ channel: "sns", match: by("team", "env") }, { channel: "sns" }],
    mutes: [{ ...mute, match: by("stage") }],
    onCall: {
      rotations: { primary },
      escalations: [{ match: by("team", "tier"), steps: [{ after: minutes(1), call: ["ann"] }] }],
      inhibit: [{ source: by("source"), target: by("target") }],
    },
  });
  expect(settingsOf(given, { id: "alarm", family: "signals" }, known).routedTags).toEqual([
    "env",
    "source",
    "stage",
    "target",
    "team",
    "tier",
  ]);
  expect(
    settingsOf(parse({ routes: [] }), { id: "alarm", family: "signals" }, known),
  ).not.toHaveProperty("routedTags");
});

describe("what is wrong is refused, with the field and what to do", () => {
  test.each<[says: string, given: object]>([
    [
      "onCall.rotations.primary.people: is empty: name at least one of `people`",
      { onCall: rota({ people: [] }) },
    ],
    [
      "onCall.rotations.primary.people[1]: there is no person cid; there are ann, ben",
      { onCall: rota({ people: ["ann", "cid"] }) },
    ],
    [
      "onCall.rotations.primary.people[0]: there is no person ann; there is none",
      { people: {}, channels: {}, onCall: rota({}) },
    ],
    [
      "onCall.rotations.primary.changes[0].people[0]: there is no person cid; there are ann, ben",
      { onCall: rota({ changes: [{ from: "2026-12-07", people: ["cid"] }] }) },
    ],
    [
      "onCall.rotations.primary.changes[0].people: is empty: name at least one of `people`",
      { onCall: rota({ changes: [{ from: "2026-12-07", people: [] }] }) },
    ],
    [
      "onCall.rotations.primary.changes[0].from: is the day of the first hand-over, which is on a monday, and 2026-12-08 is a tuesday: take 2026-12-07 or 2026-12-14",
      { onCall: rota({ changes: [{ from: "2026-12-08", people: ["ben"] }] }) },
    ],
    [
      "onCall.rotations.primary.changes[0].from: 2026-11-02 is not after 2026-11-02, from which the list before it holds",
      { onCall: rota({ changes: [{ from: "2026-11-02", people: ["ben"] }] }) },
    ],
    [
      "onCall.rotations.primary.changes[1].from: 2026-12-07 is not after 2026-12-14, from which the list before it holds",
      {
        onCall: rota({
          changes: [
            { from: "2026-12-14", people: ["ben"] },
            { from: "2026-12-07", people: ["ann"] },
          ],
        }),
      },
    ],
    [
      "onCall.rotations.primary.timeZone: must be an IANA time zone, like Europe/Berlin",
      { onCall: rota({ timeZone: "CEST" }) },
    ],
    [
      "people.ann.timeZone: must be an IANA time zone",
      { people: { ...all.people, ann: { timeZone: "Berlin" } } },
    ],
    [
      "onCall.rotations.primary.handover.at: must be a time of day as HH:MM, like 09:00",
      { onCall: rota({ handover: { every: "day", at: "9:00" } }) },
    ],
    [
      "onCall.rotations.primary.handover.at: must be a time of day as HH:MM",
      { onCall: rota({ handover: { every: "day", at: "24:00" } }) },
    ],
    [
      "onCall.rotations.primary.handover.on: ",
      { onCall: rota({ handover: { every: "week", at: "09:00" } }) },
    ],
    [
      "onCall.rotations.primary.handover.every: ",
      { onCall: rota({ handover: { every: "month", at: "09:00" } }) },
    ],
    [
      "onCall.rotations.primary.from: must be a day, like",
      { onCall: rota({ from: "2026-02-30" }) },
    ],
    [
      "onCall.rotations.primary.from: is the day of the first hand-over, which is on a monday, and 2026-11-03 is a tuesday: take 2026-11-02 or 2026-11-09",
      { onCall: rota({ from: "2026-11-03" }) },
    ],
    [
      "onCall.rotations.Primary: must be written in small letters",
      { onCall: { rotations: { Primary: primary } } },
    ],
    [
      "onCall.rotations.ann: is the key of a person too",
      { onCall: { rotations: { ann: primary } } },
    ],
    [
      "onCall.rotations.primary.overrides[0].person: there is no person cid; there are ann, ben",
      { onCall: rota({ overrides: [{ ...override, person: "cid" }] }) },
    ],
    [
      "onCall.rotations.primary.overrides[0].until: 2026-12-24T08:59 is not after its beginning, 2026-12-24T09:00",
      { onCall: rota({ overrides: [{ ...override, until: "2026-12-24T08:59" }] }) },
    ],
    [
      "onCall.rotations.primary.overrides[0].from: must be a time on the clock without a zone",
      { onCall: rota({ overrides: [{ ...override, from: "2026-12-24T09:00Z" }] }) },
    ],
    [
      "onCall.rotations.primary.overrides[1]: overlaps overrides[0] (2026-12-24T09:00 to 2026-12-27T09:00)",
      {
        onCall: rota({
          overrides: [
            override,
            { ...override, from: "2026-12-27T08:59", until: "2026-12-28T09:00" },
          ],
        }),
      },
    ],
    ["onCall.escalations[0].steps: is empty", { onCall: steps() }],
    [
      "onCall.escalations[0].steps[0].call: is empty",
      { onCall: steps({ after: minutes(1), call: [] }) },
    ],
    [
      "onCall.escalations[0].steps[0].call[1]: there is no rotation or person second; there are primary, ann, ben",
      { onCall: steps({ after: minutes(1), call: ["primary", "second"] }) },
    ],
    [
      "onCall.escalations[0].steps[1].after: 60 s is not later than the step before it, 120 s",
      {
        onCall: steps(
          { after: minutes(2), call: ["primary"] },
          { after: minutes(1), call: ["ann"] },
        ),
      },
    ],
    [
      "onCall.escalations[1]: is never reached, because escalations[0] fits everything",
      {
        onCall: {
          rotations: { primary },
          escalations: [
            { steps: [{ after: minutes(1), call: ["ann"] }] },
            { steps: [{ after: minutes(1), call: ["ben"] }] },
          ],
        },
      },
    ],
    [
      "onCall.escalations[0].match.unit[0]: there is no unit alarms; there are open-ingress, alarm, ",
      {
        onCall: {
          rotations: { primary },
          escalations: [
            { match: { unit: ["alarms"] }, steps: [{ after: minutes(1), call: ["ann"] }] },
          ],
        },
      },
    ],
    ["onCall.group.repeat.seconds: ", { onCall: { ...rota({}), group: { repeat: seconds(0) } } }],
    ["onCall.group.by[0]: ", { onCall: { ...rota({}), group: { by: ["team"] } } }],
    [
      "onCall.quietHours.until: is 22:00 as well",
      { onCall: { ...rota({}), quietHours: { from: "22:00", until: "22:00" } } },
    ],
    [
      "onCall.digestAt: must be a time of day as HH:MM",
      { onCall: { ...rota({}), digestAt: "half past eight" } },
    ],
    [
      "people.ann.slack: must be an id of Slack's, like U0123ABCD",
      { people: { ...all.people, ann: { slack: "@ann" } } },
    ],
    ["people.ann.email: ", { people: { ...all.people, ann: { email: "ann" } } }],
    [
      "channels.sns: is the name of what is there by itself: give the channel another",
      { channels: { ...all.channels, sns: hook } },
    ],
    [
      "channels.terminal: is the name of what is there by itself",
      { channels: { ...all.channels, terminal: hook } },
    ],
    ["channels.x.kind: ", { channels: { ...all.channels, x: { kind: "fax" } } }],
    [
      "channels.mail.to: is absent, so that whoever is called gets the mail, and ann has no email",
      { people: { ...all.people, ann: {} } },
    ],
    [
      "channels.mail.to: is absent, so that whoever is called gets the mail, and nobody is called",
      { onCall: undefined },
    ],
    [
      "routes[0].channel: there is no channel pager; there are sns, team, app, mail",
      { routes: [{ channel: "pager" }] },
    ],
    [
      "routes[0].fallback: there is no channel pager; there are sns, team, app, mail",
      { routes: [{ channel: "team", fallback: "pager" }] },
    ],
    [
      "routes[0].fallback: goes in a circle, team to team",
      { routes: [{ channel: "team", fallback: "team" }] },
    ],
    [
      "routes[2].fallback: goes in a circle, team to app to mail to team: let one of them fall back to sns",
      {
        routes: [
          { channel: "team", fallback: "app" },
          { channel: "app", fallback: "mail" },
          { channel: "mail", fallback: "team" },
        ],
      },
    ],
    [
      "routes[0].fallback: the topic, sns, is what all others fall back to in the end",
      { routes: [{ channel: "sns", fallback: "team" }] },
    ],
    [
      "routes[0].email: only the topic, sns, has subscribers",
      { routes: [{ channel: "team", email: ["ann@example.com"] }] },
    ],
    [
      "routes[0].email: who subscribes to the topic gets all that goes there",
      { routes: [{ channel: "sns", match: { family: ["cost"] }, email: ["ann@example.com"] }] },
    ],
    [
      "routes[0].match.region[0]: may have one * only, at its end",
      { routes: [{ channel: "team", match: { region: ["*-central-1"] } }] },
    ],
    ["routes[0].match.unit: is empty", { routes: [{ channel: "team", match: { unit: [] } }] }],
    [
      'routes[0].match: Unrecognized key: "tag"',
      { routes: [{ channel: "team", match: { tag: {} } }] },
    ],
    [
      "mutes[0].until: must say when the mute ends: a day, like 2026-12-01",
      { mutes: [{ ...mute, until: undefined }] },
    ],
    [
      "mutes[0].until: must be a day, like 2026-12-01, or a time in UTC",
      { mutes: [{ ...mute, until: "2026-12-01T06:00" }] },
    ],
    [
      "mutes[0].until: ended on 2026-11-20: take the mute out, or give it a new end",
      { mutes: [{ ...mute, until: "2026-11-20" }] },
    ],
    [
      "mutes[0].match: fits everything: name at least one of severity",
      { mutes: [{ ...mute, match: {} }] },
    ],
    ["mutes[0].owner: ", { mutes: [{ ...mute, owner: "" }] }],
    ["mutes[0].reason: ", { mutes: [{ ...mute, reason: undefined }] }],
    [
      "freezes[0].until: must be a day, like 2026-12-24, or a time on the clock",
      { freezes: [{ ...freeze, until: "soon" }] },
    ],
    [
      "freezes[0].until: 2026-12-24T18:00 is not after its beginning, 2026-12-24T18:00",
      { freezes: [{ ...freeze, until: freeze.from }] },
    ],
    [
      "freezes[0].units[0]: there is no unit alarms; there are open-ingress, alarm",
      { freezes: [{ ...freeze, units: ["alarms"] }] },
    ],
    [
      "freezes[0].regions[0]: us-east-1 is none of the regions that are looked at: eu-central-1",
      { freezes: [{ ...freeze, regions: ["us-east-1"] }] },
    ],
    ["freezes[0].reason: ", { freezes: [{ ...freeze, reason: "" }] }],
  ])("%s", (says, given) => {
    const wrong = () => parse(given);
    expect(wrong).toThrow(SettingsError);
    expect(wrong).toThrow(`\n${says}`);
  });

  test("once, not for each thing that follows from it", () => {
    expect(() =>
      parse({ onCall: rota({ people: ["cid"] }), channels: { team: hook, app: slack } }),
    ).toThrow(/^[^\n]*\n[^\n]*cid[^\n]*$/);
  });
});

test.each([
  ["E0123ABCD", /channels\.app\.team: is the id of an Enterprise organisation: name the workspace/],
  ["E0123ABCD9XYZ", /like T0123ABCD/],
  ["C0123ABCD", /channels\.app\.team: must be the id of a workspace of Slack's, like T0123ABCD/],
  ["acme", /channels\.app\.team: must be the id of a workspace/],
])("an app's team is a workspace: %s is refused, with field and remedy", (team, says) => {
  expect(() => parse({ channels: { ...all.channels, app: { ...slack, team } } })).toThrow(says);
});

describe("a secret that was pasted in is refused and never printed", () => {
  test.each(
    [
      "xoxb-1234567890-abcdefghijkl",
      "secretsmanager:xoxb-1234567890-abcdefghijkl",
      "https://hooks.slack.com/services/T0/B0/abcdefghijklmnop",
      "secretsmanager:https://hooks.slack.com/services/T0/B0/abcdefghijklmnop",
      "0123456789abcdef0123456789abcdef",
      "ssm:/0123456789abcdef0123456789abcdef",
      "R0123456789ABCDEF",
      "",
    ].flatMap((secret) => [
      [secret, { channels: { ...all.channels, team: { ...hook, url: secret } } }] as const,
      [secret, { channels: { ...all.channels, app: { ...slack, token: secret } } }] as const,
      [
        secret,
        { channels: { ...all.channels, app: { ...slack, signingSecret: secret } } },
      ] as const,
      [
        secret,
        { channels: { ...all.channels, pager: { kind: "pagerduty", routingKey: secret } } },
      ] as const,
    ]),
  )("%s", (secret, given) => {
    expect(() => parse(given)).toThrow(
      /^nightshift.config.ts is not valid:\nchannels\.\w+\.\w+: must say where the secret lies, not the secret itself: /,
    );
    if (secret)
      expect(() => parse(given)).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining(secret) }),
      );
  });

  test.each([
    "xoxb-1234567890-abcdefghijkl",
    "https://hooks.slack.com/services/T0/B0/abcdefghijklmnop",
  ])("nor where a name belongs: %s", (secret) => {
    for (const given of [
      { routes: [{ channel: secret }] },
      { routes: [{ channel: "team", fallback: secret }] },
      { onCall: steps({ after: minutes(1), call: [secret] }) },
      { onCall: rota({ people: [secret] }) },
    ])
      expect(() => parse(given)).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining(secret) }),
      );
  });
});

test("what may follow each other does: an override may begin where another ends", () => {
  const next = { from: override.until, until: "2026-12-28T09:00", person: "ann" };
  expect(
    parse({ onCall: rota({ overrides: [override, next] }) }).onCall?.rotations.primary?.overrides,
  ).toHaveLength(2);
});
test("a mute that has ended keeps nobody from using the command line: only what is deployed is refused", () => {
  expect(
    parseSettings({ ...all, mutes: [{ ...mute, until: "2026-11-20" }] }, { features, units: known })
      .mutes,
  ).toHaveLength(1);
});
test("a freeze is in its own time zone, and a day is the whole of it", () => {
  const at = (given: object) =>
    parse({ freezes: [{ ...freeze, ...given }] }).freezes.map(({ begins, ends }) => [begins, ends]);
  expect(at({})).toEqual([["2026-12-24T17:00:00.000Z", "2026-12-27T05:00:00.000Z"]]);
  expect(at({ timeZone: "UTC" })).toEqual([
    ["2026-12-24T18:00:00.000Z", "2026-12-27T06:00:00.000Z"],
  ]);
  expect(at({ from: "2026-12-24", until: "2026-12-24" })).toEqual([
    ["2026-12-23T23:00:00.000Z", "2026-12-24T23:00:00.000Z"],
  ]);
});
