/**
 * What confirms that matters are over, with the SDK's real clients: what AWS documents ends them,
 * and nothing that goes wrong does.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createClients } from "../engine/run/clients.ts";
import { sample, samples } from "../events/samples.ts";
import { registry } from "../functions/registry.ts";
import { fits, signalsHandler } from "../handlers/app/signals.ts";
import { unwrap } from "../ingest/envelope.ts";
import type { SignalTold } from "../messages/outgoing.ts";
import { type AnyUnit, readsOf } from "../sdk/any-unit.ts";
import type { AnySignal } from "../sdk/signal.ts";
import { clockAt } from "../sdk/time.ts";
import type { FaultAnswer } from "../testing/fault-answers.ts";
import { type Fault, type FaultProxy, startFaultProxy } from "../testing/fault-proxy.ts";
import { testSettings } from "../testing/host.ts";
import type { RecordedCall } from "../testing/recorded-call.ts";
import { isDocumented, outcomeOfGone, saysGone, saysOver } from "./setup/documented-answers.ts";

const account = "123456789012";
const units = (await Promise.all(Object.values(registry).map((load) => load()))).map(
  ({ default: unit }) => unit as unknown as AnyUnit,
);

/** Each sample event that says that something is over, with the signal that reads whether it is. */
interface End {
  readonly path: string;
  readonly signal: AnySignal;
  readonly reads: readonly string[];
}
const ends = (
  await Promise.all(
    units.map(async (signal): Promise<End[]> => {
      if (signal.kind !== "signal" || !signal.confirmation) return [];
      const reads = (await readsOf(signal)).map(({ operation }) => operation);
      return samples
        .filter((path) => {
          const [incoming] = unwrap(sample(path), account);
          if (!incoming || !signal.on.some(fits(incoming.event))) return false;
          const { event } = incoming;
          const { region, source, detailType, resources, time: at } = event;
          const told = signal.tell(signal.detail.parse(event.detail), {
            ...{ account, region, source, detailType, resources, at, now: at },
            config: signal.config.parse({}),
          });
          return [told ?? []].flat().some(({ closes }) => closes);
        })
        .map((path) => ({ path, signal, reads }));
    }),
  )
).flat();
const documented = ends.filter(({ reads }) => reads.some(isDocumented));

let answers: (call: RecordedCall) => FaultAnswer | undefined = () => undefined;
let proxy: FaultProxy;
beforeAll(async () => {
  proxy = await startFaultProxy("http://127.0.0.1:9", (call) => answers(call));
});
afterAll(() => proxy.stop());
beforeEach(() => {
  answers = () => undefined;
  proxy.reset();
});

/** What is told of an end. */
async function told({ path, signal }: End): Promise<SignalTold[]> {
  const put: SignalTold[] = [];
  const clock = clockAt(new Date("2026-11-21T02:00:00Z"));
  const { region } = unwrap(sample(path), account)[0]?.event ?? { region: "" };
  const hear = signalsHandler({
    signals: [
      {
        signal,
        settings: {
          ...testSettings({ region }, signal.id),
          regions: [region],
          config: {},
          incidents: true,
        },
      },
    ],
    outbox: { put: async (message) => void put.push(message as SignalTold) },
    log: { info() {}, warn() {}, error() {} },
    clock,
    account,
    clients: createClients(clock, {
      endpoint: proxy.endpoint,
      credentials: async () => ({ accessKeyId: "test", secretAccessKey: "test" }),
    }),
  });
  await hear(sample(path));
  return put;
}

test("ends that are read are seen at all", () => {
  expect(new Set(ends.map(({ signal }) => signal.id)).size).toBeGreaterThan(18);
  expect(documented.length).toBeGreaterThan(13);
});

describe.each(ends.map((end) => [end.path, end] as const))("%s", (_, end) => {
  const faults: readonly Fault[] = ["denied", "forbidden", "throttled", "error500", "malformed"];
  test.each([...faults, "reset" as const])(
    "ends nothing where the read is answered by %s, and the doubt is told",
    async (fault) => {
      proxy.fault(() => true, fault);
      const messages = await told(end);
      expect(messages.length).toBeGreaterThan(0);
      for (const message of messages) {
        expect(message.confirmed ?? false).toBe(false);
        expect(message.doubt).toContain("could not be read");
      }
      expect(proxy.calls.length).toBeGreaterThan(0);
    },
  );
});

describe.each(documented.map((end) => [end.path, end] as const))("%s", (_, end) => {
  test("is over where AWS answers so, and only what is declared was asked", async () => {
    answers = saysOver;
    const messages = await told(end);
    expect(messages.map(({ confirmed, asSaid, doubt }) => [confirmed, asSaid, doubt])).toEqual(
      messages.map(() => [true, undefined, undefined]),
    );
    const asked = proxy.calls.map(({ service, operation }) => `${service}:${operation}`);
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.filter((operation) => !end.reads.includes(operation))).toEqual([]);
  });
});

const without = documented.flatMap((end) => {
  const outcome = end.reads.map(outcomeOfGone).find((known) => known !== undefined);
  return outcome ? [[end.path, outcome, end] as const] : [];
});
test.each(without)("%s: where there is no such thing, %s", async (_, outcome, end) => {
  answers = (call) => saysGone(call) ?? saysOver(call);
  const messages = await told(end);
  expect(messages.length).toBeGreaterThan(0);
  for (const { confirmed = false, asSaid = false, doubt, facts } of messages) {
    expect([confirmed, asSaid]).toEqual([outcome !== "it is not over", outcome.startsWith("AWS")]);
    if (asSaid) expect(facts?.over).toContain("as AWS said, not read");
    if (!confirmed) expect(doubt).toContain("could not be read");
  }
});
