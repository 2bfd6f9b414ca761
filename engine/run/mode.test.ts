/**
 * Caps count what was looked at: looking at too little widens nothing, and holds everything
 * (rule: caps).
 */
import { describe, expect, onTestFinished, test } from "vitest";
import { planOrThrow } from "../../ledger/plans.ts";
import type { RunResult } from "../../ledger/result.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { hours, minutes } from "../../sdk/time.ts";
import type { Caps } from "../../settings/settings.ts";
import { stage } from "../../test/model/stage.ts";
import type { Planned } from "../../test/model/world.ts";
import { open, subjects } from "../../test/setup/delivery.ts";
import { makeGroups, retention, retentions } from "../../test/setup/retention.ts";
import type { TestAccount } from "../../testing/account.ts";
import type { Host } from "./host.ts";

/** An account of so many log groups, of which some are wrong. */
function account(groups: number, wrong: number, caps: Partial<Caps>) {
  const on = stage("retention", wrong, { caps: { changes: 100, percent: 50, floor: 0, ...caps } });
  const { aws } = on.world;
  const fill = (count: number) => {
    for (const name of [...aws.logs.groups.keys()])
      if (name.startsWith("right")) aws.logs.groups.delete(name);
    for (let at = 0; at < count - wrong; at += 1)
      aws.logs.groups.set(`right-${at}`, { tags: {}, retentionInDays: 7 });
  };
  fill(groups);
  let count = 0;
  return {
    ...on,
    fill,
    sweep: (mode: "watch" | "act", faults: readonly Planned[] = []) =>
      on.deliver(on.start("sweep", `sweep-${++count}`), { settings: { mode }, faults }),
    event: (only: readonly number[], within?: (host: Host) => Host) =>
      on.deliver(
        on.start("event", `event-${++count}`, { only: only.map((at) => on.targets[at] ?? "") }),
        { ...(within && { in: within }) },
      ),
    done: () => on.world.effects.length,
  };
}
/** Whatever is asked of AWS fails, as often as the SDK asks again. */
const broken: readonly Planned[] = Array.from({ length: 6 }, (_, at) => ({
  at: at + 1,
  fault: "error",
}));

describe("an event counts against the last complete sweep", () => {
  test("and only that: one that failed is none, however many there are by now", async () => {
    const { sweep, event, fill, done } = account(4, 3, {});
    await sweep("watch");
    fill(1000);
    await expect(sweep("watch", broken)).rejects.toThrow();
    expect([(await event([0, 1, 2]))?.outcome, done()]).toEqual(["waiting", 0]);
    expect([(await event([0, 1]))?.outcome, done()]).toEqual(["done", 2]);
  });
  test("one that looked at less narrows it", async () => {
    const { sweep, event, fill, done } = account(100, 3, {});
    await sweep("watch");
    fill(4);
    await sweep("watch");
    expect([(await event([0, 1, 2]))?.outcome, done()]).toEqual(["waiting", 0]);
  });
  test("also one that was completed while another event's run was under way", async () => {
    const { sweep, event, fill, done } = account(100, 3, {});
    await sweep("watch");
    let once = true;
    await event([], (host) => ({
      ...host,
      store: {
        ...host.store,
        async transact(steps) {
          if (once) {
            once = false;
            fill(4);
            await sweep("watch");
          }
          return host.store.transact(steps);
        },
      },
    }));
    expect([once, (await event([0, 1, 2]))?.outcome, done()]).toEqual([false, "waiting", 0]);
  });
  test("and before there was one the floor is all there is", async () => {
    const { sweep, event, done } = account(100, 3, { floor: 2 });
    await expect(sweep("act", broken)).rejects.toThrow();
    expect([(await event([0, 1, 2]))?.outcome, done()]).toEqual(["waiting", 0]);
    expect([(await event([0, 1]))?.outcome, done()]).toEqual(["done", 2]);
  });
});

