/** What is told goes by what is new, for each incident; grouping is how news travel together. */
import { beforeEach, describe, expect, test } from "vitest";
import { newsIn, type Outgoing } from "../../messages/outgoing.ts";
import { headById, openIncidents } from "../../oncall/incidents/store.ts";
import { after, days, hours, minutes, seconds } from "../../sdk/time.ts";
import { world } from "./world.ts";

let got: Record<string, Outgoing[]>;
beforeEach(() => {
  got = {};
});
const recorded = (name: string) => ({
  name,
  async send(message: Outgoing) {
    got[name] = [...(got[name] ?? []), message];
  },
});
const hook = { kind: "webhook", url: "ssm:/u", secret: "ssm:/s" };
const people = { ann: { email: "ann@example.com" }, cid: { email: "cid@example.com" } };
const base = {
  people,
  channels: { a: hook },
  routes: [{ channel: "a" }],
  onCall: { rotations: {} },
};
const heard = (name: string) =>
  (got[name] ?? []).map((message) => {
    const calls = newsIn(message)?.calls ?? [];
    return [newsIn(message)?.why ?? message.kind, message.title, ...calls].join(" | ");
  });
const called = (name: string) =>
  (got[name] ?? []).flatMap((message) => newsIn(message)?.calls ?? []);
const open = async (w: Awaited<ReturnType<typeof world>>) =>
  (await openIncidents(w.store, 500)).heads;

const annAtOnce = { steps: [{ after: minutes(0), call: ["ann"] }] };
const critical = { severity: ["critical"] };

describe("routes and mutes go by what is new", () => {
  test("the team of a tag gets its incident, whatever is worst in the group", async () => {
    const w = await world(
      "2026-11-21T10:00:00Z",
      {
        ...base,
        channels: { web: hook, payments: hook },
        routes: [
          { channel: "web", match: { tags: { team: ["web"] } } },
          { channel: "payments", match: { tags: { team: ["payments"] } } },
        ],
      },
      recorded,
    );
    await w.signal({ key: "web-5xx", tags: { team: ["web"] } });
    await w.pass(seconds(5));
    await w.signal({ key: "payments-5xx", tags: { team: ["payments"] } });
    await w.pass(hours(1));
    expect(heard("web")).toEqual(["opened | web-5xx is in ALARM"]);
    expect(heard("payments")).toEqual(["opened | payments-5xx is in ALARM"]);
    expect(w.topicSent).toEqual([]);
  });

  test("what is muted by a tag hides nothing that is not, however many are muted", async () => {
    const mutes = [
      { match: { tags: { env: ["dev"] } }, until: "2099-01-01", owner: "ann", reason: "noisy" },
    ];
    const w = await world("2026-11-21T10:00:00Z", { ...base, mutes }, recorded);
    for (let nth = 0; nth < 60; nth += 1)
      await w.signal({ key: `dev-${nth}`, tags: { env: ["dev"] } });
    await w.pass(seconds(5));
    await w.signal({ key: "prod-db", tags: { env: ["prod"] } });
    await w.pass(hours(3));
    expect(heard("a")).toEqual(["opened | prod-db is in ALARM"]);
  });

  test("a mute that ends: what is still open is told then, and called for", async () => {
    const until = "2026-11-22T10:00Z";
    const mutes = [{ match: { unit: ["alarm"] }, until, owner: "ann", reason: "work" }];
    const onCall = { rotations: {}, escalations: [annAtOnce] };
    const w = await world("2026-11-21T10:00:00Z", { ...base, mutes, onCall }, recorded);
    await w.signal({ key: "stays" });
    await w.signal({ key: "goes" });
    await w.pass(hours(1));
    await w.ok("goes");
    await w.pass(hours(22));
    expect(heard("a")).toEqual([]);
    await w.pass(hours(2));
    expect(heard("a")[0]).toBe("opened | stays is in ALARM | ann");
    expect(heard("a").join()).not.toContain("goes");
  });

  test("quiet hours that end: what is still open is told in the morning, and called for", async () => {
    const onCall = {
      rotations: {},
      quietHours: { from: "22:00", until: "07:00" },
      escalations: [annAtOnce],
    };
    const w = await world("2026-11-21T23:00:00Z", { ...base, onCall }, recorded);
    await w.signal({ key: "disk", severity: "warning" });
    await w.pass(hours(7.9));
    expect(heard("a")).toEqual([]);
    await w.pass(minutes(10));
    await w.release();
    await w.pass(minutes(5));
    expect(heard("a")).toContain("opened | disk is in ALARM | ann");
    expect(heard("a").join()).not.toContain("While it was quiet");
  });
});

