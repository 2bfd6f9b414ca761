import { gzipSync } from "node:zlib";
import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ledgerOf } from "../engine/run/host.ts";
import { alreadyTold, expire, markTold, put as post, untold } from "../messages/outbox.ts";
import type { Outgoing } from "../messages/outgoing.ts";
import { digest } from "../sdk/codec.ts";
import { before, clockAt, days, hours, minutes, after as past } from "../sdk/time.ts";
import { embedded, type TestAccount } from "../test/setup/aws.ts";
import { deployedIn, names } from "../testing/deployed.ts";
import { clientsOf, deployedLedger } from "../testing/host.ts";
import { type ActionRecord, actionById, actionsOf } from "./actions.ts";
import { type CapRequest, capCounter, capLimit, takeFromCap, withCounter } from "./caps.ts";
import { changersOf } from "./changers.ts";
import { abandoned, claim, finished, type HeldClaim, release } from "./claims.ts";
import { createTable, emptyWhereMissing, tableExists } from "./create.ts";
import { decideOnce, decisionOn } from "./decisions.ts";
import { countFailure, failures, resetFailures } from "./heartbeats.ts";
import { holdsAt, liftHold, putHold } from "./holds.ts";
import { planId, stamp } from "./ids.ts";
import { intend } from "./intents.ts";
import { keys, type Place } from "./keys.ts";
import { settle } from "./outcomes.ts";
import { planById, planOrThrow, type StoredPlan, storePlan, waitingPlans } from "./plans.ts";
import { beginSeen, endSeen, seenAt } from "./seen.ts";
import type { Start } from "./start.ts";
import { absent, type Store } from "./store.ts";
import { lastChange, story } from "./story.ts";

const now = new Date("2026-11-21T02:00:00Z");
const lease = past(now, minutes(15));
const span = { from: now, until: lease };
let aws: TestAccount;
let store: Store;
let place: Place;
let count = 0;

beforeAll(async () => {
  aws = await embedded();
  await deployedLedger(aws);
  store = newStore();
});
beforeEach(() => {
  count += 1;
  // A unit of its own for each test, in one table.
  place = { unit: `unit-${count}`, account: aws.account, region: aws.region };
});
/** As another process has it. */
const newStore = () => ledgerOf(clientsOf(aws, clockAt(now)), deployedIn(aws.region), clockAt(now));

