/** What signals say of published events is what a person would expect (test/published/events). */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Clients } from "../engine/run/clients.ts";
import { registry } from "../functions/registry.ts";
import { signalsHandler } from "../handlers/app/signals.ts";
import type { SignalTold } from "../messages/outgoing.ts";
import type { AnySignal } from "../sdk/signal.ts";
import { clockAt } from "../sdk/time.ts";
import { testSettings } from "../testing/host.ts";
import { page, publishedPage } from "./published/page.ts";
import { delivered, type Expectation, type PublishedRow, publishedRows } from "./published/rows.ts";

const units = await Promise.all(Object.values(registry).map((load) => load()));
const signals = units
  .map(({ default: unit }) => unit as unknown as AnySignal)
  .filter(({ kind }) => kind === "signal");

/** What is said to be over is, so that each end is seen. */
const believing = signals.map(
  (signal): AnySignal =>
    signal.confirmation
      ? {
          ...signal,
          confirmation: async () => ({ default: { reads: [], over: async () => true } }),
        }
      : signal,
);

/** The signals as a deployment with the default settings has them. */
function hearing(among: readonly AnySignal[]) {
  const put: SignalTold[] = [];
  const hear = signalsHandler({
    signals: among.map((signal) => ({
      signal,
      settings: {
        ...testSettings({ region: "us-east-1" }, signal.id),
        regions: ["us-east-1"],
        config: {},
        incidents: true,
      },
    })),
    outbox: { put: async (message) => void put.push(message as SignalTold) },
    log: { info() {}, warn() {}, error() {} },
    clock: clockAt(new Date("2026-11-20T12:00:05Z")),
    account: "123456789012",
    clients: {} as Clients,
  });
  return async (row: PublishedRow): Promise<SignalTold | undefined> => {
    await hear(delivered(row));
    const messages = put.splice(0);
    expect(messages.length).toBeLessThan(2);
    return messages[0];
  };
}
const told = hearing(believing);
const toldByFallback = hearing(signals.filter((signal) => signal.fallback));

const titled = publishedRows.map((row) => [`${row.source}: ${row.name}`, row] as const);
const expected = publishedRows.flatMap((row) =>
  row.expect ? [{ row, ...row.expect } satisfies Expectation & { row: PublishedRow }] : [],
);

test("the table is of many sources, and each row has a name of its own", () => {
  expect(publishedRows.length).toBeGreaterThanOrEqual(350);
  expect(new Set(publishedRows.map(({ source }) => source)).size).toBeGreaterThanOrEqual(100);
  expect(new Set(titled.map(([name]) => name)).size).toBe(publishedRows.length);
});

describe("what is told is what a person would expect", () => {
  test.each(titled)("%s", async (_, row) => {
    const message = await told(row);
    if (!row.expect || !message) {
      expect(message?.title ?? null).toBe(row.expect?.title ?? null);
      return;
    }
    const { by, severity, title, link, ends = false, subject, named = subject } = row.expect;
    expect({
      by: message.unit,
      severity: message.severity,
      title: message.title,
      link: message.link ?? null,
      ends: message.closes ?? false,
    }).toEqual({ by, severity, title, link, ends });
    if (named !== null) expect(message.title).toContain(named);
    if (subject !== null) expect(message.affected?.join(" ") ?? "").toContain(subject);
  });
});

/**
 * Which matter a row is of. What is told by the fallback and is not well is one with what else its
 * kind of event says of the same subject.
 */
function matterOf(row: PublishedRow, { by, severity, subject, matter }: Expectation): string {
  if (matter !== undefined) return `${row.source}: ${matter}`;
  const isJoined = by === "any-event" && severity !== "info" && subject !== null;
  return isJoined ? `${row.source}: ${row.event["detail-type"]}, ${subject}` : "none";
}

test("what is one matter has one key, and what is two has two", async () => {
  const keys = new Map<string, Set<string | undefined>>();
  for (const { row, ...expectation } of expected) {
    const { key } = (await told(row)) ?? {};
    const of = matterOf(row, expectation);
    keys.set(of, (keys.get(of) ?? new Set()).add(key));
  }
  const severals = [...keys].filter(([, found]) => found.size > 1);
  expect(severals).toEqual([]);
  expect(keys.get("none")).toEqual(new Set([undefined]));
  expect(new Set([...keys.values()].map(([key]) => key)).size).toBe(keys.size);
});

test("each beginning says what ends it, where something does", () => {
  const ends = new Map(
    expected.flatMap(({ row, matter, ends: over }) =>
      over ? [[`${row.source}: ${matter}`, row.name] as const] : [],
    ),
  );
  for (const { row, matter, ends: over, endedBy } of expected)
    if (!over)
      expect([row.name, endedBy]).toEqual([row.name, ends.get(`${row.source}: ${matter}`)]);
});

describe("the one that takes the rest, asked alone", () => {
  /** What is grave by what AWS means with it, not by what the event says. */
  const onlyKnown = new Set([
    "aws.access-analyzer: others may read",
    "aws.backup: backup made with issues",
    "aws.codedeploy: deployment stopped",
    "aws.ecs: ends by itself",
    "aws.kms: key deleted",
    "aws.rds: failover done",
    "aws.rds: stopped",
  ]);
  const isCall = ({ event }: PublishedRow) => event["detail-type"].endsWith("via CloudTrail");
  const failures = titled.filter(
    ([name, row]) =>
      row.expect && row.expect.severity !== "info" && !onlyKnown.has(name) && !isCall(row),
  );
  const ends = titled.filter(([, { expect: wanted }]) => wanted?.ends);

  test.each(failures)("%s is not told as if all were well", async (_, row) =>
    expect((await toldByFallback(row))?.severity).not.toBe("info"),
  );
  test.each(ends)("%s raises nobody", async (_, row) =>
    expect((await toldByFallback(row))?.severity).toBe("info"),
  );
  test.each(titled)("%s is about neither an account nor what is hidden", async (_, row) =>
    expect((await toldByFallback(row))?.title).not.toMatch(/\[redacted\]|about \d{12}$/),
  );
});

test("docs/reference/signals.md shows this table (mend with `node test/published/write.ts`)", () =>
  expect(readFileSync(join(import.meta.dirname, "..", page), "utf8")).toBe(publishedPage()));
