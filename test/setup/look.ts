/** Carries out a unit's `find` in a test's account, and a described write, as the run does. */

import type * as z from "zod/mini";
import { createClients } from "../../engine/run/clients.ts";
import { reader } from "../../engine/run/reader.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import type { Described } from "../../sdk/call.ts";
import type { AnyReport } from "../../sdk/report.ts";
import { clockAt } from "../../sdk/time.ts";
import type { Found, Pages, Reader, Reads } from "../../sdk/unit.ts";
import { connections } from "../../testing/connections.ts";
import type { TestAccount } from "./aws.ts";

interface Look {
  readonly only?: readonly string[];
  readonly config?: Readonly<Record<string, unknown>>;
  readonly now?: Date;
}

const clientsOf = ({ endpoint, credentials }: TestAccount, now = new Date()) =>
  createClients(clockAt(now), {
    endpoint,
    httpAgent: connections,
    credentials: async () => credentials,
  });

// biome-ignore lint/suspicious/noExplicitAny: what is found is the unit's own business
type FoundBy<U> = U extends { find(search: any): Found<infer F> } ? F : never;

/** Everything that the unit finds, and how many requests that took. */
export async function look<U extends AnyAutomation | AnyReport>(
  unit: U,
  aws: TestAccount,
  { only, config = {}, now = new Date() }: Look = {},
): Promise<{ found: FoundBy<U>[]; requests: number }> {
  const clients = clientsOf(aws, now);
  const read = reader(unit.reads, clients, aws.region);
  const search = {
    account: aws.account,
    region: aws.region,
    now,
    only,
    config: unit.config.parse(config) as z.output<U["config"]>,
    read,
    regions: [aws.region],
    readIn: (region: string) => reader(unit.reads, clients, region),
    remembered: async () => undefined,
    madeBy: async () => undefined,
    keptOn: async () => [],
    note: () => {},
    pages: pagesBy(read),
  };
  const found = await Array.fromAsync(
    (await unit.find(search)) as Iterable<FoundBy<U>> | AsyncIterable<FoundBy<U>>,
  );
  return { found, requests: clients.calls.reads };
}

/** All that a reader gives of a listing, as its one page. */
export const pagesBy = (read: Reader<Reads>): Pages<Reads> =>
  async function* (call) {
    yield await Array.fromAsync(read(call) as AsyncIterable<never>);
  };

/** What the automation proposes for what it finds, by target. */
export async function proposals<U extends AnyAutomation>(
  unit: U,
  aws: TestAccount,
  options: Look = {},
) {
  const { now = new Date() } = options;
  const { found } = await look(unit, aws, { ...options, now });
  const config = unit.config.parse(options.config ?? {});
  return new Map(
    found.flatMap((one) => {
      const proposal = unit.propose(one, {
        account: aws.account,
        region: aws.region,
        now,
        config,
        since: undefined,
      });
      return proposal ? [[unit.target(one).id ?? "", proposal] as const] : [];
    }),
  );
}

/** Sends a described write that the automation declares, or that takes one back. */
export async function send(
  unit: AnyAutomation,
  aws: TestAccount,
  call: Described,
): Promise<unknown> {
  const declared = [
    ...unit.writes,
    ...(unit.undoes ?? []),
    ...unit.writes.flatMap(({ undoneBy }) => undoneBy),
  ].find(({ operation }) => operation === call.operation);
  if (!declared) throw new Error(`${unit.id} does not declare ${call.operation}`);
  return declared.send(clientsOf(aws).get(declared.client, aws.region, "write"), call.input);
}
