/** Whoever changes back what Nightshift changed is heard (rule: managed-by-others). */
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DeleteRetentionPolicyCommand,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { describe, expect, onTestFinished, test } from "vitest";
import { type ActionRecord, isDone } from "../../ledger/actions.ts";
import { mostSteps, transactWithout } from "../../ledger/optional.ts";
import { amendAll, settle } from "../../ledger/outcomes.ts";
import { planOrThrow } from "../../ledger/plans.ts";
import type { RunResult } from "../../ledger/result.ts";
import type { Start } from "../../ledger/start.ts";
import { noteOnTrace, tracesFor } from "../../ledger/traces.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { clockAt, days, hours, minutes } from "../../sdk/time.ts";
import { open } from "../../test/setup/delivery.ts";
import { makeGroups, retention, retentions } from "../../test/setup/retention.ts";
import { messages, type TestDelivery } from "../../testing/delivery.ts";
import { memoryLedger } from "../../testing/memory/ledger.ts";
import { decideOn } from "./approve.ts";
import { planRun } from "./plan.ts";
import { liftHolds, redoStart, undoneBy } from "./redo.ts";
import { run } from "./run.ts";
import { undo } from "./undo.ts";

const base = retention as AnyAutomation;
const ann = "arn:aws:iam::123456789012:user/ann";

async function opened(settings = {}, unit = base) {
  const delivery = await open(unit, (aws) => makeGroups(aws, "wrong-a"), settings, true);
  onTestFinished(() => delivery.close());
  let count = 0;
  const start = (given: Partial<Start> = {}): Start => ({
    ...delivery.start,
    key: `start-${++count}`,
    at: delivery.host().clock.now(),
    ...given,
  });
  return {
    ...delivery,
    deliver: (given: Partial<Start> = {}) =>
      run(unit, start(given), delivery.host({ approvers: [ann], ...settings })),
    /** What a person does in the console. */
    byHand: () =>
      delivery.aws
        .client(CloudWatchLogsClient)
        .send(new DeleteRetentionPolicyCommand({ logGroupName: "wrong-a" })),
  };
}
type Opened = Awaited<ReturnType<typeof opened>>;

const outcomes = ({ actions }: RunResult) =>
  actions.map(({ outcome, held }) => held?.by ?? outcome);
const planOf = ({ store }: Pick<TestDelivery, "store">, { plan }: RunResult) =>
  planOrThrow(store, plan?.id ?? "");

async function approve(delivery: Opened, { plan, region }: { plan: string; region: string }) {
  const { store } = delivery;
  const at = delivery.host().clock.now();
  const settings = { approvers: [ann], twoPersonRule: false };
  await decideOn(store, settings, { plan, verdict: "approve", by: ann, at });
  return delivery.deliver({ kind: "decision", plan, region, only: ["wrong-a"] });
}

