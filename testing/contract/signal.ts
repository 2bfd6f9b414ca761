/** What every signal owes, tried on its sample events. */
import { expect, test } from "vitest";
import { fits } from "../../handlers/app/signals.ts";
import { unwrap } from "../../ingest/envelope.ts";
import { readsOf } from "../../sdk/any-unit.ts";
import type { AnySignal } from "../../sdk/signal.ts";
import { wrongInCall } from "./calls.ts";
import { readable } from "./readable.ts";

const account = "123456789012";

function tellsOf(unit: AnySignal, payload: object): void {
  const [incoming] = unwrap(payload, account);
  if (!incoming) throw new Error("the file holds no event");
  const { region, source, detailType, resources, time, detail } = incoming.event;
  const messages = [
    unit.tell(unit.detail.parse(detail), {
      account: incoming.event.account,
      region,
      source,
      detailType,
      resources,
      at: time,
      now: time,
      config: unit.config.parse({}),
    }) ?? [],
  ].flat();
  expect(messages.length).toBeGreaterThan(0);
  for (const message of messages)
    expect(message).toMatchObject({
      title: readable,
      severity: expect.stringMatching(/^(info|warning|critical)$/),
    });
  expect(
    new Set(messages.map(({ key }) => key)).size,
    "of several messages of one event each needs a key of its own",
  ).toBe(messages.length);
}

/**
 * Registers the tests.
 * @param events its own sample events, by file
 */
export function signalContract(unit: AnySignal, events: ReadonlyMap<string, object>): void {
  test("asks IAM for what there is, and for all that it needs, to confirm an end", async () => {
    const wrong = (await readsOf(unit)).map((call) => wrongInCall(call));
    expect((await Promise.all(wrong)).flat()).toEqual([]);
  });
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
