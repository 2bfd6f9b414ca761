/** Takes back what was done, with the automation's own undo role. */
import type { Context } from "aws-lambda";
import * as z from "zod/mini";
import type { Clients } from "../../engine/run/clients.ts";
import { createHost } from "../../engine/run/host.ts";
import { liftHolds, undoneBy } from "../../engine/run/redo.ts";
import { previewUndo, type UndoPreview, undo } from "../../engine/run/undo.ts";
import type { Identify } from "../../ingest/identity.ts";
import type { Order } from "../../ingest/start.ts";
import { actionsOf } from "../../ledger/actions.ts";
import { isUndo, runOf, unitOf } from "../../ledger/ids.ts";
import { recordOrder } from "../../ledger/orders.ts";
import type { RunResult } from "../../ledger/result.ts";
import type { Store } from "../../ledger/store.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { NotPossible, UsageError } from "../../sdk/errors.ts";
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
  /** Hands an order to a unit's own function, without waiting for it. */
  invoke(unit: string, order: Order): Promise<void>;
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
  { id, by, confirms, show }: UndoRequest,
  context: Context,
): Promise<RunResult | UndoPreview> {
  const { store, clock, log, clients, assume } = parts;
  const { unit, settings } = await automationOf(parts, id);
  const account = accountOf(context);
  const deadline = new Date(clock.now().getTime() + context.getRemainingTimeInMillis());
  const host = createHost({
    account,
    settings,
    clock,
    clients: assume(unit.id, account),
    own: clients,
    store,
    log,
    deadline,
  });
  if (show) return previewUndo(unit, id, host);
  return undo(unit, id, { by, confirms }, host);
}