describe("acknowledged is not for ever", () => {
  const onCall = { rotations: {}, escalations: [{ match: critical, ...annAtOnce }] };
  const disk = { key: "disk", severity: "warning", title: "disk 80 %" } as const;

  test("a warning whose steps were taken becomes critical: the critical escalation begins with its first", async () => {
    const escalations = [
      {
        match: critical,
        steps: [
          { after: minutes(0), call: ["ann"] },
          { after: minutes(15), call: ["cid"] },
        ],
      },
      { steps: [{ after: hours(1), call: ["ann"] }] },
    ];
    const w = await world(
      "2026-11-21T10:00:00Z",
      { ...base, onCall: { rotations: {}, escalations } },
      recorded,
    );
    await w.signal(disk);
    await w.pass(hours(2));
    await w.signal({ ...disk, severity: "critical", title: "disk 99 %" });
    await w.pass(minutes(10));
    expect(heard("a").at(-1)).toBe("opened | disk 99 % | ann");
  });

  test("snoozed as a warning, it is told and called for when it becomes critical", async () => {
    const w = await world("2026-11-21T10:00:00Z", { ...base, onCall }, recorded);
    await w.signal(disk);
    await w.pass(minutes(5));
    const until = after(w.clock.now(), days(14));
    await w.incidents.act({ verb: "snooze", id: "s1", incident: w.idOf("disk"), by: "cid", until });
    await w.pass(minutes(5));
    await w.signal({ ...disk, severity: "critical", title: "disk 99 %" });
    await w.pass(minutes(6));
    expect(heard("a").at(-1)).toBe("opened | disk 99 % | ann");
  });

  test("taken as a warning, too", async () => {
    const w = await world("2026-11-21T10:00:00Z", { ...base, onCall }, recorded);
    await w.signal(disk);
    await w.pass(minutes(5));
    await w.incidents.act({ verb: "ack", id: "s1", incident: w.idOf("disk"), by: "cid" });
    await w.pass(minutes(5));
    await w.signal({ ...disk, severity: "critical", title: "disk 99 %" });
    await w.pass(minutes(6));
    expect(called("a")).toEqual(["ann"]);
  });

  const root = { unit: "sign-in", key: "signin/123456789012/root" } as const;
  test.each([
    ["a month later", days(30), {}],
    ["minutes later, of what has no end of its own", minutes(7), { occurs: true }],
  ] as const)(
    "what was taken happens again, %s: it is told, and called for",
    async (_, span, more) => {
      const escalations = [annAtOnce];
      const w = await world(
        "2026-11-01T10:00:00Z",
        { ...base, onCall: { rotations: {}, escalations } },
        recorded,
      );
      await w.signal({ ...root, ...more, title: "The root user signed in, from 192.0.2.1" });
      await w.pass(minutes(5));
      const incident = w.idOf(root.key, root.unit);
      await w.incidents.act({ verb: "ack", id: "s1", incident, by: "ann" });
      await w.pass(span);
      const before = heard("a").length;
      await w.signal({ ...root, ...more, title: "The root user signed in, from 203.0.113.66" });
      await w.pass(minutes(6));
      expect(heard("a").slice(before)).toEqual([expect.stringMatching(/^opened \| .* \| ann$/)]);
      expect(await open(w)).toMatchObject([{ state: "open", count: 2 }]);
    },
  );

  test("what says again soon that it is still so changes nothing for whoever has taken it", async () => {
    const w = await world("2026-11-01T10:00:00Z", { ...base, onCall }, recorded);
    await w.signal(disk);
    await w.pass(minutes(5));
    await w.incidents.act({ verb: "ack", id: "s1", incident: w.idOf("disk"), by: "ann" });
    await w.pass(minutes(1));
    const before = heard("a").length;
    for (let nth = 0; nth < 10; nth += 1) {
      await w.pass(hours(2));
      await w.signal(disk);
    }
    await w.pass(hours(2));
    expect(heard("a").slice(before)).toEqual([]);
  });

  test("resolved by a person a moment after it had begun again: the event that comes late opens it", async () => {
    const w = await world("2026-11-21T10:00:00Z", base, recorded);
    await w.signal({ key: "A" });
    await w.pass(minutes(2));
    const again = new Date(w.clock.now().getTime() - 2000);
    const incident = w.idOf("A");
    await w.incidents.act({ verb: "resolve", id: "r", incident, by: "ann", reason: "done" });
    await w.signal({ key: "A", at: again });
    await w.pass(minutes(10));
    expect((await headById(w.store, incident))?.body.state).toBe("open");
    expect(heard("a").at(-1)).toBe("opened | A is in ALARM");
  });
});

