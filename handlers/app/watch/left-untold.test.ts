/** What was not told is told however much it is, and whoever wrote it. */
import { beforeEach, describe, expect, test } from "vitest";
import type { Order } from "../../../ingest/start.ts";
import { claim, finished, type HeldClaim } from "../../../ledger/claims.ts";
import type { Start } from "../../../ledger/start.ts";
import { rememberUnits } from "../../../ledger/units-known.ts";
import { type KeptMessage, put } from "../../../messages/outbox.ts";
import type { Outgoing } from "../../../messages/outgoing.ts";
import { before, clockAt, hours, minutes } from "../../../sdk/time.ts";
import { action, messages, run } from "../../../test/messages.ts";
import { type PlainStore, plainStore } from "../../../test/setup/plain-store.ts";
import { asStream } from "../stream.ts";
import { watchdogHandler } from "../watchdog.ts";
import { ownerlessRuns } from "./ownerless-runs.ts";

const now = new Date("2026-11-21T02:00:00Z");
const place = { account: "123456789012", home: "eu-central-1" };
let store: PlainStore;
beforeEach(() => {
  store = plainStore();
});

/** Lambda refuses what is larger: the invocation fails, and nothing of it is told. */
const takes = { asynchronous: 262_144, waiting: 6_291_456 };

function watch(
  units: readonly string[],
  formerly: Readonly<Record<string, readonly string[]>> = {},
) {
  const told: string[] = [];
  const sizes: number[] = [];
  const orders: (Order & { readonly unit: string })[] = [];
  const lambda = (most: number) => async (kept: readonly KeptMessage[]) => {
    const bytes = Buffer.byteLength(JSON.stringify(asStream(kept)));
    if (bytes > most) throw new Error(`RequestEntityTooLargeException: ${bytes}`);
    sizes.push(bytes);
    told.push(...kept.map(({ message: { id } }) => id));
  };
  const handle = watchdogHandler({
    units,
    formerly,
    reporting: units,
    checks: [],
    place,
    store,
    clock: clockAt(now),
    log: { info() {}, warn() {}, error() {} },
    invoke: async (unit, order) => void orders.push({ ...order, unit }),
    tell: lambda(takes.asynchronous),
    tellNow: lambda(takes.waiting),
  });
  return { handle, told, sizes, orders };
}

const long = (id: string, actions: number): Outgoing => ({
  ...messages["a bare signal"],
  id,
  at: before(now, hours(2)),
  kind: "run",
  run: run(
    Array.from({ length: actions }, (_, nth) =>
      action(`${nth}`, { because: "x".repeat(500), call: { operation: "a:B", input: { nth } } }),
    ),
  ),
});

describe("what nobody told", () => {
  test("twenty messages of 25 actions, and one larger than an invocation takes, are all handed over", async () => {
    const ids = Array.from({ length: 20 }, (_, nth) => `m${String(nth).padStart(2, "0")}`);
    for (const id of ids) await put(store, "unit#x", long(id, 25));
    await put(store, "unit#x", long("m20-large", 400));
    const it = watch(["x"]);
    expect(await it.handle()).toMatchObject({ told: 21 });
    expect(it.told).toEqual([...ids, "m20-large"]);
    expect(it.sizes.length).toBeGreaterThan(1);
  });

  test("of a unit that was removed or renamed is told too", async () => {
    await rememberUnits(store, ["gone", "old"], now);
    for (const writer of ["unit#gone", "undo#gone", "unit#old", "unit#new"])
      await put(store, writer, { ...long(writer, 1), id: writer });
    const it = watch(["new"], { new: ["old"] });
    await it.handle();
    expect(it.told.toSorted()).toEqual(["undo#gone", "unit#gone", "unit#new", "unit#old"]);
  });

  test("each unit that is deployed is remembered, so that what it leaves is found when it is gone", async () => {
    await watch(["signal-that-tells", "x"]).handle();
    await put(store, "unit#signal-that-tells", long("left", 1));
    const it = watch(["x"]);
    await it.handle();
    expect(it.told).toEqual(["left"]);
  });
});

describe("a run that was left unfinished", () => {
  const start = (kind: Start["kind"], key: string): Start => ({
    kind,
    key,
    region: "eu-central-1",
    at: before(now, hours(1)),
  });
  const held = (unit: string, from: Start): HeldClaim => ({
    place: { unit, account: place.account, region: from.region },
    start: from,
    run: `${unit}.r`,
    holder: "h",
    number: 1,
  });
  const dies = (unit: string, from: Start) =>
    claim(store, held(unit, from), { from: before(now, hours(1)), until: before(now, minutes(5)) });

  test("under a former id is taken up under the new one, until it is finished there", async () => {
    await dies("old", start("sweep", "slot"));
    const order = { kind: "take-up", unit: "new", region: "eu-central-1", key: "slot", as: "old" };
    const first = watch(["new"], { new: ["old"] });
    await first.handle();
    expect(first.orders).toEqual([order]);
    await dies("new", start("sweep", "slot"));
    await store.transact([finished(held("new", start("sweep", "slot")), now)]);
    const next = watch(["new"], { new: ["old"] });
    await next.handle();
    expect(next.orders).toEqual([]);
  });

  test("of a unit that is gone is found, once, and says what to do; what was decided under a former id too", async () => {
    await rememberUnits(store, ["gone", "old", "new"], now);
    await dies("gone", start("sweep", "slot"));
    await dies("old", start("decision", "decision#p"));
    await dies("old", start("sweep", "slot"));
    const found = await ownerlessRuns(store, { units: ["new"], formerly: { new: ["old"] } }, now);
    expect(found.map(({ title }) => title)).toEqual([
      "A run of gone in eu-central-1 was left unfinished when gone was taken out of the settings",
      "A run of old in eu-central-1 was left unfinished when old was renamed",
    ]);
    expect(found[0]?.facts).toMatchObject({ "what now": expect.stringContaining("deploy gone") });
    expect(await ownerlessRuns(store, { units: ["gone", "old"], formerly: {} }, now)).toEqual([]);
  });
});
