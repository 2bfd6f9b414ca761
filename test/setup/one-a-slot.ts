/** What holds of every plan of backups: a slot has one set, whatever is delivered twice or lost. */
import type { Tag } from "@aws-sdk/client-ec2";
import { expect, test } from "vitest";
import { tagIn, tagOf } from "../../functions/backup/backup-set.ts";
import { actionsOf } from "../../ledger/actions.ts";
import { after, days, minutes } from "../../sdk/time.ts";
import { nextSweep, type TestDelivery } from "../../testing/delivery.ts";

interface SlotPlan {
  readonly unit: string;
  /** An account with so many things that the plan backs up. */
  readonly opened: (things: number) => Promise<TestDelivery>;
  /** What was made of them. */
  readonly made: (
    delivery: TestDelivery,
  ) => Promise<readonly { readonly Tags?: Tag[] | undefined }[]>;
  /** Of one thing. */
  readonly each: number;
  readonly operation: string;
}

/** To be called within a `describe`. */
export function oneASlot({ unit, opened, made, each, operation }: SlotPlan): void {
  const outcomes = async ({ store }: TestDelivery, run: { readonly id: string }) =>
    (await actionsOf(store, "unit", unit, run.id)).map(({ outcome }) => outcome);

  test("whatever is delivered twice, and a sweep an hour later makes none", async () => {
    const delivery = await opened(5);
    const run = await delivery.ended(await delivery.deliver());
    expect(await outcomes(delivery, run)).toEqual(Array(5).fill("applied"));
    expect(await made(delivery)).toHaveLength(5 * each);
    await delivery.deliver();
    const other = { ...delivery.start, key: "again" };
    expect((await delivery.deliver({ start: other })).actions).toEqual([]);
    await delivery.later(minutes(30));
    expect((await delivery.deliver({ start: nextSweep(delivery) })).actions).toEqual([]);
    expect(await made(delivery)).toHaveLength(5 * each);
  });

  test("two sweeps at once make one", async () => {
    const delivery = await opened(2);
    const starts = ["a", "b"].map((key) => ({ ...delivery.start, key }));
    const runs = await Promise.all(starts.map((start) => delivery.deliver({ start })));
    for (const run of runs) await delivery.ended(run);
    expect(await made(delivery)).toHaveLength(2 * each);
  });

  test("the answer to its making is lost: it is found again by its tag", async () => {
    const delivery = await opened(1);
    delivery.proxy.fault((call) => call.operation === operation, "resetAfter", { times: 1 });
    const run = await delivery.ended(await delivery.deliver());
    expect(await outcomes(delivery, run)).toEqual(["applied"]);
    expect(await made(delivery)).toHaveLength(each);
  });

  test("and the next slot another", async () => {
    const delivery = await opened(1);
    await delivery.ended(await delivery.deliver());
    await delivery.later(days(1));
    const next = { ...delivery.start, key: "next", at: after(delivery.start.at, days(1)) };
    await delivery.ended(await delivery.deliver({ start: next }));
    const slots = (await made(delivery)).map((one) => tagIn(one, tagOf.slot));
    expect(new Set(slots).size).toBe(2);
    expect(slots).toHaveLength(2 * each);
  });
}
