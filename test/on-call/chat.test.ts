/** Slack through time: what is new stands in the channel, what becomes of it in its thread. */
import { afterAll, beforeEach, expect, test } from "vitest";
import { slackApi } from "../../channels/slack/api.ts";
import { slack } from "../../channels/slack/channel.ts";
import { type FakeSlack, startFakeSlack } from "../../channels/slack/fake.ts";
import { refs } from "../../channels/slack/thread.ts";
import { days, hours, minutes } from "../../sdk/time.ts";
import { type Surroundings, world } from "./world.ts";

let fake: FakeSlack;
const all: FakeSlack[] = [];
beforeEach(async () => {
  fake = await startFakeSlack();
  all.push(fake);
});
afterAll(() => Promise.all(all.map((one) => one.stop())));

const channelOf = ({ store, clock, log }: Surroundings) =>
  slack(
    {
      name: "team",
      channel: fake.channel,
      api: async () => slackApi({ token: fake.token, url: fake.api }),
      renewed: async () => false,
      refs: refs(store, "team", clock),
      log,
    },
    { timeZone: "UTC", member: (person) => (person === "ann" ? "U0ANN" : undefined) },
  );
const base = {
  channels: {
    team: {
      kind: "slack",
      team: "T0123ABCD",
      app: "A0123ABCD",
      channel: "C0123ABCD",
      token: "secretsmanager:n/s#token",
      signingSecret: "secretsmanager:n/s#signing",
    },
  },
  people: { ann: { slack: "U0ANN" } },
  onCall: { rotations: {} },
  routes: [{ channel: "team" }],
};
const inChannel = (words: string) =>
  fake.messages.filter(({ thread, text }) => !thread && text.includes(words));

test("news without an end, twice within ten days: both stand in the channel", async () => {
  const w = await world("2026-11-01T02:00:00Z", base, (_, given) => channelOf(given));
  await w.signal({ keyless: true, title: "Bucket x was made public" });
  await w.pass(days(10));
  await w.signal({ keyless: true, title: "Bucket y was made public" });
  await w.pass(hours(1));
  expect([inChannel("Bucket x"), inChannel("Bucket y")].map(({ length }) => length)).toEqual([
    1, 1,
  ]);
});

test("while one stays open and taken another of its group opens: it stands in the channel", async () => {
  const w = await world("2026-11-01T02:00:00Z", base, (_, given) => channelOf(given));
  await w.signal({ key: "A", severity: "warning" });
  await w.pass(minutes(2));
  await w.incidents.act({ verb: "ack", id: "a1", incident: w.idOf("A"), by: "ann" });
  await w.pass(days(2));
  await w.signal({ key: "B" });
  await w.pass(hours(1));
  expect(inChannel("B is in ALARM")).toHaveLength(1);
  expect(inChannel("A is in ALARM")).toHaveLength(1);
});

test("over in quiet hours, opened again a week later by day: it stands in the channel again", async () => {
  const onCall = { rotations: {}, quietHours: { from: "22:00", until: "07:00" } };
  const settings = { ...base, onCall };
  const w = await world("2026-11-21T21:50:00Z", settings, (_, given) => channelOf(given));
  await w.signal({ key: "A", severity: "warning" });
  await w.pass(minutes(20));
  await w.ok("A");
  await w.pass(hours(11));
  await w.release();
  await w.pass(days(7));
  await w.signal({ key: "A", severity: "warning" });
  await w.pass(hours(1));
  expect(inChannel("A is in ALARM").filter(({ text }) => !text.includes("quiet"))).toHaveLength(2);
});

test.each(["is_archived", "channel_not_found", "not_in_channel"])(
  "the channel is gone (%s) while an incident is open, and the settings name another: its news goes there at once",
  async (error) => {
    const before = await world("2026-11-01T02:00:00Z", base, (_, given) => channelOf(given));
    await before.signal({ key: "A" });
    await before.pass(minutes(2));
    const moved = await startFakeSlack({ channel: "C0NEWCHAN" });
    all.push(moved);
    moved.refuse("chat.postMessage", error, 1);
    fake = moved;
    const w = await world(
      "2026-11-01T02:10:00Z",
      base,
      (_, given) => channelOf(given),
      before.store,
    );
    await w.ok("A");
    await w.pass(minutes(10));
    await w.signal({ key: "B" });
    await w.pass(hours(1));
    expect(w.lines.filter(({ message }) => message.includes("did not take"))).toEqual([]);
    expect(w.topicSent).toEqual([]);
    expect(moved.messages.map(({ thread }) => thread)).toEqual([undefined, undefined]);
  },
);

test("what is escalated is seen in the channel, and whoever is called is named", async () => {
  const onCall = {
    rotations: {},
    escalations: [{ steps: [{ after: minutes(10), call: ["ann"] }] }],
  };
  const settings = { ...base, onCall };
  const w = await world("2026-11-01T02:00:00Z", settings, (_, given) => channelOf(given));
  await w.signal({ key: "A" });
  await w.pass(minutes(15));
  const shown = fake.messages.filter(({ broadcast }) => broadcast);
  expect(JSON.stringify(shown.map(({ blocks }) => blocks))).toContain("<@U0ANN>");
});

test("what is told again stands in a message of its own: the first says so, and cannot be pressed", async () => {
  const w = await world("2026-11-01T02:00:00Z", base, (_, given) => channelOf(given));
  await w.signal({ key: "A", severity: "warning" });
  await w.pass(minutes(2));
  await w.incidents.act({ verb: "ack", id: "a1", incident: w.idOf("A"), by: "ann" });
  await w.pass(minutes(10));
  await w.signal({ key: "A" });
  await w.pass(minutes(10));
  const [first, second, ...others] = fake.messages.filter(({ thread }) => !thread);
  expect(others).toEqual([]);
  const typesOf = (message: typeof first) => message?.blocks.map(({ type }) => type);
  expect(JSON.stringify(first?.blocks)).toContain("*Told again*");
  expect(typesOf(first)).not.toContain("actions");
  expect(typesOf(second)).toContain("actions");
  await w.ok("A");
  await w.pass(minutes(10));
  const threads = fake.messages.flatMap(({ thread }) => thread ?? []);
  expect(threads.at(-1)).toBe(second?.ts);
});

test("a message that cannot be marked is no reason to keep back what is new", async () => {
  const w = await world("2026-11-01T02:00:00Z", base, (_, given) => channelOf(given));
  await w.signal({ key: "A", severity: "warning" });
  await w.pass(minutes(2));
  await w.incidents.act({ verb: "ack", id: "a1", incident: w.idOf("A"), by: "ann" });
  await w.pass(minutes(10));
  fake.refuse("chat.update", "cant_update_message", 1);
  await w.signal({ key: "A" });
  await w.pass(minutes(10));
  expect(inChannel("A is in ALARM")).toHaveLength(2);
  expect(w.topicSent).toEqual([]);
});
