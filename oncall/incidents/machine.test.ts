import { beforeEach, describe, expect, test } from "vitest";
import { incidentId } from "../../messages/incident-id.ts";
import type { IncidentNews } from "../../messages/incident-news.ts";
import type { Outgoing, SignalTold } from "../../messages/outgoing.ts";
import { after, days, hours, minutes, type Span, seconds } from "../../sdk/time.ts";
import { matches } from "../../settings/match.ts";
import type { OnCall } from "../settings/on-call.ts";
import { groupOf } from "./grouping.ts";
import { aboutMessage, type Input, labelsOf, type Stepped, step } from "./machine.ts";
import { machineSettings } from "./settings.ts";
import type { Group, Incident, IncidentSource } from "./store.ts";

const start = new Date("2026-11-21T02:00:00Z");
let now: Date;
let group: Group | undefined;
let known: Map<string, Incident>;
let news: (IncidentNews & { readonly at: Date })[];
let sources: readonly IncidentSource[];
let steps_: number;
let settings = machineSettings({ rotations: {} }, (key) => [key]);
const on = (onCall: Partial<OnCall>) => {
  settings = machineSettings({ rotations: {}, ...onCall }, (key) => [key]);
};
beforeEach(() => {
  now = start;
  group = undefined;
  known = new Map();
  news = [];
  sources = [];
  steps_ = 0;
  on({});
});

function put(input: Input, fresh?: Group): Stepped {
  const from = group ?? fresh;
  if (!from) throw new Error("nothing has happened yet");
  steps_ += 1;
  const done = step(from, input, { now, settings, sources });
  group = done.state;
  for (const one of done.changed) known.set(one.id, one);
  news.push(...done.tell.map((telling) => ({ ...telling.news, at: now })));
  return done;
}
/** Time passes; the group is woken when it asked for it. */
function pass(span: Span): void {
  const until = after(now, span);
  while (group?.next && group.next <= until) {
    if (group.next > now) now = group.next;
    put({ kind: "tick" });
  }
  now = until;
}
const alarm = (key: string, given: Partial<SignalTold> = {}): SignalTold => ({
  id: `${key}.${now.toISOString()}`,
  at: now,
  account: "123456789012",
  region: "eu-central-1",
  unit: "alarm",
  kind: "signal",
  severity: "warning",
  title: `${key} is in ALARM`,
  key,
  ...given,
});
function comes(message: Outgoing): Stepped {
  return put(
    { kind: "signal", message, family: "signals", known: known.get(incidentId(message)) },
    groupOf(aboutMessage(message, "signals"), settings, now),
  );
}
function does(key: string, verb: "ack" | "snooze", more: object = {}): void {
  const incident = incidentId(alarm(key));
  const is = known.get(incident);
  if (!is) throw new Error(`${key} is not known`);
  put({
    kind: "act",
    act: { id: `act.${now.toISOString()}`, incident, by: "ann", verb, ...more } as never,
    known: is,
  });
}
const told = () =>
  news.map(({ why, incidents, at, calls }) =>
    [
      (at.getTime() - start.getTime()) / 60_000,
      why,
      incidents.map(({ title }) => title.split(" ")[0]).join(" "),
      ...calls,
    ].join(" "),
  );