describe("a claim", () => {
  const start: Start = { kind: "sweep", key: "slot-1", region: "eu-west-1", at: now };
  const held = (but: Partial<HeldClaim> = {}): HeldClaim => ({
    place,
    start,
    run: "run-1",
    holder: "a",
    number: 1,
    ...but,
  });
  const take = (holder: string, at = now, until = lease, from: Start = start) =>
    claim(store, { place, start: from, run: "run-1", holder }, { from: at, until });

  test("is busy for others until its lease is over, then it is taken up as it was", async () => {
    expect(await take("a")).toEqual({ state: "claimed", claim: held() });
    expect(await take("b", past(now, minutes(14)))).toEqual({ state: "busy", until: lease });
    const later: Start = { ...start, at: past(now, hours(1)) };
    expect(
      await claim(
        store,
        { place, start: later, run: "run-2", holder: "b" },
        { from: past(now, minutes(16)), until: past(now, minutes(31)) },
      ),
    ).toEqual({ state: "claimed", claim: held({ holder: "b", number: 2 }) });
  });
  test("can be taken up at the moment at which its lease is over", async () => {
    await take("a");
    expect(await take("b", lease, past(lease, minutes(15)))).toMatchObject({
      state: "claimed",
      claim: { number: 2 },
    });
  });
  test("whose first answer was lost is ours when it stands, and another's when that came first", async () => {
    /** It is written, and the answer says that it was there already. */
    const losing = (first: () => Promise<unknown>): Store => ({
      ...store,
      async put(item, condition) {
        await first();
        await store.put(item, condition);
        return false;
      },
    });
    const ask = (from: Store, key: string) => claim(from, held({ start: { ...start, key } }), span);
    expect(
      await ask(
        losing(async () => {}),
        "ours",
      ),
    ).toEqual({ state: "claimed", claim: held({ start: { ...start, key: "ours" } }) });
    const theirs = past(lease, minutes(1));
    expect(
      await ask(
        losing(() =>
          claim(store, held({ start: { ...start, key: "theirs" }, run: "run-2", holder: "b" }), {
            from: now,
            until: theirs,
          }),
        ),
        "theirs",
      ),
    ).toEqual({ state: "busy", until: theirs });
    const gone = { ...store, put: async () => false };
    expect(await ask(gone, "gone")).toEqual({ state: "busy", until: lease });
    const done = losing(async () => {
      await claim(store, held({ start: { ...start, key: "done" } }), span);
      await store.transact([finished(held({ start: { ...start, key: "done" } }), now)]);
    });
    expect(await ask(done, "done")).toMatchObject({ state: "finished" });
  });
  test("that is finished is kept for two weeks", async () => {
    await take("a");
    await store.transact([finished(held(), now)]);
    expect(await store.get(keys.claim(place, start.key))).toMatchObject({
      type: "claim",
      state: "finished",
      ttl: past(now, days(14)).getTime() / 1000,
      body: { start, run: "run-1", attempt: 1 },
    });
  });
  test("that is finished stays finished, for ever and for everyone", async () => {
    await take("a");
    await store.transact([finished(held(), now)]);
    expect(await take("b", past(now, days(2)))).toEqual({ state: "finished", run: "run-1" });
  });
  test("cannot be finished or given back by whom it was taken from", async () => {
    await take("a");
    await take("b", past(now, minutes(16)), past(now, minutes(31)));
    expect(await store.transact([finished(held(), now)])).toEqual([0]);
    expect(await release(store, held())).toBe(false);
    expect(await take("c", past(now, minutes(17)))).toMatchObject({ state: "busy" });
  });
  test("that is given back can be had at once, and counts its attempts", async () => {
    await take("a");
    await release(store, held());
    expect(await take("b")).toMatchObject({ state: "claimed", claim: { number: 2 } });
  });
  test.each([
    ["new", async () => {}],
    [
      "left behind",
      async () => void (await take("dead", before(now, hours(1)), before(now, minutes(1)))),
    ],
  ])("of ten at once for one that is %s, one wins", async (_, prepare) => {
    await prepare();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, at) => claim(newStore(), held({ holder: `h-${at}` }), span)),
    );
    expect(answers.filter(({ state }) => state === "claimed")).toHaveLength(1);
    expect(answers.filter(({ state }) => state === "busy")).toHaveLength(9);
  });
  test("of another account, region or unit is another", async () => {
    await take("a");
    for (const other of [
      { ...place, region: "us-east-1" },
      { ...place, account: "999999999999" },
      { ...place, unit: `${place.unit}x` },
    ])
      expect(await claim(store, held({ place: other, holder: "b" }), span)).toMatchObject({
        state: "claimed",
      });
  });
  test("is abandoned when its lease is over and nobody finished it, until that has happened too often", async () => {
    const second = () => held({ start: { ...start, key: "slot-2" }, run: "run-2", holder: "b" });
    const left = async (at: Date) =>
      (await Array.fromAsync(abandoned(store, place.unit, at))).map(({ key }) => key);
    await take("a");
    await claim(store, second(), span);
    await store.transact([finished(second(), now)]);
    expect(await left(now)).toEqual([]);
    expect(await left(past(lease, minutes(1)))).toEqual(["slot-1"]);
    for (let attempt = 1; attempt < 10; attempt += 1) {
      await release(store, held({ holder: attempt === 1 ? "a" : `h${attempt}`, number: attempt }));
      await take(`h${attempt + 1}`);
    }
    expect(await left(past(lease, minutes(1)))).toEqual([]);
    expect(await take("by hand", past(lease, minutes(1)))).toMatchObject({
      state: "claimed",
      claim: { number: 11 },
    });
  });
});

const record = (run: string, target: string, given: Partial<ActionRecord> = {}): ActionRecord => ({
  ...place,
  id: `${run}.${target}`,
  run,
  at: now,
  target,
  within: null,
  because: "b",
  digest: target,
  call: { operation: "logs:PutRetentionPolicy", input: { at: now, bytes: new Uint8Array([1]) } },
  undo: null,
  once: null,
  savesPerMonth: null,
  before: { at: now },
  outcome: "intended",
  verified: null,
  held: null,
  error: null,
  ...given,
});
const taken = async (from: Store, request: CapRequest) =>
  withCounter(from, await capCounter(from, place), async (counter) => {
    const { answer, step } = takeFromCap(counter, request);
    return step && (await from.transact([step])).length ? undefined : answer;
  });
