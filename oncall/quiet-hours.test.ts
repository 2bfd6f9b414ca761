import { describe, expect, test } from "vitest";
import { features } from "../features.ts";
import type { IncidentNews } from "../messages/incident-news.ts";
import type { IncidentTold, Outgoing, WatchdogTold } from "../messages/outgoing.ts";
import { parseSettings } from "../settings/parse.ts";
import { quietUntil, withheldUntil } from "./quiet-hours.ts";

const at = (text: string) => new Date(`${text}:00Z`);
const night = { from: "22:00", until: "07:00" };

describe("quiet hours end", () => {
  test.each<
    [timeZone: string, hours: { from: string; until: string }, now: string, end: string | undefined]
  >([
    ["UTC", night, "2026-11-21T21:59", undefined],
    ["UTC", night, "2026-11-21T22:00", "2026-11-22T07:00"],
    ["UTC", night, "2026-11-22T06:59", "2026-11-22T07:00"],
    ["UTC", night, "2026-11-22T07:00", undefined],
    ["UTC", { from: "12:00", until: "13:00" }, "2026-11-21T12:30", "2026-11-21T13:00"],
    ["UTC", { from: "12:00", until: "13:00" }, "2026-11-21T11:59", undefined],
    ["UTC", { from: "00:00", until: "06:00" }, "2026-11-21T00:00", "2026-11-21T06:00"],
    ["UTC", { from: "18:00", until: "00:00" }, "2026-11-21T23:59", "2026-11-22T00:00"],
    ["Asia/Kathmandu", night, "2026-11-21T16:14", undefined],
    ["Asia/Kathmandu", night, "2026-11-21T16:15", "2026-11-22T01:15"],
    // An hour shorter and an hour longer, by the same clock.
    ["Europe/Berlin", night, "2026-03-28T21:00", "2026-03-29T05:00"],
    ["Europe/Berlin", night, "2026-10-24T20:00", "2026-10-25T06:00"],
    // Their end is skipped, and comes twice: half an hour after it would have been, and the first.
    ["Europe/Berlin", { from: "22:00", until: "02:30" }, "2026-03-29T01:15", "2026-03-29T01:30"],
    ["Europe/Berlin", { from: "22:00", until: "02:30" }, "2026-10-25T00:29", "2026-10-25T00:30"],
    ["Europe/Berlin", { from: "22:00", until: "02:30" }, "2026-10-25T01:15", undefined],
    [
      "Australia/Lord_Howe",
      { from: "22:00", until: "02:15" },
      "2026-10-03T15:40",
      "2026-10-03T15:45",
    ],
  ])("%s %o at %s: %s", (timeZone, hours, now, end) =>
    expect(quietUntil(hours, timeZone, at(now))).toEqual(end && at(end)),
  );
});

describe("a message waits", () => {
  const rotation = (person: string) => ({
    people: [person],
    from: "2026-11-02",
    handover: { every: "day", at: "09:00" },
  });
  const settings = (given: object = {}, onCall: object = {}) =>
    parseSettings(
      {
        home: "eu-central-1",
        timeZone: "Europe/Berlin",
        people: {
          ann: {},
          ben: { timeZone: "America/New_York" },
          cid: { timeZone: "Europe/London" },
        },
        onCall: { rotations: { primary: rotation("ann") }, quietHours: night, ...onCall },
        ...given,
      },
      { features, units: [] },
    );
  const plain: WatchdogTold = {
    id: "m",
    at: at("2026-11-20T23:00"),
    account: "123456789012",
    region: "eu-central-1",
    unit: "watchdog",
    kind: "watchdog",
    severity: "warning",
    title: "t",
  };
  type Some =
    | Partial<WatchdogTold>
    | Pick<IncidentTold, "kind" | "news">
    | { kind: Outgoing["kind"] };
  const message = (given: Some = {}): Outgoing => ({ ...plain, ...given }) as Outgoing;
  const news = (why: IncidentNews["why"], ...calls: string[]) =>
    ({ kind: "incident", news: { why, group: "g", incidents: [], calls } }) as const;
  const [midnight, noon] = [at("2026-11-20T23:00"), at("2026-11-21T11:00")];
  const morning = at("2026-11-21T06:00");

  test.each<
    [
      what: string,
      given: Some,
      now: Date,
      parsed: ReturnType<typeof settings>,
      until: Date | undefined,
    ]
  >([
    ["until they end where the one who is on call lives", {}, midnight, settings(), morning],
    ["not by day", {}, noon, settings(), undefined],
    ["not when it is critical", { severity: "critical" }, midnight, settings(), undefined],
    [
      "not when it is as bad as the settings except",
      {},
      midnight,
      settings({}, { quietHours: { ...night, except: "warning" } }),
      undefined,
    ],
    [
      "when it is less",
      { severity: "info" },
      midnight,
      settings({}, { quietHours: { ...night, except: "warning" } }),
      morning,
    ],
    ["not without quiet hours", {}, midnight, settings({}, { quietHours: undefined }), undefined],
    ["not without on-call", {}, midnight, settings({ onCall: undefined }), undefined],
    [
      "not where one of those on call is awake",
      {},
      midnight,
      settings({}, { rotations: { primary: rotation("ann"), second: rotation("ben") } }),
      undefined,
    ],
    [
      "until the first of those on call is awake",
      {},
      midnight,
      settings({}, { rotations: { primary: rotation("cid"), second: rotation("ann") } }),
      morning,
    ],
    [
      "by the clocks of whoever is called",
      news("escalated", "ben"),
      at("2026-11-21T04:00"),
      settings(),
      at("2026-11-21T12:00"),
    ],
    [
      "not where whoever is called is awake",
      news("escalated", "ben"),
      midnight,
      settings(),
      undefined,
    ],
    [
      "by the settings' clocks where nobody is on call",
      {},
      midnight,
      settings({}, { rotations: {} }),
      morning,
    ],
    ["as news of an incident", news("opened"), midnight, settings(), morning],
    ["not as what somebody has just done", news("acknowledged"), midnight, settings(), undefined],
    ["not as an answer to a decision", { kind: "decision" }, midnight, settings(), undefined],
    [
      "not as a digest, which has its own time",
      { kind: "digest" },
      midnight,
      settings(),
      undefined,
    ],
  ])("%s", (_, given, now, parsed, until) =>
    expect(withheldUntil(message(given), parsed, now)).toEqual(until),
  );
});