describe("where Nightshift differs from Alertmanager on purpose", () => {
  test("what somebody has taken is not told again and again, nor escalated; what nobody has taken is", () => {
    on({ escalations: [{ steps: [{ after: minutes(10), call: ["primary"] }] }] });
    comes(alarm("cpu"));
    pass(minutes(5));
    does("cpu", "ack");
    pass(hours(24));
    expect(told()).toEqual(["0.5 opened cpu", "5 acknowledged cpu"]);
    comes(alarm("disk"));
    pass(hours(5));
    expect(told().slice(2)).toEqual([
      "1445.5 opened disk",
      "1455 escalated disk primary",
      "1465 escalated disk primary",
      "1690.5 repeat disk",
    ]);
  });

  test("what somebody has taken before it was told needs no telling", () => {
    comes(alarm("cpu"));
    does("cpu", "ack");
    pass(hours(1));
    expect(told()).toEqual(["0 acknowledged cpu"]);
  });

  test("whoever takes what they have already says nothing new; somebody else does", () => {
    comes(alarm("a"));
    pass(minutes(1));
    does("a", "ack");
    pass(minutes(1));
    does("a", "ack");
    pass(minutes(1));
    expect(told()).toEqual(["0.5 opened a", "1 acknowledged a"]);
    does("a", "ack", { by: "ben" });
    expect(told().slice(2)).toEqual(["3 acknowledged a"]);
    pass(minutes(1));
    does("a", "snooze", { until: after(start, hours(1)) });
    pass(minutes(1));
    does("a", "snooze", { until: after(start, hours(1)) });
    pass(minutes(1));
    expect(told().slice(3)).toEqual(["4 snoozed a"]);
  });
  test("a snooze ends: what is still open then is told as if it were new", () => {
    comes(alarm("cpu"));
    pass(minutes(1));
    does("cpu", "snooze", { until: after(start, hours(3)) });
    pass(hours(4));
    expect(told()).toEqual(["0.5 opened cpu", "1 snoozed cpu", "180.5 opened cpu"]);
  });

  test("what becomes worse does so whatever its facts are called; only a doubt of ours leaves it as it is", () => {
    comes(alarm("cpu", { doubt: "said to be over, but the state does not say so" }));
    expect(known.get(incidentId(alarm("cpu")))?.labels.severity).toBe("warning");
    const facts = { "still open": "12" };
    comes(alarm("cpu", { severity: "critical", facts }));
    expect(known.get(incidentId(alarm("cpu")))?.labels.severity).toBe("critical");
  });

  test("what becomes worse is told as a change of the same incident, in its group", () => {
    on({ group: { by: ["severity"] } });
    comes(alarm("cpu"));
    pass(minutes(1));
    comes(alarm("cpu", { severity: "critical", title: "cpu is on fire" }));
    comes(alarm("cpu", { severity: "info" }));
    pass(minutes(5));
    expect(told()).toEqual(["0.5 opened cpu", "5.5 opened cpu"]);
    expect(news.at(-1)?.incidents).toMatchObject([
      { severity: "critical", title: "cpu is on fire", count: 3 },
    ]);
  });

  test.each([{}, { "still open": "12" }, { doubt: "12" }])(
    "what an event says of itself, %j among it, cannot keep a worse one from being told",
    (facts) => {
      comes(alarm("queue"));
      pass(minutes(1));
      const { changed } = comes(alarm("queue", { severity: "critical", facts }));
      expect(changed).toMatchObject([{ labels: { severity: "critical" }, count: 2 }]);
    },
  );

  test("news that has no end of its own is not repeated, and is over after a day without it", () => {
    const { key: _, ...keyless } = alarm("reboot", { title: "reboot planned" });
    comes(keyless);
    pass(days(3));
    expect(told()).toEqual(["0.5 opened reboot"]);
    expect([...known.values()]).toMatchObject([
      { state: "resolved", resolvedAt: after(start, days(1)) },
    ]);
    expect(group?.next).toBeUndefined();
  });

  test("nor is what says that nothing ends it, however often it comes and under whatever key", () => {
    for (const job of ["a", "b"]) comes(alarm("etl", { title: `${job} failed`, passing: true }));
    pass(days(3));
    expect(told()).toEqual(["0.5 opened b"]);
    expect([...known.values()]).toMatchObject([
      { state: "resolved", count: 2, resolvedAt: after(start, days(1)) },
    ]);
  });

  test("of many, some are listed, worst first, the others counted; a worse one takes a lesser one's place", () => {
    settings = { ...settings, listed: 3 };
    for (const key of ["a", "b", "c", "d", "e"]) comes(alarm(key));
    comes(alarm("f", { severity: "critical" }));
    pass(minutes(1));
    expect(news).toMatchObject([{ why: "opened", more: 3 }]);
    expect(told()).toEqual(["0.5 opened f a b"]);
    // Whoever makes room for a worse one was told already, and is not told anew.
    comes(alarm("g", { severity: "critical" }));
    pass(minutes(15));
    expect(told()).toEqual(["0.5 opened f a b", "5.5 opened g"]);
    expect(news.at(-1)).toMatchObject({ beside: 6 });
    comes(alarm("g", { closes: true, confirmed: true }));
    pass(minutes(5));
    expect(told().slice(2)).toEqual(["20.5 resolved g"]);
    comes(alarm("e", { closes: true, confirmed: true }));
    comes(alarm("f", { closes: true, confirmed: true }));
    pass(minutes(5));
    // One that was only counted is over too; a, b, c and d are still open.
    expect(news.at(-1)).toMatchObject({ why: "resolved", more: 1, open: 4 });
    for (const key of ["a", "b", "c", "d"]) comes(alarm(key, { closes: true, confirmed: true }));
    pass(minutes(10));
    // Whoever had to make room was told, so that its end is told too.
    expect(told().slice(-2).toSorted()).toEqual(["25.5 resolved f", "30.5 resolved a b"]);
    expect(group).toMatchObject({
      incidents: [],
      more: { open: { info: 0, warning: 0, critical: 0 }, resolved: 0 },
    });
  });
});