const begin = (...records: ActionRecord[]) =>
  intend({ store, writer: "unit", lease: span }, records);
const begun = ({ begun: of }: Awaited<ReturnType<typeof intend>>) => of.map(({ target }) => target);
const lockOf = (target: string) => store.get(keys.lock(place, target));

describe("an intent", () => {
  test("takes out only what another run has the lock of; the rest goes on", async () => {
    await begin(record("r-1", "b"));
    const second = await begin(record("r-2", "a"), record("r-2", "b"), record("r-2", "c"));
    expect(begun(second)).toEqual(["a", "c"]);
    expect([...second.lost]).toEqual([
      ["r-2.b", { by: "lock", why: "another run is changing it at this moment" }],
    ]);
    expect((await actionsOf(store, "unit", place.unit, "r-2")).map(({ target }) => target)).toEqual(
      ["a", "c"],
    );
  });
  test("that all others have is nothing", async () => {
    await begin(record("r-1", "a"));
    expect(begun(await begin(record("r-2", "a")))).toEqual([]);
  });
  test("can be had again by the same run, and by others when its lease is over", async () => {
    await begin(record("r-1", "a"));
    expect(begun(await begin(record("r-1", "a")))).toEqual(["a"]);
    expect(
      begun(
        await intend(
          { store, writer: "unit", lease: { from: past(lease, minutes(1)), until: lease } },
          [record("r-2", "a")],
        ),
      ),
    ).toEqual(["a"]);
  });
  test("of two processes with one id, only one has it where they are told apart", async () => {
    const [one, two] = await Promise.all(
      ["x", "y"].map((attempt) =>
        intend({ store: newStore(), writer: "undo", lease: span }, [
          record("r-1", "a", { attempt }),
        ]),
      ),
    );
    expect([...(one?.begun ?? []), ...(two?.begun ?? [])]).toHaveLength(1);
  });
  test("of ten runs at once, one has each target", async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, at) =>
        intend({ store: newStore(), writer: "unit", lease: span }, [
          record(`r-${at}`, "a"),
          record(`r-${at}`, "b"),
        ]),
      ),
    );
    expect(answers.flatMap(begun).sort()).toEqual(["a", "b"]);
  });
  test("of forty at once goes through, although a transaction takes no more than a hundred items", async () => {
    // A table of its own: the embedded AWS copies the whole of it for each transaction.
    const other = await embedded();
    await deployedLedger(other);
    const own = ledgerOf(clientsOf(other, clockAt(now)), deployedIn(other.region), clockAt(now));
    await intend({ store: own, writer: "unit", lease: span }, [record("r-1", "t-20")]);
    const many = Array.from({ length: 40 }, (_, at) => record("r-2", `t-${at}`));
    const { begun: all, lost } = await intend({ store: own, writer: "unit", lease: span }, many);
    expect([all.length, [...lost.keys()]]).toEqual([39, ["r-2.t-20"]]);
  });
  test("says who changes its target beside it, whatever others say at the same moment", async () => {
    const units = ["one", "two", "three"].map((unit) => ({ ...record("r-1", "beside"), unit }));
    await Promise.all(
      units.map((each) => intend({ store: newStore(), writer: "unit", lease: span }, [each])),
    );
    const known = await changersOf(store, { ...place, target: "beside" });
    expect(known?.units.toSorted()).toEqual(["one", "three", "two"]);
  });
  test("is not written where what must be written first cannot be", async () => {
    const counter = await capCounter(store, place);
    const { step } = takeFromCap(counter, { run: "r-1", count: 1, limit: 12, at: now });
    // Another run has taken from the cap since it was read.
    await taken(store, { run: "r-2", count: 1, limit: 12, at: now });
    const writing = { store, writer: "unit", lease: span } as const;
    expect(await intend(writing, [record("r-1", "a")], step)).toMatchObject({
      begun: [],
      refused: true,
    });
    expect([await lockOf("a"), await actionsOf(store, "unit", place.unit, "r-1")]).toEqual([
      undefined,
      [],
    ]);
  });
  test("does not send again what an earlier attempt of the run has done", async () => {
    await begin(record("r-1", "a"));
    await settle(store, "unit", record("r-1", "a", { outcome: "applied" }));
    const again = await begin(record("r-1", "a"));
    expect([begun(again), again.lost.get("r-1.a")?.why]).toEqual([
      [],
      "another attempt of this run has done it",
    ]);
  });
  test.each(["failed", "held"] as const)("tries again what has %s", async (outcome) => {
    await begin(record("r-1", "a"));
    await settle(store, "unit", record("r-1", "a", { outcome }));
    expect(begun(await begin(record("r-1", "a")))).toEqual(["a"]);
  });
});

