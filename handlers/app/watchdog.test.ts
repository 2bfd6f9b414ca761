import { beforeAll, beforeEach, expect, test } from "vitest";
import { ledgerOf } from "../../engine/run/host.ts";
import type { Order } from "../../ingest/start.ts";
import { claim, finished, type HeldClaim } from "../../ledger/claims.ts";
import { keys, type Place } from "../../ledger/keys.ts";
import type { Start } from "../../ledger/start.ts";
import type { Store } from "../../ledger/store.ts";
import { claimUndo } from "../../ledger/undo-claims.ts";
import { unitsKnown } from "../../ledger/units-known.ts";
import { expire, type KeptMessage, put, untold } from "../../messages/outbox.ts";
import type { Outgoing } from "../../messages/outgoing.ts";
import { recordWithheld, untoldMessage } from "../../messages/withheld.ts";
import { before, clockAt, days, hours, minutes, after as past } from "../../sdk/time.ts";
import { type Freeze, moments } from "../../settings/freeze.ts";
import { embedded, type TestAccount } from "../../test/setup/aws.ts";
import { keptLog } from "../../testing/context.ts";
import { deployedIn } from "../../testing/deployed.ts";
import { clientsOf, deployedLedger } from "../../testing/host.ts";
import type { WatchCheck } from "./watch/findings.ts";
import { watchdogHandler } from "./watchdog.ts";

const now = new Date("2026-11-21T02:00:00Z");
let aws: TestAccount;
let store: Store;
let place: Place;
let count = 0;
beforeAll(async () => {
  aws = await embedded();
  await deployedLedger(aws);
  store = ledgerOf(clientsOf(aws, clockAt(now)), deployedIn(aws.region), clockAt(now));
});
beforeEach(() => {
  place = { unit: `unit-${++count}`, account: aws.account, region: aws.region };
});

const started = (key: string): Start => ({ kind: "sweep", key, region: aws.region, at: now });
const held = (key: string): HeldClaim => ({
  place,
  start: started(key),
  run: `run-${key}`,
  holder: "h",
  number: 1,
});
const died = (key: string, ago = minutes(5)) =>
  claim(store, held(key), { from: before(now, hours(1)), until: before(now, ago) });
const message = (id: string, at: Date): Outgoing => ({
  id,
  at,
  account: aws.account,
  region: aws.region,
  unit: place.unit,
  kind: "watchdog",
  severity: "info",
  title: id,
});

async function watch(
  broken: (order: Order) => boolean = () => false,
  checks: readonly WatchCheck[] = [],
  freezes: readonly Freeze[] = [],
) {
  const orders: Order[] = [];
  const told: KeptMessage[] = [];
  const { log } = keptLog();
  const handle = watchdogHandler({
    units: [place.unit],
    reporting: [place.unit],
    checks,
    freezes,
    place: { account: aws.account, home: aws.region },
    store,
    clock: clockAt(now),
    log,
    async invoke(_, order) {
      if (broken(order)) throw new Error("the function is away");
      orders.push(order);
    },
    async tell(messages) {
      told.push(...messages);
    },
    async tellNow(messages) {
      told.push(...messages);
    },
  });
  const answer = await handle().catch((error: Error) => error.message);
  return {
    answer,
    taken: orders.map((order) => ("key" in order ? order.key : "")),
    told: told.map(({ message: { id } }) => id),
  };
}

test("takes up what died, and nothing that lives or is finished", async () => {
  await died("dead");
  await claim(store, held("alive"), { from: now, until: past(now, minutes(15)) });
  await died("done");
  await store.transact([finished(held("done"), now)]);
  expect(await watch()).toMatchObject({ answer: { takenUp: 1, told: 0 }, taken: ["dead"] });
});

test("has undo go on with what its process died of, and leaves alone what is in its hands", async () => {
  const order = (id: string) => ({ id, key: `${place.unit} ${id}`, by: "ann", at: now });
  const over = { from: before(now, hours(1)), until: before(now, minutes(1)) };
  await claimUndo(store, order("died"), "a", over);
  await claimUndo(store, order("lives"), "b", { from: now, until: past(now, minutes(15)) });
  const ofThis = ({ taken }: Awaited<ReturnType<typeof watch>>) =>
    taken.filter((key) => key.startsWith(`${place.unit} `));
  expect(ofThis(await watch())).toEqual([`${place.unit} died`]);
  await store.remove(keys.undoClaim(order("died")));
  expect(ofThis(await watch())).toEqual([]);
});

