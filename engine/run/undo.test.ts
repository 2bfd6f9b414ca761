import {
  CloudWatchLogsClient,
  DeleteLogGroupCommand,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { describe, expect, onTestFinished, test } from "vitest";
import { deleteRetentionPolicy, putRetentionPolicy } from "../../aws/logs/log-group.ts";
import type { ActionRecord, CallData } from "../../ledger/actions.ts";
import { holdsAt } from "../../ledger/holds.ts";
import { actionId } from "../../ledger/ids.ts";
import { intend } from "../../ledger/intents.ts";
import { keys } from "../../ledger/keys.ts";
import { settle } from "../../ledger/outcomes.ts";
import type { Start } from "../../ledger/start.ts";
import type { Item } from "../../ledger/store.ts";
import type { UndoTold } from "../../messages/outgoing.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { same } from "../../sdk/codec.ts";
import { days, minutes, after as past, seconds } from "../../sdk/time.ts";
import { moments } from "../../settings/freeze.ts";
import { actions, open, prepare, type Subject, subjects } from "../../test/setup/delivery.ts";
import { makeGroups, retention, retentions } from "../../test/setup/retention.ts";
import { takeUndoBack } from "../../test/setup/take-undo-back.ts";
import { asUndo } from "../../test/setup/undo-role.ts";
import { nextSweep, type TestDelivery } from "../../testing/delivery.ts";
import { deployedIn } from "../../testing/deployed.ts";
import type { Fault } from "../../testing/fault-proxy.ts";
import type { RecordedCall } from "../../testing/recorded-call.ts";
import type { Host } from "./host.ts";
import { coveredBy } from "./planned-change.ts";

import { undoneTargets } from "./redo.ts";
import { writeSwitch } from "./switch.ts";
import { undo } from "./undo.ts";

interface Done extends TestDelivery {
  readonly run: string;
  undo(host?: Host, id?: string): ReturnType<typeof undo>;
  /** The effects of undo. */
  sent(): readonly RecordedCall[];
  partition(pk: string): Promise<Item[]>;
}

/** An account in which a run has just changed everything that was wrong. */
async function done(subject: Subject, ...names: string[]): Promise<Done> {
  const delivery = await prepare(subject, names.length ? names : ["wrong-a"]);
  const { id } = await delivery.deliver();
  delivery.proxy.reset();
  return {
    ...delivery,
    run: id,
    undo: (host = delivery.host(), of = id) => undo(subject.unit, of, { by: "ann" }, asUndo(host)),
    sent: () => delivery.proxy.calls.filter(({ operation }) => operation === subject.back),
    partition: (pk) => Array.fromAsync(delivery.store.query(pk)),
  };
}
async function prepared(...names: string[]): Promise<Done> {
  const one = await done(subjects.retention, ...names);
  onTestFinished(() => one.close());
  return one;
}
const outcomes = (result: Awaited<ReturnType<typeof undo>>) =>
  result.actions.map(({ target, outcome, held }) => [target, held?.by ?? outcome]);

async function problems(subject: Subject, one: Done, lost: ReadonlySet<number>): Promise<string[]> {
  const found: string[] = [];
  const check = (is: unknown, wanted: unknown, what: string) => {
    if (!same(is, wanted))
      found.push(`${what}: ${JSON.stringify(is)} instead of ${JSON.stringify(wanted)}`);
  };
  const [action] = await actions(one, one.run);
  check(
    await subject.look(one.aws),
    { "wrong-a": subject.wrong, other: subject.wrong },
    "the account",
  );
  check(one.sent().filter(({ index }) => !lost.has(index)).length, 1, "effects");
  check(
    (await one.partition(keys.lock(one.place, "").pk)).map(({ sk }) => sk),
    [],
    "locks that are left",
  );
  check(
    (await one.store.get(keys.undone(one.place.unit, action?.id ?? "")))?.state,
    "undone",
    "the action is marked",
  );
  check(
    (await holdsAt(one.store, one.place)).map(({ action: of }) => of),
    [action?.id],
    "what is left alone",
  );
  const told = (await one.partition(keys.outbox(`undo#${one.place.unit}`))).map(
    ({ body }) => body as UndoTold,
  );
  check(
    told.some(({ title }) => title.endsWith(": 1 of 1 change taken back")) ||
      told.some(({ run }) => run.actions[0]?.outcome === "already"),
    true,
    "it was told",
  );
  check(
    new Set(told.map(({ id }) => id)).size,
    new Set(told.map(({ title, run }) => `${title} ${run.outcome} ${run.actions[0]?.outcome}`))
      .size,
    "each message once",
  );
  check(
    outcomes(await one.undo()).map(([, outcome]) => outcome),
    ["already"],
    "another undo",
  );
  await one.later(days(2));
  check(
    outcomes(await one.deliver({ start: nextSweep(one) })).map(([, by]) => by),
    ["hold"],
    "the next sweep",
  );
  return found;
}

/** Lets the change of an undo go wrong; every other call is in test/model/faults.test.ts. */
async function atItsChange(subject: Subject, fault: Fault): Promise<string[]> {
  const one = await done(subject);
  onTestFinished(() => one.close());
  const lost = new Set<number>();
  const arrived = fault === "resetAfter" || fault === "killedAfter";
  one.proxy.fault(({ operation }) => operation === subject.back, fault, {
    times: 1,
    onFault: ({ index }) => !arrived && lost.add(index),
  });
  const first = await one.undo().catch(() => undefined);
  one.proxy.revive();
  for (
    let attempt = 0;
    attempt < 2 && (attempt === 0 ? first?.outcome !== "done" : true);
    attempt += 1
  ) {
    if ((await one.undo()).outcome === "done") break;
    await one.later(minutes(20));
  }
  return problems(subject, one, lost);
}

describe("undo ends as a clean one does", () => {
  test.each([
    ["retention", "denied"],
    ["retention", "reset"],
    ["retention", "killed"],
    ["retention", "resetAfter"],
    ["retention", "killedAfter"],
    ["stopping", "resetAfter"],
    ["stopping", "killedAfter"],
  ] as const)("%s: its change is %s", async (subject, fault) => {
    expect(await atItsChange(subjects[subject], fault)).toEqual([]);
  });
});

describe("undo", () => {
  test("twice is once", async () => {
    const one = await prepared();
    expect(outcomes(await one.undo())).toEqual([["wrong-a", "applied"]]);
    const again = await one.undo();
    expect([again.outcome, ...outcomes(again)]).toEqual(["done", ["wrong-a", "already"]]);
    expect(one.sent()).toHaveLength(1);
  });
  test("asked for by two at once is once", async () => {
    const one = await prepared();
    const both = await Promise.all([one.undo(), one.undo()]);
    expect(both.flatMap(outcomes).filter(([, outcome]) => outcome === "applied")).toHaveLength(1);
    expect(one.sent()).toHaveLength(1);
  });
  test("waits while a run has the target", async () => {
    const one = await prepared();
    const [action] = await actions(one, one.run);
    if (action)
      await intend(
        {
          store: one.store,
          writer: "unit",
          lease: { from: new Date(), until: past(new Date(), minutes(10)) },
        },
        [{ ...action, run: "other", id: "other" }],
      );
    expect((await one.undo()).actions[0]?.held).toEqual({
      by: "lock",
      why: "another run is changing it at this moment",
    });
    expect([one.sent().length, await holdsAt(one.store, one.place)]).toEqual([0, []]);
  });
  test.each([
    [
      "on",
      async (one: Done) => writeSwitch(one.host().clients, deployedIn(one.aws.region), "stop"),
    ],
    [
      "on for this unit",
      async (one: Done) =>
        writeSwitch(one.host().clients, deployedIn(one.aws.region), "stop test-retention"),
    ],
    [
      "not readable",
      async (one: Done) =>
        one.proxy.fault(({ operation }) => operation === "GetParameter", "denied", { times: 1 }),
    ],
  ])("is held while the kill switch is %s, and is possible later", async (_, stop) => {
    const one = await prepared();
    await stop(one);
    expect(outcomes(await one.undo())).toEqual([["wrong-a", "kill-switch"]]);
    expect([one.sent().length, await holdsAt(one.store, one.place)]).toEqual([0, []]);
    await writeSwitch(one.host().clients, deployedIn(one.aws.region), "run");
    expect(outcomes(await one.undo())).toEqual([["wrong-a", "applied"]]);
  });
  test("is not blocked by an exemption", async () => {
    const one = await prepared();
    const exempt = one.host({ exempt: [{ target: "wrong-a", owner: "ann", reason: "mine" }] });
    expect(outcomes(await one.undo(exempt))).toEqual([["wrong-a", "applied"]]);
  });
  test("is not blocked by a freeze, but doing it again is", async () => {
    const one = await prepared();
    const freeze = {
      from: "2000-01-01",
      until: "2999-12-31",
      timeZone: "UTC",
      owner: "ann",
      reason: "release",
    };
    const frozen = one.host({ freezes: [{ ...freeze, ...moments(freeze) }] });
    expect(outcomes(await one.undo(frozen))).toEqual([["wrong-a", "applied"]]);
    const [start] = await takeUndoBack(one.store, {
      id: `${one.run}.undo`,
      by: "ann",
      key: "k",
      at: new Date(),
    });
    if (!start) throw new Error("nothing to do again");
    expect(outcomes((await one.deliver({ start, host: frozen })) as never)).toEqual([
      ["wrong-a", "freeze"],
    ]);
  });
  test("of a target that is gone says so", async () => {
    const one = await prepared();
    await one.aws
      .client(CloudWatchLogsClient)
      .send(new DeleteLogGroupCommand({ logGroupName: "wrong-a" }));
    expect((await one.undo()).actions[0]?.held).toEqual({
      by: "changed",
      why: 'somebody changed it since: it was {"retentionInDays":7} and is gone. Nothing is taken back; decide by hand',
    });
    expect([one.sent().length, await holdsAt(one.store, one.place)]).toEqual([0, []]);
  });
  test("of a whole run takes back what it can, and names the rest", async () => {
    const one = await prepared("wrong-a", "wrong-b", "wrong-c");
    await one.aws
      .client(CloudWatchLogsClient)
      .send(new PutRetentionPolicyCommand({ logGroupName: "wrong-b", retentionInDays: 30 }));
    const result = await one.undo();
    expect([result.outcome, ...outcomes(result).sort()]).toEqual([
      "held",
      ["wrong-a", "applied"],
      ["wrong-b", "changed"],
      ["wrong-c", "applied"],
    ]);
    expect(await subjects.retention.look(one.aws)).toEqual({
      "wrong-a": null,
      "wrong-b": 30,
      "wrong-c": null,
      other: null,
    });
  });
  test("that AWS refuses leaves nothing behind but its record", async () => {
    const one = await prepared();
    one.proxy.fault(({ operation }) => operation === "DeleteRetentionPolicy", "denied");
    const result = await one.undo();
    expect([result.outcome, result.actions[0]?.error]).toEqual([
      "failed",
      expect.stringContaining("AccessDenied"),
    ]);
    expect(await holdsAt(one.store, one.place)).toEqual([]);
  });
  test("without enough time changes nothing", async () => {
    const one = await prepared();
    const result = await one.undo({ ...one.host(), deadline: past(new Date(), seconds(5)) });
    expect([result.outcome, one.sent().length, await holdsAt(one.store, one.place)]).toEqual([
      "held",
      0,
      [],
    ]);
    expect(outcomes(result)).toEqual([["wrong-a", "time"]]);
    expect(outcomes(await one.undo())).toEqual([["wrong-a", "applied"]]);
  });
});

/** A record as a run would have written it, of a call that was never made. */
function madeUp(action: ActionRecord | undefined, given: Partial<ActionRecord>): ActionRecord {
  if (!action) throw new Error("the run has made no change");
  const record = { ...action, ...given };
  const digest = coveredBy(record.target, record.call);
  return { ...record, digest, id: actionId(record.run, digest) };
}
const put = (logGroupName: string, retentionInDays = 7): CallData => {
  const { operation, input } = putRetentionPolicy({ logGroupName, retentionInDays });
  return { operation, input };
};

describe("a forged record", () => {
  test.each([
    [
      "an operation that the automation does not declare",
      { operation: "ec2:AuthorizeSecurityGroupIngress", input: { GroupId: "sg-1" } },
    ],
    ["a read", { operation: "logs:DescribeLogGroups", input: {} }],
    ["the right call on another target", put("other")],
  ])("with %s as its way back is taken back as today's code does it", async (_, forged) => {
    const one = await prepared();
    const [action] = await actions(one, one.run);
    if (action) await settle(one.store, "unit", { ...action, undo: [forged] });
    const result = await one.undo();
    expect(result.actions[0]).toMatchObject({
      outcome: "applied",
      call: { operation: "logs:DeleteRetentionPolicy", input: { logGroupName: "wrong-a" } },
    });
    expect(one.sent()).toHaveLength(1);
  });
  test.each<[string, Partial<ActionRecord>, string]>([
    ["of another target", { target: "other" }, "its id is not that of the call and the target"],
    ["of another call", { call: put("other") }, "its id is not that of the call and the target"],
    ["of another account", { account: "999999999999" }, "it is recorded for account 999999999999"],
    ["of another region", { region: "us-east-1" }, "which the settings do not name"],
    ["of another unit", { unit: "other" }, "it is recorded for other, in a run of"],
    ["of a time to come", { at: past(new Date(), days(400)) }, "which is to come"],
    ["that changed nothing", { before: { retentionInDays: 7 } }, "was the same before and after"],
  ])("%s is refused", async (_, given, why) => {
    const one = await prepared();
    const [action] = await actions(one, one.run);
    if (!action) throw new Error("the run has made no change");
    await one.store.put({
      ...keys.action("unit", action.unit, action.run, action.id),
      type: "action",
      state: "applied",
      body: { ...action, ...given },
    });
    const { outcome, actions: told } = await one.undo();
    expect([outcome, told[0]?.outcome]).toEqual(["failed", "failed"]);
    expect(told[0]?.error).toContain(why);
    expect(told[0]?.error).toContain("It is refused, and nothing is changed");
    expect([one.sent(), await holdsAt(one.store, one.place)]).toEqual([[], []]);
  });
  test("whose call is about another than its target is refused", async () => {
    const one = await prepared();
    const [action] = await actions(one, one.run);
    const forged = madeUp(action, { target: "other" });
    await settle(one.store, "unit", forged);
    const { actions: told } = await one.undo(one.host(), forged.id);
    expect(told[0]?.error).toContain("its call names wrong-a, and its target is other");
    expect(one.sent()).toEqual([]);
  });
  test("of an action that never happened does nothing", async () => {
    const one = await prepared();
    const [action] = await actions(one, one.run);
    if (action) await settle(one.store, "unit", { ...action, outcome: "failed" });
    expect((await one.undo(one.host(), action?.id)).actions[0]?.error).toContain(
      "is failed: there is nothing to take back",
    );
    expect(one.sent()).toEqual([]);
  });
});

describe("a call that the unit never made", () => {
  /** Somebody else has set what the record says that the unit has. */
  async function neverMade() {
    const one = await prepared();
    const logs = one.aws.client(CloudWatchLogsClient);
    const seven = { logGroupName: "other", retentionInDays: 7 };
    await logs.send(new PutRetentionPolicyCommand(seven));
    const [action] = await actions(one, one.run);
    const forged = madeUp(action, { target: "other", call: put("other") });
    await settle(one.store, "unit", forged);
    return { one, forged, take: () => one.undo(one.host(), forged.id) };
  }
  test("is refused, as CloudTrail has none of the unit's role", async () => {
    const { one, forged, take } = await neverMade();
    await one.later(minutes(40));
    const result = await take();
    expect([result.outcome, result.confirm]).toEqual(["failed", undefined]);
    expect(result.actions[0]?.error).toMatch(
      /^CloudTrail has no logs:PutRetentionPolicy of arn:aws:iam::\d+:role\/nightshift-test-retention about it/,
    );
    const confirmed = { by: "ann", confirms: "0".repeat(64) };
    await undo(retention, forged.id, confirmed, one.host());
    expect([one.sent(), await holdsAt(one.store, one.place)]).toEqual([[], []]);
    expect(await retentions(one.aws)).toMatchObject({ other: 7 });
  });
  test("and is too young to be in CloudTrail waits for a person, who sees what it would do", async () => {
    const { one, take } = await neverMade();
    const result = await take();
    expect(result.outcome).toBe("held");
    expect(result.actions[0]?.held).toEqual({
      by: "unconfirmed",
      why: expect.stringContaining("CloudTrail does not show it yet"),
    });
    expect(result.actions[0]).toMatchObject({
      target: "other",
      changes: [{ field: "retentionInDays", before: "7", after: "none" }],
      call: { operation: "logs:DeleteRetentionPolicy", input: { logGroupName: "other" } },
    });
    expect(result.confirm).toMatch(/^[0-9a-f]{64}$/);
    expect(one.sent()).toEqual([]);
  });
});

describe("what CloudTrail cannot say", () => {
  const unreadable = (one: Done, fault: Fault = "denied") =>
    one.proxy.fault(({ operation }) => operation === "LookupEvents", fault);
  const told = async (one: Done) =>
    (await one.partition(keys.outbox(`undo#${one.place.unit}`))).map(
      ({ body }) => (body as UndoTold).facts,
    );
  test.each<Fault>(["denied", "throttled", "error500", "malformed", "reset"])(
    "as it is %s is held, and done when a person confirms exactly that",
    async (fault) => {
      const one = await prepared();
      unreadable(one, fault);
      const { confirm, actions: first } = await one.undo();
      expect(first[0]?.held?.why).toContain("CloudTrail cannot be read");
      expect(first[0]?.held?.why).not.toContain("What was confirmed");
      expect(one.sent()).toEqual([]);
      const [facts] = await told(one);
      expect(facts?.["compared with CloudTrail"]).toBe("1 that it cannot say");
      expect(facts?.["to confirm"]).toContain(`undo ${one.run} --confirm ${confirm}`);
      const order = { by: "ann", confirms: confirm };
      expect(outcomes(await undo(retention, one.run, order, one.host()))).toEqual([
        ["wrong-a", "applied"],
      ]);
      expect(one.sent()).toHaveLength(1);
    },
  );
  test("is not done for a digest of something else", async () => {
    const one = await prepared("wrong-a", "wrong-b");
    unreadable(one);
    const [action] = await actions(one, one.run);
    const { confirm } = await one.undo(one.host(), action?.id);
    const order = { by: "ann", confirms: confirm };
    expect(outcomes(await undo(retention, one.run, order, one.host()))).toEqual([
      ["wrong-b", "unconfirmed"],
      ["wrong-a", "unconfirmed"],
    ]);
    expect(one.sent()).toEqual([]);
  });
  test("is not done when the record has changed since it was shown", async () => {
    const one = await prepared();
    unreadable(one);
    const { confirm } = await one.undo();
    const [action] = await actions(one, one.run);
    if (action) await settle(one.store, "unit", { ...action, before: { retentionInDays: 30 } });
    const order = { by: "ann", confirms: confirm };
    const again = await undo(retention, one.run, order, one.host());
    expect(outcomes(again)).toEqual([["wrong-a", "unconfirmed"]]);
    expect(again.actions[0]?.held?.why).toContain("What was confirmed is not what would be done");
    expect(one.sent()).toEqual([]);
  });
  test("after 90 days is a person's to confirm", async () => {
    const one = await prepared();
    await one.later(days(95));
    expect((await one.undo()).actions[0]?.held?.why).toContain("CloudTrail keeps 90 days");
    expect(one.proxy.calls.filter(({ operation }) => operation === "LookupEvents")).toEqual([]);
  });
  test("half confirmed, half refused, one unsaid: each is told, and what may be done is done", async () => {
    const one = await prepared("wrong-a", "wrong-b", "wrong-c");
    await one.later(minutes(40));
    const all = await actions(one, one.run);
    const of = (name: string) => {
      const found = all.find(({ target }) => target === name);
      if (!found) throw new Error(`there is no action on ${name}`);
      return found;
    };
    // Of the one another call is recorded than was made, the other is said to be months old.
    const [second, third] = [of("wrong-b"), of("wrong-c")];
    const forged = madeUp(second, { call: put("wrong-b", 30), after: { retentionInDays: 7 } });
    const old = madeUp(third, { at: new Date(third.at.getTime() - 100 * 86_400_000) });
    await one.store.remove(keys.action("unit", second.unit, second.run, second.id));
    for (const record of [forged, old]) await settle(one.store, "unit", record);
    const result = await one.undo();
    expect(outcomes(result).sort()).toEqual([
      ["wrong-a", "applied"],
      ["wrong-b", "failed"],
      ["wrong-c", "unconfirmed"],
    ]);
    expect(result.actions.find(({ outcome }) => outcome === "failed")?.error).toBe(
      "CloudTrail has another call than is recorded: retentionInDays was 7, and 30 is recorded",
    );
    const [facts] = await told(one);
    expect(facts?.["compared with CloudTrail"]).toBe(
      "1 confirmed, 1 that it cannot say, 1 refused",
    );
    const order = { by: "ann", confirms: result.confirm };
    const again = await undo(retention, one.run, order, one.host());
    expect(outcomes(again).sort()).toEqual([
      ["wrong-a", "already"],
      ["wrong-b", "failed"],
      ["wrong-c", "applied"],
    ]);
  });
});

describe("a unit whose proposals carry their own way back", () => {
  const { restore: _, ...withoutRestore } = retention as AnyAutomation;
  const unit: AnyAutomation = {
    ...withoutRestore,
    propose(found, context) {
      const proposal = (retention as AnyAutomation).propose(found, context);
      const { logGroupName } = found;
      return proposal && { ...proposal, undo: deleteRetentionPolicy({ logGroupName }) };
    },
  };
  async function asked(forged?: CallData) {
    const one = await open(unit, (aws) => makeGroups(aws, "wrong-a", "other"), {}, true);
    onTestFinished(() => one.close());
    const { id } = await one.deliver();
    const [action] = await actions(one, id);
    if (action && forged) await settle(one.store, "unit", { ...action, undo: [forged] });
    return {
      one,
      take: (confirms?: string) => undo(unit, id, { by: "ann", confirms }, one.host()),
    };
  }
  test("waits for a person, although CloudTrail has the call", async () => {
    const { one, take } = await asked();
    const { confirm, actions: first } = await take();
    expect(first[0]?.held?.why).toContain("the way back is what the ledger says");
    expect(outcomes(await take(confirm))).toEqual([["wrong-a", "applied"]]);
    expect(await retentions(one.aws)).toEqual({ "wrong-a": null, other: null });
  });
  test.each<[string, CallData, string]>([
    ["a call on another target", put("other"), "on other, and its target is wrong-a"],
    ["a value that was never there", put("wrong-a", 400), "with 400, which it was not before"],
    [
      "an operation that is not declared",
      { operation: "ec2:StartInstances", input: { InstanceIds: ["i-1"] } },
      "which test-retention does not declare: it is refused",
    ],
  ])("is refused with %s as its way back", async (_, forged, why) => {
    const { one, take } = await asked(forged);
    const { actions: told, confirm } = await take();
    expect([told[0]?.outcome, confirm]).toEqual(["failed", undefined]);
    expect(told[0]?.error).toContain(why);
    expect(await retentions(one.aws)).toEqual({ "wrong-a": 7, other: null });
  });
});

describe("an id that cannot be taken back", () => {
  test.each([
    ["test-retention.20260101T000000.00000000", "there is no run or action"],
    ["nonsense", "there is no run or action nonsense"],
  ])("%s: %s", async (id, why) => {
    const one = await prepared();
    await expect(one.undo(one.host(), id)).rejects.toThrow(why);
  });
  test("an action that its run did not make", async () => {
    const one = await prepared();
    await expect(one.undo(one.host(), `${one.run}.0000000000`)).rejects.toThrow("has no action");
  });
});

describe("taking back an undo", () => {
  test("does it again; the old action can no longer be taken back, the new one can", async () => {
    const one = await prepared();
    await one.undo();
    const [start] = await takeUndoBack(one.store, {
      id: `${one.run}.undo`,
      by: "ann",
      key: "k",
      at: new Date(),
    });
    if (!start) throw new Error("nothing to do again");
    const again = await one.deliver({ start });
    expect(outcomes(again as never)).toEqual([["wrong-a", "applied"]]);
    expect((await one.undo()).actions[0]?.held?.why).toContain("done again since by a later run");
    expect(outcomes(await one.undo(one.host(), again.id))).toEqual([["wrong-a", "applied"]]);
  });
  test("touches what was undone alone, not what lies beside it in the same container", async () => {
    const within = "wrong-container";
    const inOne: AnyAutomation = {
      ...(retention as AnyAutomation),
      find: (search) => retention.find({ ...search, only: undefined } as never),
      target: ({ logGroupName }) => ({
        id: logGroupName,
        tags: {},
        within: { id: within, tags: {} },
      }),
    };
    const groups = ["wrong-a", "wrong-b"];
    const one = await open(inOne, (aws) => makeGroups(aws, ...groups), { coolDown: days(0) }, true);
    onTestFinished(() => one.close());
    const { actions: both } = await one.deliver();
    const first = both.find(({ target }) => target === "wrong-a")?.id ?? "";
    await undo(inOne, first, { by: "ann" }, one.host());
    // As wrong as before, and not what was undone.
    await one.aws
      .client(CloudWatchLogsClient)
      .send(new PutRetentionPolicyCommand({ logGroupName: "wrong-b", retentionInDays: 30 }));
    const request = { id: `${first}.undo`, by: "ann", key: "k", at: new Date() };
    const [start] = await takeUndoBack(one.store, request);
    expect(undoneTargets(start?.again ?? [])).toEqual(["wrong-a", within]);
    expect(outcomes((await one.deliver({ start: start as Start })) as never)).toEqual([
      ["wrong-a", "applied"],
    ]);
    expect(await retentions(one.aws)).toEqual({ "wrong-a": 7, "wrong-b": 30 });
  });
  test("that never was is an error", async () => {
    const one = await prepared();
    await expect(
      takeUndoBack(one.store, { id: `${one.run}.undo`, by: "ann", key: "k", at: new Date() }),
    ).rejects.toThrow("there is no undo");
  });
});
