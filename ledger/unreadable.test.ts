/** One item that cannot be read, a newer version's or nobody's, is never in the way of the others. */
import { beforeEach, describe, expect, test } from "vitest";
import { afterUndo } from "../engine/guards/after-undo.ts";
import { exemption } from "../engine/guards/exemption.ts";
import type { Candidate, GuardContext } from "../engine/guards/guard.ts";
import { failingChannels } from "../messages/failing-channels.ts";
import { post, untold } from "../messages/outbox.ts";
import { mutedSince, withheldBy } from "../messages/withheld.ts";
import { closedIncidents, openIncidents, overdue, sourcesIn } from "../oncall/incidents/store.ts";
import { serialise } from "../sdk/codec.ts";
import { clockAt, days, after as past } from "../sdk/time.ts";
import { messages } from "../test/messages.ts";
import { names } from "../testing/deployed.ts";
import { type MemoryLedger, memoryLedger } from "../testing/memory/ledger.ts";
import { actionsOf } from "./actions.ts";
import { abandoned } from "./claims.ts";
import { exemptionsAt, standingExemptions } from "./exemptions.ts";
import { openFindings } from "./findings.ts";
import { flowsUnderWay } from "./flows.ts";
import { holdsAt, putHold } from "./holds.ts";
import { keys } from "./keys.ts";
import { waitingInShort } from "./plans.ts";
import { runsOf, runsSince } from "./runs.ts";
import { seenAt } from "./seen.ts";
import type { Key, Store } from "./store.ts";
import { tracesFor } from "./traces.ts";

const now = new Date("2026-11-21T02:00:00Z");
const place = { unit: "x", account: "123456789012", region: "eu-central-1" };
let ledger: MemoryLedger;
let store: Store;
beforeEach(() => {
  ledger = memoryLedger(clockAt(now));
  ({ store } = ledger);
});

/** As whoever wrote it left it. */
function putRaw({ pk, sk }: Key, more: object = {}): void {
  const Item = {
    pk: { S: pk },
    sk: { S: sk },
    type: { S: "later" },
    v: { N: "2" },
    body: { S: serialise({ all: "is different" }) },
    ...more,
  };
  ledger.table.answer("PutItem", { TableName: names.table, Item } as never, now.getTime());
}
const ways = [
  ["of a newer form", {}],
  ["whose body is no JSON", { v: { N: "1" }, body: { S: "{" } }],
  ["without a body", { v: { N: "1" }, body: { N: "1" } }],
] as const;

const count = async (items: AsyncIterable<unknown>) => (await Array.fromAsync(items)).length;

/** Each reader of a partition, with where it reads and how many it finds. */
const readers: readonly (readonly [string, string, (store: Store) => Promise<number>])[] = [
  ["claims", keys.claims("x"), async (from) => await count(abandoned(from, "x", now))],
  ["runs", keys.runs("unit", "x"), (from) => count(runsOf(from, "unit", "x"))],
  [
    "runs since",
    keys.runs("unit", "x"),
    (from) => count(runsSince(from, "unit", "x", new Date(0))),
  ],
  ["flows", keys.flows("x"), (from) => count(flowsUnderWay(from, "x"))],
  [
    "plans",
    keys.plan("x", "").pk,
    async (from) => (await waitingInShort(from, "x", now)).plans.length,
  ],
  ["findings", keys.findings, async (from) => (await openFindings(from)).length],
  ["what was muted", keys.muted, (from) => count(mutedSince(from, new Date(0)))],
  [
    "what was withheld",
    keys.withheld,
    async (from) => (await withheldBy(from, now, undefined, 9)).length,
  ],
  ["failing channels", keys.failingChannels, async (from) => (await failingChannels(from)).length],
  ["groups that are due", keys.incidentsDue, (from) => count(overdue(from, past(now, days(9))))],
  [
    "open incidents",
    keys.incidentsOpen,
    async (from) => (await openIncidents(from, 9)).heads.length,
  ],
  [
    "closed incidents",
    keys.incidentsClosed,
    async (from) => (await closedIncidents(from, 9)).length,
  ],
  ["what inhibits", keys.incidentSources, async (from) => (await sourcesIn(from)).length],
  ["what was seen", keys.seen(place), async (from) => (await seenAt(from, place)).size],
];

