/**
 * An account of very many log groups, as large as the test likes, in memory: an automation that
 * finds them, the calls that it makes, and a ledger whose items are weighed.
 */
import * as z from "zod/mini";
import { deleteRetentionPolicy, putRetentionPolicy } from "../aws/logs/log-group.ts";
import { createClients } from "../engine/run/clients.ts";
import type { Host } from "../engine/run/host.ts";
import { run } from "../engine/run/run.ts";
import { keys } from "../ledger/keys.ts";
import type { RunResult } from "../ledger/result.ts";
import type { Start } from "../ledger/start.ts";
import type { Outgoing } from "../messages/outgoing.ts";
import { type AnyAutomation, automation } from "../sdk/automation.ts";
import { noLog } from "../sdk/log.ts";
import { after, clockAt, hours } from "../sdk/time.ts";
import type { UnitSettings } from "../settings/settings.ts";
import { testSettings } from "./host.ts";
import { type MemoryLedger, memoryLedger } from "./memory/ledger.ts";

const text = new TextDecoder();
const account = "123456789012";
const region = "eu-west-1";

export interface ManyGroups {
  readonly unit: AnyAutomation;
  readonly host: Host;
  readonly ledger: MemoryLedger;
  /** Days by name; absent: for ever. */
  readonly groups: Map<string, number | undefined>;
  /** Runs the automation once. */
  deliver(start: Pick<Start, "kind" | "key"> & Partial<Start>): Promise<RunResult>;
  messages(): Promise<Outgoing[]>;
}

/** @param names of the groups, all of which keep their events for ever */
export function manyGroups(
  names: readonly string[],
  settings: Partial<UnitSettings> = {},
): ManyGroups {
  const groups = new Map<string, number | undefined>(names.map((name) => [name, undefined]));
  const unit = automation({
    id: "test-many",
    family: "test",
    summary: "Gives very many log groups a retention",
    on: [],
    config: z.strictObject({}),
    reads: [],
    writes: [putRetentionPolicy],
    undoes: [deleteRetentionPolicy],
    async *find({ only }) {
      const some = only && new Set(only);
      for (const [name, days] of groups) if (!some || some.has(name)) yield { name, days };
    },
    target: ({ name }) => ({ id: name, tags: {} }),
    state: ({ days }) => ({ days }),
    propose({ name: logGroupName, days }) {
      if (days !== undefined) return;
      return {
        because: "it keeps its events for ever",
        savesPerMonth: 1,
        call: putRetentionPolicy({ logGroupName, retentionInDays: 7 }),
        undo: deleteRetentionPolicy({ logGroupName }),
      };
    },
  });
  const clock = clockAt(new Date("2026-11-21T02:00:00Z"));
  const ledger = memoryLedger(clock);
  const requestHandler = {
    metadata: { handlerProtocol: "http/1.1" },
    async handle({ body }: { readonly body: Uint8Array }) {
      const { logGroupName, retentionInDays } = JSON.parse(text.decode(body));
      if (logGroupName !== undefined) groups.set(logGroupName, retentionInDays);
      return { response: { statusCode: 200, headers: {}, body: Buffer.from("{}") } };
    },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
    destroy() {},
  };
  const clients = createClients(clock, {
    endpoint: "http://memory",
    credentials: async () => ({ accessKeyId: "memory", secretAccessKey: "memory" }),
    requestHandler,
  });
  const host: Host = {
    account,
    settings: testSettings({ region }, unit, { mode: "ask", ...settings }),
    clock,
    clients,
    own: clients,
    store: ledger.store,
    log: noLog,
    deadline: after(clock.now(), hours(48)),
    killSwitch: async () => "run",
  };
  return {
    unit,
    host,
    ledger,
    groups,
    deliver: (start) => run(unit, { region, at: clock.now(), ...start }, host),
    async messages() {
      const items = await Array.fromAsync(ledger.store.query(keys.outbox(`unit#${unit.id}`)));
      return items.map(({ body }) => body as Outgoing);
    },
  };
}
