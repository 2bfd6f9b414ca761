/**
 * On the embedded AWS things are carried out here, in this process, through the very handlers that
 * are deployed elsewhere.
 */
import { randomUUID } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Context, SQSBatchResponse } from "aws-lambda";
import type { Clients } from "../../engine/run/clients.ts";
import { ledgerOf } from "../../engine/run/host.ts";
import { writeSwitch } from "../../engine/run/switch.ts";
import type { UndoPreview } from "../../engine/run/undo.ts";
import { type App, app } from "../../handlers/app/app.ts";
import { contextFor } from "../../handlers/app/invocation.ts";
import { noMetrics } from "../../handlers/app/metrics.ts";
import type { UndoPorts } from "../../handlers/app/ports.ts";
import { throwIfFailed } from "../../handlers/app/unit.ts";
import type { Identify } from "../../ingest/identity.ts";
import type { Signer } from "../../ingest/sign-order.ts";
import type { Order } from "../../ingest/start.ts";
import { createTable } from "../../ledger/create.ts";
import type { RunResult } from "../../ledger/result.ts";
import type { Store } from "../../ledger/store.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { NotPossible } from "../../sdk/errors.ts";
import type { Log } from "../../sdk/log.ts";
import type { AnyReport } from "../../sdk/report.ts";
import { type Clock, minutes } from "../../sdk/time.ts";
import type { Deployed } from "../../settings/arns.ts";
import { namesOf } from "../../settings/names.ts";
import type { ParsedSettings, UnitSettings } from "../../settings/settings.ts";
import { identifyAmong } from "../../testing/signatures.ts";
import type { CallerAccount } from "./account.ts";
import { runHere } from "./run-here.ts";
import { partOf } from "./settings.ts";
import { signedFor } from "./signed.ts";
import { loadUnit, unitIds } from "./units.ts";

/** As long as the deployed functions have. */
const lifetime = minutes(15);

export interface DecisionAnswer {
  readonly plan: string;
  readonly verdict: "approve" | "deny";
  readonly by: string;
  readonly at: string;
}

export interface LocalFunctions {
  readonly clients: Clients;
  readonly store: Store;
  /** Makes the table and the kill switch where there is no deployment to do it. */
  prepare(): Promise<void>;
  /** Starts a unit by hand, and waits for what comes of it. */
  start(
    unit: AnyAutomation | AnyReport,
    part: UnitSettings,
    order: Extract<Order, { readonly kind: "manual" }>,
  ): Promise<readonly RunResult[]>;
  /**
   * Gives one of the functions what it would be invoked with. Throws where that would fail there.
   */
  deliver(name: string, payload: unknown): Promise<readonly RunResult[]>;
  decide(
    plan: string,
    verdict: DecisionAnswer["verdict"],
  ): Promise<{ readonly decided: DecisionAnswer; readonly runs: readonly RunResult[] }>;
  /** @param confirms the digest of what was shown */
  undo(id: string, confirms?: string): Promise<readonly RunResult[]>;
  /** What an undo would do. */
  previewUndo(id: string): Promise<UndoPreview | undefined>;
}

