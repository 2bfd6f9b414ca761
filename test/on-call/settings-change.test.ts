/** Settings that change while incidents are open, and who is called meanwhile. */
import { describe, expect, test } from "vitest";
import type { Channel } from "../../channels/channel.ts";
import { newsIn, type Outgoing } from "../../messages/outgoing.ts";
import { hours, minutes } from "../../sdk/time.ts";
import { type MakeChannel, world } from "./world.ts";

const webhook = { kind: "webhook", url: "secretsmanager:n/hook", secret: "secretsmanager:n/key" };
const start = "2026-11-21T02:00:00Z";

/** Channels that keep what they are sent. */
function kept() {
  const sent: { readonly channel: string; readonly message: Outgoing }[] = [];
  const make: MakeChannel = (name): Channel => ({
    name,
    send: async (message) => void sent.push({ channel: name, message }),
  });
  const of = (channel: string) =>
    sent.flatMap(({ channel: name, message }) => (name === channel ? [message] : []));
  return { make, of };
}
const whyOf = (message: Outgoing) => newsIn(message)?.why;
const calledIn = (messages: readonly Outgoing[]) =>
  messages.flatMap((message) => newsIn(message)?.calls ?? []);

const settings = (given: object = {}) => ({
  channels: { old: webhook },
  people: { ann: {}, ben: {} },
  routes: [{ channel: "old" }],
  onCall: {
    rotations: {},
    escalations: [
      {
        steps: [
          { after: minutes(0), call: ["ann"] },
          { after: minutes(30), call: ["ben"] },
        ],
      },
    ],
  },
  ...given,
});

/** One incident is open and told when the settings change. */
async function changing(after: object) {
  const { make, of } = kept();
  const first = await world(start, settings(), make);
  await first.signal({ key: "A" });
  await first.pass(minutes(5));
  const told = of("old").length;
  const w = await world("2026-11-21T02:05:00Z", settings(after), make, first.store);
  // As the watchdog does after a deployment: timers of before are not known here.
  const pass = async (...times: readonly number[]) => {
    for (const time of times) {
      await w.pass(minutes(time));
      await w.incidents.overdue();
    }
    await w.pass(minutes(1));
  };
  return { w, of, told, pass };
}

describe("while an incident is open", () => {
  test("whoever is called next is not in the settings any more: those that are, are called", async () => {
    const { of, pass, w } = await changing({
      people: { ann: {} },
      onCall: {
        rotations: {},
        escalations: [
          {
            steps: [
              { after: minutes(0), call: ["ann"] },
              { after: minutes(30), call: ["ann"] },
            ],
          },
        ],
      },
    });
    await pass(10, 10, 10, 10);
    expect(calledIn(of("old"))).toEqual(["ann", "ann"]);
    await w.ok("A");
    await pass(10);
    expect(of("old").map(whyOf)).toEqual(["opened", "escalated", "resolved"]);
  });

  test("whoever has taken it is not in the settings any more: it stays taken, and its end is told", async () => {
    const { make, of } = kept();
    const first = await world(start, settings(), make);
    await first.signal({ key: "A" });
    await first.pass(minutes(5));
    await first.incidents.act({ verb: "ack", id: "a1", incident: first.idOf("A"), by: "ben" });
    await first.pass(minutes(1));
    const left = settings({
      people: { ann: {} },
      onCall: {
        rotations: {},
        escalations: [{ steps: [{ after: minutes(0), call: ["ann"] }] }],
      },
    });
    const w = await world("2026-11-21T02:10:00Z", left, make, first.store);
    await w.pass(hours(1));
    await w.incidents.overdue();
    await w.ok("A");
    await w.pass(minutes(10));
    expect(of("old").map(whyOf)).toEqual(["opened", "acknowledged", "resolved"]);
    expect(calledIn(of("old"))).toEqual(["ann"]);
  });

  test("a route is added: it hears of what is called for from then on, and of the end", async () => {
    const { w, of, pass } = await changing({
      channels: { old: webhook, fresh: webhook },
      routes: [{ channel: "old" }, { channel: "fresh" }],
    });
    await pass(10, 10, 10);
    expect(of("fresh").map(whyOf)).toEqual(["escalated"]);
    expect(of("old").map(whyOf)).toEqual(["opened", "escalated"]);
    await w.ok("A");
    await pass(10);
    expect(of("old").map(whyOf).at(-1)).toBe("resolved");
  });
});

describe("while everybody on call is within quiet hours", () => {
  const quiet = (steps: readonly object[]) => ({
    channels: { old: webhook },
    people: {
      ann: { timeZone: "Europe/Berlin" },
      ben: { timeZone: "America/New_York" },
      cid: { timeZone: "Europe/London" },
    },
    routes: [{ channel: "old" }],
    onCall: {
      rotations: {
        primary: { people: ["ann"], from: "2026-11-02", handover: { every: "day", at: "09:00" } },
      },
      quietHours: { from: "22:00", until: "07:00" },
      escalations: [{ steps }],
    },
  });
  const steps = [
    { after: minutes(0), call: ["primary"] },
    { after: minutes(60), call: ["ben"] },
  ];
  /** Midnight in Berlin, 18:00 in New York. */
  const midnight = "2026-11-20T23:00:00Z";

  test("a step to somebody who is awake elsewhere calls them, and nobody who sleeps", async () => {
    const { make, of } = kept();
    const w = await world(midnight, quiet(steps), make);
    await w.signal({ key: "A", severity: "warning" });
    await w.pass(minutes(59));
    expect(of("old")).toEqual([]);
    await w.pass(minutes(10));
    expect(calledIn(of("old"))).toEqual(["ben"]);
    expect(of("old").map(whyOf)).toEqual(["opened"]);
  });

  test("a step to somebody who sleeps too waits for the morning", async () => {
    const { make, of } = kept();
    const asleep = [steps[0] ?? {}, { after: minutes(60), call: ["cid"] }];
    const w = await world(midnight, quiet(asleep), make);
    await w.signal({ key: "A", severity: "warning" });
    await w.pass(hours(6));
    expect(of("old")).toEqual([]);
    await w.pass(hours(2));
    expect(of("old").map(whyOf)).toContain("opened");
  });

  test("what is muted stays so, whoever is awake", async () => {
    const { make, of } = kept();
    const mutes = [
      { match: { unit: ["alarm"] }, until: "2099-01-01", owner: "ann", reason: "work" },
    ];
    const w = await world(midnight, { ...quiet(steps), mutes }, make);
    await w.signal({ key: "A", severity: "warning" });
    await w.pass(hours(3));
    expect(of("old")).toEqual([]);
  });
});