describe("an escalation", () => {
  const steps = [
    { after: minutes(5), call: ["ann"] },
    { after: minutes(15), call: ["cid"] },
  ];

  test("that nobody answers calls everybody once more, and says that it is over", async () => {
    const w = await world(
      "2026-11-21T10:00:00Z",
      { ...base, onCall: { rotations: {}, escalations: [{ steps }] } },
      recorded,
    );
    await w.signal({ key: "A" });
    await w.pass(hours(3));
    expect(heard("a")).toEqual([
      "opened | A is in ALARM",
      "escalated | Nobody has taken it for 5 minutes, so ann is called: A is in ALARM | ann",
      "escalated | Nobody has taken it for 15 minutes, so cid is called: A is in ALARM | cid",
      "escalated | Nobody has taken it for 25 minutes, ann and cid called once more, and nobody else will be: A is in ALARM | ann | cid",
    ]);
  });

  test("begins again as often as the settings say, and then says that it is over", async () => {
    const again = { after: minutes(30), times: 2 };
    const w = await world(
      "2026-11-21T10:00:00Z",
      { ...base, onCall: { rotations: {}, escalations: [{ steps, again }] } },
      recorded,
    );
    await w.signal({ key: "A" });
    const times: number[] = [];
    for (let minute = 0; minute < 200; minute += 1) {
      const before = called("a").length;
      await w.pass(minutes(1));
      if (called("a").length > before) times.push(minute + 1);
    }
    expect(times).toEqual([5, 15, 50, 60, 95, 105, 135]);
    expect(heard("a").findLast((line) => line.startsWith("escalated"))).toContain(
      "nobody else will be",
    );
  });

  test("is not called for what ended by itself, nor for what somebody has taken", async () => {
    const w = await world(
      "2026-11-21T10:00:00Z",
      { ...base, onCall: { rotations: {}, escalations: [{ steps }] } },
      recorded,
    );
    await w.signal({ key: "A" });
    await w.signal({ key: "B" });
    await w.pass(minutes(2));
    await w.ok("A");
    await w.incidents.act({ verb: "ack", id: "k", incident: w.idOf("B"), by: "ann" });
    await w.pass(hours(6));
    expect(called("a")).toEqual([]);
  });
});

describe("many at once", () => {
  test("one press that takes twenty is one message", async () => {
    const w = await world("2026-11-21T10:00:00Z", base, recorded);
    for (let nth = 0; nth < 20; nth += 1) await w.signal({ key: `A${nth}` });
    await w.pass(minutes(1));
    const [incident = "", ...others] = Array.from({ length: 20 }, (_, nth) => w.idOf(`A${nth}`));
    await w.incidents.act({ verb: "ack", id: "k", incident, others, by: "ann" });
    await w.pass(minutes(5));
    expect(heard("a").map((line) => line.split(" | ")[0])).toEqual(["opened", "acknowledged"]);
    expect((await open(w)).map(({ state }) => state)).toEqual(Array(20).fill("acknowledged"));
  });

  test("taken one after the other they are few messages", async () => {
    const w = await world("2026-11-21T10:00:00Z", base, recorded);
    for (let nth = 0; nth < 20; nth += 1) await w.signal({ key: `A${nth}` });
    await w.pass(minutes(1));
    for (let nth = 0; nth < 20; nth += 1) {
      const incident = w.idOf(`A${nth}`);
      await w.incidents.act({ verb: "ack", id: `k.${nth}`, incident, by: "ann" });
    }
    await w.pass(minutes(5));
    expect(heard("a").length).toBeLessThan(4);
  });

  test("above forty in a group counts are true, what waits moves up, and all of it is called for", async () => {
    const w = await world(
      "2026-11-21T10:00:00Z",
      { ...base, onCall: { rotations: {}, escalations: [annAtOnce] } },
      recorded,
    );
    for (let nth = 0; nth < 100; nth += 1) await w.signal({ key: `A${nth}` });
    await w.pass(minutes(1));
    expect(newsIn(got.a?.[0] as Outgoing)).toMatchObject({
      why: "opened",
      more: 60,
      calls: ["ann"],
    });
    const named = new Set<string>();
    for (let round = 0; round < 5; round += 1) {
      const latest = newsIn(got.a?.findLast((one) => newsIn(one)?.why === "opened") as Outgoing);
      const ids = latest?.incidents.map(({ id }) => id) ?? [];
      for (const id of ids) named.add(id);
      const [incident = "", ...others] = ids;
      await w.incidents.act({ verb: "ack", id: `k${round}`, incident, others, by: "ann" });
      await w.pass(minutes(6));
    }
    expect(named.size).toBe(100);
    expect((await open(w)).filter(({ state }) => state === "open")).toEqual([]);
    const callsFor = got.a?.filter((one) => newsIn(one)?.calls.length).length;
    expect(callsFor).toBeGreaterThanOrEqual(3);
    // And all of it ends.
    for (let nth = 0; nth < 100; nth += 1) await w.ok(`A${nth}`);
    await w.pass(hours(1));
    expect(await open(w)).toEqual([]);
    const ended = got.a?.flatMap((one) =>
      newsIn(one)?.why === "resolved" ? (newsIn(one)?.incidents ?? []) : [],
    );
    expect(new Set(ended?.map(({ id }) => id)).size).toBe(100);
  });

  test("what flaps each minute for two hours is few messages", async () => {
    const w = await world("2026-11-21T10:00:00Z", base, recorded);
    for (let nth = 0; nth < 60; nth += 1) {
      await w.signal({ key: "A" });
      await w.pass(seconds(60));
      await w.ok("A");
      await w.pass(seconds(60));
    }
    await w.pass(hours(1));
    expect(heard("a").length).toBeLessThan(60);
  });

  test("of one alarm a warning and a critical in one batch are one incident, as bad as the worst", async () => {
    const onCall = {
      rotations: {},
      group: { by: ["severity"] },
      escalations: [{ match: critical, ...annAtOnce }],
    };
    const w = await world("2026-11-21T10:00:00Z", { ...base, onCall }, recorded);
    const at = w.clock.now();
    const message = (severity: "warning" | "critical", later: number): Outgoing => ({
      id: `alarm.${severity}`,
      at: new Date(at.getTime() + later),
      account: "123456789012",
      region: "eu-central-1",
      unit: "alarm",
      kind: "signal",
      severity,
      title: `disk ${severity}`,
      key: "disk",
    });
    expect(await w.incidents.take([message("warning", 0), message("critical", 1)])).toEqual(
      new Set(),
    );
    await w.pass(hours(1));
    expect(got.a?.some(({ severity }) => severity === "critical")).toBe(true);
    expect(called("a")).toContain("ann");
  });
});

