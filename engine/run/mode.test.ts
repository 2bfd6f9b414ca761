/**
 * Caps count what was looked at: looking at too little widens nothing, and holds everything
 * (rule: caps).
 */
import { describe, expect, test } from "vitest";
import { hours } from "../../sdk/time.ts";
import type { Caps } from "../../settings/settings.ts";
import { stage } from "../../test/model/stage.ts";
import type { Planned } from "../../test/model/world.ts";
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
  at: at + 2,
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
