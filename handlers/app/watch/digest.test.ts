import { beforeAll, describe, expect, test } from "vitest";
import { ledgerOf } from "../../../engine/run/host.ts";
import { decideOnce } from "../../../ledger/decisions.ts";
import { storePlan } from "../../../ledger/plans.ts";
import type { ActionResult, RunResult } from "../../../ledger/result.ts";
import { runLine, runRecord } from "../../../ledger/runs.ts";
import type { Store } from "../../../ledger/store.ts";
import { after, before, clockAt, days, hours } from "../../../sdk/time.ts";
import { embedded, type TestAccount } from "../../../test/setup/aws.ts";
import { plainStore } from "../../../test/setup/plain-store.ts";
import { deployedIn } from "../../../testing/deployed.ts";
import { clientsOf, deployedLedger } from "../../../testing/host.ts";
import { type DayPast, dayPast, digestMessage } from "./digest.ts";

const now = new Date("2026-11-21T08:30:00Z");
const place = { account: "123456789012", home: "eu-central-1" };
const tally = {
  unit: "idle-instances",
  runs: 2,
  failedRuns: 0,
  saw: 40,
  did: 3,
  held: 1,
  failed: 0,
  underWay: 0,
  saved: { known: 61.5, unpriced: 0 },
};
const noSaving = { known: 0, unpriced: 0 };
const day = (given: Partial<DayPast> = {}): DayPast => ({
  tallies: [tally],
  waiting: [],
  wrong: [],
  muted: [],
  ...given,
});

describe("the digest says", () => {
  test("what was seen, done and held, and what it saves", () =>
    expect(digestMessage(day(), place, now)).toMatchObject({
      title: "The last 24 hours: 2 runs saw 40, changed 3, held 1, saves $61.50 a month",
      severity: "info",
      facts: { "idle-instances": "ran 2 times, saw 40, did 3, held 1, saves $61.50 a month" },
    }));
  test("that nothing ran: silence would say nothing", () =>
    expect(
      digestMessage(
        day({ tallies: [{ ...tally, runs: 0, saw: 0, did: 0, held: 0, saved: noSaving }] }),
        place,
        now,
      ),
    ).toMatchObject({
      title: "The last 24 hours: nothing ran",
      facts: { "did not run": "1 unit: idle-instances" },
    }));
  test("which units saw nothing and which did not run, together: a line each is of those with news", () => {
    const none = { ...tally, saw: 0, did: 0, held: 0, saved: noSaving };
    const tallies = [
      { ...none, unit: "a" },
      { ...none, unit: "b", runs: 0 },
      { ...none, unit: "c", failedRuns: 1 },
      { ...none, unit: "d" },
      { ...none, unit: "e", held: 2 },
    ];
    expect(Object.entries(digestMessage(day({ tallies }), place, now).facts ?? {})).toEqual([
      ["c", "ran 2 times, saw 0, 1 of its runs failed"],
      ["e", "ran 2 times, saw 0, held 2"],
      ["saw nothing", "2 units: a, d"],
      ["did not run", "1 unit: b"],
    ]);
  });
  test("what waits for a person, and how to decide", () =>
    expect(
      digestMessage(
        day({
          waiting: [
            {
              id: "idle-instances.a.b.plan-c",
              unit: "idle-instances",
              region: "eu-central-1",
              expires: after(now, hours(5)),
            },
          ],
        }),
        place,
        now,
      ),
    ).toMatchObject({
      title: expect.stringContaining("1 plan waits for you"),
      facts: {
        "waiting: idle-instances in eu-central-1, until 2026-11-21 13:30 UTC":
          "npx nightshift approve idle-instances.a.b.plan-c",
      },
    }));
  test("what failed and what is wrong with Nightshift itself, and is a warning then", () => {
    expect(
      digestMessage(day({ tallies: [{ ...tally, failedRuns: 1 }] }), place, now).severity,
    ).toBe("warning");
    expect(digestMessage(day({ wrong: ["The rule x is disabled"] }), place, now)).toMatchObject({
      severity: "warning",
      facts: { wrong: "The rule x is disabled" },
    });
  });
  test("what was muted, by whom and until when: it is counted, not lost", () => {
    const [ann, ben] = ["ann", "ben"].map((owner) => ({
      unit: "alarm",
      mute: { until: "2026-12-01", owner, reason: "migration" },
    }));
    const { title, facts } = digestMessage(
      day({ muted: [ann, ben, ann].flatMap((one) => one ?? []) }),
      place,
      now,
    );
    expect(title).toContain("held 1, 3 muted, saves");
    expect(facts).toMatchObject({
      "muted 1": "2 of alarm, until 2026-12-01 (ann): migration",
      "muted 2": "1 of alarm, until 2026-12-01 (ben): migration",
    });
  });
  test("the same of one day, however often it is made", () =>
    expect(digestMessage(day(), place, now).id).toBe(
      digestMessage(day({ wrong: ["x"] }), place, after(now, hours(1))).id,
    ));
});