describe("what was only counted when it was told", () => {
  const ends = (key: string) => comes(alarm(key, { closes: true, confirmed: true }));
  beforeEach(() => {
    settings = { ...settings, listed: 3 };
    for (const key of ["a", "b", "c", "d", "e", "f"]) comes(alarm(key));
    pass(minutes(1));
    expect(news).toMatchObject([{ why: "opened", more: 3 }]);
  });
  const overs = () =>
    news
      .filter(({ why }) => why === "resolved")
      .map(({ thread, incidents, more = 0, open = 0 }) => ({
        thread: thread === news[0]?.thread,
        over: incidents.length + more,
        open,
      }));

  test("ends with what was listed beside it: each once, where it was counted", () => {
    for (const key of ["f", "a", "b", "c"]) ends(key);
    // Those that waited have a place now, and end before they are told by name.
    put({ kind: "tick" }, undefined);
    for (const key of ["d", "e"]) {
      const moved = known.get(incidentId(alarm(key)));
      put({
        kind: "signal",
        message: alarm(key, { closes: true, confirmed: true }),
        family: "signals",
        known: moved,
      });
    }
    pass(minutes(10));
    expect(overs()).toEqual([{ thread: true, over: 6, open: 0 }]);
  });

  test("ends while what is listed goes on, and that is told", () => {
    for (const key of ["d", "e"]) ends(key);
    pass(minutes(10));
    expect(overs()).toEqual([{ thread: true, over: 2, open: 4 }]);
    for (const key of ["a", "b", "c", "f"]) ends(key);
    pass(minutes(10));
    expect(overs().map(({ over }) => over)).toEqual([2, 4]);
    expect(group).toMatchObject({ incidents: [], counted: undefined });
  });
});

test("who takes what is pushed out of the list is no reason to say that all of its thread is over", () => {
  settings = { ...settings, listed: 2 };
  const ack = (...keys: readonly string[]) => {
    for (const key of keys) {
      const incident = known.get(incidentId(alarm(key)));
      if (!incident) throw new Error(`${key} is not known`);
      const act = { verb: "ack", id: `ack.${key}`, incident: incident.id, by: "ann" } as const;
      put({ kind: "act", act, known: incident });
    }
    pass(minutes(10));
  };
  for (const pair of [
    ["a", "b"],
    ["c", "d"],
    ["e", "f"],
    ["g", "h"],
  ]) {
    for (const key of pair) comes(alarm(key));
    pass(minutes(10));
    ack(...pair);
  }
  expect(group?.incidents.some(({ title }) => title.startsWith("a "))).toBe(false);
  const before = news.length;
  comes(alarm("b", { closes: true, confirmed: true }));
  pass(minutes(10));
  comes(alarm("a", { closes: true, confirmed: true }));
  pass(minutes(10));
  const ends = news.slice(before).map(({ why, open = 0, taken = 0 }) => [why, open, taken]);
  expect(ends).toEqual([
    ["resolved", 1, 1],
    ["resolved", 0, 0],
  ]);
  for (const key of ["c", "d", "e", "f", "g", "h"])
    comes(alarm(key, { closes: true, confirmed: true }));
  pass(minutes(10));
  expect(group).toMatchObject({ incidents: [] });
  expect(group?.emptySince).toBeDefined();
});

