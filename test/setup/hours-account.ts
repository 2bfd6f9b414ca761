/** A unit that follows schedules, in an account of its own, sweep after sweep. */
import { expect, onTestFinished } from "vitest";
import { failures } from "../../ledger/heartbeats.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { messages } from "../../testing/delivery.ts";
import type { AutomationFixture } from "../../testing/fixture.ts";
import type { RecordedCall } from "../../testing/recorded-call.ts";
import { open } from "./delivery.ts";

/** @param stateOf of what the fixture's `look` says of a thing, that which hours change */
export async function openedByHours<S>(
  unit: AnyAutomation,
  fixture: AutomationFixture,
  stateOf: (seen: never) => S,
) {
  const delivery = await open(unit, fixture.seed, fixture.settings);
  onTestFinished(() => delivery.close());
  const states = async (...names: string[]): Promise<S[]> => {
    const seen = await fixture.look(delivery.aws);
    return names.map((name) => stateOf(seen[name] as never));
  };
  const sweep = (nth: number) =>
    delivery.deliver({ start: { ...delivery.start, key: `slot-${nth}` } });
  const told = async (words: string) =>
    (await messages(delivery)).filter((message) => JSON.stringify(message).includes(words));
  return { delivery, states, sweep, told };
}

type Opened = Awaited<ReturnType<typeof openedByHours>>;

/**
 * What cannot be changed now is told, keeps nothing else from its hours, opens no breaker, and is
 * tried again.
 * @param meanwhile what is so although that one failed
 */
export async function expectTriedAgain(
  { delivery, sweep, told }: Opened,
  refused: { readonly call: (call: RecordedCall) => boolean; readonly by: string },
  meanwhile: () => Promise<void>,
): Promise<void> {
  delivery.proxy.fault(refused.call, `refused:${refused.by}`);
  for (const nth of [1, 2, 3, 4, 5, 6]) expect((await sweep(nth)).outcome).toBe("failed");
  await meanwhile();
  expect(await failures(delivery.store, delivery.place)).toBe(0);
  expect(await told(refused.by)).not.toEqual([]);
  delivery.proxy.reset();
  expect((await sweep(7)).outcome).toBe("done");
}