describe("what somebody changed back", () => {
  test("is not done again: a person is asked once, with what was done and when", async () => {
    const on = await opened();
    const [first] = (await on.deliver()).actions;
    await on.byHand();
    await on.later(days(1));
    const asked = await on.deliver();
    expect([outcomes(asked), asked.actions[0]?.putBack]).toEqual([
      ["waiting"],
      { times: 1, by: "somebody" },
    ]);
    const plan = await planOf(on, asked);
    expect(plan.why).toBe("what somebody changed back asks first");
    expect(plan.proposals[0]?.because).toBe(
      `it keeps its logs for another time; somebody changed it back after ${first?.id} of ${first?.id.split(".")[1]?.replace(/^(\d{4})(\d\d)(\d\d).*/, "$1-$2-$3")}`,
    );
    for (let night = 0; night < 4; night += 1) {
      await on.later(days(1));
      const again = await on.deliver();
      expect([outcomes(again), again.plan]).toEqual([["put-back"], null]);
      expect(again.actions[0]?.held?.why).toContain("npx nightshift run test-retention");
    }
    expect((await retentions(on.aws))["wrong-a"]).toBeNull();
    expect((await messages(on)).map(({ title }) => title.replace(/.*: /, ""))).toEqual([
      "1 changed",
      "1 waiting for approval",
      "1 held",
    ]);
  });
  test("by whom is said where the event says so", async () => {
    const on = await opened();
    await on.deliver();
    await on.byHand();
    await on.later(hours(1));
    const session = "arn:aws:sts::123456789012:assumed-role/developer/bob";
    const asked = await on.deliver({
      kind: "event",
      only: ["wrong-a"],
      actor: "arn:aws:iam::123456789012:role/developer",
      by: session,
    });
    expect(asked.actions[0]?.putBack?.by).toBe(session);
    expect(asked.actions[0]?.because).toContain(`${session} changed it back after`);
  });
  test("is done again when a person says so, and asked anew when it is changed back again", async () => {
    const on = await opened();
    await on.deliver();
    await on.byHand();
    await on.later(days(1));
    const asked = await on.deliver();
    const { id: plan, region } = await planOf(on, asked);
    expect(outcomes(await approve(on, { plan, region }))).toEqual(["applied"]);
    await on.byHand();
    await on.later(days(1));
    const again = await on.deliver();
    expect([outcomes(again), again.actions[0]?.putBack?.times]).toEqual([["waiting"], 2]);
    expect(again.actions[0]?.because).toContain("for the 2nd time");
  });
  test("is asked about anew by whoever starts the unit by hand", async () => {
    const on = await opened();
    await on.deliver();
    await on.byHand();
    await on.later(days(1));
    await on.deliver();
    await on.later(days(5));
    expect(outcomes(await on.deliver())).toEqual(["put-back"]);
    const manual = await on.deliver({ kind: "manual", by: ann });
    expect(outcomes(manual)).toEqual(["waiting"]);
    const { id: plan, region } = await planOf(on, manual);
    expect(outcomes(await approve(on, { plan, region }))).toEqual(["applied"]);
  });
  test("is asked about once, however often one trigger comes", async () => {
    const on = await opened();
    await on.deliver();
    await on.byHand();
    await on.later(days(1));
    const first = await on.deliver({ key: "twice" });
    const second = await on.deliver({ key: "twice" });
    expect([outcomes(first), second]).toEqual([["waiting"], first]);
  });
  test("is shown by a plan as a run would take it, and a plan notes nothing", async () => {
    const on = await opened();
    await on.deliver();
    await on.byHand();
    await on.later(days(1));
    const planned = () => planRun(base, { ...on.start, key: "plan" }, on.host());
    expect((await planned()).proposals.map(({ held, because }) => [held, because])).toEqual([
      [null, expect.stringContaining("somebody changed it back after")],
    ]);
    expect(outcomes(await on.deliver())).toEqual(["waiting"]);
    expect((await planned()).proposals[0]?.held?.by).toBe("put-back");
  });
  test("is what an automation that only watches says, and asks nobody", async () => {
    const on = await opened();
    await on.deliver();
    await on.byHand();
    await on.later(days(1));
    const watched = await run(base, { ...on.start, key: "watching" }, on.host({ mode: "watch" }));
    expect([outcomes(watched), watched.actions[0]?.putBack?.times]).toEqual([["watch"], 1]);
  });
  test("by our own undo is left alone for a while, and then proposed as ever", async () => {
    const on = await opened();
    const done = await on.deliver();
    await undo(base, done.id, { by: ann }, on.host());
    expect(outcomes(await on.deliver())).toEqual(["hold"]);
    await on.later(days(20));
    expect(outcomes(await on.deliver())).toEqual(["applied"]);
  });
  test("by our own undo is no stranger's doing where no run saw its hold, nor where that was lifted", async () => {
    for (const lift of [false, true]) {
      const on = await opened();
      const done = await on.deliver();
      const undone = await undo(base, done.id, { by: ann }, on.host());
      const at = on.host().clock.now();
      if (lift)
        for (const part of await undoneBy(on.store, undone.id))
          await liftHolds(on.store, part, { by: ann, at });
      await on.later(days(lift ? 1 : 20));
      expect(outcomes(await on.deliver()), String(lift)).toEqual(["applied"]);
      await on.byHand();
      await on.later(days(1));
      expect(outcomes(await on.deliver()), String(lift)).toEqual(["waiting"]);
    }
  });
  test("by our own undo, and not wrong any more when that is taken back, is named and left as it is", async () => {
    const on = await opened();
    const done = await on.deliver();
    const undone = await undo(base, done.id, { by: ann }, on.host());
    const logs = on.aws.client(CloudWatchLogsClient);
    await logs.send(new PutRetentionPolicyCommand({ logGroupName: "wrong-a", retentionInDays: 7 }));
    const [part] = await undoneBy(on.store, undone.id);
    if (!part) throw new Error("nothing was undone");
    const order = { ...part, key: "again" };
    const at = on.host().clock.now();
    const { key: _, ...redo } = redoStart(order, { by: ann, at });
    expect((await on.deliver(redo)).actions).toEqual([]);
    const facts = (await messages(on)).map(({ facts: told }) => JSON.stringify(told));
    expect(facts.at(-1)).toContain(
      "Of what was undone, 1 target cannot be done again now, as the unit finds nothing wrong there: wrong-a.",
    );
  });
  test("is not what was made anew under the same name", async () => {
    const unit: AnyAutomation = {
      ...base,
      recognise: ({ creationTime }: { creationTime?: number }) => ({ creationTime }),
    };
    const on = await opened({}, unit);
    await on.deliver();
    const logs = on.aws.client(CloudWatchLogsClient);
    await logs.send(new DeleteLogGroupCommand({ logGroupName: "wrong-a" }));
    await on.later(days(1));
    await logs.send(new CreateLogGroupCommand({ logGroupName: "wrong-a" }));
    expect(outcomes(await on.deliver())).toEqual(["applied"]);
    await on.byHand();
    await on.later(days(1));
    expect(outcomes(await on.deliver())).toEqual(["waiting"]);
  });
  test("more than ninety days ago is proposed like anything else", async () => {
    const on = await opened();
    await on.deliver();
    await on.byHand();
    await on.later(days(91));
    expect(outcomes(await on.deliver())).toEqual(["applied"]);
  });
  test("whose traces cannot be read is held, and the next run goes on", async () => {
    const on = await opened();
    const traces = (pk: string) => pk.includes("#trace#");
    const host = on.host();
    const { store } = host;
    const query: typeof store.query = (pk, range) => {
      if (!traces(pk)) return store.query(pk, range);
      throw new Error("Throttled: rate exceeded");
    };
    const blind = await run(
      base,
      { ...on.start, key: "blind" },
      {
        ...host,
        store: { ...store, query },
      },
    );
    expect(blind.actions[0]?.held).toEqual({
      by: "put-back",
      why: "whether somebody changed it back could not be looked up, so nothing is changed: Throttled: rate exceeded",
    });
    expect(outcomes(await on.deliver())).toEqual(["applied"]);
  });
});