test("one run that cannot be handed over does not keep the others waiting, and is an error at last", async () => {
  await died("a");
  await died("b");
  await put(store, `unit#${place.unit}`, message("m", before(now, hours(1))));
  const { answer, taken, told } = await watch((order) => "key" in order && order.key === "a");
  expect([answer, taken, told]).toEqual(["the function is away", ["b"], ["m"]]);
});

test("tells what nobody told: not what is young, told, or older than a week; of undo and decisions too", async () => {
  const own = `unit#${place.unit}`;
  for (const [writer, id, at] of [
    [own, "forgotten", before(now, hours(2))],
    [own, "young", before(now, minutes(5))],
    [own, "ancient", before(now, days(8))],
    [own, "told", before(now, hours(3))],
    [`undo#${place.unit}`, "undone", before(now, hours(1))],
    ["decision", `${place.unit}-denied`, before(now, hours(1))],
    ["exempt", `${place.unit}-exempted`, before(now, hours(1))],
  ] as const) {
    await put(store, writer, message(id, at));
    if (id === "told")
      await expire(store, { pk: `${own}#outbox`, sk: `${at.toISOString()}#told` }, now);
  }
  // What a unit of another test has left is told too.
  expect((await watch()).told.filter((id) => id !== "m")).toEqual([
    "forgotten",
    "undone",
    `${place.unit}-denied`,
    `${place.unit}-exempted`,
  ]);
});

test("where nothing was left behind, does nothing", async () => {
  await Promise.all([]);
  expect((await watch()).taken).toEqual([]);
});

const watched = async () =>
  (await Array.fromAsync(untold(store, "watch", new Date(0), past(now, days(2))))).map(
    ({ message: one }) => one,
  );

test("tells what was withheld once quiet hours are over: together, and by itself what waits for a decision", async () => {
  const withheld = async (id: string, until: Date, asks = false) => {
    const one = {
      ...message(`${place.unit}.${id}`, before(now, minutes(1))),
      kind: "report" as const,
    };
    const kept = {
      pk: `unit#${place.unit}#outbox`,
      sk: `${one.at.toISOString()}#${one.id}`,
      message: one,
    };
    await put(store, `unit#${place.unit}`, one);
    await recordWithheld(
      store,
      { ...untoldMessage(kept), until, channels: [place.unit], asks },
      before(now, minutes(1)),
    );
  };
  await withheld("over", before(now, minutes(2)));
  await withheld("asks", before(now, minutes(2)), true);
  await withheld("quiet", now);
  expect((await watch()).told.filter((id) => id.startsWith(`${place.unit}.`))).toEqual([
    `${place.unit}.asks`,
  ]);
  const together = (await watched()).filter(
    (message) => message.kind === "digest" && message.to?.includes(place.unit),
  );
  expect(together.map(({ title }) => title)).toEqual([`While it was quiet: ${place.unit}.over`]);
});

test("tells a freeze a day before it begins, once", async () => {
  const freeze = {
    from: "2026-11-21T20:00",
    until: "2026-11-23",
    timeZone: "UTC",
    owner: "ann",
    reason: `release of ${place.unit}`,
  };
  const freezes = [{ ...freeze, ...moments(freeze) }];
  for (let time = 0; time < 2; time += 1) await watch(undefined, [], freezes);
  const notices = (await watched()).filter(({ title }) => title.endsWith(freeze.reason));
  expect(notices.map(({ title }) => title)).toEqual([
    `From 2026-11-21 20:00 until the end of 2026-11-23 UTC nothing is changed: ${freeze.reason}`,
  ]);
});

test("each unit is written down once, and stays so when it is gone", async () => {
  const first = place.unit;
  await watch();
  await watch();
  place = { ...place, unit: `${first}-next` };
  await watch();
  const known = (await unitsKnown(store)).filter((unit) => unit.startsWith(first));
  expect(known).toEqual([first, `${first}-next`]);
});