describe("once", () => {
  const once = (run: string, key: string, given: Partial<ActionRecord> = {}) =>
    record(run, "a", { once: key, ...given });
  test("is one effect for a key, whatever run it is", async () => {
    await begin(once("r-1", "monday"));
    await settle(store, "unit", once("r-1", "monday", { outcome: "applied" }));
    expect((await begin(once("r-2", "monday"))).lost.get("r-2.a")).toEqual({
      by: "once",
      why: "it was already done for monday",
    });
    expect(begun(await begin(once("r-3", "tuesday")))).toEqual(["a"]);
  });
  test.each(["failed", "held"] as const)("is free again when it was %s", async (outcome) => {
    await begin(once("r-1", "monday"));
    await settle(store, "unit", once("r-1", "monday", { outcome }));
    expect(begun(await begin(once("r-2", "monday")))).toEqual(["a"]);
  });
});

describe("an outcome", () => {
  test("gives the lock back, survives as it was, and a success is the target's last change", async () => {
    const done = record("r-1", "a", {
      outcome: "applied",
      verified: true,
      output: { at: now, none: null },
    });
    await begin(record("r-1", "a"));
    expect(await lastChange(store, { ...place, target: "a" })).toBeUndefined();
    await settle(store, "unit", done);
    expect(await lockOf("a")).toBeUndefined();
    expect(await lastChange(store, { ...place, target: "a" })).toEqual({
      run: "r-1",
      action: "r-1.a",
      at: now,
    });
    expect(await actionById(store, "unit", { unit: place.unit, run: "r-1", id: "r-1.a" })).toEqual(
      done,
    );
  });
  test.each(["failed", "held", "already"] as const)("that is %s is no change", async (outcome) => {
    await begin(record("r-1", "a"));
    await settle(store, "unit", record("r-1", "a", { outcome }));
    expect([await lockOf("a"), await lastChange(store, { ...place, target: "a" })]).toEqual([
      undefined,
      undefined,
    ]);
  });
  test("that comes late is written, and leaves the lock to whoever has it now", async () => {
    await begin(record("r-1", "a"));
    await intend(
      {
        store,
        writer: "unit",
        lease: { from: past(lease, minutes(1)), until: past(lease, hours(1)) },
      },
      [record("r-2", "a")],
    );
    await settle(store, "unit", record("r-1", "a", { outcome: "applied" }));
    expect((await lockOf("a"))?.holder).toBe("r-2.a");
    expect(
      (await actionById(store, "unit", { unit: place.unit, run: "r-1", id: "r-1.a" }))?.outcome,
    ).toBe("applied");
  });
  test("is part of the target's story, in order of time, once", async () => {
    for (const [run, at] of [
      ["r-1", now],
      ["r-2", past(now, hours(1))],
      ["r-1", now],
    ] as const) {
      await begin(record(run, "a", { at }));
      await settle(store, "unit", record(run, "a", { at, outcome: "applied" }));
    }
    expect(
      (await Array.fromAsync(story(store, "unit", { ...place, target: "a" }))).map(
        ({ run }) => run,
      ),
    ).toEqual(["r-1", "r-2"]);
  });
});

