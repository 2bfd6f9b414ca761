/** What is true of all signals at once. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Clients } from "../engine/run/clients.ts";
import { ownerOf, sample, samples, wrappings } from "../events/samples.ts";
import { registry } from "../functions/registry.ts";
import { signalsHandler } from "../handlers/app/signals.ts";
import { type IncomingEvent, unwrap } from "../ingest/envelope.ts";
import { forwarded } from "../lib/forwarding.ts";
import { isUntrusted, type Outgoing } from "../messages/outgoing.ts";
import { readsOf } from "../sdk/any-unit.ts";
import { matchesPattern, type Pattern } from "../sdk/pattern.ts";
import type { AnySignal } from "../sdk/signal.ts";
import { clockAt } from "../sdk/time.ts";
import { testSettings } from "../testing/host.ts";
import { runbooks, runbooksPage } from "../tools/runbooks.ts";

const account = "123456789012";
const units = (await Promise.all(Object.values(registry).map((load) => load()))).map(
  ({ default: unit }) => unit as unknown as AnySignal,
);
const signals = units.filter(({ kind }) => kind === "signal");
const regions = ["us-east-1", "us-west-2", "ca-central-1", "eu-central-1"];

/** Everything that is said to be over is, so that nothing is left out for that. */
const believing = signals.map(
  (signal): AnySignal =>
    signal.confirmation
      ? {
          ...signal,
          confirmation: async () => ({ default: { reads: [], over: async () => true } }),
        }
      : signal,
);

/** What all signals together tell of an event. */
async function told(payload: unknown): Promise<Outgoing[]> {
  const put: Outgoing[] = [];
  const hear = signalsHandler({
    signals: believing.map((signal) => ({
      signal,
      settings: {
        ...testSettings({ region: "eu-central-1" }, signal.id),
        regions,
        config: {},
        incidents: true,
      },
    })),
    outbox: { put: async (message) => void put.push(message) },
    log: { info() {}, warn() {}, error() {} },
    clock: clockAt(new Date("2026-11-21T02:00:00Z")),
    account,
    clients: {} as Clients,
  });
  const answer = await hear(payload);
  expect(answer?.batchItemFailures ?? []).toEqual([]);
  return put;
}

/** A sample is for the signal in whose folder it lies; any other for the one that takes all. */
const fallback = signals.find((one) => one.fallback)?.id;
const unitOf = (name: string): string | undefined => {
  const owner = ownerOf(name);
  if (owner?.family === "signals") return owner.id;
  // What makes an automation act may be what a signal tells of too.
  const { source, "detail-type": detailType } = sample(name) as Record<string, unknown>;
  const asks = ({ fallback: takesAll, on }: AnySignal): boolean =>
    !takesAll &&
    on.some((one) => one.source === source && one.detailType === detailType && !one.where);
  return signals.find(asks)?.id ?? fallback;
};

