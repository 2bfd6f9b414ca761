/** What is prepared while something else is sent. */
import { describe, expect, test } from "vitest";
import { abandoned } from "../../ledger/claims.ts";
import { keys } from "../../ledger/keys.ts";
import { numbersIn } from "../../ledger/numbers.ts";
import { hours } from "../../sdk/time.ts";
import { manyGroups } from "../../testing/many.ts";
import { run } from "./run.ts";

const caps = { changes: 1000, percent: 100, floor: 1000 };
const names = (count: number) => Array.from({ length: count }, (_, at) => `/group-${at}`);
const slot = { kind: "sweep", key: "slot-1" } as const;

/** Calls something at the n-th change. */
function many(count: number, nth: number, happens: (many: Many) => void) {
  const all = manyGroups(names(count), { mode: "act", caps });
  const { groups } = all;
  const set = groups.set.bind(groups);
  let changes = 0;
  groups.set = (name, days) => {
    changes += 1;
    if (changes === nth) happens(all);
    return set(name, days);
  };
  return { ...all, changed: () => changes };
}
type Many = ReturnType<typeof manyGroups>;

describe("the next part, which is prepared while one is sent,", () => {
  test("is held where everything is stopped by then: nothing of it is sent", async () => {
    let value = "run";
    const there = many(250, 50, () => {
      value = "stop";
    });
    const start = { ...slot, region: "eu-west-1", at: there.host.clock.now() };
    const host = { ...there.host, killSwitch: async () => value };
    const result = await run(there.unit, start, host);
    expect(there.changed()).toBe(100);
    expect(numbersIn(result)).toMatchObject({ applied: 100, held: 150, failed: 0 });
    const locks = keys.lock(
      { unit: there.unit.id, account: host.account, region: "eu-west-1" },
      "",
    );
    expect(await Array.fromAsync(host.store.query(locks.pk))).toEqual([]);
  });

  test("is given back and done by the next attempt, where the one that is sent cannot be recorded", async () => {
    const there = many(250, 50, ({ ledger }) => {
      ledger.before = () => {
        throw new Error("the process is gone");
      };
    });
    await expect(there.deliver(slot)).rejects.toThrow();
    there.ledger.before = () => {};
    await there.host.clock.sleep(hours(50));
    const now = there.host.clock.now();
    const left = await Array.fromAsync(abandoned(there.host.store, there.unit.id, now));
    expect(left.map(({ key }) => key)).toEqual([slot.key]);
    const start = { ...slot, region: "eu-west-1", at: now };
    const deadline = new Date(now.getTime() + 900_000);
    const result = await run(there.unit, start, { ...there.host, deadline });
    expect(numbersIn(result)).toMatchObject({ applied: 250, failed: 0 });
    expect([...there.groups.values()]).toEqual(names(250).map(() => 7));
  });
});