// rule: caps: min(changes, max(floor, percent of what was looked at))
describe("caps", () => {
  const caps = { changes: 25, percent: 20, floor: 12 };
  test.each<[looked: number | undefined, given: Partial<typeof caps>, limit: number]>([
    [undefined, {}, 12],
    [0, {}, 12],
    [30, {}, 12],
    [60, {}, 12],
    [65, {}, 13],
    [99, {}, 19],
    [125, {}, 25],
    [10_000, {}, 25],
    [10_000, { changes: 500, percent: 1 }, 100],
    [40, { floor: 0, percent: 5 }, 2],
    // Whoever sets few changes means few.
    [10_000, { changes: 5 }, 5],
    [undefined, { changes: 0 }, 0],
    [undefined, { changes: 5 }, 5],
    [100, { floor: 30 }, 25],
    [60, { changes: 100 }, 12],
    [64, { changes: 100 }, 12],
    [1000, { changes: 100 }, 100],
    [1000, { percent: 0, floor: 0 }, 0],
  ])("of %s things looked at, with %o: %i changes", (looked, given, limit) =>
    expect(capLimit({ ...caps, ...given }, looked)).toBe(limit),
  );

  const take = (run: string, changes: number, limit: number | undefined, at = now) =>
    taken(store, { run, count: changes, limit, at });
  test("count over a rolling day", async () => {
    expect(await take("r-1", 8, 12)).toEqual({ taken: true });
    expect(await take("r-2", 5, 12, past(now, hours(23)))).toEqual({ taken: false, used: 8 });
    expect(await take("r-2", 4, 12, past(now, hours(23)))).toEqual({ taken: true });
    expect(await take("r-3", 8, 12, past(now, hours(25)))).toEqual({ taken: true });
    expect(await take("r-4", 1, 12, past(now, hours(25)))).toEqual({ taken: false, used: 12 });
  });
  test("count no longer what is exactly a day old", async () => {
    await take("r-1", 8, 12);
    expect(await take("r-2", 12, 12, past(now, days(1)))).toEqual({ taken: true });
  });
  test("that cannot be written are tried again, and in the end by the next delivery; nothing is taken", async () => {
    let tries = 0;
    const contended = {
      ...store,
      async transact() {
        tries += 1;
        return [0];
      },
    };
    await expect(taken(contended, { run: "r-1", count: 1, limit: 12, at: now })).rejects.toThrow(
      "the cap's counter is contended",
    );
    expect(tries).toBe(20);
  });
  test("have a version that counts up", async () => {
    await take("r-1", 1, 12);
    await take("r-2", 1, 12);
    expect(await store.get(keys.cap(place))).toMatchObject({ type: "cap", version: 2 });
  });
  test("count a run once, however often it is tried", async () => {
    await take("r-1", 8, 12);
    expect(await take("r-1", 12, 12)).toEqual({ taken: true });
    expect(await take("r-2", 1, 12)).toEqual({ taken: false, used: 12 });
  });
  test("count what a person approved, over the limit too", async () => {
    expect(await take("r-1", 40, undefined)).toEqual({ taken: true });
    expect(await take("r-2", 1, 12)).toEqual({ taken: false, used: 40 });
  });
  test("of twenty runs at once, exactly so many take as there is room for", async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        taken(newStore(), { run: `r-${at}`, count: 2, limit: 12, at: now }),
      ),
    );
    expect(answers.filter((answer) => answer.taken)).toHaveLength(6);
    expect(await take("late", 1, 12)).toEqual({ taken: false, used: 12 });
  });
});

describe("the outbox", () => {
  const message = (id: string, at = now): Outgoing => ({
    id,
    at,
    account: place.account,
    region: place.region,
    unit: place.unit,
    kind: "watchdog",
    severity: "info",
    title: id,
  });
  const left = async (since = before(now, days(7)), until = now) =>
    (await Array.fromAsync(untold(store, `unit#${place.unit}`, since, until))).map(
      ({ message: { id } }) => id,
    );
  test("holds a message until it is told, each once, the oldest first", async () => {
    for (const one of [
      message("b", before(now, minutes(20))),
      message("a", before(now, minutes(30))),
      message("b", before(now, minutes(20))),
    ])
      await post(store, `unit#${place.unit}`, one);
    expect(await left()).toEqual(["a", "b"]);
    const [kept] = await Array.fromAsync(
      untold(store, `unit#${place.unit}`, before(now, days(7)), now),
    );
    if (kept) await expire(store, kept, now);
    expect(await left()).toEqual(["b"]);
  });
  test("leaves out what is too young and what is too old", async () => {
    for (const minutesAgo of [1, 30, 60 * 24 * 8])
      await post(
        store,
        `unit#${place.unit}`,
        message(`${minutesAgo}`, before(now, minutes(minutesAgo))),
      );
    expect(await left(before(now, days(7)), before(now, minutes(10)))).toEqual(["30"]);
  });
  test("knows by channel what was told", async () => {
    await markTold(store, `${place.unit}-m`, "sns", now);
    expect([
      await alreadyTold(store, `${place.unit}-m`, "sns"),
      await alreadyTold(store, `${place.unit}-m`, "slack"),
    ]).toEqual([true, false]);
  });
});