/** One line that a person can read. */
const readable = expect.stringMatching(/^[^\p{Cc}\p{Cf}]{10,300}$/u);
const console_ = /^https:\/\/[a-z0-9-]+\.console\.aws\.amazon\.com\/[\w/%.:;=?&#~*'()!-]*$/;

describe.each(Object.entries(wrappings))("every sample event %s", (_, wrap) => {
  test.each(samples)("%s is one message, of the signal that is for it", async (path) => {
    const [message, ...more] = await told(wrap(sample(path)));
    expect(more).toEqual([]);
    expect(message).toMatchObject({
      unit: unitOf(path),
      kind: "signal",
      account,
      title: readable,
      severity: expect.stringMatching(/^(info|warning|critical)$/),
    });
    expect(message?.runbook).toBe(`docs/runbooks.md#${unitOf(path)}`);
    if (message?.unit === fallback) return;
    expect(message?.key).toEqual(expect.any(String));
    if (message && isUntrusted(message)) expect(message).not.toHaveProperty("link");
    else expect(message?.link).toMatch(console_);
  });
});

test("every signal but the one that takes the rest has a sample of its own", () =>
  expect([...new Set(samples.map(unitOf))].sort()).toEqual(signals.map(({ id }) => id).sort()));

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

/** The value with one field, however deep, taken out or replaced; each of them. */
function* spoilt(value: Json): Generator<Json> {
  if (value === null || typeof value !== "object") return;
  for (const [name, field] of Object.entries(value)) {
    const others_ = (): [string, Json][] =>
      Object.entries(value as object).filter(([other]) => other !== name);
    const back = (entries: [string, Json][]): Json =>
      isList(value) ? entries.map(([, one]) => one) : Object.fromEntries(entries);
    const replaced = (by: Json): Json =>
      isList(value) ? value.with(Number(name), by) : { ...value, [name]: by };
    yield back(others_());
    yield replaced(typeof field === "string" ? { not: "a text" } : "another type");
    yield replaced(null);
    for (const inner of spoilt(field)) yield replaced(inner);
  }
}

describe("with any one field missing or of another type", () => {
  const asEvent = ({
    source,
    detailType,
    account: of,
    region,
    time,
    resources,
    detail,
  }: IncomingEvent) => ({
    id: "spoilt",
    source,
    "detail-type": detailType,
    account: of,
    region,
    time: time.toISOString(),
    resources,
    detail,
  });

  /** Without what it was before, a control that passes has passed all along. */
  const maySaySo = new Set(["security-hub/finding-resolved"]);

  test.each(samples)("%s is still a message that a person can read", async (path) => {
    const [{ event } = { event: undefined }] = unwrap(sample(path), account);
    if (!event) throw new Error(`${path} holds no event`);
    const whole = asEvent(event);
    const variants = [
      ...[...spoilt(event.detail as Json)].map((detail) => ({ ...whole, detail })),
      { ...whole, detail: null },
      { ...whole, detail: "text" },
      { ...whole, resources: [] },
      { ...whole, resources: [7] },
      { ...whole, resources: "text" },
    ];
    for (const variant of variants) {
      // An alarm without a name or a state, and so on, is told as it is by the one that takes the
      // rest.
      const messages = await told(variant);
      if (messages.length === 0 && maySaySo.has(path)) continue;
      expect(
        messages.map(({ unit }) => unit === unitOf(path) || unit === fallback),
        JSON.stringify(variant.detail),
      ).toEqual([true]);
      expect(messages[0]?.title, JSON.stringify(variant.detail)).toEqual(readable);
      expect(messages[0]?.title).not.toMatch(/undefined|\[object|NaN|null\b/);
    }
  });
});

describe("runbooks", () => {
  const written = new Map(runbooks().map((runbook) => [runbook.id, runbook.text]));

  test("docs/runbooks.md says what the units' folders say (mend with `npm run docs`)", () =>
    expect(readFileSync(join(import.meta.dirname, "../docs/runbooks.md"), "utf8")).toBe(
      runbooksPage(),
    ));
  test.each(signals.map(({ id }) => id))("%s: what to look at, and what to do", (id) => {
    const remedy = `write functions/signals/${id}/runbook.md: **Look:**, **Do:** and **Over:**`;
    expect(written.get(id), remedy).toMatch(/^\*\*Look:\*\* \S/m);
    expect(written.get(id), remedy).toMatch(/^\*\*Do:\*\* \S/m);
  });
});

describe("their rules", () => {
  const patterns = signals.flatMap(({ on }) =>
    on.map(
      ({ source, detailType, where }): Pattern => ({
        source: [source],
        ...(detailType !== undefined && { "detail-type": [detailType] }),
        ...(where && { detail: where }),
      }),
    ),
  );
  const rules = forwarded(patterns);

  test("are few, of the 300 that a bus has, and each is short enough for account and regions beside it", () => {
    expect(rules.length).toBeLessThan(patterns.length / 3);
    for (const rule of rules) expect(JSON.stringify(rule).length).toBeLessThan(1_500);
  });

  test.each(samples)(
    "send %s once where a signal asks for it, and not at all where none does",
    (path) => {
      const [{ event } = { event: undefined }] = unwrap(sample(path), account);
      const happening = {
        source: event?.source,
        "detail-type": event?.detailType,
        detail: event?.detail,
      };
      expect(rules.filter((rule) => matchesPattern(rule, happening)).length).toBe(
        unitOf(path) === fallback ? 0 : 1,
      );
    },
  );
});

test("what confirms that a matter is over declares what it reads", async () => {
  const reading = signals.filter((signal) => signal.confirmation);
  const reads = await Promise.all(reading.map(readsOf));
  expect(reading.filter((_, at) => !reads[at]?.length).map(({ id }) => id)).toEqual([]);
});
