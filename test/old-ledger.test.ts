/**
 * What an earlier version has left in the ledger is read by this one: flows go on, plans are carried
 * out, undos take back, and what died is taken up. Who changes the form keeps this right.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { previewUndo, undo } from "../engine/run/undo.ts";
import { abandoned } from "../ledger/claims.ts";
import { numbersIn } from "../ledger/numbers.ts";
import { ledgerForm } from "../ledger/table.ts";
import { abandonedUndos } from "../ledger/undo-claims.ts";
import { hours } from "../sdk/time.ts";
import type { UnitSettings } from "../settings/settings.ts";
import { type ManyGroups, manyGroups } from "../testing/many.ts";
import type { MemoryTable } from "../testing/memory/table.ts";
import { acting, ann, approvers, type KeptScene, type SceneName } from "./old-ledger/scenes.ts";
import { FlowWorld } from "./setup/flows-in-memory.ts";
import { reapingIn } from "./setup/reaping.ts";

const fileOf = (form: number) => join(import.meta.dirname, "old-ledger", `form-${form}.json`);
const forms = Array.from({ length: ledgerForm }, (_, at) => at + 1);

function fill(table: MemoryTable, { items }: KeptScene): void {
  for (const Item of items) table.answer("PutItem", { Item } as never, 0);
}

function restored(scene: KeptScene, settings: Partial<UnitSettings>): ManyGroups {
  const groups = Object.entries(scene.groups ?? {});
  const many = manyGroups(
    groups.map(([name]) => name),
    settings,
  );
  for (const [name, days] of groups) many.groups.set(name, days ?? undefined);
  fill(many.ledger.table, scene);
  return many;
}

const daysOf = ({ groups }: ManyGroups) => Object.fromEntries(groups);

test("each form of the ledger that this version reads has its corpus", () => {
  expect(forms.filter((form) => !existsSync(fileOf(form)))).toEqual([]);
});

describe.each(forms)("a ledger of form %i", (form) => {
  const corpus: Record<SceneName, KeptScene> = JSON.parse(readFileSync(fileOf(form), "utf8"));

  test("has a flow that waits: it goes on, and does nothing twice", async () => {
    const { about, ...scene } = corpus.waiting;
    const world = new FlowWorld(reapingIn({ pending: 1 }));
    fill(world.table, corpus.waiting);
    for (const [id, name] of Object.entries(scene.volumes ?? {})) world.aws.volumes.set(id, name);
    for (const [id, made] of Object.entries(scene.snapshots ?? {}))
      world.aws.snapshots.set(id, made);
    await world.flows.carryAll();
    expect(await world.end(about)).toMatchObject({
      outcomes: ["applied"],
      left: [],
      volumes: ["right"],
      snapshots: ["vol-1"],
      effects: ["DeleteVolume vol-1"],
    });
  });

  test("has a run of which one action was taken back: the rest can be, and that stays so", async () => {
    const many = restored(corpus.undone, acting);
    const { about } = corpus.undone;
    const [first] = Object.entries(daysOf(many)).find(([, days]) => days === undefined) ?? [];
    await many.deliver({ kind: "sweep", key: "slot-2" });
    expect(daysOf(many)[first ?? ""]).toBeUndefined();
    const { shows, confirm } = await previewUndo(many.unit, about, many.host);
    expect(shows.map(({ is }) => is).toSorted()).toEqual(["done", "unknown", "unknown"]);
    const result = await undo(many.unit, about, { by: ann, confirms: confirm }, many.host);
    expect(numbersIn(result)).toMatchObject({ applied: 2, already: 1, failed: 0, held: 0 });
    expect(Object.values(daysOf(many))).toEqual([undefined, undefined, undefined]);
  });

  test("has a plan that was approved: it is carried out as it was shown", async () => {
    const many = restored(corpus.approved, { mode: "ask", ...approvers });
    const plan = corpus.approved.about;
    const result = await many.deliver({ kind: "decision", key: `decision#${plan}`, plan });
    expect(numbersIn(result)).toMatchObject({ applied: 3, failed: 0, held: 0 });
    expect(Object.values(daysOf(many))).toEqual([7, 7, 7]);
  });

  test("has a run that died with intents in its hands: it is taken up when its lease is over", async () => {
    const many = restored(corpus.died, acting);
    const left = async () => {
      const now = many.host.clock.now();
      return (await Array.fromAsync(abandoned(many.host.store, many.unit.id, now))).map(
        ({ key }) => key,
      );
    };
    expect(await left()).toEqual([]);
    await many.host.clock.sleep(hours(72));
    expect(await left()).toEqual([corpus.died.about]);
    const host = { ...many, deliver: many.deliver };
    const result = await host.deliver({ kind: "sweep", key: corpus.died.about });
    expect(numbersIn(result)).toMatchObject({ applied: 3, failed: 0 });
    expect(Object.values(daysOf(many))).toEqual([7, 7, 7]);
  });

  test("has an undo whose process died: it is found, and can go on", async () => {
    const many = restored(corpus.cut, acting);
    await many.host.clock.sleep(hours(1));
    const [order] = await Array.fromAsync(abandonedUndos(many.host.store, many.host.clock.now()));
    expect([order?.id, order?.by]).toEqual([corpus.cut.about, ann]);
    const result = await undo(many.unit, order?.id ?? "", { ...order, by: ann }, many.host);
    expect(numbersIn(result)).toMatchObject({ applied: 3, failed: 0 });
  });
});