describe("a decision", () => {
  test("works once, also when ten decide at the same moment", async () => {
    const plan = `${place.unit}.t.h.plan-1`;
    const all = await Promise.all(
      Array.from({ length: 10 }, (_, at) =>
        decideOnce(newStore(), {
          plan,
          hash: "h",
          verdict: at % 2 ? "approve" : "deny",
          by: `arn:aws:iam::123456789012:user/u${at}`,
          at: now,
        }),
      ),
    );
    expect(all.filter(Boolean)).toHaveLength(1);
    expect((await decisionOn(store, plan))?.by).toBe(
      `arn:aws:iam::123456789012:user/u${all.indexOf(true)}`,
    );
  });
});

describe("a plan", () => {
  const plan = (count: number, because = "it is idle"): StoredPlan => ({
    ...place,
    id: planId(`${place.unit}.t.h`, "0123456789"),
    run: `${place.unit}.t.h`,
    hash: "0123456789",
    at: now,
    expires: past(now, days(3)),
    why: "the mode is ask",
    requester: null,
    proposals: Array.from({ length: count }, (_, at) => ({
      target: `i-${at}`,
      because,
      call: { operation: "ec2:StopInstances", input: { InstanceIds: [`i-${at}`], at: now } },
      undo: { irreversible: "x" },
      savesPerMonth: 1,
      held: null,
      digest: `${at}`,
    })),
  });
  test("of thousands of proposals fits, and comes back as it was", async () => {
    await storePlan(store, plan(3000));
    expect(await planById(store, plan(0).id)).toEqual(plan(3000));
  });
  test("that is too large for an item says what to do", async () => {
    const noise = Array.from({ length: 12_000 }, (_, at) => digest(at)).join("");
    await expect(storePlan(store, plan(1, noise))).rejects.toThrow("narrow the unit's config");
  });
  describe("that unpacks to more than any of ours", () => {
    const bomb = gzipSync(Buffer.alloc(250_000_000, " "), { level: 9 }).toString("base64");
    const stored = (id: string, body: string) =>
      store.put({ ...keys.plan(place.unit, id), type: "plan", state: "open", body });
    test("fits into an item, and is not unpacked: it says so", async () => {
      expect(bomb.length).toBeLessThan(380_000);
      const id = `${place.unit}.t.bomb.plan-1`;
      await stored(id, bomb);
      await expect(planById(store, id)).rejects.toThrow(
        `the plan ${id} unpacks to more than 24 MB, which no run of ours writes`,
      );
    });
    test("hides no other that waits, and is named beside them", async () => {
      const other = { ...place, unit: "waits" };
      const id = (run: string) => `${other.unit}.${stamp(now)}.${run}.plan-1`;
      await store.put({ ...keys.plan(other.unit, id("a")), type: "plan", body: bomb });
      await store.put({ ...keys.plan(other.unit, id("b")), type: "plan", body: "no gzip" });
      await storePlan(store, { ...plan(1), ...other, id: id("c") });
      const { plans, unreadable } = await waitingPlans(store, other.unit, now);
      expect(plans.map((each) => each.id)).toEqual([id("c")]);
      expect(unreadable).toEqual([
        expect.stringContaining(`${id("a")} unpacks to more`),
        expect.stringContaining(`${id("b")} is damaged`),
      ]);
    });
  });
  test("that could not be read again is not stored", async () => {
    const alike = "x".repeat(9000);
    await expect(storePlan(store, plan(3000, alike))).rejects.toThrow("narrow the unit's config");
  });
  test("that does not exist names where ids are found", async () => {
    await expect(planOrThrow(store, `${place.unit}.t.h.plan-9`)).rejects.toThrow(
      "a run in mode ask stores one",
    );
  });
});