describe("settings that change while incidents are open", () => {
  const inhibit = [
    { source: { severity: ["critical"] }, target: { severity: ["warning"] }, equal: ["region"] },
  ];
  const byKey = { by: ["key"] };

  test("inhibition taken out and put back: what ended meanwhile inhibits nothing", async () => {
    const rules = { ...base, onCall: { rotations: {}, inhibit, group: byKey } };
    const none = { ...base, onCall: { rotations: {}, group: byKey } };
    const before = await world("2026-11-21T10:00:00Z", rules, recorded);
    await before.signal({ key: "A", severity: "critical" });
    await before.pass(minutes(2));
    const without = await world("2026-11-21T10:10:00Z", none, recorded, before.store);
    await without.ok("A");
    await without.pass(hours(1));
    const w = await world("2026-11-21T12:00:00Z", rules, recorded, before.store);
    await w.signal({ key: "B", severity: "warning" });
    await w.pass(hours(1));
    expect(heard("a")).toContain("opened | B is in ALARM");
  });

  test("inhibition put in while what inhibits is open", async () => {
    const none = { ...base, onCall: { rotations: {}, group: byKey } };
    const before = await world("2026-11-21T10:00:00Z", none, recorded);
    await before.signal({ key: "A", severity: "critical" });
    await before.pass(minutes(2));
    const rules = { ...base, onCall: { rotations: {}, inhibit, group: byKey } };
    const w = await world("2026-11-21T12:00:00Z", rules, recorded, before.store);
    await w.signal({ key: "B", severity: "warning" });
    await w.pass(hours(1));
    expect(heard("a").join()).not.toContain("B is in ALARM");
    await w.ok("A");
    await w.pass(hours(1));
    expect(heard("a")).toContain("opened | B is in ALARM");
  });

  test("a channel that is gone: who has its place hears what becomes of it", async () => {
    const before = await world("2026-11-21T10:00:00Z", base, recorded);
    await before.signal({ key: "A" });
    await before.pass(minutes(2));
    const w = await world(
      "2026-11-21T10:10:00Z",
      { ...base, channels: { b: hook }, routes: [{ channel: "b" }] },
      recorded,
      before.store,
    );
    await w.ok("A");
    await w.pass(hours(1));
    expect(heard("b")).toEqual([
      expect.stringMatching(/^resolved \| Over after .*: A is in ALARM/),
    ]);
    expect(w.topicSent).toEqual([]);
  });
});
