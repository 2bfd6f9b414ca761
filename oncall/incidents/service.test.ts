import { beforeEach, describe, expect, test } from "vitest";
import { incidentId } from "../../messages/incident-id.ts";
import { untold } from "../../messages/outbox.ts";
import { newsIn, type SignalTold } from "../../messages/outgoing.ts";
import { after, type Clock, hours, minutes, type Span, seconds } from "../../sdk/time.ts";
import { keptCounts, keptLog } from "../../testing/context.ts";
import { type MemoryLedger, memoryLedger } from "../../testing/memory/ledger.ts";
import { TransactionRefused } from "../../testing/memory/table.ts";
import type { OnCall } from "../settings/on-call.ts";
import { createIncidents, type Incidents } from "./service.ts";
import {
  closedIncidents,
  groupById,
  type Head,
  headById,
  openIncidents,
  timelineOf,
} from "./store.ts";
import { queuedTimers } from "./timers.ts";

const start = new Date("2026-11-21T02:00:00Z");
const onCall: OnCall = {
  rotations: {},
  escalations: [{ steps: [{ after: minutes(10), call: ["primary"] }] }],
};

let now: Date;
const clock: Clock = { now: () => now, async sleep() {} };
let ledger: MemoryLedger;
let incidents: Incidents;
let timers: ReturnType<typeof queuedTimers>;
let broken: boolean;
let log: ReturnType<typeof keptLog>;
let counts: ReturnType<typeof keptCounts>;

function made(settings: OnCall = onCall): Incidents {
  return createIncidents({
    onCall: settings,
    families: { alarm: "signals" },
    whoIsOn: (key) => (key === "primary" ? ["ann"] : []),
    nameOf: (key) => (key === "ann" ? "Ann" : key),
    store: ledger.store,
    clock,
    log: log.log,
    metrics: counts.metrics,
    timers: {
      async set(group, at) {
        if (broken) throw new Error("ThrottlingException");
        await timers.set(group, at);
      },
    },
  });
}
beforeEach(() => {
  now = start;
  broken = false;
  timers = queuedTimers();
  ledger = memoryLedger(clock);
  log = keptLog();
  counts = keptCounts();
  incidents = made();
});

let messages = 0;
function alarm(key: string, given: Partial<SignalTold> = {}): SignalTold {
  messages += 1;
  return {
    id: `alarm.${messages}`,
    at: now,
    account: "123456789012",
    region: "eu-central-1",
    unit: "alarm",
    kind: "signal",
    severity: "critical",
    title: `${key} is in ALARM`,
    facts: { threshold: "above 50" },
    affected: ["i-1"],
    key,
    ...given,
  };
}
const ok = (key: string, given: Partial<SignalTold> = {}) =>
  alarm(key, {
    severity: "info",
    title: `${key} is OK again`,
    closes: true,
    confirmed: true,
    ...given,
  });
const idOf = (key: string) => incidentId(alarm(key));
const head = async (key: string): Promise<Head | undefined> =>
  (await headById(ledger.store, idOf(key)))?.body;
const told = async () =>
  (
    await Array.fromAsync(untold(ledger.store, "incident", new Date(0), after(now, hours(10_000))))
  ).map(({ message }) => message);
const said = async () =>
  (await told()).map((message) => `${newsIn(message)?.why}: ${message.title}`);
const happened = async (key: string) => {
  const one = await head(key);
  return one
    ? (await timelineOf(ledger.store, one)).map(({ what, by }) => (by ? `${what} by ${by}` : what))
    : [];
};

/** Time passes; the timers wake their groups. */
async function pass(span: Span): Promise<void> {
  const until = after(now, span);
  for (let next = timers.next(); next && next <= until; next = timers.next()) {
    if (next > now) now = next;
    for (const group of timers.due(now)) await incidents.wake(group);
  }
  now = until;
}

