/**
 * One trigger delivered a hundred times at once, and a hundred triggers racing on one target: one
 * effect.
 */
import { describe, expect, test } from "vitest";
import type { Start } from "../../ledger/start.ts";
import { TryAgain } from "../../sdk/errors.ts";
import { minutes } from "../../sdk/time.ts";
import { stage } from "./stage.ts";

const copies = 100;
const all = ["retention", "stopping", "equipping"];

/**
 * Each as Lambda delivers it: what is turned away as busy comes again later. @returns what changed,
 * and what all said besides "later"
 */
async function deliverAll(on: ReturnType<typeof stage>, starts: readonly Start[]) {
  const strange: unknown[] = [];
  for (let left = [...starts], round = 0; left.length && round < 5; round += 1) {
    const again = await Promise.all(
      left.map((start) =>
        on.deliver(start).then(
          () => [],
          (error: unknown) => {
            if (error instanceof TryAgain) return [start];
            strange.push(error);
            return [];
          },
        ),
      ),
    );
    left = again.flat();
    on.wait(minutes(20));
  }
  return { effects: on.world.effects.map(({ target }) => target).sort(), strange };
}

describe.each(all)("a hundred deliveries at once: %s", (name) => {
  test(`the same trigger ${copies} times at once does as much as once`, async () => {
    const once = stage(name, 2);
    const expected = await deliverAll(once, [once.start("sweep", "slot-1")]);
    expect(expected.effects.length).toBeGreaterThan(0);
    const on = stage(name, 2);
    expect(
      await deliverAll(
        on,
        Array.from({ length: copies }, () => on.start("sweep", "slot-1")),
      ),
    ).toEqual(expected);
  });

  test(`${copies} triggers of which half are events, racing on one target, do as much as one`, async () => {
    const once = stage(name, 1);
    const expected = await deliverAll(once, [once.start("sweep", "slot-1")]);
    const on = stage(name, 1);
    const starts = Array.from({ length: copies }, (_, nth) =>
      nth % 2
        ? on.start("event", `event-${nth}`, { only: on.targets })
        : on.start("sweep", `slot-${nth}`),
    );
    expect(await deliverAll(on, starts)).toEqual(expected);
  });
});