/** The same operations, carried out by the test. */
const sentBy = (
  send: (client: unknown, input: { readonly logGroupName: string }) => Promise<object>,
): AnyAutomation["writes"] =>
  base.writes.map((write) => Object.assign((input: never) => write(input), write, { send }));

describe("what protects", () => {
  /** Rules of a group, which come back under new ids. */
  const rules = new Map<string, { within: string; port: number; note: string }>();
  const closing: AnyAutomation = {
    ...base,
    protects: true,
    async *find({ only }) {
      for (const [id, rule] of rules)
        if (!only || only.includes(id) || only.includes(rule.within)) yield { id, ...rule };
    },
    target: ({ id, within }) => ({ id, tags: {}, within: { id: within, tags: {} } }),
    state: ({ port, note }) => ({ port, note }),
    recognise: ({ port }) => ({ port }),
    propose: ({ id, port }) => ({
      because: `it opens port ${port}`,
      call: { kind: "write", operation: "logs:PutRetentionPolicy", input: { logGroupName: id } },
      undo: { kind: "write", operation: "logs:DeleteRetentionPolicy", input: { logGroupName: id } },
    }),
    writes: sentBy(async (_, { logGroupName }) => {
      rules.delete(logGroupName);
      return {};
    }),
  };

  const openAgain = (id: string, port = 22, note = "") =>
    void rules.set(id, { within: "sg-1", port, note });

  async function protecting() {
    rules.clear();
    const on = await opened({ protects: true }, closing);
    let count = 0;
    return {
      ...on,
      event: () =>
        on.deliver({
          kind: "event",
          key: `opened-${++count}`,
          only: ["sg-1"],
          actor: "arn:aws:iam::1:role/eve",
          by: "arn:aws:iam::1:role/eve",
        }),
    };
  }

  test("closes again what comes back under another id and in other words, says so, and each time louder", async () => {
    const on = await protecting();
    const seen = [];
    for (let at = 0; at < 4; at += 1) {
      openAgain(`sgr-${at}`, 22, `note ${at}`);
      const { actions } = await on.event();
      seen.push(actions.map(({ outcome, putBack }) => [outcome, putBack?.times]));
      await on.later(minutes(40));
    }
    expect(seen).toEqual([
      [["applied", undefined]],
      [["applied", 1]],
      [["applied", 2]],
      [["applied", 3]],
    ]);
    const told = await messages(on);
    expect(told.map(({ severity }) => severity)).toEqual([
      "info",
      "warning",
      "warning",
      "critical",
    ]);
  });
  test("needs one place in the cap for what is put back, and keeps the others for what is new", async () => {
    const on = await protecting();
    for (let at = 0; at < 20; at += 1) {
      openAgain(`again-${at}`);
      expect(outcomes(await on.event())).toEqual(["applied"]);
      await on.later(minutes(10));
    }
    for (let port = 100; port < 112; port += 1) openAgain(`new-${port}`, port);
    const all = outcomes(await on.event());
    expect(all.filter((outcome) => outcome === "applied")).toHaveLength(11);
    expect(all.filter((outcome) => outcome === "waiting")).toHaveLength(1);
    // It has its place, although nothing is left of the cap.
    rules.clear();
    openAgain("again-and-again");
    expect(outcomes(await on.event())).toEqual(["applied"]);
  });
  test("takes a sibling that is alike, and was there before, for no putting back", async () => {
    const on = await protecting();
    const kept = new Set(["one"]);
    openAgain("one");
    openAgain("two");
    const stays: AnyAutomation = {
      ...closing,
      propose: (found, context) =>
        kept.has(found.id) ? closing.propose(found, context) : undefined,
      writes: sentBy(async () => ({})),
    };
    await run(stays, { ...on.start, key: "first" }, on.host({ protects: true }));
    kept.clear();
    kept.add("two");
    const second = await run(stays, { ...on.start, key: "second" }, on.host({ protects: true }));
    expect(second.actions.map(({ target, putBack }) => [target, putBack])).toEqual([
      ["two", undefined],
    ]);
  });
});