describe.each(ways)("an item %s", (_, more) => {
  test("in an outbox does not keep those around it from being told", async () => {
    const message = (id: string, minute: number) => ({
      ...messages["a bare signal"],
      id,
      at: new Date(now.getTime() + minute * 60_000),
    });
    await store.transact([post("watch", message("a", 0)), post("watch", message("b", 2))]);
    putRaw({ pk: keys.outbox("watch"), sk: "2026-11-21T02:01:00.000Z#newer" }, more);
    const left = await Array.fromAsync(
      untold(store, "watch", new Date(0), new Date("2027-01-01T00:00:00Z")),
    );
    expect(left.map(({ message: { id } }) => id)).toEqual(["a", "b"]);
  });

  test.each(readers)(
    "is left out of %s, and fails nobody who reads them",
    async (_name, pk, read) => {
      putRaw({ pk, sk: "2026-11-21T02:00:00.000Z#x" }, more);
      expect(await read(store)).toBe(0);
    },
  );

  const candidate = (target: string, within: string | null = null) =>
    ({
      target,
      within,
      state: "s",
      tags: async () => undefined,
      withinTags: async () => undefined,
    }) as unknown as Candidate;
  const context = () =>
    ({
      now,
      note: () => undefined,
      settings: { id: "x", exempt: [], twoPersonRule: true },
      involved: ["arn:aws:iam::123456789012:user/ann"],
      exemptions: () => exemptionsAt(store, place),
      holds: () => holdsAt(store, place),
    }) as unknown as GuardContext;

  test("that may exempt something exempts it, and nothing else", async () => {
    putRaw(keys.exemption(place, "vol-1"), more);
    putRaw(keys.exemption(place, "vol-2", "matter"), more);
    for (const held of [candidate("vol-1"), candidate("vol-2"), candidate("a", "vol-1")])
      expect(await exemption.objection(held, context())).toMatch(
        /cannot be read, so that it holds/,
      );
    expect(await exemption.objection(candidate("vol-3"), context())).toBeUndefined();
    await expect(standingExemptions(store, place, "vol-1")).rejects.toThrow(/vol-1|version 2/);
    expect(await standingExemptions(store, place, "vol-3")).toEqual([]);
  });

  test("that may hold something holds it, and whatever lies within something", async () => {
    putRaw({ pk: keys.holds(place), sk: "i-1" }, more);
    for (const held of [candidate("i-1"), candidate("sgr-9", "sg-1")])
      expect(await afterUndo.objection(held, context())).toMatch(
        /cannot be read, so that it holds/,
      );
    expect(await afterUndo.objection(candidate("i-2"), context())).toBeUndefined();
  });

  test("of what was done, is carried, or bears our own mark fails whoever must know all of it", async () => {
    putRaw(keys.action("unit", "x", "x.r1", "x.r1.a"), more);
    putRaw({ pk: keys.flows("x"), sk: "f" }, more);
    putRaw({ pk: keys.traces(place), sk: "-#t" }, more);
    await expect(actionsOf(store, "unit", "x", "x.r1")).rejects.toThrow();
    await expect(
      Array.fromAsync(flowsUnderWay(store, "x", { unreadable: "refuse" })),
    ).rejects.toThrow();
    await expect(tracesFor(store, place, [{ target: "t", within: null }], now)).rejects.toThrow();
  });
});

test("a hold that can be read beside one that cannot still counts", async () => {
  const hold = {
    ...place,
    target: "i-2",
    within: null,
    state: "",
    until: past(now, days(1)),
    by: "ann",
    action: "a",
  };
  await putHold(store, hold);
  putRaw({ pk: keys.holds(place), sk: "i-1" });
  expect((await holdsAt(store, place)).map(({ target }) => target).sort()).toEqual(["i-1", "i-2"]);
});
