/** Takes back what was done, with the automation's own undo role. */
import { randomUUID } from "node:crypto";
import type { Context } from "aws-lambda";
import * as z from "zod/mini";
import type { Clients } from "../../engine/run/clients.ts";
import { createHost, type Host } from "../../engine/run/host.ts";
import { liftHolds, undoneBy } from "../../engine/run/redo.ts";
import { leaseFrom } from "../../engine/run/time-left.ts";
import { previewUndo, type UndoPreview, undo } from "../../engine/run/undo.ts";
import { stoppedUndoMessage } from "../../engine/run/undo-message.ts";
import type { Identify } from "../../ingest/identity.ts";
import { type Order, undoGoesOn } from "../../ingest/start.ts";
import { actionsOf } from "../../ledger/actions.ts";
import { isUndo, runOf, unitOf } from "../../ledger/ids.ts";
import { recordOrder } from "../../ledger/orders.ts";
import type { RunResult } from "../../ledger/result.ts";
import type { Store } from "../../ledger/store.ts";
import {
  claimUndo,
  type HeldUndo,
  letGo,
  type OrderedUndo,
  orderedUndo,
  undoOver,
} from "../../ledger/undo-claims.ts";
import { post } from "../../messages/outbox.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { inOneLine, NotPossible, TryAgain, UsageError } from "../../sdk/errors.ts";
import type { Clock } from "../../sdk/time.ts";
import { asRetired } from "../../settings/mode.ts";
import type { UnitSettings } from "../../settings/settings.ts";
import { accountOf } from "./invocation.ts";
import type { Log } from "./log.ts";
import { type Hearing, personBehind } from "./person.ts";

const request = z.object({
  id: z.string().check(z.minLength(1), z.maxLength(300)),
  key: z.string().check(z.maxLength(300)),
  /** The digest of what was shown, where somebody confirms what CloudTrail cannot say. */
  confirms: z.optional(z.string().check(z.maxLength(64))),
  /** To see what it would do, and change nothing. */
  show: z.optional(z.boolean()),
});
/** What is to be taken back. */
type UndoRequest = z.output<typeof request> & {
  /** Who is proven to have ordered it. */
  readonly by: string;
};

export interface DeployedAutomation {
  readonly unit: AnyAutomation;
  /** Its part of them. */
  readonly settings: UnitSettings;
}

export interface UndoParts {
  /** Loads an automation; nothing where none of this id is deployed. */
  automation(id: string): Promise<DeployedAutomation | undefined>;
  readonly settings: Hearing["settings"];
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly identify: Identify;
  /** Our own clients: for ledger and kill switch. */
  readonly clients: Clients;
  /** Clients with the automation's undo role. */
  assume(unit: string, account: string): Clients;
  /** Hands an order to a unit's own function, or to this one, without waiting for it. */
  invoke(name: string, order: Order): Promise<void>;
}

/** What to do about an id of an automation that is not there: any more, or at all. */
async function notDeployed(store: Store, id: string): Promise<NotPossible> {
  const unit = unitOf(id);
  const actions = isUndo(id) ? [] : await actionsOf(store, "unit", unit, runOf(id));
  if (!actions.some(({ outcome }) => outcome === "applied"))
    return new NotPossible(
      `${id} belongs to no automation that is deployed; \`npx nightshift history\` lists runs and actions`,
    );
  return new NotPossible(
    `${unit} is no longer deployed, so nothing may take back what it did. The ledger keeps that: add the unit to nightshift.config.ts again, with its folder if that is gone, as ${asRetired(unit)}; deploy, then undo ${id}. Where it has another id now, name ${unit} in that one's \`formerly\` instead`,
  );
}

const doesNothingAgain = (unit: string): NotPossible =>
  new NotPossible(
    `${unit} is retired: it does nothing again, and its undo stands. Give it another mode and deploy first`,
  );

/**
 * What was taken back, or would be; or how many runs will do again what had been taken back; or that another
 * invocation has this very order.
 */
export type UndoAnswer =
  | RunResult
  | UndoPreview
  | { readonly again: number }
  | { readonly before: true };

/**
 * @returns what Lambda calls with `{ id, key }` and what proves who orders it; `id` names a run, an action, or an undo that is to be taken back
 */
export function undoHandler(parts: UndoParts) {
  const hearing: Hearing = { ...parts, name: "undo", partition: "undo", believes: ["slack"] };
  return async (payload: unknown, context: Context): Promise<UndoAnswer> => {
    const left = undoGoesOn.safeParse(payload);
    if (left.success) return goOnWith(parts, left.data, context);
    const read = request.safeParse(payload);
    if (!read.success)
      throw new UsageError('send { "id": "<run or action>", "key": "<once>", "proof": … }');
    const { by, state } = await personBehind(hearing, payload, {
      account: accountOf(context),
      invocation: context.awsRequestId,
    });
    const asked = { ...read.data, by };
    if (state === "before") {
      parts.log.info("this undo is in the hands of another invocation", { id: asked.id, by });
      return { before: true };
    }
    return isUndo(asked.id) ? takeUndoBack(parts, asked) : takeBackAll(parts, asked, context);
  };
}