describe("traces", () => {
  const place = { unit: "test-retention", account: "123456789012", region: "eu-west-1" };
  const at = new Date("2026-11-21T02:00:00Z");
  const record = (nth: number): ActionRecord => ({
    ...place,
    id: `a-${nth}`,
    run: "r",
    at,
    target: `t-${nth}`,
    within: nth % 2 ? "g" : null,
    because: "",
    digest: "",
    call: { operation: "", input: {} },
    undo: null,
    once: null,
    savesPerMonth: null,
    before: { nth },
    outcome: "applied",
    verified: true,
    held: null,
    error: null,
  });

  test("of thousands are one query; of a few each place is one", async () => {
    const { store } = memoryLedger(clockAt(at));
    for (let nth = 0; nth < 300; nth += 1) await settle(store, "unit", record(nth));
    const asked: unknown[] = [];
    const counting = {
      ...store,
      query: (...given: Parameters<typeof store.query>) => {
        asked.push(given[1]);
        return store.query(...given);
      },
    };
    const all = Array.from({ length: 20_000 }, (_, nth) => record(nth));
    expect(await tracesFor(counting, place, all, at)).toHaveLength(300);
    expect(asked).toEqual([{ unreadable: "refuse" }]);
    asked.length = 0;
    const found = await tracesFor(counting, place, [record(2), record(1), record(3)], at);
    expect(asked).toHaveLength(2);
    expect(found.filter(({ within }) => within === null).map(({ target }) => target)).toContain(
      "t-2",
    );
    expect(found.filter(({ within }) => within === "g")).toHaveLength(150);
  });
  test("of an earlier change are not completed, and not noted on, when there has been another", async () => {
    const { store } = memoryLedger(clockAt(at));
    const [first, second] = [record(0), { ...record(0), id: "a-later" }];
    await settle(store, "unit", { ...first, verified: null });
    const [trace] = await tracesFor(store, place, [first], at);
    await settle(store, "unit", second);
    const left = await amendAll(store, [{ ...first, after: { nth: 7 } }], mostSteps);
    await transactWithout(store, left);
    if (trace) await noteOnTrace(store, place.unit, trace, { asked: { plan: "p", run: "r" } });
    const [now] = await tracesFor(store, place, [first], at);
    expect([isDone(first), now?.action, now?.asked]).toEqual([true, "a-later", undefined]);
  });
});