describe("a sweep that looks at far less than the last complete one", () => {
  const why =
    "it looked at 9 things, the last complete sweep at 20: unless most of them are gone, something was not listed, so nothing is changed without a person";

  test("changes nothing, asks, and says why; the next one goes by what it saw", async () => {
    const { sweep, fill, done, wait } = account(20, 1, {});
    await sweep("watch");
    fill(9);
    const few = await sweep("act");
    expect([few?.outcome, few?.plan !== null, done()]).toEqual(["waiting", true, 0]);
    wait(hours(24));
    expect([(await sweep("act"))?.outcome, done()]).toEqual(["done", 1]);
  });
  test("is told even where nothing is proposed", async () => {
    const { sweep, fill, world } = account(20, 1, {});
    await sweep("watch");
    world.aws.logs.groups.delete("wrong-0");
    fill(10);
    await sweep("act");
    const told = [...world.aws.table.all()].flatMap(({ type, body }) =>
      type?.S === "message" ? [JSON.parse(body?.S ?? "").facts] : [],
    );
    expect(told.at(-1)).toEqual({ note: expect.stringContaining(why) });
  });
  test.each([
    ["half of them is no such thing", 20, 10, 0],
    ["nor are numbers below the floor", 12, 1, 12],
  ])("%s", async (_, before, now, floor) => {
    const { sweep, fill, done } = account(before, 1, { floor, percent: 100 });
    await sweep("watch");
    fill(now);
    expect([(await sweep("act"))?.outcome, done()]).toEqual(["done", 1]);
  });
});

describe("what protects, over the cap", () => {
  const names = Array.from({ length: 13 }, (_, at) => `wrong-${String(at).padStart(2, "0")}`);
  const rank = (name: string) => Number(name.replace("wrong-", ""));
  /** The higher its number, the worse. */
  const protecting: AnyAutomation = {
    ...(retention as AnyAutomation),
    protects: true,
    danger: ({ logGroupName }) => rank(logGroupName),
  };
  const opened = async () => {
    const seed = (aws: TestAccount) => makeGroups(aws, ...names);
    const delivery = await open(protecting, seed, {}, true);
    onTestFinished(() => delivery.close());
    const call = (key: string) =>
      delivery.deliver({
        start: {
          ...delivery.start,
          kind: "event",
          key,
          only: names,
          actor: "arn:aws:iam::1:user/eve",
        },
        host: delivery.host({ protects: true }),
      });
    return { ...delivery, call };
  };
  const outcomesOf = ({ actions }: RunResult) =>
    Map.groupBy(
      actions.map(({ target, outcome }) => ({ target, outcome })),
      ({ outcome }) => outcome,
    );

  test("acts on the worst up to the cap, and asks for the rest", async () => {
    const delivery = await opened();
    const result = await delivery.call("thirteen");
    const outcomes = outcomesOf(result);
    expect(outcomes.get("applied")?.map(({ target }) => target)).toEqual(names.slice(1));
    expect(outcomes.get("waiting")?.map(({ target }) => target)).toEqual(["wrong-00"]);
    const plan = await planOrThrow(delivery.store, result.plan?.id ?? "");
    expect([plan.proposals.length, plan.why]).toEqual([
      1,
      "13 changes and the 0 of the last day would exceed the cap of 12, as no sweep has been completed yet: the worst 12 are done, the others ask",
    ]);
  });
  test("asks for all where nothing is left of it", async () => {
    const delivery = await opened();
    await delivery.call("first");
    const again = await delivery.call("second");
    expect(again.actions.map(({ target, outcome }) => [target, outcome])).toEqual([
      ["wrong-00", "waiting"],
    ]);
  });
  test("does not act on more than that after a death in between", async () => {
    const delivery = await opened();
    delivery.proxy.fault(
      (call) => subjects.retention.changes(call).includes("wrong-05"),
      "killed",
      { times: 1 },
    );
    await delivery.call("dies").catch(() => {});
    delivery.proxy.revive();
    await delivery.later(minutes(20));
    await delivery.call("dies").catch(() => {});
    await delivery.later(minutes(20));
    await delivery.call("dies").catch(() => {});
    const kept = Object.entries(await retentions(delivery.aws)).filter(([, days]) => days === 7);
    expect(kept.map(([name]) => name).sort()).toEqual(names.slice(1));
  });
});
