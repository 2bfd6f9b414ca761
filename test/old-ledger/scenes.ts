/** What a ledger of an earlier version is left with: each scene as it was when its process ended. */

import { decideOn } from "../../engine/run/approve.ts";
import { undo } from "../../engine/run/undo.ts";
import { claimUndo } from "../../ledger/undo-claims.ts";
import { after, minutes } from "../../sdk/time.ts";
import type { UnitSettings } from "../../settings/settings.ts";
import { type ManyGroups, manyGroups } from "../../testing/many.ts";
import type { MemoryTable } from "../../testing/memory/table.ts";
import { FlowWorld } from "../setup/flows-in-memory.ts";
import { type ReapWorld, reapingIn } from "../setup/reaping.ts";

export const ann = "arn:aws:iam::123456789012:user/ann";
export const approvers = { approvers: [ann], twoPersonRule: false };
const names = ["/group-a", "/group-b", "/group-c"];

type Items = readonly ReturnType<MemoryTable["get"]>[];

/** A ledger's items as they lie in the table, and what there was beside them. */
export interface KeptScene {
  readonly items: Items;
  /** Log groups with their days; `null`: for ever. */
  readonly groups?: Readonly<Record<string, number | null>>;
  readonly volumes?: Readonly<Record<string, string>>;
  readonly snapshots?: Readonly<Record<string, { of: string; tags: Record<string, string> }>>;
  /** The run, plan or action that it is about. */
  readonly about: string;
}

const kept = (many: ManyGroups, about: string): KeptScene => ({
  items: [...many.ledger.table.all()],
  groups: Object.fromEntries([...many.groups].map(([name, days]) => [name, days ?? null])),
  about,
});

/** A flow that has written, and waits. */
async function waiting(): Promise<KeptScene> {
  const reap: ReapWorld = { pending: 3 };
  const world = new FlowWorld(reapingIn(reap));
  world.aws.volumes.set("vol-1", "wrong").set("vol-2", "right");
  const { id } = await world.deliver();
  while (!world.aws.effects.length) await world.flows.carryNext();
  return {
    items: [...world.table.all()],
    volumes: Object.fromEntries(world.aws.volumes),
    snapshots: Object.fromEntries(world.aws.snapshots),
    about: id,
  };
}

/** A run that is over, of which a person took one action back. */
async function undone(): Promise<KeptScene> {
  const many = manyGroups(names, { mode: "act" });
  const { id, actions } = await many.deliver({ kind: "sweep", key: "slot-1" });
  const action = actions[0]?.id ?? "";
  const { confirm } = await undo(many.unit, action, { by: ann }, many.host);
  await undo(many.unit, action, { by: ann, confirms: confirm }, many.host);
  return kept(many, id);
}

/** A plan that a person has approved, and nobody has carried out. */
async function approved(): Promise<KeptScene> {
  const many = manyGroups(names, { mode: "ask" });
  const { plan } = await many.deliver({ kind: "sweep", key: "slot-1" });
  const id = plan?.id ?? "";
  const at = many.host.clock.now();
  await decideOn(many.host.store, approvers, { plan: id, verdict: "approve", by: ann, at });
  return kept(many, id);
}

/** Settings of a run of few changes at a time. */
export const acting: Partial<UnitSettings> = { mode: "act" };

/** A run whose process died right before its calls, with intents and locks in its hands. */
async function died(): Promise<KeptScene> {
  const many = manyGroups(names, acting);
  let transactions = 0;
  many.ledger.before = (operation) => {
    if (operation === "TransactWriteItems") transactions += 1;
    if (transactions > 1) throw new Error("the process is gone");
  };
  await many.deliver({ kind: "sweep", key: "slot-1" }).catch(() => {});
  return kept(many, "slot-1");
}

/** An undo that was ordered, and whose process died. */
async function cut(): Promise<KeptScene> {
  const many = manyGroups(names, acting);
  const { id } = await many.deliver({ kind: "sweep", key: "slot-1" });
  const { confirm } = await undo(many.unit, id, { by: ann }, many.host);
  const from = many.host.clock.now();
  const order = { id, key: "k", by: ann, at: from, ...(confirm && { confirms: confirm }) };
  await claimUndo(many.host.store, order, "dead", { from, until: after(from, minutes(16)) });
  return kept(many, id);
}

export const scenes = { waiting, undone, approved, died, cut };
export type SceneName = keyof typeof scenes;