describe("an incident from its beginning to its end", () => {
  test("is told, escalated to whoever is on, taken, and over when the state says so", async () => {
    expect(await incidents.take([alarm("cpu")])).toEqual(new Set());
    await pass(minutes(11));
    await incidents.act({ verb: "ack", id: "act-1", incident: idOf("cpu"), by: "ann" });
    await pass(minutes(59));
    await incidents.take([ok("cpu")]);
    await pass(minutes(5));
    expect(await said()).toEqual([
      "opened: cpu is in ALARM",
      "escalated: Nobody has taken it for 10 minutes, so Ann is called: cpu is in ALARM",
      "acknowledged: Ann has taken it: cpu is in ALARM",
      "resolved: Over after 70 minutes: cpu is in ALARM",
    ]);
    expect((await told()).map((message) => newsIn(message)?.calls)).toEqual([[], ["ann"], [], []]);
    expect(await happened("cpu")).toEqual([
      "opened",
      "told",
      "escalated",
      "told",
      "acknowledged by ann",
      "told",
      "resolved",
      "told",
    ]);
    expect(await closedIncidents(ledger.store, 10)).toMatchObject([
      { id: idOf("cpu"), state: "resolved", by: "ann" },
    ]);
    expect(await openIncidents(ledger.store, 10)).toEqual({ heads: [], more: 0 });
  });

  test("carries what its message said: facts, what is affected, severity, links", async () => {
    await incidents.take([
      alarm("cpu", { link: "https://console.aws.amazon.com/x", runbook: "docs/incidents.md" }),
    ]);
    await pass(minutes(1));
    expect(await told()).toMatchObject([
      {
        kind: "incident",
        unit: "alarm",
        severity: "critical",
        affected: ["i-1"],
        link: "https://console.aws.amazon.com/x",
        runbook: "docs/incidents.md",
        facts: {
          threshold: "above 50",
          "what now": expect.stringContaining(`npx nightshift incident ack ${idOf("cpu")}`),
        },
        news: {
          why: "opened",
          incidents: [{ id: idOf("cpu"), state: "open", severity: "critical", count: 1 }],
        },
      },
    ]);
  });

  test("an event alone does not end it: where the state was not read, it stays open, and the timeline says why", async () => {
    await incidents.take([alarm("cpu")]);
    await pass(minutes(1));
    await incidents.take([ok("cpu", { confirmed: false })]);
    const {
      closes: _,
      confirmed: __,
      ...doubted
    } = ok("cpu", {
      doubt: "said to be over, but the state, read 5 times, does not say so",
    });
    await incidents.take([doubted]);
    await pass(minutes(20));
    expect(await head("cpu")).toMatchObject({
      state: "open",
      count: 1,
      facts: { threshold: "above 50" },
    });
    expect((await happened("cpu")).filter((one) => one === "unconfirmed")).toHaveLength(2);
    expect(await happened("cpu")).toContain("unconfirmed");
  });
});