describe("small records", () => {
  test("since when: begins once, ends, and begins anew", async () => {
    await beginSeen(store, place, "vol-1", now);
    await beginSeen(store, place, "vol-1", past(now, days(1)));
    expect(await seenAt(store, place)).toEqual(new Map([["vol-1", now]]));
    await endSeen(store, place, "vol-1");
    expect(await seenAt(store, place)).toEqual(new Map());
    await beginSeen(store, place, "vol-1", past(now, days(2)));
    expect(await seenAt(store, place)).toEqual(new Map([["vol-1", past(now, days(2))]]));
  });
  test("holds lie by place and target, and can be lifted", async () => {
    const hold = {
      ...place,
      target: "a",
      within: null,
      state: "s",
      until: past(now, days(14)),
      by: "ann",
      action: "x",
    };
    await putHold(store, hold);
    expect(await holdsAt(store, place)).toEqual([hold]);
    expect(await holdsAt(store, { ...place, region: "us-east-1" })).toEqual([]);
    await liftHold(store, hold);
    expect(await holdsAt(store, place)).toEqual([]);
  });
  test("failures count up, also at once, and begin anew", async () => {
    await Promise.all(Array.from({ length: 5 }, () => countFailure(newStore(), place)));
    expect(await failures(store, place)).toBe(5);
    await resetFailures(store, place);
    expect(await failures(store, place)).toBe(0);
  });
});

describe("the table", () => {
  test("pages through a partition that is larger than an answer", async () => {
    const body = "x".repeat(100_000);
    for (let at = 0; at < 25; at += 1)
      await store.put({
        pk: `unit#${place.unit}#big`,
        sk: String(at).padStart(2, "0"),
        type: "t",
        body,
      });
    expect(
      (await Array.fromAsync(store.query(`unit#${place.unit}#big`))).map(({ sk }) => Number(sk)),
    ).toEqual(Array.from({ length: 25 }, (_, at) => at));
    expect(
      (
        await Array.fromAsync(store.query(`unit#${place.unit}#big`, { reverse: true, limit: 15 }))
      ).map(({ sk }) => Number(sk)),
    ).toEqual(Array.from({ length: 15 }, (_, at) => 24 - at));
  });
  test("writes all of a transaction or nothing", async () => {
    const at = (sk: string) => ({ pk: `unit#${place.unit}#t`, sk, type: "t", body: sk });
    await store.put(at("b"));
    expect(
      await store.transact([
        { put: at("a") },
        { put: at("b"), if: absent },
        { put: at("c"), if: absent },
      ]),
    ).toEqual([1]);
    expect(await store.get(at("a"))).toBeUndefined();
  });
  test("is made once, as the deployment makes it, also when two make it at once", async () => {
    const other = await embedded();
    const client = other.client(DynamoDBClient);
    expect(await tableExists(client, names.table)).toBe(false);
    await Promise.all([createTable(client, names.table), createTable(client, names.table)]);
    const { Table } = await client.send(new DescribeTableCommand({ TableName: "nightshift" }));
    expect(Table?.StreamSpecification).toEqual({
      StreamEnabled: true,
      StreamViewType: "NEW_IMAGE",
    });
    const { TimeToLiveDescription } = await client.send(
      new DescribeTimeToLiveCommand({ TableName: "nightshift" }),
    );
    expect(TimeToLiveDescription).toMatchObject({
      AttributeName: "ttl",
      TimeToLiveStatus: "ENABLED",
    });
  });
  test("that is missing is an error, and empty only for those who ask for that", async () => {
    const other = await embedded();
    const missing = ledgerOf(
      clientsOf(other, clockAt(now)),
      deployedIn(other.region),
      clockAt(now),
    );
    await expect(missing.get({ pk: "a", sk: "b" })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
    const empty = emptyWhereMissing(missing);
    expect([
      await empty.get({ pk: "a", sk: "b" }),
      await Array.fromAsync(empty.query("a")),
    ]).toEqual([undefined, []]);
    await expect(empty.put({ pk: "a", sk: "b", type: "t", body: 1 })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  });
});