async function automationOf(
  { automation, store }: UndoParts,
  id: string,
): Promise<DeployedAutomation> {
  const known = runOf(id) === "" ? undefined : await automation(unitOf(id));
  if (!known) throw await notDeployed(store, id);
  return known;
}

/** An undo is taken back by the unit's own function, which finds the order in the ledger. */
async function takeUndoBack(parts: UndoParts, { id, key, by }: UndoRequest): Promise<UndoAnswer> {
  const { store, clock, log, invoke } = parts;
  const { unit, settings } = await automationOf(parts, id);
  if (settings.mode === "retired") throw doesNothingAgain(unit.id);
  const at = clock.now();
  const undone = await undoneBy(store, id);
  for (const [number, part] of undone.entries()) {
    const { region, again } = part;
    const about = { kind: "redo", region, key: `${key}#${number}`, undo: id, again } as const;
    const recorded = await recordOrder(store, "undo", { to: unit.id, order: about, by, at });
    await liftHolds(store, part, { by, at });
    await invoke(unit.id, {
      ...about,
      again: [...again],
      recorded: { ...recorded, writer: "undo" },
    });
  }
  log.info("an undo is taken back", { id, by });
  return { again: undone.length };
}

async function takeBackAll(
  parts: UndoParts,
  { id, key, by, confirms, show }: UndoRequest,
  context: Context,
): Promise<RunResult | UndoPreview> {
  const { store, clock } = parts;
  const { unit, settings } = await automationOf(parts, id);
  const host = hostOf(parts, { unit, settings }, context);
  if (show) return previewUndo(unit, id, host);
  const order: OrderedUndo = { id, key, by, confirms, at: clock.now() };
  const claim = async (): Promise<HeldUndo> => {
    const held = await claimUndo(store, order, randomUUID(), leaseFrom(clock.now(), host));
    if (held) return held;
    throw new TryAgain(`the undo of ${id} is in the hands of another invocation, which tells`);
  };
  return undo(unit, id, { by, confirms, keeping: { claim, goOn: goOnBy(parts) } }, host);
}

function hostOf(
  { store, clock, log, clients, assume }: UndoParts,
  { unit, settings }: DeployedAutomation,
  context: Context,
): Host {
  const account = accountOf(context);
  return createHost({
    account,
    settings,
    clock,
    clients: assume(unit.id, account),
    own: clients,
    store,
    log,
    deadline: deadlineOf(clock, context),
  });
}

const deadlineOf = (clock: Clock, context: Context): Date =>
  new Date(clock.now().getTime() + context.getRemainingTimeInMillis());

/**
 * Lambda ends a chain of functions that call one another after sixteen calls: then the watchdog goes
 * on with it.
 */
const mostInARow = 10;

/** What cannot be called now is found by the watchdog. */
const goOnBy =
  ({ invoke, log }: UndoParts) =>
  async ({ order: { id, key }, number, left }: HeldUndo): Promise<void> => {
    log.info("an undo goes on in another invocation", { id, left });
    if (number % mostInARow === 0) return;
    try {
      await invoke("undo", { kind: "undo-goes-on", id, key });
    } catch (error) {
      log.warn("an undo waits for the watchdog to go on", { id, error: inOneLine(error) });
    }
  };

/** So often in a row it may die or fail before it is left to people. */
const mostIdle = 10;

/**
 * Goes on in the name of whoever has ordered it: what that was stands in the ledger, where only this
 * function writes.
 */
async function goOnWith(
  parts: UndoParts,
  named: Pick<OrderedUndo, "id" | "key">,
  context: Context,
): Promise<UndoAnswer> {
  const { store, clock, log } = parts;
  const lease = leaseFrom(clock.now(), { deadline: deadlineOf(clock, context) });
  const order = await orderedUndo(store, named);
  const held = order && (await claimUndo(store, order, randomUUID(), lease));
  if (!held) {
    log.info("this undo is over, or in the hands of another invocation", { id: named.id });
    return { before: true };
  }
  try {
    if (held.idle > mostIdle) throw new NotPossible(neverEnds);
    const { id, by, confirms } = held.order;
    const { unit, settings } = await automationOf(parts, id);
    const host = hostOf(parts, { unit, settings }, context);
    const keeping = { claim: async () => held, goOn: goOnBy(parts) };
    return await undo(unit, id, { by, confirms, keeping }, host);
  } catch (error) {
    if (error instanceof NotPossible) await tellStopped(parts, held, error, context);
    else await letGo(store, held);
    throw error;
  }
}

const neverEnds = `${mostIdle} invocations in a row died or failed before they took anything back: the log of the undo function says of what`;

async function tellStopped(
  { store, clock, settings }: UndoParts,
  held: HeldUndo,
  error: NotPossible,
  context: Context,
): Promise<void> {
  const { order } = held;
  const place = { account: accountOf(context), region: settings.home, mode: "watch" } as const;
  const stopped = { ...place, at: clock.now(), why: inOneLine(error) };
  const message = post(`undo#${unitOf(order.id)}`, stoppedUndoMessage(order, stopped));
  await store.transact([message, undoOver(held)]);
}