describe("deliveries that are repeated, late or in disorder change nothing twice", () => {
  test("the same message three times counts once", async () => {
    const message = alarm("cpu");
    await incidents.take([message]);
    await incidents.take([message, message]);
    const again = alarm("cpu");
    await incidents.take([again]);
    await incidents.take([again, alarm("other"), message]);
    expect(await head("cpu")).toMatchObject({ count: 2 });
    expect(await head("other")).toMatchObject({ count: 1 });
  });

  test("an end that comes before a later beginning leaves it open; one that is older than the newest event is only noted", async () => {
    const end = ok("cpu", { at: after(now, seconds(10)) });
    await incidents.take([end]);
    expect(await head("cpu")).toMatchObject({ state: "resolved", count: 0 });
    const begin = alarm("cpu", { at: after(now, seconds(20)) });
    await incidents.take([begin]);
    await incidents.take([ok("cpu", { at: after(now, seconds(15)) })]);
    expect(await head("cpu")).toMatchObject({ state: "open" });
    expect(await happened("cpu")).toEqual(["late", "opened"]);
  });

  test("a beginning that comes after its end does not open it anew", async () => {
    await incidents.take([alarm("cpu")]);
    await pass(minutes(10));
    const late = alarm("cpu", { at: after(start, minutes(2)) });
    await incidents.take([ok("cpu")]);
    await incidents.take([late]);
    expect(await head("cpu")).toMatchObject({ state: "resolved", count: 2 });
    await pass(minutes(10));
    expect((await said()).at(-1)).toMatch(/^resolved: /);
  });

  test("one that comes back long after is the same incident, opened anew", async () => {
    await incidents.take([alarm("cpu")]);
    await incidents.take([ok("cpu", { at: after(now, minutes(10)) })]);
    await pass(hours(5));
    await incidents.take([alarm("cpu")]);
    await pass(minutes(1));
    expect(await head("cpu")).toMatchObject({
      state: "open",
      count: 2,
      openedAt: after(start, hours(5)),
    });
    expect((await openIncidents(ledger.store, 10)).heads.map(({ id }) => id)).toEqual([
      idOf("cpu"),
    ]);
  });

  test("twenty deliveries at once lose nothing of one another", async () => {
    const all = Array.from({ length: 60 }, (_, at) => alarm(`k${at % 6}`));
    const failed = await Promise.all(
      Array.from({ length: 20 }, (_, at) => made().take(all.slice(at * 3, at * 3 + 3))),
    );
    // What lost too often comes again, as the stream would have it.
    const again = all.filter(({ id }) => failed.some((ids) => ids.has(id)));
    expect(await incidents.take(again)).toEqual(new Set());
    for (const key of ["k0", "k1", "k2", "k3", "k4", "k5"])
      expect(await head(key)).toMatchObject({ count: 10 });
    await pass(minutes(1));
    expect(
      (await told()).map((message) => [newsIn(message)?.why, newsIn(message)?.incidents.length]),
    ).toEqual([["opened", 6]]);
  });
});

describe("when something fails", () => {
  const deny = (wanted: string) => (operation: string) => {
    if (operation === wanted)
      throw new TransactionRefused("AccessDeniedException", "not authorized");
  };

  test.each(["GetItem", "TransactWriteItems"])(
    "a ledger that refuses %s: the message must come again, and is then taken once",
    async (operation) => {
      const message = alarm("cpu");
      ledger.before = deny(operation);
      expect(await incidents.take([message])).toEqual(new Set([message.id]));
      ledger.before = () => {};
      expect(await incidents.take([message])).toEqual(new Set());
      expect(await head("cpu")).toMatchObject({ count: 1 });
    },
  );

  test("a process that dies after the ledger was written, before it has set the timer: the watchdog wakes the group", async () => {
    broken = true;
    expect(await incidents.take([alarm("cpu")])).toEqual(new Set());
    expect(counts.counts).toEqual({ failed: 1 });
    await pass(minutes(1));
    expect(await said()).toEqual([]);
    expect(await incidents.overdue()).toBe(0);
    broken = false;
    await pass(minutes(2));
    expect(await incidents.overdue()).toBe(1);
    expect(await said()).toEqual(["opened: cpu is in ALARM"]);
    expect(await incidents.overdue()).toBe(0);
    await pass(minutes(10));
    expect((await said()).map((one) => one.split(":")[0])).toEqual(["opened", "escalated"]);
  });

  test("or the next message does", async () => {
    broken = true;
    await incidents.take([alarm("cpu")]);
    broken = false;
    await pass(minutes(3));
    await incidents.take([alarm("disk")]);
    expect(await said()).toEqual([expect.stringMatching(/^opened: 2 incidents, the worst: /)]);
  });

  test("a timer that comes too early, too late or twice", async () => {
    await incidents.take([alarm("cpu")]);
    const group = (await head("cpu"))?.group ?? "";
    const sent = ledger.sent.length;
    await incidents.wake(group);
    expect(ledger.sent.slice(sent)).toEqual(["GetItem"]);
    expect(await said()).toEqual([]);
    now = after(now, minutes(5));
    await incidents.wake(group);
    await incidents.wake(group);
    expect(await said()).toHaveLength(1);
  });

  test("a timer of a group that is gone, and an act on an incident that is gone", async () => {
    await incidents.wake("grp.gone");
    await expect(
      incidents.act({ verb: "ack", id: "a", incident: "inc.gone", by: "ann" }),
    ).rejects.toThrow("there is no incident inc.gone");
  });
});