describe("escalation", () => {
  const steps = [
    { after: minutes(10), call: ["primary"] },
    { after: minutes(30), call: ["secondary", "lead"] },
  ];

  test("calls step after step, until somebody takes it", () => {
    on({ escalations: [{ steps }] });
    comes(alarm("cpu"));
    pass(hours(2));
    expect(told()).toEqual([
      "0.5 opened cpu",
      "10 escalated cpu primary",
      "30 escalated cpu secondary lead",
      "50 escalated cpu primary secondary lead",
    ]);
    expect(news.map(({ last = false }) => last)).toEqual([false, false, false, true]);
  });

  test("the first that fits counts; what none fits is told and calls nobody", () => {
    on({ escalations: [{ match: { severity: ["critical"] }, steps }] });
    comes(alarm("cpu"));
    pass(hours(1));
    expect(told()).toEqual(["0.5 opened cpu"]);
  });

  test("a step at once calls with the first notification", () => {
    on({ escalations: [{ steps: [{ after: seconds(0), call: ["primary"] }] }] });
    comes(alarm("cpu"));
    pass(minutes(9));
    expect(told()).toEqual(["0.5 opened cpu primary"]);
  });

  test("a step that was missed is made good at once", () => {
    on({ escalations: [{ steps }] });
    comes(alarm("cpu"));
    pass(minutes(1));
    now = after(start, hours(1));
    put({ kind: "tick" });
    expect(told()).toEqual(["0.5 opened cpu", "60 escalated cpu primary secondary lead"]);
  });

  test("what comes back before anybody was told that it was over is called for as if it had never gone", () => {
    on({ escalations: [{ steps }] });
    comes(alarm("cpu"));
    for (let flap = 0; flap < 4; flap += 1) {
      pass(minutes(2));
      comes(alarm("cpu", { closes: true, confirmed: true }));
      now = after(now, seconds(5));
      comes(alarm("cpu"));
    }
    pass(minutes(3));
    expect(told()).toEqual(["0.5 opened cpu", "10 escalated cpu primary"]);
  });

  test("whoever has taken it keeps it when it flaps", () => {
    comes(alarm("cpu"));
    pass(minutes(1));
    does("cpu", "ack");
    comes(alarm("cpu", { closes: true, confirmed: true }));
    now = after(now, seconds(5));
    comes(alarm("cpu"));
    expect([...known.values()]).toMatchObject([{ state: "acknowledged", by: "ann" }]);
  });

  test("what was told and is inhibited since calls nobody, until that is over", () => {
    on({
      escalations: [{ match: { severity: ["warning"] }, steps }],
      inhibit: [{ source: { severity: ["critical"] }, target: { severity: ["warning"] } }],
    });
    comes(alarm("cpu"));
    pass(minutes(5));
    comes(alarm("outage", { severity: "critical" }));
    pass(minutes(15));
    expect(told()).toEqual(["0.5 opened cpu", "5.5 opened outage"]);
    comes(alarm("outage", { closes: true, confirmed: true, severity: "info" }));
    pass(minutes(6));
    expect(told().slice(2)).toEqual(["20.5 opened cpu primary", "20.5 resolved outage"]);
  });

  test("nor while what inhibits it is in another group; it is looked at with the group, not all the time", () => {
    on({
      escalations: [{ steps }],
      inhibit: [{ source: { severity: ["critical"] }, target: { severity: ["warning"] } }],
    });
    comes(alarm("cpu"));
    pass(minutes(1));
    sources = [
      {
        id: "inc.other",
        labels: { ...labelsOf(alarm("outage"), "signals"), severity: "critical" },
      },
    ];
    pass(minutes(40));
    expect(told()).toEqual(["0.5 opened cpu"]);
    expect(steps_).toBeLessThan(12);
    sources = [];
    pass(minutes(6));
    expect(told().slice(1)).toEqual(["45.5 escalated cpu primary secondary lead"]);
  });

  test("what is inhibited calls nobody", () => {
    on({
      escalations: [{ steps }],
      inhibit: [{ source: { severity: ["critical"] }, target: { severity: ["warning"] } }],
    });
    comes(alarm("outage", { severity: "critical" }));
    comes(alarm("cpu"));
    pass(hours(1));
    expect(told()).toEqual([
      "0.5 opened outage",
      "10 escalated outage primary",
      "30 escalated outage secondary lead",
      "50 escalated outage primary secondary lead",
    ]);
  });
});

describe("a storm", () => {
  test("10,000 messages in a minute are a handful of notifications with counts, in a state that does not grow", () => {
    on({ escalations: [{ steps: [{ after: minutes(10), call: ["primary"] }] }] });
    let largest = 0;
    for (let at = 0; at < 10_000; at += 1) {
      now = new Date(start.getTime() + 6 * at);
      while (group?.next && group.next <= now) put({ kind: "tick" });
      comes(alarm(`host-${at % 4000}`));
      if (at % 1000 === 0) largest = Math.max(largest, JSON.stringify(group).length);
    }
    pass(hours(1));
    expect(news.map(({ why, incidents, more = 0 }) => [why, incidents.length, more])).toEqual([
      ["opened", 40, 3960],
      ["escalated", 40, 3960],
      ["escalated", 40, 3960],
    ]);
    expect(largest).toBeLessThan(60_000);
    expect([...known.values()].reduce((sum, { count }) => sum + count, 0)).toBe(10_000);
  });
});

test.each<[what: string, match: Parameters<typeof matches>[0], fits: boolean]>([
  ["nothing is named", {}, true],
  ["one of several", { severity: ["info", "warning"] }, true],
  ["another", { severity: ["critical"] }, false],
  ["the beginning", { unit: ["al*"] }, true],
  ["any rest", { unit: ["*"] }, true],
  ["a beginning that is no pattern", { unit: ["al"] }, false],
  ["all that is named must fit", { unit: ["alarm"], region: ["us-east-1"] }, false],
  ["a tag that nobody knows", { tags: { team: ["*"] } }, false],
])("matching: %s", (_, match, fits) =>
  expect(matches(match, labelsOf(alarm("cpu"), "signals"))).toBe(fits),
);
