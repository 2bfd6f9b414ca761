/** What every signal owes, tried on its sample events. */
import { expect, test } from "vitest";
import { fits } from "../../handlers/app/signals.ts";
import { unwrap } from "../../ingest/envelope.ts";
import type { AnySignal } from "../../sdk/signal.ts";
import { readable } from "./readable.ts";

const account = "123456789012";

function tellsOf(unit: AnySignal, payload: object): void {
  const [incoming] = unwrap(payload, account);
  if (!incoming) throw new Error("the file holds no event");
  const { region, source, detailType, resources, time, detail } = incoming.event;
  const message = unit.tell(unit.detail.parse(detail), {
    account: incoming.event.account,
    region,
    source,
    detailType,
    resources,
    at: time,
    now: time,
    config: unit.config.parse({}),
  });
  expect(message).toMatchObject({
    title: readable,
    severity: expect.stringMatching(/^(info|warning|critical)$/),
  });
}

/**
 * Registers the tests.
 * @param events its own sample events, by file
 */
export function signalContract(unit: AnySignal, events: ReadonlyMap<string, object>): void {
  test("has sample events", () =>
    expect(events.size, "put an event as AWS sends it into events/").toBeGreaterThan(0));
  test.each([...events])(
    "takes events/%s, and makes a message that a person can read",
    (_, payload) => {
      const [incoming] = unwrap(payload, account);
      expect(incoming && (unit.fallback || unit.on.some(fits(incoming.event)))).toBe(true);
      tellsOf(unit, payload);
    },
  );
}
