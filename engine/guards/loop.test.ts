/** Two automations that undo each other's work end in one held state, and a person is told once. */

import { beforeEach, describe, expect, test } from "vitest";
import type { Key } from "../../ledger/store.ts";
import { untold } from "../../messages/outbox.ts";
import { runIn } from "../../messages/outgoing.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { after, clockAt, hours } from "../../sdk/time.ts";
import { embedded, type TestAccount } from "../../test/setup/aws.ts";
import { makeGroups, retention, retentions } from "../../test/setup/retention.ts";
import { unreadAt } from "../../test/setup/unread.ts";
import { deployedLedger, hostOf, testSettings } from "../../testing/host.ts";
import { writeExemption } from "../exempt.ts";
import { run } from "../run/run.ts";

const week = { ...retention, id: "keeps-a-week" } as AnyAutomation;
const month = { ...retention, id: "keeps-a-month" } as AnyAutomation;
const start = new Date("2026-11-21T02:00:00Z");
let aws: TestAccount;
beforeEach(async () => {
  aws = await embedded();
  await deployedLedger(aws);
  await makeGroups(aws, "wrong-a");
});

const hostAt = (unit: AnyAutomation, at: Date) =>
  hostOf(
    aws,
    testSettings(aws, unit.id, {
      mode: "act",
      all: [week.id, month.id],
      config: { days: unit === week ? 7 : 30 },
    }),
    { clock: clockAt(at) },
  );
const sweep = (unit: AnyAutomation, at: Date) =>
  run(unit, { kind: "sweep", key: at.toISOString(), region: aws.region, at }, hostAt(unit, at));
const messages = async (unit: AnyAutomation) =>
  (
    await Array.fromAsync(
      untold(hostAt(unit, start).store, `unit#${unit.id}`, start, after(start, hours(1000))),
    )
  ).map(({ message }) => message);

/** Each sweeps every night, an hour apart. */
async function nights(count: number) {
  const seen: (readonly [string, string, string])[] = [];
  for (let night = 0; night < count; night += 1)
    for (const [at, unit] of [week, month].entries()) {
      const { outcome, actions } = await sweep(unit, after(start, hours(24 * night + at)));
      seen.push([
        unit.id,
        outcome,
        [...new Set(actions.map(({ held }) => held?.by ?? "changed"))].join(),
      ]);
    }
  return seen;
}

test("the first to be answered holds for as long as nobody decides, and a person is told once, by whom what was done", async () => {
  expect(await nights(3)).toEqual([
    [week.id, "done", "changed"],
    [month.id, "done", "changed"],
    [week.id, "held", "loop"],
    [month.id, "nothing", ""],
    [week.id, "held", "loop"],
    [month.id, "nothing", ""],
  ]);
  expect(await retentions(aws)).toEqual({ "wrong-a": 30 });
  const loops = (await messages(week)).filter((message) =>
    runIn(message)?.actions.some(({ held }) => held?.by === "loop"),
  );
  expect(loops).toHaveLength(1);
  expect(loops[0]).toMatchObject({ severity: "warning" });
  expect(loops[0]?.facts?.note).toMatch(
    /^keeps-a-week and keeps-a-month change wrong-a in turn: keeps-a-week\..*npx nightshift exempt wrong-a --from keeps-a-week` or `--from keeps-a-month`/,
  );
});

describe("a person decides who leaves it alone", () => {
  const decide = (from: AnyAutomation) =>
    writeExemption(hostAt(week, start).store, [
      {
        account: aws.account,
        region: aws.region,
        target: "wrong-a",
        until: "2027-01-01",
        owner: "ann",
        reason: "decided",
        from: [from.id],
        by: "ann",
        at: start,
      },
    ]);

  test("the other: this one goes on", async () => {
    await nights(1);
    await decide(month);
    expect((await nights(2)).slice(-2)).toEqual([
      [week.id, "done", "changed"],
      [month.id, "held", "exemption"],
    ]);
    expect(await retentions(aws)).toEqual({ "wrong-a": 7 });
  });

  test("this one: it stays as the other made it", async () => {
    await nights(1);
    await decide(week);
    expect((await nights(2)).slice(-2)).toEqual([
      [week.id, "held", "exemption"],
      [month.id, "nothing", ""],
    ]);
    expect(await retentions(aws)).toEqual({ "wrong-a": 30 });
  });
});

test("what nobody answered is changed again, as is what another changed long after", async () => {
  await sweep(week, start);
  await sweep(month, after(start, hours(25)));
  expect((await sweep(week, after(start, hours(27)))).outcome).toBe("done");
});

test("where the other's story cannot be read, nothing is changed", async () => {
  await sweep(week, start);
  await sweep(month, after(start, hours(1)));
  const host = hostAt(week, after(start, hours(2)));
  const isStory = ({ pk }: Key) => pk.startsWith(`unit#${month.id}#target#`);
  const store = unreadAt(host.store, isStory, "denied");
  const { actions } = await run(
    week,
    { kind: "sweep", key: "again", region: aws.region, at: start },
    { ...host, store },
  );
  expect(actions.map(({ held }) => held)).toEqual([
    { by: "loop", why: "it could not be evaluated, so nothing is changed: denied" },
  ]);
});
