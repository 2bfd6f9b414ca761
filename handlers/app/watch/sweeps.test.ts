import { beforeEach, describe, expect, test } from "vitest";
import { startOfSlot } from "../../../ingest/start.ts";
import { claim, finished, type HeldClaim } from "../../../ledger/claims.ts";
import { lookedAfterSince } from "../../../ledger/findings.ts";
import { sweptNow } from "../../../ledger/heartbeats.ts";
import { keys } from "../../../ledger/keys.ts";
import { serialise } from "../../../sdk/codec.ts";
import { after, clockAt, days, hours, minutes } from "../../../sdk/time.ts";
import { type PlainStore, plainStore } from "../../../test/setup/plain-store.ts";
import { names } from "../../../testing/deployed.ts";
import { memoryLedger } from "../../../testing/memory/ledger.ts";
import type { WatchedUnit } from "./late.ts";
import { lateSweeps, startSkipped } from "./sweeps.ts";

const account = "123456789012";
const region = "eu-central-1";
const watched: WatchedUnit = {
  unit: "nightly",
  region,
  schedule: "cron(30 2 * * ? *)",
  sweep: 0,
  timeZone: "Europe/Berlin",
  windowMinutes: 30,
};
const place = { unit: watched.unit, account, region };
let store: PlainStore;
beforeEach(() => {
  store = plainStore();
});
const sweeps = () => ({ store, account, watched: [watched] });
const log = { info() {}, warn() {}, error() {} };

/** As the watchdog does each quarter of an hour, with a scheduler that skips what no clock shows. */
async function night(from: Date, length = hours(24)) {
  const runs: Date[] = [];
  const found: string[] = [];
  const failed: unknown[] = [];
  const end = after(from, length);
  for (let now = from; now <= end; now = after(now, minutes(15))) {
    await startSkipped(
      sweeps(),
      {
        log,
        arnOf: () => "arn:schedule",
        async invoke(_, order) {
          if (order.kind !== "slot") throw new Error(order.kind);
          const unit = { id: "nightly", scope: "region" as const, on: [] };
          const start = startOfSlot(unit, order);
          const held: HeldClaim = { place, start, run: "r", holder: String(now), number: 1 };
          const answer = await claim(store, held, { from: now, until: after(now, minutes(5)) });
          if (answer.state !== "claimed") return;
          runs.push(start.at);
          const swept = sweptNow(place, { at: after(now, minutes(2)), found: 1 });
          await store.transact([swept, finished(answer.claim, now)]);
        },
      },
      now,
      (error) => failed.push(error),
    );
    found.push(...(await lateSweeps(sweeps(), now)).map(({ title }) => title));
  }
  expect(failed).toEqual([]);
  return { runs, found };
}

describe("the night that has no half past two", () => {
  test("the sweep is started once, after the gap, under the slot of that date, and is never late", async () => {
    const from = new Date("2027-03-27T12:00:00Z");
    await lookedAfterSince(store, `nightly#${region}#${watched.schedule}`, from);
    await store.transact([sweptNow(place, { at: new Date("2027-03-27T01:40:00Z"), found: 1 })]);
    expect(await night(from)).toEqual({ runs: [new Date("2027-03-28T01:30:00Z")], found: [] });
  });
  test("where the scheduler ran it all the same, it is not started again", async () => {
    const from = new Date("2027-03-28T01:45:00Z");
    await store.transact([sweptNow(place, { at: new Date("2027-03-28T01:35:00Z"), found: 1 })]);
    expect((await night(from, hours(12))).runs).toEqual([]);
  });
});

describe("a unit that was switched off", () => {
  const what = `nightly#${region}#${watched.schedule}`;
  const begun = new Date("2026-06-01T00:00:00Z");

  test("for a month is not late when it returns, and is when it then misses its slot", async () => {
    await lookedAfterSince(store, what, begun);
    await store.transact([sweptNow(place, { at: new Date("2026-06-01T00:40:00Z"), found: 1 })]);
    const back = new Date("2026-07-01T12:00:00Z");
    expect(await lateSweeps(sweeps(), back)).toEqual([]);
    expect(await lateSweeps(sweeps(), after(back, minutes(15)))).toEqual([]);
    let found: readonly object[] = [];
    for (let now = back; now < after(back, days(1)); now = after(now, minutes(15)))
      found = await lateSweeps(sweeps(), now);
    expect(found).toHaveLength(1);
  });
  test("is looked after from then on; one that goes on, since it began", async () => {
    let now = begun;
    for (let look = 0; look < 300; look += 1) {
      expect(await lookedAfterSince(store, what, now)).toEqual(begun);
      now = after(now, minutes(15));
    }
    now = after(now, hours(2));
    expect(await lookedAfterSince(store, what, now)).toEqual(now);
  });
  test("what an older version wrote down counts", async () => {
    await store.put({ ...keys.lookedAfter(what), type: "since", body: begun });
    const later = after(begun, days(9));
    expect(await lookedAfterSince(store, what, later)).toEqual(begun);
    expect(await lookedAfterSince(store, what, after(later, minutes(15)))).toEqual(begun);
  });
});

test("one whose record cannot be read is found by itself, and hides no other", async () => {
  const now = new Date("2026-11-21T12:00:00Z");
  const ledger = memoryLedger(clockAt(now));
  const Item = {
    pk: { S: keys.swept(place).pk },
    sk: { S: keys.swept(place).sk },
    type: { S: "swept" },
    v: { N: "2" },
    body: { S: serialise(null) },
  };
  ledger.table.answer("PutItem", { TableName: names.table, Item } as never, now.getTime());
  const other = { ...watched, unit: "other" };
  const all = { store: ledger.store, account, watched: [watched, other] };
  await lateSweeps({ ...all, watched: [other] }, new Date("2026-11-21T00:00:00Z"));
  const titles = (await lateSweeps(all, now)).map(({ title }) => title);
  expect(titles).toEqual([
    "Whether nightly in eu-central-1 has run is not known: its record cannot be read",
  ]);
});