interface Given {
  readonly account: CallerAccount;
  readonly settings: ParsedSettings;
  readonly file: string;
  readonly clock: Clock;
  readonly log: Log;
  /** What the plan in question was made with, over the settings'. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** A table and a kill switch, where they are missing. */
export async function prepare(clients: Clients, deployed: Deployed): Promise<void> {
  const client = clients.get(DynamoDBClient, deployed.home) as DynamoDBClient;
  await createTable(client, namesOf(deployed).table);
  await writeSwitch(clients, deployed, "run", false);
}

/** The units and what the settings, as they are here, say of each. */
const unitsOf = ({ settings, file }: Given) => ({
  enabled: unitIds.filter((id) => settings.units[id]?.enabled !== false),
  async unit(id: string) {
    if (!unitIds.includes(id)) return undefined;
    const unit = await loadUnit(id);
    return { unit, settings: partOf(unit, settings, file) };
  },
});

/** Functions that are not run here are those that nobody waits for. */
const notHere = (name: string, deployed: Deployed) =>
  new NotPossible(
    `${namesOf(deployed).function(name)} is not here: what it tells is told by \`npm start\``,
  );

/** @throws {NotPossible} when such a unit has no function of its own */
function assertCallable(id: string, { settings }: Given): void {
  if (!unitIds.includes(id)) throw notHere(id, settings);
  if (settings.units[id]?.enabled === false)
    throw new NotPossible(`${id} is disabled in the settings`);
}

/** @throws {NotPossible} when not all of its events could be told */
function assertTold(answer: SQSBatchResponse | undefined): void {
  const failed = answer?.batchItemFailures.length;
  if (failed) throw new NotPossible(`${failed} of its events could not be told`);
}

export function createHere(given: Given): LocalFunctions {
  const { account, settings, file, clock, log, config } = given;
  const clients = account.clients(clock);
  const context = (name: string) =>
    contextFor(name, { account: account.id, deployed: settings, lifetime });
  // What people order is signed and checked as it is on AWS; of the embedded one we know the
  // secret, and it checks no signature itself.
  const signer: Signer = { credentials: account.signer.credentials, now: () => clock.now() };
  const identify: Identify = async (request) => {
    const credentials = await signer.credentials();
    return identifyAmong([{ arn: account.caller, account: account.id, credentials }])(request);
  };
  const signed = <O extends object>(to: string, order: O) =>
    signedFor(to, order, settings, { id: account.id, signer });
  /** What came of what decide and undo handed over: carried out at once. */
  const ordered: RunResult[] = [];

  const ports = (name: string): UndoPorts => ({
    clock,
    clients: account.clients(clock, namesOf(settings).role(name)),
    identify,
    metrics: noMetrics,
    // What decide refuses is thrown below, and said once.
    log: name === "decide" ? { ...log, warn() {} } : log,
    async invoke(id, payload) {
      if (id === "undo") {
        const answer = await (await functions.undo())(payload, context("undo"));
        if ("actions" in answer) ordered.push(answer);
        return;
      }
      const unit = (await loadUnit(id)) as AnyAutomation;
      const part = partOf(unit, settings, file, { ...(config && { config }) });
      // A plan is there only because a run in `ask` or `act` has stored it, if need be by --mode:
      // it is carried out in that sense.
      const mode = name === "decide" && part.mode === "watch" ? "ask" : part.mode;
      ordered.push(...(await carried(unit, { ...part, mode }, payload)));
    },
    ask: async (other) => Promise.reject(notHere(other, settings)),
    assume: () => account.clients(clock),
  });
  const functions = app({
    ports,
    settings,
    ...unitsOf(given),
    deployed: () => Promise.reject(notHere("tell", settings)),
  });

  const carried = (unit: AnyAutomation | AnyReport, part: UnitSettings, payload: unknown) =>
    runHere({ account, clock, log, ports: ports(unit.id) }, unit, part, {
      payload,
      context: context(unit.id),
    });

  return {
    clients,
    store: ledgerOf(clients, settings, clock),
    prepare: () => prepare(clients, settings),
    start: async (unit, part, order) => carried(unit, part, await signed(unit.id, order)),

    async deliver(name, payload) {
      if (name === "signals") {
        const signals = await functions.signals();
        assertTold(await signals(payload, context("signals")));
        return [];
      }
      assertCallable(name, given);
      const unit = await functions.unit(name);
      const answer = await unit(payload, context(name));
      throwIfFailed(answer);
      return answer.runs;
    },

    async decide(plan, verdict) {
      const decide = await functions.decide();
      const order = await signed("decide", { plan, verdict });
      const { statusCode, body } = await decide({ body: JSON.stringify(order) }, context("decide"));
      const answer = JSON.parse(body ?? "{}") as DecisionAnswer & { readonly error?: string };
      if (statusCode !== 200)
        throw new NotPossible(answer.error ?? `the decision was refused with ${statusCode}`);
      return { decided: answer, runs: ordered.splice(0) };
    },

    ...undosHere({ functions, signed, context, ordered }),
  };
}

/** What taking back stands on here. */
interface UndosHere {
  readonly functions: Pick<App, "undo">;
  signed(to: string, order: object): Promise<object>;
  context(name: string): Context;
  /** What came of what was handed over. */
  readonly ordered: RunResult[];
}

const undosHere = ({
  functions,
  signed,
  context,
  ordered,
}: UndosHere): Pick<LocalFunctions, "undo" | "previewUndo"> => ({
  async undo(id, confirms) {
    const undo = await functions.undo();
    const asked = { id, key: randomUUID(), ...(confirms && { confirms }) };
    const answer = await undo(await signed("undo", asked), context("undo"));
    if ("again" in answer) return ordered.splice(0);
    if ("before" in answer || "shows" in answer) return [];
    // What was cut has gone on by now; the first that came back is the one that ended it.
    const [final = answer] = ordered.splice(0);
    return [final];
  },

  async previewUndo(id) {
    const undo = await functions.undo();
    const order = await signed("undo", { id, key: randomUUID(), show: true });
    const answer = await undo(order, context("undo"));
    return "shows" in answer ? answer : undefined;
  },
});
