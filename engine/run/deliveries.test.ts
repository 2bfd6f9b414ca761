import {
  CloudWatchLogsClient,
  DeleteLogGroupCommand,
  DeleteRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { describe, expect, onTestFinished, test } from "vitest";
import { deleteRetentionPolicy, putRetentionPolicy } from "../../aws/logs/log-group.ts";
import { decideOnce } from "../../ledger/decisions.ts";
import { failures, resetFailures } from "../../ledger/heartbeats.ts";
import { planOrThrow, storePlan } from "../../ledger/plans.ts";
import type { RunResult } from "../../ledger/result.ts";
import type { Start } from "../../ledger/start.ts";
import type { Step } from "../../ledger/store.ts";
import { runIn } from "../../messages/outgoing.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { NotPossible, TryAgain } from "../../sdk/errors.ts";
import { days, hours, milliseconds, minutes, after as past, seconds } from "../../sdk/time.ts";
import { actions, open, prepare, problems, subjects } from "../../test/setup/delivery.ts";
import { makeGroups, retention, retentions, tagGroup } from "../../test/setup/retention.ts";
import { messages, nextSweep, type TestDelivery } from "../../testing/delivery.ts";
import { deployedIn } from "../../testing/deployed.ts";
import { decideOn } from "./approve.ts";
import type { Host } from "./host.ts";
import { run } from "./run.ts";
import { writeSwitch } from "./switch.ts";

const subject = subjects.retention;
async function prepared(...wrong: string[]): Promise<TestDelivery> {
  const delivery = await prepare(subject, wrong.length ? wrong : undefined);
  onTestFinished(() => delivery.close());
  return delivery;
}
const sent = ({ proxy }: TestDelivery) => proxy.calls.flatMap(subject.changes).sort();
const outcomes = ({ actions: of }: RunResult) =>
  of.map(({ target, outcome, held }) => [target, held?.by ?? outcome]);
const event = (
  { start }: TestDelivery,
  key = "event-1",
  only = ["wrong-a", "wrong-b", "wrong-c"],
): Start => ({
  ...start,
  kind: "event",
  key,
  only,
  actor: "arn:aws:iam::1:user/ann",
});
const nothing = { "wrong-a": null, "wrong-b": null, "wrong-c": null, other: null };

/** The same host, whose ledger does something else first, once. */
function before(
  host: Host,
  which: (steps: readonly Step[]) => boolean,
  first: () => Promise<unknown>,
): Host {
  let waiting = true;
  const transact: Host["store"]["transact"] = async (steps) => {
    if (waiting && which(steps)) {
      waiting = false;
      await first();
    }
    return host.store.transact(steps);
  };
  return { ...host, store: { ...host.store, transact } };
}
const isIntent = (steps: readonly Step[]) =>
  steps.some((step) => "put" in step && step.put.type === "lock");
const isOutcome = (steps: readonly Step[]) =>
  steps.some((step) => "put" in step && step.put.type === "action" && step.put.state === "applied");

describe("two deliveries", () => {
  test("of one trigger at once are one run, and the loser is told to try again", async () => {
    const delivery = await prepared();
    const answers = await Promise.allSettled([delivery.deliver(), delivery.deliver()]);
    expect(answers.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(answers.find(({ status }) => status === "rejected")).toMatchObject({
      reason: expect.any(TryAgain),
    });
    expect(await problems(subject, delivery, new Set())).toEqual([]);
  });
  test("of a sweep and an event at once change each target once", async () => {
    const delivery = await prepared();
    const results = await Promise.all([
      delivery.deliver(),
      delivery.deliver({ start: event(delivery) }),
    ]);
    expect(sent(delivery)).toEqual(["wrong-a", "wrong-b", "wrong-c"]);
    expect(results.flatMap(outcomes).filter(([, outcome]) => outcome === "applied")).toHaveLength(
      3,
    );
    expect(await problems(subject, delivery, new Set())).toEqual([]);
  });
  test("an event that is carried out whole just before a sweep takes its locks: the sweep changes nothing more", async () => {
    const delivery = await prepared();
    const host = before(delivery.host(), isIntent, () =>
      delivery.deliver({ start: event(delivery) }),
    );
    expect(outcomes(await delivery.deliver({ host }))).toEqual(
      ["wrong-a", "wrong-b", "wrong-c"].map((target) => [target, "changed"]),
    );
    expect(sent(delivery)).toEqual(["wrong-a", "wrong-b", "wrong-c"]);
  });
  test("an event that comes while a sweep is about to write an outcome finds the target locked or done", async () => {
    const delivery = await prepared();
    let result: RunResult | undefined;
    const host = before(delivery.host(), isOutcome, async () => {
      result = await delivery.deliver({ start: event(delivery) });
    });
    await delivery.deliver({ host });
    expect(result?.actions.filter(({ outcome }) => outcome !== "held")).toEqual([]);
    expect(sent(delivery)).toEqual(["wrong-a", "wrong-b", "wrong-c"]);
  });
});

describe("a run that fails", () => {
  test("at find says so loudly, changes nothing, and is carried out later", async () => {
    const delivery = await prepared();
    const denied = ({ operation }: { operation: string }) => operation === "DescribeLogGroups";
    delivery.proxy.fault(denied, "denied", { times: 1 });
    await expect(delivery.deliver()).rejects.toMatchObject({ name: "AccessDeniedException" });
    expect(await retentions(delivery.aws)).toEqual(nothing);
    expect(await messages(delivery)).toEqual([
      expect.objectContaining({
        severity: "critical",
        title: `test-retention in ${delivery.aws.region} could not be carried out`,
        facts: expect.objectContaining({ error: expect.stringContaining("AccessDenied") }),
      }),
    ]);
    expect((await delivery.deliver()).outcome).toBe("done");
    expect(await problems(subject, delivery, new Set())).toEqual([]);
  });
  test("for half its targets does the others, is told, and completes when it can", async () => {
    const delivery = await prepared();
    const refused = ({ parameters }: { parameters: unknown }) =>
      ["wrong-a", "wrong-b"].includes((parameters as { logGroupName?: string }).logGroupName ?? "");
    const lost = new Set<number>();
    delivery.proxy.fault((call) => subject.changes(call).length > 0 && refused(call), "denied", {
      times: 4,
      onFault: ({ index }) => lost.add(index),
    });
    for (const attempt of [1, 2]) {
      const result = await delivery.deliver();
      expect([attempt, result.outcome, ...outcomes(result)]).toEqual([
        attempt,
        "failed",
        ["wrong-a", "failed"],
        ["wrong-b", "failed"],
        ["wrong-c", "applied"],
      ]);
      expect(result.actions[0]?.error).toContain("AccessDenied");
    }
    const result = await delivery.deliver();
    expect([result.outcome, ...outcomes(result)]).toEqual([
      "done",
      ["wrong-a", "applied"],
      ["wrong-b", "applied"],
      ["wrong-c", "applied"],
    ]);
    expect(
      (await messages(delivery)).map(({ title, severity }) => [severity, title.split(": ")[1]]),
    ).toEqual([
      ["critical", "2 failed, 1 changed"],
      ["critical", "2 failed, 1 changed"],
      ["info", "3 changed"],
    ]);
    expect(new Set((await messages(delivery)).map(({ id }) => id)).size).toBe(2);
    expect(await problems(subject, delivery, lost)).toEqual([]);
  });
  test("by dying, where its target is in another state when it is taken up, says so", async () => {
    const delivery = await prepared("wrong-a");
    delivery.proxy.fault((call) => subject.changes(call).length > 0, "killed", { times: 1 });
    await expect(delivery.deliver()).rejects.toThrow();
    delivery.proxy.revive();
    await delivery.later(minutes(20));
    const host = delivery.host({ config: { days: 30 } });
    const result = await delivery.deliver({ host });
    expect(result.actions.map(({ outcome, error }) => [outcome, error])).toEqual([
      ["failed", expect.stringContaining("in another state now")],
      ["applied", null],
    ]);
  });
});

describe("when the time runs out", () => {
  test("before anything was sent, nothing is, and the next delivery goes on", async () => {
    const delivery = await prepared();
    const host = { ...delivery.host(), deadline: past(new Date(), seconds(5)) };
    await expect(delivery.deliver({ host })).rejects.toThrow(TryAgain);
    expect(await retentions(delivery.aws)).toEqual(nothing);
    expect(await messages(delivery)).toEqual([]);
    expect((await delivery.deliver()).outcome).toBe("done");
    expect(await problems(subject, delivery, new Set())).toEqual([]);
  });
  test("between two calls, what is done stays done, the rest is the next delivery's, and nobody is told of a failure", async () => {
    const many = Array.from({ length: 8 }, (_, at) => `wrong-${at}`);
    const delivery = await prepared(...many);
    const given = delivery.host();
    let late = false;
    const slow = before(given, isOutcome, async () => {
      late = true;
    });
    const { clock, deadline } = given;
    const host = { ...slow, clock: { ...clock, now: () => (late ? deadline : clock.now()) } };
    await expect(delivery.deliver({ host })).rejects.toThrow(TryAgain);
    const done = sent(delivery).length;
    expect(done).toBeGreaterThan(0);
    expect(done).toBeLessThan(8);
    expect(await messages(delivery)).toEqual([]);
    const result = await delivery.deliver();
    expect(outcomes(result)).toEqual(many.map((target) => [target, "applied"]));
    expect(sent(delivery)).toEqual(many);
  });
});

describe("right before the change", () => {
  const meanwhile = (delivery: TestDelivery, happens: () => Promise<unknown>) =>
    delivery.deliver({ host: before(delivery.host(), isIntent, happens) });
  test.each<[by: string, happens: (delivery: TestDelivery) => Promise<unknown>]>([
    ["exemption", ({ aws }) => tagGroup(aws, "wrong-a", { "nightshift:exempt": "reason=mine" })],
    ["kill-switch", ({ host, aws }) => writeSwitch(host().clients, deployedIn(aws.region), "stop")],
    [
      "changed",
      ({ aws }) =>
        aws
          .client(CloudWatchLogsClient)
          .send(new DeleteLogGroupCommand({ logGroupName: "wrong-a" })),
    ],
  ])("%s is asked again, and holds what it covers alone", async (by, happens) => {
    const delivery = await prepared("wrong-a");
    expect(outcomes(await meanwhile(delivery, () => happens(delivery)))).toEqual([["wrong-a", by]]);
    expect(sent(delivery)).toEqual([]);
  });
  test("an exemption that came meanwhile holds its target, and the others are changed", async () => {
    const delivery = await prepared();
    const result = await meanwhile(delivery, () =>
      tagGroup(delivery.aws, "wrong-b", { "nightshift:exempt": "reason=mine" }),
    );
    expect(outcomes(result)).toEqual([
      ["wrong-a", "applied"],
      ["wrong-b", "exemption"],
      ["wrong-c", "applied"],
    ]);
  });
  test("a denial on a target that has become exempt is no failure", async () => {
    const delivery = await prepared("wrong-a");
    delivery.proxy.fault((call) => subject.changes(call).length > 0, "denied", { times: 1 });
    const host = delivery.host();
    // As IAM does it: the tag comes after our last look, and the call is refused.
    const get = host.clients.get.bind(host.clients);
    const clients: Host["clients"] = {
      calls: host.clients.calls,
      get(of, region, kind, retried) {
        const client = get(of, region, kind, retried);
        if (kind !== "write") return client;
        return {
          config: client.config,
          destroy: () => client.destroy(),
          async send(command) {
            await tagGroup(delivery.aws, "wrong-a", { "nightshift:exempt": "reason=mine" });
            return client.send(command);
          },
        };
      },
    };
    expect(outcomes(await delivery.deliver({ host: { ...host, clients } }))).toEqual([
      ["wrong-a", "exemption"],
    ]);
  });
});

describe("caps", () => {
  const caps = { changes: 4, percent: 100, floor: 0 };
  test("count all that a run changed, in whichever attempt, not only what was left for the last", async () => {
    const delivery = await prepared();
    delivery.proxy.fault(
      (call) => subject.changes(call).some((name) => name !== "wrong-a"),
      "denied",
      { times: 2 },
    );
    const outcomesOf = async (start?: Start) =>
      (await delivery.deliver({ ...(start && { start }), host: delivery.host({ caps }) })).outcome;
    expect([await outcomesOf(), await outcomesOf()]).toEqual(["failed", "done"]);
    for (const logGroupName of ["wrong-a", "wrong-b"])
      await delivery.aws
        .client(CloudWatchLogsClient)
        .send(new DeleteRetentionPolicyCommand({ logGroupName }));
    await delivery.later(hours(1));
    expect(await outcomesOf(nextSweep(delivery))).toBe("waiting");
  });
  test("an event before any complete sweep has the floor alone", async () => {
    const delivery = await prepared();
    const host = () => delivery.host({ caps: { changes: 25, percent: 100, floor: 2 } });
    expect((await delivery.deliver({ start: event(delivery), host: host() })).outcome).toBe(
      "waiting",
    );
    await delivery.deliver({
      start: { ...delivery.start, key: "watching" },
      host: delivery.host({ mode: "watch" }),
    });
    expect(
      (await delivery.deliver({ start: event(delivery, "event-2"), host: host() })).outcome,
    ).toBe("done");
  });
});

describe("the breaker", () => {
  const broken = async (
    delivery: TestDelivery,
    times: number,
    kind: Start["kind"] = "sweep",
    key: string = kind,
  ) => {
    delivery.proxy.fault(({ operation }) => operation === "DescribeLogGroups", "denied");
    for (let at = 0; at < times; at += 1)
      await delivery
        .deliver({ start: { ...delivery.start, kind, key: `${key}-${at}` } })
        .catch(() => {});
    delivery.proxy.reset();
  };
  const told = async (delivery: TestDelivery) =>
    (await messages(delivery)).filter(({ kind }) => kind === "breaker");
  const next = (delivery: TestDelivery, key: string) =>
    delivery.deliver({ start: { ...delivery.start, key } });

  test("opens after five failed runs in a row, tells once, and from then on only watches, until a person closes it", async () => {
    const delivery = await prepared();
    await broken(delivery, 6);
    expect(await told(delivery)).toEqual([
      expect.objectContaining({
        severity: "critical",
        title: expect.stringContaining("only watches from now on: 5 runs in a row have failed"),
      }),
    ]);
    // However often it watches, that closes nothing.
    for (const key of ["a", "b"])
      expect(outcomes(await next(delivery, key))).toEqual(
        ["wrong-a", "wrong-b", "wrong-c"].map((target) => [target, "watch"]),
      );
    await resetFailures(delivery.store, delivery.place);
    expect((await next(delivery, "c")).outcome).toBe("done");
  });
  test("stays closed after four, and one good run begins the count anew", async () => {
    const delivery = await prepared();
    await broken(delivery, 4);
    expect((await next(delivery, "good")).outcome).toBe("done");
    expect(await failures(delivery.store, delivery.place)).toBe(0);
    await broken(delivery, 4);
    expect(await told(delivery)).toEqual([]);
  });
  test("does not count what a person started", async () => {
    const delivery = await prepared();
    await broken(delivery, 6, "manual");
    expect([await failures(delivery.store, delivery.place), await told(delivery)]).toEqual([0, []]);
  });
  test("counts a run whose every change failed, not one of which some did", async () => {
    const delivery = await prepared();
    const change = (call: Parameters<typeof subject.changes>[0]) =>
      subject.changes(call).length > 0;
    delivery.proxy.fault(
      (call) => change(call) && subject.changes(call).includes("wrong-a"),
      "denied",
    );
    await delivery.deliver();
    expect(await failures(delivery.store, delivery.place)).toBe(0);
    await delivery.deliver();
    expect(await failures(delivery.store, delivery.place)).toBe(0);
    await delivery.deliver({ start: event(delivery, "e", ["wrong-a"]) });
    expect(await failures(delivery.store, delivery.place)).toBe(1);
  });
  test("counts attempts of one run as one, however they fail", async () => {
    const delivery = await prepared();
    for (let night = 0; night < 4; night += 1)
      for (let attempt = 0; attempt < 3; attempt += 1)
        await broken(delivery, 1, "sweep", `night-${night}`);
    expect([await failures(delivery.store, delivery.place), await told(delivery)]).toEqual([4, []]);
    for (let attempt = 0; attempt < 3; attempt += 1) await broken(delivery, 1, "sweep", "night-4");
    expect(await failures(delivery.store, delivery.place)).toBe(5);
    expect(new Set((await told(delivery)).map(({ id }) => id)).size).toBe(1);
  });
  test("does not count what is wrong with a target alone", async () => {
    const delivery = await prepared("wrong-a");
    const refused: AnyAutomation = {
      ...(retention as AnyAutomation),
      propose: ({ logGroupName }) =>
        logGroupName === "wrong-a"
          ? {
              because: "AWS does not take the change",
              call: putRetentionPolicy({ logGroupName: "nowhere", retentionInDays: 7 }),
              undo: deleteRetentionPolicy({ logGroupName }),
            }
          : undefined,
    };
    const { outcome, actions } = await run(refused, delivery.start, delivery.host());
    expect([outcome, actions[0]?.fault]).toEqual(["failed", "target"]);
    expect(await failures(delivery.store, delivery.place)).toBe(0);
  });
});

describe("what a service control policy denies", () => {
  const night = (delivery: TestDelivery, key: string) =>
    delivery.deliver({ start: { ...delivery.start, key } });
  const refuse = (delivery: TestDelivery) =>
    delivery.proxy.fault((call) => subject.changes(call).includes("wrong-a"), "forbidden");

  test("is held and told once, with what AWS says and what to do; the others go on", async () => {
    const delivery = await prepared();
    refuse(delivery);
    expect(outcomes(await night(delivery, "first"))).toEqual([
      ["wrong-a", "denied"],
      ["wrong-b", "applied"],
      ["wrong-c", "applied"],
    ]);
    for (const key of ["second", "third", "fourth"])
      expect(outcomes(await night(delivery, key))).toEqual([["wrong-a", "denied"]]);
    const [told, ...more] = await messages(delivery);
    expect([told?.severity, more]).toEqual(["warning", []]);
    const held = told && runIn(told)?.actions.find(({ target }) => target === "wrong-a")?.held;
    expect(held?.why).toContain("with an explicit deny in a service control policy");
    expect(held?.why).toContain("npx nightshift exempt wrong-a --from test-retention");
  });
  test("counts for nobody's breaker, also where nothing else is wrong", async () => {
    const delivery = await prepared("wrong-a");
    refuse(delivery);
    for (let at = 0; at < 7; at += 1) await night(delivery, `night-${at}`);
    expect(await failures(delivery.store, delivery.place)).toBe(0);
    delivery.proxy.reset();
    expect((await night(delivery, "allowed")).outcome).toBe("done");
  });
});

describe("verification", () => {
  test("waits for reads that lag; what is not seen even then is not known, but never failed and never sent again", async () => {
    const never: AnyAutomation = {
      ...(retention as AnyAutomation),
      propose: ({ logGroupName }) =>
        logGroupName === "wrong-a"
          ? {
              because: "it is never seen",
              call: putRetentionPolicy({ logGroupName, retentionInDays: 7 }),
              undo: deleteRetentionPolicy({ logGroupName }),
            }
          : undefined,
    };
    const delivery = await open(never, (aws) => makeGroups(aws, "wrong-a"));
    onTestFinished(() => delivery.close());
    const host = delivery.host();
    const began = host.clock.now();
    const result = await delivery.deliver({ host });
    expect(result.actions.map(({ outcome, verified }) => [outcome, verified])).toEqual([
      ["applied", null],
    ]);
    expect(sent(delivery)).toEqual(["wrong-a"]);
    expect(host.clock.now().getTime() - began.getTime()).toBeGreaterThan(
      milliseconds(minutes(2)) - 1000,
    );
  });
});

describe("what a run tells", () => {
  test("a held proposal is told once, not every night", async () => {
    const delivery = await prepared("wrong-a");
    await tagGroup(delivery.aws, "wrong-a", { "nightshift:exempt": "reason=mine" });
    for (const key of ["a", "b", "c"])
      await delivery.deliver({ start: { ...delivery.start, key } });
    expect((await messages(delivery)).map(({ title }) => title)).toEqual([
      `test-retention in ${delivery.aws.region}: 1 held`,
    ]);
  });
  describe("what comes and goes by the clock", () => {
    const always = retention as AnyAutomation;
    /** Due by night alone. */
    const nightly = (recursWithin?: AnyAutomation["recursWithin"]) => {
      let isNight = true;
      const unit: AnyAutomation = {
        ...always,
        ...(recursWithin && { recursWithin }),
        propose: (found, context) => (isNight ? always.propose(found, context) : undefined),
      };
      const turn = (night: boolean): void => {
        isNight = night;
      };
      return { unit, turn };
    };
    const toldOn = async (
      nights: readonly number[],
      recursWithin?: AnyAutomation["recursWithin"],
    ) => {
      const { unit, turn } = nightly(recursWithin);
      const delivery = await open(unit, (aws) => makeGroups(aws, "wrong-a"));
      onTestFinished(() => delivery.close());
      await tagGroup(delivery.aws, "wrong-a", { "nightshift:exempt": "reason=mine" });
      let today = 0;
      for (const day of nights) {
        await delivery.later(days(day - today));
        today = day;
        for (const night of [true, false]) {
          turn(night);
          await delivery.deliver({ start: { ...delivery.start, key: `${day} ${night}` } });
        }
      }
      return (await messages(delivery)).length;
    };
    test("is told each time it is held again", async () => {
      expect(await toldOn([0, 1, 2])).toBe(3);
    });
    test("is told once where the unit says that it recurs", async () => {
      expect(await toldOn([0, 1, 2, 5], days(4))).toBe(1);
    });
    test("is news again when it has not been so for longer", async () => {
      expect(await toldOn([0, 1, 7], days(4))).toBe(2);
    });
  });
  test("one that is held for another reason is told again", async () => {
    const delivery = await prepared("wrong-a");
    await tagGroup(delivery.aws, "wrong-a", { "nightshift:exempt": "reason=mine" });
    await delivery.deliver();
    await writeSwitch(delivery.host().clients, deployedIn(delivery.aws.region), "stop");
    await delivery.deliver({ start: nextSweep(delivery) });
    expect(await messages(delivery)).toHaveLength(2);
  });
  test("another failure of the same change is told, the same one only once", async () => {
    const delivery = await prepared("wrong-a");
    const failures = ["denied", "denied", "expired", "denied"] as const;
    for (const fault of failures) {
      delivery.proxy.reset();
      delivery.proxy.fault((call) => subject.changes(call).length > 0, fault);
      await delivery.deliver();
    }
    const ids = (await messages(delivery)).map(({ id }) => id);
    expect([ids.length, new Set(ids).size]).toEqual([4, 2]);
  });
  test("an expired exemption is told, once", async () => {
    const delivery = await prepared("wrong-a");
    await tagGroup(delivery.aws, "wrong-a", { "nightshift:exempt": "until=2020-01-01" });
    for (const key of ["a", "b"]) await delivery.deliver({ start: { ...delivery.start, key } });
    const [message, ...more] = await messages(delivery);
    expect(message).toMatchObject({
      severity: "warning",
      facts: { note: expect.stringContaining("although it has ended") },
    });
    expect(more).toEqual([]);
  });
  test("a night in which nothing is wrong leaves a heartbeat and no message", async () => {
    const delivery = await prepared("right");
    expect((await delivery.deliver()).outcome).toBe("nothing");
    expect(await messages(delivery)).toEqual([]);
  });
});

describe("approval", () => {
  const ann = "arn:aws:iam::123456789012:user/ann";
  const asked = async (delivery: TestDelivery) => {
    const result = await delivery.deliver({
      host: delivery.host({ mode: "ask", approvers: [ann] }),
    });
    return result.plan?.id ?? "";
  };
  const decision = (delivery: TestDelivery, plan: string, region = delivery.aws.region): Start => ({
    kind: "decision",
    key: `decision#${plan}`,
    region,
    at: new Date(),
    plan,
    only: ["wrong-a", "wrong-b", "wrong-c"],
  });
  const host = (delivery: TestDelivery, given = {}) =>
    delivery.host({ mode: "ask", approvers: [ann], ...given });
  const approve = (delivery: TestDelivery, plan: string) =>
    decideOn(
      delivery.store,
      {
        approvers: [ann],
        twoPersonRule: false,
      },
      { plan, verdict: "approve", by: ann, at: new Date() },
    );

  test("without a decision, or after a denial, nothing is done", async () => {
    const delivery = await prepared();
    const plan = await asked(delivery);
    await expect(
      delivery.deliver({ start: decision(delivery, plan), host: host(delivery) }),
    ).rejects.toThrow(NotPossible);
    await decideOn(
      delivery.store,
      {
        approvers: [ann],
        twoPersonRule: false,
      },
      { plan, verdict: "deny", by: ann, at: new Date() },
    );
    await expect(
      delivery.deliver({ start: decision(delivery, plan), host: host(delivery) }),
    ).rejects.toThrow("is not approved");
    expect(sent(delivery)).toEqual([]);
  });
  test("is good for the region that it was given in alone", async () => {
    const delivery = await prepared();
    const plan = await asked(delivery);
    await approve(delivery, plan);
    await expect(
      delivery.deliver({ start: decision(delivery, plan, "us-east-1"), host: host(delivery) }),
    ).rejects.toThrow(`not of test-retention for us-east-1`);
  });
  test("is good for the account of its plan alone", async () => {
    const delivery = await prepared("wrong-a");
    const plan = await asked(delivery);
    await approve(delivery, plan);
    const stored = await planOrThrow(delivery.store, plan);
    await storePlan(delivery.store, { ...stored, account: "999999999999" });
    await expect(
      delivery.deliver({ start: decision(delivery, plan), host: host(delivery) }),
    ).rejects.toThrow(
      `in 999999999999, not of test-retention for ${delivery.aws.region} in ${delivery.aws.account}`,
    );
    expect(sent(delivery)).toEqual([]);
  });
  test("is good for the hash that was decided on alone, whatever lies under the plan's id", async () => {
    const delivery = await prepared("wrong-a");
    const plan = await asked(delivery);
    await decideOnce(delivery.store, {
      plan,
      hash: "of another plan",
      verdict: "approve",
      by: ann,
      at: new Date(),
    });
    await expect(
      delivery.deliver({ start: decision(delivery, plan), host: host(delivery) }),
    ).rejects.toThrow("is for another plan");
    expect(sent(delivery)).toEqual([]);
  });
  test("of an approver whom the settings no longer name does nothing", async () => {
    const delivery = await prepared();
    const plan = await asked(delivery);
    await approve(delivery, plan);
    await expect(
      delivery.deliver({
        start: decision(delivery, plan),
        host: host(delivery, { approvers: [] }),
      }),
    ).rejects.toThrow("may not decide");
    expect(sent(delivery)).toEqual([]);
  });
  test("says what has changed meanwhile, and still does the rest", async () => {
    const delivery = await prepared();
    const plan = await asked(delivery);
    await approve(delivery, plan);
    await delivery.aws
      .client(CloudWatchLogsClient)
      .send(new DeleteLogGroupCommand({ logGroupName: "wrong-b" }));
    const result = await delivery.deliver({
      start: decision(delivery, plan),
      host: host(delivery),
    });
    expect(outcomes(result)).toEqual(
      expect.arrayContaining([
        ["wrong-a", "applied"],
        ["wrong-b", "changed"],
        ["wrong-c", "applied"],
      ]),
    );
  });
  test("is carried out once, however often it is handed over", async () => {
    const delivery = await prepared();
    const plan = await asked(delivery);
    await approve(delivery, plan);
    const start = () => decision(delivery, plan);
    await Promise.allSettled([
      delivery.deliver({ start: start(), host: host(delivery) }),
      delivery.deliver({ start: start(), host: host(delivery) }),
    ]);
    await delivery.deliver({ start: start(), host: host(delivery) });
    expect(sent(delivery)).toEqual(["wrong-a", "wrong-b", "wrong-c"]);
  });
  test("of a forged plan, whose proposals do not give its hash, does nothing", async () => {
    const delivery = await prepared("wrong-a");
    const plan = await asked(delivery);
    await approve(delivery, plan);
    const stored = await planOrThrow(delivery.store, plan);
    const [first] = stored.proposals;
    await storePlan(delivery.store, {
      ...stored,
      proposals: first ? [first, { ...first, target: "other", digest: "forged" }] : [],
    });
    await expect(
      delivery.deliver({ start: decision(delivery, plan), host: host(delivery) }),
    ).rejects.toThrow("is for another plan");
    expect((await actions(delivery, plan)).length).toBe(0);
  });
});