test("flows that are under way are said, also where nothing ran", () => {
  const waiting = { ...tally, runs: 0, saw: 0, did: 0, held: 0, saved: noSaving, underWay: 2 };
  expect(digestMessage(day({ tallies: [waiting] }), place, now)).toMatchObject({
    title: "The last 24 hours: nothing ran, 2 flows under way",
    facts: { "idle-instances": "did not run, 2 flows under way" },
  });
});

test("of a run that changed something and began a flow, each saving counts once when the flow has ended", async () => {
  const plain = plainStore();
  const one: ActionResult = {
    id: "a",
    target: "i-1",
    because: "it idles",
    call: { operation: "ec2:StopInstances", input: {} },
    outcome: "applied",
    verified: true,
    held: null,
    error: null,
    undo: [],
    savesPerMonth: 3,
  };
  const flow: ActionResult = { ...one, id: "b", target: "vol-1", savesPerMonth: 5 };
  const result: RunResult = {
    id: "r.1.2",
    automation: "reaps",
    account: "123456789012",
    region: "eu-central-1",
    mode: "act",
    at: before(now, hours(6)),
    outcome: "begun",
    found: 2,
    plan: null,
    actions: [one, { ...flow, outcome: "begun" }],
    calls: { reads: 1, writes: 1 },
  };
  const at = before(now, hours(1));
  const ended: RunResult = { ...result, at, actions: [flow], flowsEnded: true };
  await plain.transact([...runRecord("unit", result), runLine("unit", ended)]);
  const { tallies } = await dayPast(plain, ["reaps"], now);
  expect(tallies).toMatchObject([{ runs: 1, did: 2, saw: 2, saved: { known: 8, unpriced: 0 } }]);
});

describe("of the ledger", () => {
  let aws: TestAccount;
  let store: Store;
  const action = (given: Partial<ActionResult>): ActionResult => ({
    id: "a",
    target: "i-1",
    because: "idle",
    call: { operation: "ec2:StopInstances", input: {} },
    outcome: "applied",
    verified: true,
    held: null,
    error: null,
    undo: [],
    savesPerMonth: 10,
    ...given,
  });
  const ran = (
    region: string,
    at: Date,
    found: number,
    actions: readonly ActionResult[],
  ): RunResult => ({
    id: `idle-instances.${at.toISOString().replace(/[-:]|\.\d+Z$/g, "")}.${region}`,
    automation: "idle-instances",
    account: aws.account,
    region,
    mode: "act",
    at,
    outcome: "done",
    found,
    plan: null,
    actions,
    calls: { reads: 1, writes: 1 },
  });
  const plan = (id: string, expires: Date) => ({
    id,
    unit: "idle-instances",
    account: aws.account,
    region: aws.region,
    run: "r",
    hash: "h",
    at: before(now, hours(1)),
    expires,
    why: "the mode is ask",
    requester: null,
    proposals: [],
  });
  beforeAll(async () => {
    aws = await embedded();
    await deployedLedger(aws);
    store = ledgerOf(clientsOf(aws, clockAt(now)), deployedIn(aws.region), clockAt(now));
    for (const run of [
      ran("eu-central-1", before(now, hours(30)), 99, [action({})]),
      ran("eu-central-1", before(now, hours(6)), 20, [
        action({}),
        action({ outcome: "held", savesPerMonth: 99 }),
      ]),
      ran("eu-central-1", before(now, hours(2)), 1, [action({ savesPerMonth: null })]),
      ran("us-east-1", before(now, hours(6)), 7, []),
    ])
      await store.transact(runRecord("unit", run));
    const open = `idle-instances.20261121T060000.aaaaaaaa.plan-1`;
    await storePlan(store, plan(open, after(now, days(1))));
    await storePlan(
      store,
      plan(`idle-instances.20261121T060000.aaaaaaaa.plan-2`, before(now, hours(1))),
    );
    const decided = `idle-instances.20261121T060000.aaaaaaaa.plan-3`;
    await storePlan(store, plan(decided, after(now, days(1))));
    await decideOnce(store, { plan: decided, hash: "h", verdict: "deny", by: "ann", at: now });
  });

  test("a day's runs count once each, what was seen by the largest look of each region; plans that can still be decided on", async () => {
    const past = await dayPast(store, ["idle-instances"], now);
    expect(past.tallies).toEqual([
      {
        unit: "idle-instances",
        runs: 3,
        failedRuns: 0,
        saw: 27,
        did: 2,
        held: 1,
        failed: 0,
        underWay: 0,
        saved: { known: 10, unpriced: 0 },
      },
    ]);
    expect(past.waiting.map(({ id }) => id)).toEqual([
      "idle-instances.20261121T060000.aaaaaaaa.plan-1",
    ]);
  });
});