describe("what people do", () => {
  beforeEach(async () => {
    await incidents.take([alarm("cpu")]);
    await pass(minutes(1));
  });
  const act = (id: string, given: object) =>
    incidents.act({ id, incident: idOf("cpu"), by: "ann", ...given } as never);

  test("the same act twice is one", async () => {
    await act("a-1", { verb: "ack" });
    await act("a-1", { verb: "ack" });
    expect(await happened("cpu")).toEqual(["opened", "told", "acknowledged by ann", "told"]);
  });

  test("a snooze is quiet until it ends, then it is told again and escalated anew", async () => {
    await act("a-1", { verb: "snooze", until: after(now, hours(2)) });
    await pass(hours(1.9));
    expect((await said()).length).toBe(2);
    await pass(minutes(30));
    expect((await said()).map((one) => one.split(":")[0])).toEqual([
      "opened",
      "snoozed",
      "opened",
      "escalated",
      "escalated",
    ]);
    expect(await happened("cpu")).toContain("awake");
  });

  test("a person resolves with a reason, and it is told at once", async () => {
    await act("a-1", { verb: "resolve", reason: "a wrong threshold" });
    expect(await head("cpu")).toMatchObject({ state: "resolved", by: "ann" });
    expect((await said()).at(-1)).toMatch(/^resolved: /);
    await pass(hours(8));
    expect(await said()).toHaveLength(2);
  });

  test("a note is kept and told to nobody", async () => {
    await act("a-1", { verb: "note", text: "looking at it" });
    expect(await happened("cpu")).toEqual(["opened", "told", "note by ann"]);
    expect(await said()).toHaveLength(1);
  });

  test.each<[what: string, given: () => object, says: string]>([
    ["a snooze that is over", () => ({ verb: "snooze", until: start }), "later than now"],
    [
      "a snooze without an end",
      () => ({ verb: "snooze", until: new Date(Number.NaN) }),
      "later than now",
    ],
    [
      "a snooze of a year",
      () => ({ verb: "snooze", until: after(now, hours(9000)) }),
      "at most 14 days",
    ],
    ["an end without a reason", () => ({ verb: "resolve", reason: "  " }), "the reason is empty"],
    ["an empty note", () => ({ verb: "note", text: "" }), "the note is empty"],
  ])("%s is refused and changes nothing", async (_, given, says) => {
    const sent = ledger.sent.length;
    await expect(act("a-1", given())).rejects.toThrow(says);
    expect(ledger.sent.slice(sent)).not.toContain("TransactWriteItems");
  });

  test("what is over cannot be taken", async () => {
    await act("a-1", { verb: "resolve", reason: "mended" });
    await expect(act("a-2", { verb: "ack" })).rejects.toThrow("is over");
  });
});

describe("a storm", () => {
  test("is a handful of notifications with counts; nothing is forgotten, nothing grows without end", async () => {
    for (let batch = 0; batch < 12; batch += 1) {
      const severity = (at: number) => (at === 25 && batch === 3 ? "critical" : "warning");
      const storm = Array.from({ length: 50 }, (_, at) =>
        alarm(`host-${(batch * 50 + at) % 200}`, { severity: severity(at) }),
      );
      expect(await incidents.take(storm)).toEqual(new Set());
      await pass(seconds(5));
    }
    await pass(minutes(30));
    const [first, ...rest] = await told();
    expect(rest.length).toBeLessThan(5);
    expect(first?.title).toBe("200 incidents, the worst: host-175 is in ALARM");
    expect(first && newsIn(first)).toMatchObject({
      incidents: expect.toSatisfy((shown: object[]) => shown.length === 40),
      more: 160,
    });
    const { heads, more } = await openIncidents(ledger.store, 300);
    expect([heads.length, more, heads.reduce((sum, { count }) => sum + count, 0)]).toEqual([
      200, 0, 600,
    ]);

    // And all of it ends.
    await incidents.take(Array.from({ length: 200 }, (_, at) => ok(`host-${at}`)));
    await pass(hours(1));
    expect(await openIncidents(ledger.store, 10)).toEqual({ heads: [], more: 0 });
    expect((await said()).at(-1)).toMatch(/^resolved: /);
    expect(
      (await groupById(ledger.store, (await head("host-0"))?.group ?? ""))?.body.next,
    ).toBeUndefined();
  });

  test("that was held up is told together, and at once", async () => {
    const all = [alarm("cpu"), alarm("disk"), alarm("memory")];
    now = after(now, minutes(5));
    await incidents.take(all);
    expect(await said()).toEqual([expect.stringMatching(/^opened: 3 incidents, the worst: /)]);
  });

  test("of one alarm is one incident that counts", async () => {
    await incidents.take(Array.from({ length: 300 }, () => alarm("cpu")));
    await pass(minutes(4));
    expect(await head("cpu")).toMatchObject({ count: 300 });
    expect(await said()).toHaveLength(1);
  });

  test("an item stays far below 400 KB, however long all that is said", async () => {
    const long = "x".repeat(5_000);
    const one = (at: number) =>
      alarm(`${at}${long}`, {
        title: long,
        link: `https://console.aws.amazon.com/${long}`,
        runbook: long,
        affected: Array.from({ length: 60 }, (_, nth) => `${nth}${long}`),
        facts: Object.fromEntries(Array.from({ length: 20 }, (_, nth) => [`${nth}${long}`, long])),
        chart: {
          title: long,
          points: Array.from({ length: 1_000 }, (_, nth) => [new Date(nth), nth] as const),
        },
      });
    await incidents.take(Array.from({ length: 45 }, (_, at) => one(at)));
    await pass(minutes(1));
    const sizes = [...ledger.table.all()].map((item) => JSON.stringify(item).length);
    expect(Math.max(...sizes)).toBeLessThan(300_000);
  });
});

describe("incidents of one cause", () => {
  test("are quiet while what inhibits them is open, in another group too, and are told when that is over", async () => {
    incidents = made({
      rotations: {},
      group: { by: ["unit", "account", "region"] },
      inhibit: [
        {
          source: { unit: ["health"] },
          target: { severity: ["critical"], unit: ["alarm"] },
          equal: ["region"],
        },
      ],
    });
    await incidents.take([alarm("outage", { unit: "health", title: "EC2 has an outage" })]);
    await incidents.take([alarm("cpu"), alarm("cpu-elsewhere", { region: "us-east-1" })]);
    await pass(minutes(20));
    expect((await told()).map(({ title }) => title).sort()).toEqual([
      "EC2 has an outage",
      "cpu-elsewhere is in ALARM",
    ]);
    await incidents.take([ok("outage", { unit: "health" })]);
    await pass(minutes(20));
    expect((await told()).map(({ title }) => title)).toContain("cpu is in ALARM");
  });
});

test("an escalation for which nobody is on is told all the same, and the timeline says so", async () => {
  incidents = made({
    rotations: {},
    escalations: [{ steps: [{ after: minutes(10), call: ["nobody-of-that-name"] }] }],
  });
  await incidents.take([alarm("cpu")]);
  await pass(minutes(11));
  expect((await said()).at(-1)).toBe(
    "escalated: Nobody has taken it for 10 minutes, and nobody is on call: cpu is in ALARM",
  );
  const one = await head("cpu");
  expect(one && (await timelineOf(ledger.store, one)).map(({ text }) => text)).toContain(
    "nobody is on for nobody-of-that-name",
  );
});

test("news that has no end of its own is told once, not repeated, and forgotten after a day without it", async () => {
  await incidents.take([alarm("scheduled", { severity: "info", title: "i-1 is to be rebooted" })]);
  await pass(hours(23));
  expect(await said()).toEqual([
    "opened: i-1 is to be rebooted",
    expect.stringMatching(/^escalated/),
    expect.stringMatching(/^escalated: .* nobody else will be/),
  ]);
  await pass(hours(2));
  expect(await head("scheduled")).toMatchObject({ state: "resolved" });
  expect(await said()).toHaveLength(3);
  expect(timers.next()).toBeUndefined();
});
